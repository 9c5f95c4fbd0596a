"""Whether everything runs: the health page for machines, the same in words for staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.db.utils import Error
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateWorker

from palier.outbox.queries import oldest_due

# A worker gives a sign every ten seconds, and delivers every fifteen.
SILENT_AFTER = timedelta(minutes=1)
LATE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Pulse:
    """The last sign of a worker, and since when the oldest letter that should have left waits."""

    at: datetime
    beat: datetime | None
    due: datetime | None

    @property
    def works(self) -> bool:
        """Whether a worker lives."""
        return self.beat is not None and self.at - self.beat <= SILENT_AFTER

    @property
    def on_time(self) -> bool:
        """Whether letters leave when they are due; not when the mail server does not answer either."""
        return self.due is None or self.at - self.due <= LATE_AFTER


def pulse(*, at: datetime) -> Pulse:
    """How the background work goes. Two SQL queries."""
    beat = ProcrastinateWorker.objects.aggregate(last=Max("last_heartbeat"))["last"]
    return Pulse(at, beat, oldest_due(at=at))


class HealthMiddleware:
    """``/health`` and ``/health/worker``, whatever the host name: words alone, no time and no number, for all may read them.

    The first answers 200 as long as the database does: a load balancer keeps a web process whose worker is down. The
    second answers 503 as soon as no worker lives or letters are late: a watch rings.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the health pages, pass everything else on."""
        if request.path not in {"/health", "/health/worker"}:
            return self.get_response(request)
        try:
            found = pulse(at=timezone.now())
        except Error:
            return JsonResponse({"database": "down"}, status=503)
        said = {
            "database": "up",
            "worker": "up" if found.works else "silent",
            "letters": "on_time" if found.on_time else "late",
        }
        rings = request.path == "/health/worker" and not (found.works and found.on_time)
        return JsonResponse(said, status=503 if rings else 200)
