"""``palier demo``: the demonstration's data, in an empty installation."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from palier.commands.demo.story import tell
from palier.ledger.models import Entry
from palier.ledger.queries import verify


class Command(BaseCommand):
    """Lives four years of the label through the operations, and verifies the ledger they leave."""

    help = "Remplit une installation vide des données de démonstration : quatre ans de la vie d’un label, inventés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How many landlords."""
        parser.add_argument("--landlords", type=int, default=100, help="le nombre d’organismes (100)")

    def handle(self, *args: Any, landlords: int, **options: Any) -> None:
        """Live, showing each month that passes."""
        call_command("migrate", interactive=False, verbosity=0)
        if Entry.objects.exists():
            raise CommandError("Cette installation contient déjà des actes : la démonstration ne s’y mêle pas.")
        started, shown = time.monotonic(), ""

        def month_passes(at: datetime) -> None:
            nonlocal shown
            if (month := f"{at:%m/%Y}") != shown:
                shown = month
                count = Entry.objects.count()
                self.stdout.write(f"\r  {month} : {count} actes", ending="" if self.stdout.isatty() else "\n")
                self.stdout.flush()

        tell(landlords=landlords, until=timezone.now(), month_passes=month_passes)
        count, fault = verify()
        if fault:
            raise CommandError(f"Le journal de la démonstration ne se vérifie pas : {fault.sentence}")
        seconds = time.monotonic() - started
        self.stdout.write(
            f"\rDémonstration prête : {landlords} organismes, {count} actes au journal, vérifié ({seconds:.0f} s)."
        )
