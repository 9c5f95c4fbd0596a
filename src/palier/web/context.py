"""What every page's layout needs."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from palier.web.navigation import entries


def page(request: HttpRequest) -> dict[str, Any]:
    """Demonstration banner and the main navigation of the person."""
    return {"demo": settings.DEMO, "navigation": entries(request)}
