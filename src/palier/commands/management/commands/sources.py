"""``palier sources load``: brings a public file in for everybody: offences, incomes, contours of IRIS."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from palier.sources import operations
from palier.sources.operations import OpenFile
from palier.verdict import Refusal


class Command(BaseCommand):
    """Exit code 1 when the file is refused; nothing has then changed."""

    help = "Charge un fichier public : délinquance par commune, revenus par IRIS, contours des IRIS."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one act, what the file holds, the file, and its year where it does not say it."""
        acts = parser.add_subparsers(dest="act", required=True)
        load = acts.add_parser("load", help="un fichier tel qu’il est publié (.csv, .json, .geojson, .gz)")
        load.add_argument("what", choices=[what.value for what in OpenFile])
        load.add_argument("file", type=Path)
        load.add_argument("--year", type=int, help="le millésime, quand le fichier ne le dit pas")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the file and say how much it brought."""
        what, year, at = OpenFile(options["what"]), options["year"], timezone.now()
        try:
            found = operations.read_open_file(options["file"], what, year=year)
            if isinstance(found, list):
                count = operations.load_iris(found=found, year=year, by=None, at=at)
            else:
                count = operations.load_open_figures(published=found, by=None, at=at)
        except (Refusal, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(f"{what.label} : {count} ligne{'s' if count > 1 else ''} en place.")
