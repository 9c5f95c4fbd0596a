"""``palier stock import-districts``: brings the contours of the priority districts in, one list at a time."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from palier.stock import operations
from palier.stock.rules.districts import LISTS
from palier.verdict import Refusal


class Command(BaseCommand):
    """Exit code 1 when the file is refused; nothing has then changed."""

    help = "Intègre les contours des quartiers prioritaires (QPV), puis dit à nouveau où se trouve chaque résidence."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one act, the file, and which list it is."""
        acts = parser.add_subparsers(dest="act", required=True)
        districts = acts.add_parser("import-districts", help="un GeoJSON de contours, avec code, label et insee")
        districts.add_argument("file", type=Path)
        districts.add_argument(
            "--version", choices=sorted(LISTS), required=True, dest="list", help="la liste que le fichier contient"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the list in and say how many districts it has."""
        try:
            count = operations.import_districts(
                path=options["file"], version=options["list"], by=None, at=timezone.now(), tell=self._tell
            )
        except Refusal as refusal:
            raise CommandError("\n".join(reason.sentence for reason in refusal.verdict.reasons)) from refusal
        except OSError as problem:
            raise CommandError(f"Ce fichier ne s’ouvre pas : {options['file']}.") from problem
        said = "quartier prioritaire est" if count == 1 else "quartiers prioritaires sont"
        self.stdout.write(f"{count} {said} en place, liste {options['list']}.")

    def _tell(self, done: int, every: int) -> None:
        if done == 1:
            self.stdout.write(
                "Si la commande est interrompue, relancez-la : ce qui reste à situer garde ce que l’on savait avant."
            )
        self.stdout.write(f"Millésime de patrimoine {done} sur {every} : situé.")
