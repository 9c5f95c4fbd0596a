"""``palier ledger verify``: walks the whole ledger and names the first line that does not hold."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.utils import ProgrammingError

from palier.ledger.queries import verify


class Command(BaseCommand):
    """Exit code 0 when the chain holds, 1 when it does not."""

    requires_system_checks = ()  # a damaged installation can still be verified
    help = "Vérifie le registre des actes : chaque ligne, leur chaîne, et les points de contrôle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one act, and a checkpoint kept elsewhere."""
        parser.add_argument("act", choices=["verify"])
        parser.add_argument(
            "--attested",
            metavar="N°:EMPREINTE",
            default="",
            help="un point de contrôle gardé ailleurs (reçu, courriel, procès-verbal) ; le début de l’empreinte suffit",
        )

    def handle(self, *args: Any, act: str, attested: str, **options: Any) -> None:
        """Verify and say so."""
        try:
            count, fault = verify(attested=_attested(attested))
        except ProgrammingError as no_table:
            raise CommandError("Cette base n’a pas encore de registre : lancez d’abord « palier setup ».") from no_table
        if fault is not None:
            self.stderr.write(self.style.ERROR(f"Le registre ne tient pas. {fault.sentence}"))
            sys.exit(1)
        self.stdout.write(f"Le registre tient : {count} ligne{'s' if count > 1 else ''}, aucune changée, déplacée ni retirée.")


def _attested(text: str) -> tuple[int, str] | None:
    if not text:
        return None
    number, _, digest = text.partition(":")
    if not number.isdigit() or len(digest) < 16:
        raise CommandError("Un point de contrôle s’écrit « numéro:empreinte », l’empreinte sur 16 caractères au moins.")
    return int(number), digest
