"""What every request goes through before the rooms: the health page and the request log."""

import logging
import time
import uuid
from collections.abc import Callable

from django.db import connection
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse

from palier.installation.logs import route_of

log = logging.getLogger("palier.request")
Next = Callable[[HttpRequest], HttpResponse]


class HealthMiddleware:
    """``/health``: 200 when the database answers, 503 otherwise. Before the host check, for load balancers."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the health page, pass everything else on."""
        if request.path != "/health":
            return self.get_response(request)
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")
        except Error:
            return JsonResponse({"database": "down"}, status=503)
        return JsonResponse({"database": "up"})


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
