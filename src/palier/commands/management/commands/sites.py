"""``palier sites score``: the score of every residence from files alone, without any database."""

from __future__ import annotations

import time
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from palier.commands.arguments import day

_HELP = """Croise des fichiers et écrit, pour chaque résidence, son score, ses classes, ses alertes (Parquet).

LOGEMENTS   logements : residence, commune, iris, lon, lat, logements (1 par ligne sinon), bailleur
INCIDENTS   incidents par mois : residence, mois, nature, nombre
            Parquet, CSV (« ; », latin-1, virgule décimale admis) ou GeoJSON de points ; les colonnes se trouvent par leur
            nom, ou se disent : --map 'dwellings.residence=Nom.du.Programme|cle'
Un score ne décide pas : une personne confirme après un diagnostic. Guide : docs/guide/analyste.md
"""


class Command(BaseCommand):
    """Exit code 1 when a file is refused; nothing is then written."""

    requires_system_checks = ()  # no database, no installation
    help = _HELP

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the lines of the help as they are written."""
        return super().create_parser(prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one act and its files."""
        acts = parser.add_subparsers(dest="act", required=True, metavar="ACTE")
        one = acts.add_parser(
            "score", help="score, classes et alertes", description=_HELP, formatter_class=RawDescriptionHelpFormatter
        )
        one.add_argument("dwellings", metavar="LOGEMENTS", type=Path, help="les logements")
        one.add_argument("incidents", metavar="INCIDENTS", type=Path, help="les incidents par mois")
        one.add_argument(
            "--readings", type=Path, metavar="FICHIER", help="autres indicateurs : residence, indicateur, fin, valeur"
        )
        one.add_argument("--districts", type=Path, metavar="GEOJSON", help="contours des QPV")
        one.add_argument("--iris", type=Path, metavar="GEOJSON", help="contours des IRIS, quand les logements ne le disent pas")
        one.add_argument("--offences", type=Path, metavar="FICHIER", help="délinquance par commune, telle que publiée")
        one.add_argument("--incomes", type=Path, metavar="FICHIER", help="revenus par IRIS (Filosofi), tels que publiés")
        one.add_argument("--out", type=Path, metavar="FICHIER", default=Path("scores.parquet"), help="scores.parquet sinon")
        one.add_argument("--on", type=day, metavar="AAAA-MM-JJ", help="dernier jour ; sinon, fin du dernier mois lu")
        one.add_argument("--ranks", action="store_true", help="ajoute l’intervalle de rang (plus long)")
        one.add_argument("--no-alerts", action="store_false", dest="alerts", help="sans les alertes (plus court)")
        one.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TABLE.COLONNE=EN-TÊTE",
            help="nomme une colonne ; A|B : la première remplie",
        )
        one.add_argument("--threads", type=int, metavar="N", help="fils de calcul ; tous les cœurs sinon")
        one.add_argument("--memory", metavar="TAILLE", default="700MB", help="mémoire de DuckDB avant de passer par le disque")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, say each step with the time it began, end with what was found."""
        from palier.sites.chain.files import BadFile  # noqa: PLC0415 - heavy libraries, for this command only
        from palier.sites.chain.whole import Inputs, Options, score  # noqa: PLC0415

        start = time.monotonic()

        def say(step: str) -> None:
            self.stderr.write(f"[{time.monotonic() - start:6.1f} s] {step}")

        inputs = Inputs(
            **{name: options[name] for name in _FILES},
            columns=_columns(options["map"]),
        )
        chosen = Options(**{name: options[name] for name in ("on", "ranks", "alerts", "threads", "memory")})
        try:
            found = score(inputs, options["out"], options=chosen, say=say)
        except BadFile as problem:
            raise CommandError(str(problem)) from problem
        classes = found["class_cautious"].to_pylist()
        could, are = (
            sum(level in {"important", "extreme"} for level in found[f"class_{reading}"].to_pylist())
            for reading in ("cautious", "favourable")
        )
        unknown = classes.count(None)
        alerts = sum(found["alert"].to_pylist()) if "alert" in found.column_names else 0
        self.stdout.write(
            f"{len(classes)} résidences dans {options['out']} : {are} en situation importante ou extrême dans les deux lectures, "
            f"{could - are} peut-être (lecture prudente seule), {unknown} trop peu renseignées pour une classe."
            + (f" {alerts} alerte{'s' if alerts > 1 else ''}." if "alert" in found.column_names else "")
        )


_FILES = ("dwellings", "incidents", "readings", "districts", "iris", "offences", "incomes")


def _columns(said: list[str]) -> dict[str, dict[str, str]]:
    columns: dict[str, dict[str, str]] = {}
    for one in said:
        where, equal, header = one.partition("=")
        name, dot, column = where.partition(".")
        if not (equal and dot and header):
            raise CommandError(f"--map {one} : écrivez TABLE.COLONNE=EN-TÊTE, par exemple dwellings.residence=Programme.")
        columns.setdefault(name, {})[column] = header
    return columns
