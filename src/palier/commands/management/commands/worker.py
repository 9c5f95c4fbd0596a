"""``palier worker``: delivers messages, runs imports, lets deadlines pass. Several may run side by side."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from typing import Any, cast

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


class Command(BaseCommand):
    """Runs until it is told to stop, then finishes what it has begun."""

    requires_system_checks = ()  # made in handle, the database included
    help = "Fait le travail de fond : messages, imports, échéances."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many jobs at once."""
        parser.add_argument("--concurrency", type=int, default=3, help="combien de tâches à la fois (3)")
        parser.add_argument("--once", action="store_true", help="s’arrête quand il n’y a plus rien à faire")

    def handle(self, *args: Any, concurrency: int, once: bool, **options: Any) -> None:
        """Refuse a dangerous installation, then work."""
        self.check(databases=["default"])
        asyncio.run(self._work(concurrency, once=once))

    async def _work(self, concurrency: int, *, once: bool) -> None:
        connector = cast(DjangoConnector, app.connector).get_worker_connector()
        with app.replace_connector(connector) as worker:
            async with worker.open_async():
                await worker.run_worker_async(
                    wait=not once, concurrency=concurrency, delete_jobs="successful", shutdown_graceful_timeout=20
                )
