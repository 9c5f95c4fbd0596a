"""``palier setup``: everything an installation needs before it starts; run it again after each update."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """Tables, cache, static files. The embedded database is created by the command's own start."""

    help = "Prépare l’installation ou la met à jour : base, cache, fichiers des pages."

    def handle(self, *args: Any, **options: Any) -> None:
        """Do each step, saying which."""
        quiet = options["verbosity"] < 2
        self.stdout.write("Base : tables et contraintes…")
        call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
        call_command("createcachetable", verbosity=0)
        if not settings.DEMO:
            self.stdout.write("Fichiers des pages…")
            call_command("collectstatic", interactive=False, verbosity=0)
        call_command("check", databases=["default"])
        self.stdout.write("L’installation est prête.")
