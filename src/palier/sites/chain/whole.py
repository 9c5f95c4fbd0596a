"""The whole chain on files alone: what « palier sites score » and its bench run."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from palier.sites.chain.crossing import Contours, Crossed, counted, cross, table
from palier.sites.chain.engines import DuckDB
from palier.sites.chain.files import BadFile, Given, bring
from palier.sites.chain.plan import Plan
from palier.sites.chain.public import contours, figures
from palier.sites.chain.registry import registry_plan
from palier.sites.chain.scored import scored
from palier.sites.scoring.method import in_force
from palier.sources.reading.words import WORDS
from palier.sources.rules.incidents import IncidentKind

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Inputs:
    """The files of one run; ``columns`` says, by table, which header stands for a column (column → header)."""

    dwellings: Path
    incidents: Path
    readings: Path | None = None
    districts: Path | None = None
    iris: Path | None = None
    offences: Path | None = None
    incomes: Path | None = None
    columns: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Options:
    """How to run: the last day that counts (that of the last month of the incidents when None), and what to add."""

    on: date | None = None
    ranks: bool = False
    alerts: bool = True
    threads: int | None = None
    memory: str = "700MB"


def score(inputs: Inputs, out: Path, *, options: Options, say: Say) -> pa.Table:
    """Cross the files, rate every residence, write the result whole or not at all; returns it.

    Raises:
        BadFile: with the file, the column and the cure.
    """
    crossed, plan = crossing_of(inputs, options=options, say=say)
    method = in_force(plan.on)
    say(f"Score et classes, méthode {method.version}")
    found = scored(crossed, method, on=plan.on, ranks=options.ranks)
    say(f"Écriture de {out}")
    part = out.with_name(out.name + ".part")
    try:
        pq.write_table(found, part, compression="zstd")
        part.replace(out)
    except OSError as problem:
        raise BadFile(f"{out} ne s’écrit pas : {problem.strerror}. Choisissez un autre dossier avec --out.") from problem
    return found


def crossing_of(inputs: Inputs, *, options: Options, say: Say) -> tuple[Crossed, Plan]:
    """One line a residence, from the files, and the plan they were crossed by."""
    with ThreadPoolExecutor(1) as aside:  # public files are read here while the engine counts on its own threads
        public = aside.submit(_public, inputs)
        return _crossing(inputs, public.result, options=options, say=say)


def _public(inputs: Inputs) -> tuple[pa.Table, Contours, Contours | None]:
    """Figures published by commune and IRIS, contours of districts, contours of IRIS."""
    return (
        figures(offences=inputs.offences, incomes=inputs.incomes),
        contours(inputs.districts) if inputs.districts else Contours(),
        contours(inputs.iris) if inputs.iris else None,
    )


def _crossing(
    inputs: Inputs, public: Callable[[], tuple[pa.Table, Contours, Contours | None]], *, options: Options, say: Say
) -> tuple[Crossed, Plan]:
    engine = DuckDB(threads=options.threads, memory=options.memory)
    for name, path in (("dwellings", inputs.dwellings), ("incidents", inputs.incidents), ("readings", inputs.readings)):
        if path is None:
            engine.bring(name, table(name, {}))
            continue
        said = bring(engine.connection, name, Given(path, inputs.columns.get(name, {}), WORDS["kind"]))
        say(f"Lecture de {path.name} : {', '.join(said)}")
    plan = registry_plan(options.on or _last_day(engine))
    _known_indicators(engine, plan, inputs)
    say(f"Croisement, sur les douze mois jusqu’au {plan.on:%d/%m/%Y}")
    points = counted(engine, plan)
    for path in filter(None, (inputs.offences, inputs.incomes, inputs.districts, inputs.iris)):
        say(f"Lecture de {path.name}")
    if inputs.districts is None:
        say("Pas de contours de QPV : la part des logements en QPV n’est pas connue.")
    published, districts, iris = public()
    engine.bring("figures", published)
    crossed = cross(engine, plan, points, districts=districts, iris=iris, with_counts=options.alerts)
    _known_kinds(engine, plan, inputs)
    _say_lost(engine, inputs, say)
    say(f"{len(crossed.residences)} résidences, {int(crossed.homes.sum())} logements")
    return crossed, plan


def _last_day(engine: DuckDB) -> date:
    [(last,)] = engine.connection.sql("SELECT max(month) FROM incidents").fetchall()
    return date(last.year, last.month, monthrange(last.year, last.month)[1])


def _known_kinds(engine: DuckDB, plan: Plan, inputs: Inputs) -> None:
    """Refuse kinds that nobody knows, whatever was crossed with them."""
    [(many,)] = engine.connection.sql("SELECT sum(strange) FROM noted").fetchall()
    if not many:
        return
    known = ", ".join(f"'{kind}'" for kind in plan.kinds)
    strange = engine.connection.sql(f"SELECT DISTINCT kind FROM incidents WHERE kind NOT IN ({known}) ORDER BY 1").fetchall()
    raise BadFile(
        f"{inputs.incidents.name}, colonne de la nature : « {strange[0][0]} » n’est pas connu"
        f"{f', ni {len(strange) - 1} autres' if len(strange) > 1 else ''}. Natures admises : "
        f"{', '.join(kind.label for kind in IncidentKind)}."
    )


def _known_indicators(engine: DuckDB, plan: Plan, inputs: Inputs) -> None:
    if not inputs.readings:
        return
    names = ", ".join(f"'{key}'" for key, _ in plan.readings)
    other = engine.connection.sql(f"SELECT DISTINCT indicator FROM readings WHERE indicator NOT IN ({names}) ORDER BY 1")
    if strange := other.fetchall():
        raise BadFile(
            f"{inputs.readings.name}, colonne de l’indicateur : « {strange[0][0]} » n’est pas connu. Indicateurs admis : "
            f"{', '.join(key for key, _ in plan.readings)}."
        )


def _say_lost(engine: DuckDB, inputs: Inputs, say: Say) -> None:
    """Say which lines are of residences that the dwellings do not have."""
    for name, path in (("noted", inputs.incidents), ("readings", inputs.readings)):
        if path:
            lost = engine.connection.sql(
                f"SELECT residence FROM (SELECT DISTINCT residence FROM {name}) ANTI JOIN addresses USING (residence) ORDER BY 1"
            ).fetchall()
            if lost:
                say(f"{path.name} : {len(lost)} résidences ne sont pas dans les logements et sont laissées ({lost[0][0]}…).")
