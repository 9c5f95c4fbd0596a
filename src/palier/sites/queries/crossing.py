"""The table that is scored: a landlord's rows crossed by the chain, as files are, and the table that a run was made from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from palier.sites.models import ScoreRun
from palier.sites.scoring.counts import Floats
from palier.sources import queries as sources
from palier.sources.queries.territory import Published
from palier.sources.rules.coverage import Figure, aged
from palier.stock import queries as stock

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Table:
    """Residences × indicators on a day. A figure that is too old is left out: it widens the doubt, and ``stale`` names it."""

    residences: list[int]
    homes: list[int]
    values: Floats
    stale: dict[int, list[str]]


def table(*, landlord: int, keys: Collection[str], on: date) -> Table:
    """What is known of the residences of the current vintage on a day, in the order of ``keys``; NaN where missing.

    Crossed by the expressions of ``sites.chain``: the landlord's files would give the same.
    """
    # Heavy, and asked for in a worker alone.
    from palier.sites.chain.crossing import columns_of  # noqa: PLC0415
    from palier.sites.chain.landlord import of_landlord  # noqa: PLC0415
    from palier.sites.chain.registry import registry_plan  # noqa: PLC0415

    here: list[Any] = list(stock.residences(landlord=landlord, on=on).order_by("pk"))
    places = sources.places_of(residences=here)
    published = sources.published(territories={code for both in places.values() for code in both}, on=on)
    brought = list(sources.brought(landlord=landlord, on=on))
    tables = {
        "dwellings": _dwellings(landlord, here, places),
        "incidents": _incidents(landlord, on),
        "readings": _readings(here, brought, on),
        "figures": _figures(published),
    }
    crossed = of_landlord(tables, registry_plan(on))
    at = {int(key): row for row, key in enumerate(crossed.residences["residence"].to_pylist())}
    values = columns_of(crossed, keys)[[at[one.pk] for one in here]]
    homes = [one.homes or 0 for one in here]
    old = {(one.residence, one.indicator) for one in brought if one.stale} | _old(places, published, on)
    stale = {
        one.pk: [key for key, value in zip(keys, row, strict=True) if np.isnan(value) and (one.pk, key) in old]
        for one, row in zip(here, values, strict=True)
    }
    return Table([one.pk for one in here], homes, values, {pk: named for pk, named in stale.items() if named})


def matrix_of(run: ScoreRun, *, keys: Sequence[str]) -> tuple[list[int], Floats]:
    """The residences that a run scored, and the values it scored them on, in the order of ``keys``. One SQL query."""
    scores = list(run.scores.order_by("residence").values_list("residence", "parts"))
    columns = {key: column for column, key in enumerate(keys)}
    values = np.full((len(scores), len(keys)), np.nan)
    for row, (_, parts) in enumerate(scores):
        for key, _, value in parts:
            values[row, columns[key]] = value
    return [residence for residence, _ in scores], values


def _table(name: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> pa.Table:
    from palier.sites.chain.crossing import table as shaped  # noqa: PLC0415

    return shaped(name, dict(zip(columns, zip(*rows, strict=True), strict=False)))


def _dwellings(landlord: int, here: list[Any], places: dict[int, tuple[str, str]]) -> pa.Table:
    """One line a residence. Those that left the stock stay, without a home: their incidents tell that a log is kept."""
    rows = [(str(one.pk), "", *(code or None for code in places[one.pk]), one.homes or 0) for one in here]
    mine = {one.pk for one in here}
    left = stock.all_residences(landlord=landlord).values_list("pk", flat=True)
    rows += [(str(pk), "", None, None, 0) for pk in left if pk not in mine]
    return _table("dwellings", ("residence", "landlord", "commune", "iris", "homes"), rows)


def _incidents(landlord: int, on: date) -> pa.Table:
    noted = sources.noted_incidents(landlord=landlord, on=on)
    rows = ((str(home), month, kind, count) for home, month, kind, count in noted)
    return _table("incidents", ("residence", "month", "kind", "count"), rows)


def _readings(here: list[Any], brought: list[Figure], on: date) -> pa.Table:
    rows = [(str(one.residence), one.indicator, one.ends_on, float(one.value)) for one in brought]
    rows += [(str(one.pk), "qpv_share", on, one.inside * 100 / one.known) for one in here if one.known]
    return _table("readings", ("residence", "indicator", "ends_on", "value"), rows)


def _figures(published: dict[tuple[str, str], Published]) -> pa.Table:
    rows = ((place, key, one.year, float(one.value)) for (place, key), one in published.items())
    return _table("figures", ("territory", "indicator", "year", "value"), rows)


def _old(places: dict[int, tuple[str, str]], published: dict[tuple[str, str], Published], on: date) -> set[tuple[int, str]]:
    """The public figures of each residence that are too old."""
    old: dict[str, list[str]] = {}
    for (place, key), one in published.items():
        if aged(key, date(one.year, 12, 31), on):
            old.setdefault(place, []).append(key)
    return {(pk, key) for pk, both in places.items() for place in both for key in old.get(place, ())}
