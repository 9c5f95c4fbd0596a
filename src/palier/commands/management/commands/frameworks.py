"""``palier frameworks import FILE``, ``load-shipped`` and ``check``: grids from the command line."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from palier.calendar import in_words, paris_day
from palier.commands.arguments import day
from palier.frameworks.operations import import_version, load_shipped
from palier.frameworks.queries import drift
from palier.verdict import Refusal


class Command(BaseCommand):
    """Publishes grids and checks stored scores."""

    help = "Les grilles : en publier une, charger celles de Palier, ou vérifier que chaque score est celui de ses réponses."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the sub-commands."""
        chores = parser.add_subparsers(dest="chore", required=True, metavar="TÂCHE")
        one = chores.add_parser("import", help="publie un fichier YAML comme prochaine version de sa grille")
        one.add_argument("file", type=Path, metavar="FICHIER")
        one.add_argument("--effective-from", type=day, metavar="JOUR", help="AAAA-MM-JJ ; sinon, aujourd’hui")
        chores.add_parser("load-shipped", help="publie une fois les grilles livrées avec Palier")
        chores.add_parser("check", help="recalcule chaque score et chaque avancement")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run one chore."""
        at = timezone.now()
        if options["chore"] == "check":
            self._check()
        elif options["chore"] == "load-shipped":
            for version in load_shipped(at=at):
                self.stdout.write(f"{version.framework.code} : version {version.number}")
        else:
            file: Path = options["file"]
            try:
                text = _text(file)
                version = import_version(text=text, by=None, at=at, effective_from=options["effective_from"] or paris_day(at))
            except FileNotFoundError as problem:
                raise CommandError(f"{file} : ce fichier n’existe pas.") from problem
            except OSError as problem:
                raise CommandError(f"{file} ne se lit pas : {problem}") from problem
            except Refusal as refusal:
                lines = [reason.sentence for reason in refusal.verdict.reasons]
                raise CommandError("\n".join([f"{file} n’est pas publié.", *lines])) from refusal
            self.stdout.write(
                f"{version.framework.code} : version {version.number}, en vigueur dès le {in_words(version.effective_from)}"
            )

    def _check(self) -> None:
        found = drift()
        for fault in found:
            self.stderr.write(f"Évaluation {fault.assessment} : {fault.stored} en base, {fault.computed} recalculé.")
        if found:
            raise CommandError(f"{len(found)} évaluations ne portent pas le score de leurs réponses.")
        self.stdout.write("Chaque score est celui de ses réponses.")


def _text(file: Path) -> str:
    """The text of a file, whatever mark an editor put before it.

    Raises:
        CommandError: naming the first line that is not UTF-8.
    """
    content = file.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = content.count(b"\n", 0, problem.start) + 1
        said = f"{file} n’est pas publié.\nLigne {line} : un caractère n’est pas en UTF-8. Enregistrez le fichier en UTF-8."
        raise CommandError(said) from problem
