"""What every page's layout needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from palier.directory.rules import Role
from palier.web.navigation import entries


def page(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner, the main navigation of the person, and what the person is, under their name."""
    held = getattr(request, "held", None) or []
    roles = dict.fromkeys(Role(membership.role).label for membership in held)
    return {"demo": settings.DEMO, "navigation": entries(request), "me": ", ".join(roles)}
