"""``palier setup``: everything an installation needs before it starts; run it again after each update."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from palier.calendar import paris_day
from palier.frameworks import operations as frameworks
from palier.label import operations as label
from palier.ledger import operations as ledger
from palier.questionnaires import operations as questionnaires


class Command(BaseCommand):
    """Tables, cache, starting rules and grids, static files. The embedded database is created by the command's own start."""

    requires_system_checks = ()  # made in handle, the database included
    help = "Prépare l’installation ou la met à jour : base, cache, règles et grilles de départ, fichiers des pages."

    def handle(self, *args: Any, **options: Any) -> None:
        """Refuse a dangerous installation, then do each step, saying which."""
        self.check(databases=["default"])
        quiet = options["verbosity"] < 2
        self.stdout.write("Base : tables et contraintes…")
        call_command("migrate", interactive=False, verbosity=0 if quiet else 1)
        call_command("createcachetable", verbosity=0)
        self.stdout.write("Règles et grilles de départ…")
        at = timezone.now()
        label.load_shipped(effective_from=paris_day(at), at=at)
        frameworks.load_shipped(at=at)
        questionnaires.load_shipped(at=at)
        ledger.know_keys(at=at)
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        if not settings.DEMO:
            self.stdout.write("Fichiers des pages…")
            call_command("collectstatic", interactive=False, verbosity=0)
        self.stdout.write("L’installation est prête.")
