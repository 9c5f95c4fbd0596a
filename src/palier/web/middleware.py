"""The clock of a request, and the answer when something fails."""

from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from palier.calendar import paris_day
from palier.web.doors import Request


class DoorMiddleware:
    """Reads the clock once a request; everything below receives it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set ``request.at`` and ``request.on``."""
        request = cast(Request, request)
        request.at = timezone.now()
        request.on = paris_day(request.at)
        return self.get_response(request)
