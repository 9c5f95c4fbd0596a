"""``palier serve``: the web server, one command for all its processes."""

from __future__ import annotations

import gc
import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


class Command(BaseCommand):
    """Refuses a dangerous installation, then serves. Web processes are forks of this one: they start loaded."""

    requires_system_checks = ()  # made in handle, the database included
    help = "Démarre le serveur des pages et de l’API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default=os.environ.get("PALIER_HOST", "127.0.0.1"), help="adresse (127.0.0.1)")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port (8000)")
        parser.add_argument("--threads", type=int, default=2, help="requêtes à la fois dans chaque processus (2)")

    def handle(self, *args: Any, host: str, port: int, threads: int, **options: Any) -> None:
        """Check, load everything, let go of what cannot be shared, then fork."""
        self.check(databases=["default"])
        from palier.installation import wsgi  # noqa: F401, PLC0415 - loaded here, every process shares it

        server = Granian(
            "palier.installation.wsgi:application",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.WEB_PROCESSES,
            blocking_threads=threads,
            websockets=False,
            respawn_failed_workers=True,
            respawn_interval=0.2,
            log_level=LogLevels.warning,
            log_dictconfig=settings.LOGGING,
        )
        connections.close_all()
        gc.collect()
        gc.freeze()  # what is loaded stays shared between the processes
        server.serve()
