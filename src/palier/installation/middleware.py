"""What every request goes through before the rooms: the request log."""

import logging
import time
import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from palier.installation.logs import route_of

log = logging.getLogger("palier.request")
Next = Callable[[HttpRequest], HttpResponse]


class RequestLogMiddleware:
    """One log line a request: number, method, route, status, duration, person id. Never a query string or a body."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Time the request and log it."""
        request.request_id = request_id = uuid.uuid4().hex  # type: ignore[attr-defined]
        start = time.perf_counter()
        response = self.get_response(request)
        log.info(
            "request",
            extra={
                "request_id": request_id,
                "method": request.method,
                "route": route_of(request),
                "status": response.status_code,
                "ms": round((time.perf_counter() - start) * 1000, 1),
                "person": getattr(getattr(request, "user", None), "pk", None),
            },
        )
        response["X-Request-Id"] = request_id
        return response
