"""Tags and filters of all pages."""

from __future__ import annotations

from collections.abc import Sized
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from django import template
from django.forms import BaseForm
from django.template import Context
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from palier.consultation.rules import Opinion
from palier.french import elided, linked
from palier.verdict import Remedy
from palier.web.ui import assets, drawings, markup

register = template.Library()
Number = int | float | Decimal

_DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
_MONTHS = ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"]  # fmt: skip


@register.simple_tag
def remedy_url(remedy: Remedy) -> str:
    """The address where a missing thing is mended."""
    return reverse(remedy.page, kwargs=dict(remedy.args)) + remedy.suffix


@register.simple_tag
def error_count(form: BaseForm) -> int:
    """How many sentences a form's errors say: a field may have two."""
    return sum(len(said) for said in form.errors.values())


@register.simple_tag
def once() -> SafeString:
    """A hidden field that makes a form's act happen once, even when it is sent twice."""
    return format_html('<input type="hidden" name="idempotency_key" value="{}">', get_random_string(32))


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file: ``{% asset "main.css" %}``."""
    return static(assets.built(name))


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: it always stands beside a word.

    Raises:
        KeyError: when the sprite has no such icon.
    """
    if name not in assets.icon_names():
        raise KeyError(f"No icon “{name}”: add it to ui/icons/phosphor.txt.")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', asset("icons.svg"), name)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: object) -> str:
    """The page's own query with some values changed, or left out when ``None``: ``{% query page=2 %}``."""
    values = context["request"].GET.copy()
    for name, value in changes.items():
        values.pop(name, None)
        if value is not None:
            values[name] = str(value)
    return f"?{values.urlencode()}"


@register.simple_tag
def unique(prefix: str) -> str:
    """An id that no other element of the page has, fragments brought later included."""
    return f"{prefix}-{get_random_string(6)}"


@register.simple_tag
def demand(component: str, **given: object) -> str:
    """Refuse to draw a component that says less than the design asks.

    Raises:
        ValueError: naming what is missing.
    """
    if missing := [name for name, value in given.items() if value is None or value == ""]:
        raise ValueError(f"<c-{component}> needs {', '.join(missing)}.")
    return ""


@register.filter
def number(value: Number | None, places: int | None = None) -> str:
    """A number as the French write it: « 9 864 », « 2,6 ». The plain space is made narrow by the typography.

    A decimal is shown without the zeros that end it, unless ``places`` are asked for; it is then rounded, halves upwards.
    """
    if value is None or value == "":
        return ""
    if places is not None:
        value = _rounded(value, places)  # ``number_format`` cuts: 16.67 would be « 16,6 »
    elif isinstance(value, Decimal):
        value = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    return (
        number_format(value, decimal_pos=places, use_l10n=True, force_grouping=True).replace("\u202f", " ").replace("\xa0", " ")
    )


def _rounded(value: Number, places: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@register.filter
def percent(value: Number | None, places: int = 0) -> str:
    """A share between 0 and 1 as a percentage: 0.76 gives « 76 % »."""
    return "" if value is None or value == "" else f"{number(Decimal(str(value)) * 100, places)} %"


def _local(value: date | datetime) -> date:
    return timezone.localtime(value).date() if isinstance(value, datetime) and timezone.is_aware(value) else value


def _numbered(day: int) -> str:
    return "1er" if day == 1 else str(day)  # one word: a flexible line would set a raised « er » apart


@register.filter
def day(value: date | datetime | None) -> str:
    """A day in full, in Paris: « mardi 14 avril 2026 »."""
    if not value:
        return ""
    on = _local(value)
    return f"{_DAYS[on.weekday()]} {_numbered(on.day)} {_MONTHS[on.month - 1]} {on.year}"


@register.filter
def short_day(value: date | datetime | None, with_year: str = "") -> str:
    """A day without its name: « 14 avril », and « 14 avril 2026 » with ``:"year"``."""
    if not value:
        return ""
    on = _local(value)
    words = f"{_numbered(on.day)} {_MONTHS[on.month - 1]}"
    return f"{words} {on.year}" if with_year else words


@register.filter
def clock(value: datetime | None) -> str:
    """The hour in Paris: « 14:32 »."""
    return "" if not value else timezone.localtime(value).strftime("%H:%M")


@register.filter
def clock_seconds(value: datetime) -> str:
    """The hour in Paris, to the second: « 14:32:08 »."""
    return timezone.localtime(value).strftime("%H:%M:%S")


@register.filter
def fingerprint(digest: str) -> str:
    """The beginning of a fingerprint, in groups of four that one can read aloud."""
    return " ".join(digest[i : i + 4] for i in range(0, min(len(digest), 12), 4))


@register.filter
def opinion(value: str) -> str:
    """What an association says, in words, from what is kept in a frozen file; nothing for what is no longer known."""
    return Opinion(value).label if value in set(Opinion) else ""


@register.filter
def pluralize(value: Number | str | Sized, forms: str = "s") -> str:
    """Django's, with the French plural, which begins at 2: « 0 site », « 1,5 jour », « 2 sites »."""
    singular, _, plural = forms.rpartition(",")
    many = len(value) >= 2 if isinstance(value, Sized) and not isinstance(value, str) else abs(Decimal(str(value or 0))) >= 2
    return plural if many else singular


@register.filter
def filesizeformat(value: int | None) -> str:
    """Django's, in units of 1 000 as file managers count and as limits are written: « 2,1 Mo »."""
    size, units = Decimal(value or 0), ["octets", "Ko", "Mo", "Go"]
    while size >= 1000 and len(units) > 1:
        size /= 1000
        units.pop(0)
    unit = "octet" if units[0] == "octets" and size < 2 else units[0]
    return f"{number(size.quantize(Decimal('0.1'), ROUND_HALF_UP))} {unit}"


register.filter("table_roles", markup.table_roles)
register.filter("linked", lambda name, word: linked(word, name))
register.filter("elided", lambda name, word: elided(word, name))
register.filter("differences", markup.differences)
register.simple_tag(drawings.mini_staircase)
register.simple_tag(drawings.rating_steps)
register.simple_tag(drawings.confidence_range)
register.simple_tag(drawings.stacked_bar)
register.simple_tag(drawings.elapsed)
register.simple_tag(drawings.factor_bar)
register.simple_tag(drawings.rank_range)
