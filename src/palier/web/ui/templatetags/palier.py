"""Tags and filters of all pages."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from palier.verdict import Remedy

register = template.Library()


@register.simple_tag
def remedy_url(remedy: Remedy) -> str:
    """The address where a missing thing is mended."""
    return reverse(remedy.page, kwargs=dict(remedy.args))


@register.simple_tag
def once() -> SafeString:
    """A hidden field that makes a form's act happen once, even when it is sent twice."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', get_random_string(32))
