"""Small tables to cross, and what plain Python makes of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import pyarrow as pa
import shapely

from palier.sites.chain.crossing import Contours, Crossed, counted, cross, table
from palier.sites.chain.engines import DuckDB, Engine
from palier.sites.chain.plan import SHAPES, Plan

ON = date(2025, 12, 31)
PLAN = Plan(
    on=ON,
    events=(("incidents", ("fire", "graffiti", "threat")), ("threats", ("threat",))),
    readings=(("satisfied", 40), ("threats", 6)),
    of_commune=(("violence", 30),),
    of_iris=(("income", 60),),
)
Rows = Iterable[Mapping[str, Any]]


def square(code: str, west: float, south: float, side: float) -> tuple[str, bytes]:
    return code, shapely.to_wkb(shapely.box(west, south, west + side, south + side))


def contours(*squares: tuple[str, bytes]) -> Contours:
    return Contours(tuple(code for code, _ in squares), tuple(shape for _, shape in squares))


def rows_of(name: str, rows: Rows) -> pa.Table:
    defaults = {"landlord": "A", "homes": 1}
    every = [{**{key: defaults.get(key) for key in SHAPES[name]}, **row} for row in rows]
    return table(name, {key: [row[key] for row in every] for key in SHAPES[name]})


def crossed(
    *,
    dwellings: Rows,
    incidents: Rows = (),
    readings: Rows = (),
    figures: Rows = (),
    districts: Contours | None = None,
    iris: Contours | None = None,
    engine: Engine | None = None,
    plan: Plan = PLAN,
    with_counts: bool = False,
) -> Crossed:
    engine = engine or DuckDB(threads=2)
    for name, rows in (("dwellings", dwellings), ("incidents", incidents), ("readings", readings), ("figures", figures)):
        engine.bring(name, rows_of(name, rows))
    return cross(engine, plan, counted(engine, plan), districts=districts or Contours(), iris=iris, with_counts=with_counts)


def line(found: Crossed, residence: str) -> dict[str, Any]:
    """One residence: who it is, and its indicators that are known."""
    at = found.residences["residence"].to_pylist().index(residence)
    values = dict(zip(found.keys, found.values[at].tolist(), strict=True))
    return {**found.residences.slice(at, 1).to_pylist()[0], **{key: v for key, v in values.items() if not math.isnan(v)}}
