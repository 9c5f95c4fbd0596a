"""``palier backup FILE``: the whole installation in one file."""

from __future__ import annotations

from argparse import ArgumentParser
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from palier.documents.storage import stay
from palier.installation import backup


class Command(BaseCommand):
    """Writes database and documents to one tar file. The server and the worker may go on meanwhile."""

    help = "Sauvegarde la base et les documents dans un seul fichier (.tar)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to write."""
        parser.add_argument("file", type=Path, help="le fichier à écrire")

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        """Write the backup and say what it holds."""
        if file.exists():
            raise CommandError(f"« {file} » existe déjà : choisissez un autre nom.")
        applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
        try:
            with stay():
                manifest = backup.write(
                    target=file.absolute(),
                    documents=Path(settings.DOCUMENTS),
                    at=timezone.now(),
                    version=version("palier"),
                    migrations=applied,
                )
        except (backup.BackupError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        size = f"{file.stat().st_size / 1e6:.1f}".replace(".", ",")
        papers = len(manifest.files) - 1
        self.stdout.write(
            f"Sauvegarde écrite dans {file} ({size} Mo) : {papers} fichier{'s' if papers > 1 else ''} de documents, "
            f"journal jusqu’à la ligne n° {manifest.ledger[0]}."
        )
