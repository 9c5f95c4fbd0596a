"""What every bench script begins with: a database of its own, a clock, and one way of printing a figure.

from figures import aside, figure, ready, seconds

ready()                                  # Django on the bench's embedded PostgreSQL (var/bench), migrated
from palier.room import operations       # imports of Django after it

with aside():                            # everything written inside is rolled back
    ...
    figure("saving one answer", seconds(save, times=50) * 1000, "ms", promised=20)
"""

from __future__ import annotations

import gc
import os
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent


def ready() -> None:
    """Set Django up on the bench's database, as in production but for its secrets."""
    os.environ.setdefault("PALIER_TESTING", "1")
    os.environ.setdefault("PALIER_DATA", str(PROJECT / "var" / "bench"))
    os.environ.setdefault("PALIER_HOSTS", "127.0.0.1,testserver")  # the second is Django's test client
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.installation.settings")
    sys.path.insert(0, str(PROJECT))  # tests.fixtures
    import django
    from django.conf import settings

    from palier.installation import database

    if settings.EMBEDDED:
        database.ensure_running(settings.EMBEDDED)
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    gc.collect()
    gc.freeze()  # as ``palier serve`` does


@contextmanager
def serving() -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A server of its own on the bench's database, and its origin; it may not answer yet."""
    from django.conf import settings

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    origin = f"http://127.0.0.1:{port}"
    environment = os.environ | {"PALIER_DEMO": "1", "PALIER_DATA": str(settings.DATA), "PALIER_ORIGIN": origin}
    environment.pop("PALIER_TESTING", None)
    server = subprocess.Popen(
        [sys.executable, "-m", "palier.commands.main", "serve", "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield server, origin
    finally:
        server.terminate()
        server.wait(20)


def answers(url: str) -> bool:
    """Whether a page comes."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


@contextmanager
def aside() -> Iterator[None]:
    """Everything written inside is rolled back."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def seconds(
    act: Callable[[], object], *, times: int = 20, warm: int = 2, of: Callable[[list[float]], float] = statistics.median
) -> float:
    """The median time of an act, or ``of=min``: what a busy machine cannot lengthen, for a ratio."""
    for _ in range(warm):
        act()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        taken.append(time.perf_counter() - start)
    return of(taken)


def queries(act: Callable[[], object]) -> int:
    """How many SQL queries an act runs, the marks of its transaction apart."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        act()
    return len([q for q in captured if q["sql"].split()[0] not in {"SAVEPOINT", "RELEASE", "BEGIN", "COMMIT"}])


def figure(what: str, value: float, unit: str, *, promised: float | None = None, least: bool = False) -> None:
    """Print one figure, with what was promised (at most, or at ``least``) and whether it holds."""
    against = ""
    if promised is not None:
        holds = value >= promised if least else value <= promised
        against = f"   promised {'≥' if least else '≤'} {promised:g} {unit}   {'holds' if holds else 'BROKEN'}"
    print(f"{what:<64} {value:>10,.2f} {unit:<7}{against}", flush=True)
