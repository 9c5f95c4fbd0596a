"""``palier ledger``: verifies the ledger, exports it, signs its head, makes and lists the keys that do."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db.utils import ProgrammingError

from palier.ledger import queries
from palier.ledger.rules.notes import published
from palier.ledger.signing import NoKey, make_key


class Command(BaseCommand):
    """Exit code 0 when the ledger holds, 1 when it does not."""

    requires_system_checks = ()  # a damaged installation can still be verified
    help = "Le journal des actes : le vérifier, l’exporter, en signer la tête, en faire ou en lister les clés."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One act a run."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
        verify = acts.add_parser("verify", help="vérifie chaque ligne, leur chaîne, leur arbre et les points de contrôle")
        verify.add_argument(
            "--attested",
            metavar="N°:EMPREINTE",
            default="",
            help="une ligne lue sur un courriel ou un procès-verbal ; le début de l’empreinte suffit",
        )
        verify.add_argument(
            "--point",
            metavar="FICHIER",
            type=Path,
            action="append",
            default=[],
            help="un point de contrôle signé, gardé hors du système",
        )
        export = acts.add_parser("export", help="écrit le journal entier, une ligne JSON par acte (docs/ledger.md)")
        export.add_argument("file", metavar="FICHIER", nargs="?", type=Path, help="où l’écrire ; sinon, la sortie standard")
        export.add_argument(
            "--contents",
            action="store_true",
            help="avec ce que disent les actes (données personnelles) ; sans, il n’y a que leurs empreintes",
        )
        acts.add_parser("head", help="signe et affiche le point de contrôle de l’instant")
        acts.add_parser("keys", help="affiche les clés publiques, à garder hors du système")
        key = acts.add_parser("key", help="fait une clé privée dans un fichier que son propriétaire lit seul")
        key.add_argument("file", metavar="FICHIER", type=Path)

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        """Do it and say so."""
        try:
            getattr(self, f"_{act}")(options)
        except ProgrammingError as no_table:
            raise CommandError("Cette base n’a pas encore de journal : lancez d’abord « palier setup ».") from no_table
        except FileNotFoundError as problem:
            raise CommandError(f"« {problem.filename} » n’existe pas.") from problem
        except (NoKey, OSError) as problem:
            raise CommandError(str(problem)) from problem

    def _verify(self, options: dict[str, Any]) -> None:
        held = [path.read_text(encoding="utf-8") for path in options["point"]]
        count, fault = queries.verify(held=held, attested=_attested(options["attested"]))
        if fault is not None:
            self.stderr.write(self.style.ERROR(f"Le journal ne tient pas. {fault.sentence}"))
            sys.exit(1)
        self.stdout.write(f"Le journal tient : {count} ligne{'s' if count > 1 else ''}, aucune changée, déplacée ni retirée.")

    def _export(self, options: dict[str, Any]) -> None:
        if options["file"] is None:
            for line in queries.export(contents=options["contents"]):
                self.stdout.write(line, ending="")
            return
        with _private(options["file"]) as out:
            out.writelines(queries.export(contents=options["contents"]))

    def _head(self, options: dict[str, Any]) -> None:
        found = queries.attestation()
        if found is None:
            raise CommandError("Le journal est vide : il n’y a rien à signer.")
        self.stdout.write(found.note, ending="")

    def _keys(self, options: dict[str, Any]) -> None:
        self.stdout.write(queries.keys_file(), ending="")

    def _key(self, options: dict[str, Any]) -> None:
        if options["file"].exists():
            raise CommandError(f"« {options['file']} » existe déjà : il n’est pas touché.")
        text = published(settings.LEDGER_NAME, make_key(options["file"]).public_key)
        self.stdout.write(
            f"Clé faite. Nommez ce fichier dans PALIER_LEDGER_KEY, gardez-en une copie hors du système, puis lancez « palier "
            f"setup ». Clé publique :\n{text}"
        )


def _private(path: Path) -> IO[str]:
    """A file that its owner alone reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8")


def _attested(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) < 16:
        raise CommandError("Une ligne attestée s’écrit « numéro:empreinte », l’empreinte sur 16 caractères au moins.")
    return int(number), digest
