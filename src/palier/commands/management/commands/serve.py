"""``palier serve``: the web server, one command for all its processes."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections


class Command(BaseCommand):
    """Refuses a dangerous installation, then becomes granian."""

    help = "Démarre le serveur des pages et de l’API."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--host", default=os.environ.get("PALIER_HOST", "127.0.0.1"), help="adresse (127.0.0.1)")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT", "8000")), help="port (8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Check, then hand the process over: signals and the exit code are granian's own."""
        call_command("check", databases=["default"])
        connections.close_all()
        command = [
            "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", str(settings.WEB_PROCESSES), "--blocking-threads", "2", "--respawn-failed-workers", "--respawn-interval", "1",
            "--no-ws", "--log-level", "warning", "palier.installation.wsgi:application",
        ]  # fmt: skip
        os.execv(sys.executable, [sys.executable, "-m", *command])  # noqa: S606 - our own interpreter, no shell
