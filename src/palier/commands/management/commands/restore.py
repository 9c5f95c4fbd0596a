"""``palier restore FILE``: a backup put back, and verified."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from palier.documents.models import Version
from palier.documents.storage import path_of
from palier.installation import backup
from palier.ledger import queries as ledger
from palier.ledger.models import Entry


class Command(BaseCommand):
    """Puts a backup back in an empty installation, or instead of what stands with ``--replace``. Stop server and worker first."""

    help = "Remet une sauvegarde en place, dans une installation vide (ou à la place de l’existant avec --replace)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to read, and whether what stands may go."""
        parser.add_argument("file", type=Path, help="le fichier écrit par « palier backup »")
        parser.add_argument("--replace", action="store_true", help="remplace ce que l’installation contient déjà")

    def handle(self, *args: Any, file: Path, replace: bool, **options: Any) -> None:
        """Check, put back, verify."""
        if not replace and not _is_empty():
            raise CommandError("Cette installation contient déjà des actes. Pour les remplacer, ajoutez --replace.")
        try:
            known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
            if set(backup.read_manifest(file).migrations) - known:
                raise CommandError(
                    "Cette sauvegarde vient d’une version plus récente de Palier : mettez Palier à jour d’abord."
                )
            manifest = backup.put_back(source=file, documents=Path(settings.DOCUMENTS))
        except FileNotFoundError as problem:
            raise CommandError(f"« {file} » n’existe pas.") from problem
        except (backup.BackupError, OSError) as problem:
            raise CommandError(str(problem)) from problem
        self._verify(manifest)

    def _verify(self, manifest: backup.Manifest) -> None:
        count, fault = ledger.verify()
        if fault:
            raise CommandError(f"La base est remise en place, mais son journal ne se vérifie pas : {fault.sentence}")
        if ledger.head() != manifest.ledger:
            raise CommandError("La base est remise en place, mais son journal ne s’arrête pas où la sauvegarde le dit.")
        lost = [
            name for name, sha256 in Version.objects.values_list("name", "sha256").iterator() if not path_of(sha256).exists()
        ]
        if lost:
            raise CommandError(
                f"La base est remise en place, mais {len(lost)} fichier{'s manquent' if len(lost) > 1 else ' manque'}, dont « {lost[0]} »."
            )
        papers = len(manifest.files) - 1
        self.stdout.write(
            f"Sauvegarde du {manifest.at[:10]} remise en place : {count} acte{'s' if count > 1 else ''} au journal, vérifié ; "
            f"{papers} fichier{'s' if papers > 1 else ''} de documents, vérifié{'s' if papers > 1 else ''}. Lancez « palier setup » avant de redémarrer."
        )


def _is_empty() -> bool:
    return "ledger_entry" not in connection.introspection.table_names() or not Entry.objects.exists()
