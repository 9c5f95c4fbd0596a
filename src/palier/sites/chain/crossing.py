"""From tables to one line a residence: the places first, which no engine knows, then the expressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from palier.sites.chain import expressions
from palier.sites.chain.engines import Engine
from palier.sites.chain.plan import SHAPES, Plan
from palier.stock.geography import locate

_TYPES = {"string": pa.string(), "float64": pa.float64(), "int64": pa.int64(), "date": pa.date32()}


@dataclass(frozen=True, slots=True)
class Contours:
    """Areas by their code, each a valid WKB in degrees. A point in two of them is in the first."""

    codes: tuple[str, ...] = ()
    shapes: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossed:
    """The answer: residences in the order of their keys, and the value of each indicator, NaN where not known."""

    residences: pa.Table
    """``expressions.COLUMNS``."""
    keys: tuple[str, ...]
    values: NDArray[np.float64]
    """n residences × m indicators."""
    counts: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    """n residences × months of incidents, the last month last; empty when they were not asked for."""

    @property
    def homes(self) -> NDArray[np.float64]:
        """How many homes each residence has."""
        return np.asarray(self.residences["homes"].to_numpy(), dtype=np.float64)


def counted(engine: Engine, plan: Plan) -> pa.Table:
    """The first half, which costs the most and needs no place: what each residence noted, and its homes by point.

    ``dwellings`` and ``incidents`` must be there. What was noted stays with the engine; the points are for ``cross``.
    """
    engine.bring("kinds", kinds_table(plan))
    if plan.events:
        engine.bring("noted", engine.answer(expressions.noted, plan))
    return engine.answer(expressions.addresses, plan)


def cross(
    engine: Engine,
    plan: Plan,
    points: pa.Table,
    *,
    districts: Contours,
    iris: Contours | None = None,
    with_counts: bool = False,
) -> Crossed:
    """Everything that is known of each residence, from the points of ``counted`` and the tables that the engine was brought.

    ``dwellings``, ``incidents``, ``readings`` and ``figures`` must be there, empty where there are none.
    """
    engine.bring("addresses", placed(points, districts, iris or Contours()))
    found = engine.answer(expressions.matrix, plan)
    residences = found.select(expressions.COLUMNS)
    values = np.full((len(found), len(plan.keys)), np.nan)
    for key in plan.computed:
        values[:, plan.keys.index(key)] = found[key].to_numpy()
    _brought(engine, plan, residences["residence"], values)
    counts = _counts(engine, plan, residences["residence"]) if with_counts else np.empty((0, 0))
    return Crossed(residences, plan.keys, values, counts)


def columns_of(crossed: Crossed, keys: Collection[str]) -> NDArray[np.float64]:
    """Columns by their indicator; one that was not crossed is missing everywhere."""
    missing = np.full(len(crossed.values), np.nan)
    at = {key: index for index, key in enumerate(crossed.keys)}
    return np.column_stack([crossed.values[:, at[key]] if key in at else missing for key in keys])


def placed(addresses: pa.Table, districts: Contours, iris: Contours) -> pa.Table:
    """Addresses with the district that their point is in, and the IRIS where none was said."""
    lon, lat = (pc.fill_null(addresses[axis], np.nan).to_numpy() for axis in ("lon", "lat"))
    addresses = addresses.append_column("district", _codes(districts, lon, lat))
    if iris.codes:
        said = pc.coalesce(addresses["iris"].combine_chunks(), _codes(iris, lon, lat))
        addresses = addresses.set_column(addresses.column_names.index("iris"), "iris", said)
    return addresses.select(list(SHAPES["addresses"]))


def _codes(contours: Contours, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> pa.Array:
    found = locate(lon, lat, contours.shapes)
    outside = found < 0
    return pa.array(contours.codes, pa.string()).take(pa.array(found, mask=outside))


def _brought(engine: Engine, plan: Plan, residences: pa.ChunkedArray, values: NDArray[np.float64]) -> None:
    """What was brought takes the place of what was counted or published."""
    if not plan.readings:
        return
    rows = engine.answer(expressions.brought, plan)
    at = pc.index_in(rows["residence"], value_set=residences.combine_chunks())
    rows, at = rows.filter(pc.is_valid(at)), at.drop_null()
    column = pc.index_in(rows["indicator"], value_set=pa.array(plan.keys, pa.string()))
    values[at.to_numpy(), column.to_numpy()] = rows["value"].to_numpy()


def _counts(engine: Engine, plan: Plan, residences: pa.ChunkedArray) -> NDArray[np.float64]:
    rows = engine.answer(expressions.monthly, plan)
    at = pc.index_in(rows["residence"], value_set=residences.combine_chunks())
    rows, at = rows.filter(pc.is_valid(at)), at.drop_null()
    counts = np.zeros((len(residences), plan.months))
    counts[at.to_numpy(), plan.months - 1 - rows["back"].to_numpy()] = rows["count"].to_numpy()
    return counts


def kinds_table(plan: Plan) -> pa.Table:
    """In which indicators each kind of incident counts."""
    columns = {key: pa.array([int(kind in kinds) for kind in plan.kinds], pa.int64()) for key, kinds in plan.events}
    return pa.table({"kind": pa.array(plan.kinds, pa.string()), **columns})


def table(name: str, columns: Mapping[str, Iterable[object]]) -> pa.Table:
    """A table of the plan from plain columns; those that are not given are unknown."""
    rows = {column: list(values) for column, values in columns.items()}
    size = len(next(iter(rows.values()), []))
    return pa.table({column: pa.array(rows.get(column, [None] * size), _TYPES[kind]) for column, kind in SHAPES[name].items()})
