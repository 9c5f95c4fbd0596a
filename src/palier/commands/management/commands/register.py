"""``palier register audit``: derives every certificate again from decisions and journeys, and says each difference."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from palier.documents.storage import path_of
from palier.register.recheck import audit

# A decision has its certificate within a minute; the worker may be late or restarting.
SLACK = timedelta(minutes=10)


class Command(BaseCommand):
    """Exit code 0 when the register holds, 1 when something differs."""

    help = "Vérifie le registre : chaque certificat, dérivé à nouveau des décisions et des parcours par un autre programme."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one act."""
        parser.add_argument("act", choices=["audit"])

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        """Check and say so."""
        checked = audit(before=timezone.now() - SLACK, file_of=path_of)
        for one in checked.differences:
            self.stderr.write(self.style.ERROR(f"{one.where} : {one.sentence}"))
        s = "s" if checked.certificates > 1 else ""
        told = f"{checked.certificates} certificat{s} dérivé{s} à nouveau de {checked.decisions} décisions, dont {checked.votes} recomptées depuis leurs bulletins"
        if checked.differences:
            n = len(checked.differences)
            self.stderr.write(self.style.ERROR(f"{told} : {n} différence{'s' if n > 1 else ''}."))
            sys.exit(1)
        self.stdout.write(f"{told} : aucune différence.")
