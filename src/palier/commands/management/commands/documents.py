"""``palier documents check`` and ``sweep``: the files of evidence on disk."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from palier.documents.queries import missing_files
from palier.jobs.files import sweep


class Command(BaseCommand):
    """Reads every file again, or removes what uploads and acts cut short have left."""

    help = "Vérifie que chaque version a son fichier, intact (check), ou enlève les fichiers qu’aucune pièce ne nomme (sweep)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which of the two."""
        parser.add_argument("chore", choices=["check", "sweep"])

    def handle(self, *args: Any, chore: str, **options: Any) -> None:
        """Run one chore."""
        if chore == "sweep":
            gone = sweep(at=timezone.now())
            s = "s" if gone > 1 else ""
            self.stdout.write(f"{gone} fichier{s} sans pièce enlevé{s}.")
            return
        lost = missing_files()
        for version in lost:
            self.stderr.write(f"Document {version.document_id}, version {version.number} : {version.name}")
        if lost:
            many = len(lost) > 1
            raise CommandError(
                f"{len(lost)} version{'s' * many} n’{'ont' if many else 'a'} plus son fichier, ou un fichier changé."
            )
        self.stdout.write("Chaque version a son fichier, intact.")
