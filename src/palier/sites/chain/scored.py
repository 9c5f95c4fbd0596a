"""From what is known of each residence to its score, its classes, its doubts and its alerts, one line a residence."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from palier.calendar import add_months
from palier.sites.chain.crossing import Crossed, columns_of
from palier.sites.rules import Level
from palier.sites.scoring.classes import Assignment, assign
from palier.sites.scoring.composite import Composite, composite
from palier.sites.scoring.doubt import rank, rank_interval
from palier.sites.scoring.method import ScoringMethod

DRIVERS = 3


def scored(crossed: Crossed, method: ScoringMethod, *, on: date, ranks: bool = False) -> pa.Table:
    """The table of results, in the order of the residences: what « palier sites score » writes.

    Alerts are there when the monthly counts are.
    """
    values = columns_of(crossed, method.keys)
    with ThreadPoolExecutor(1) as aside:  # neither needs the other, and numpy lets both work at once
        assigned = aside.submit(assign, values, method.thresholds)
        made = composite(values, method.criteria, method.method)
        classes = assigned.result()
    found = {name: crossed.residences[name] for name in crossed.residences.column_names}
    found |= {"score": _numbers(made.scores), "rank": _ranks(rank(made.scores))}
    if ranks:
        interval = rank_interval(values, method.criteria, method.method)
        found |= {"rank_low": _ranks(interval.low), "rank_high": _ranks(interval.high)}
    found |= _classes(classes)
    found["coverage"] = pa.array(made.coverage)
    found |= {f"family_{key}": _numbers(scores) for key, scores in made.families.items()}
    found |= _drivers(made, method)
    if crossed.counts.size:
        found |= _alerts(crossed, on)
    found |= {key: _numbers(crossed.values[:, index]) for index, key in enumerate(crossed.keys)}
    return pa.table(found)


def _numbers(values: NDArray[np.float64]) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _ranks(ranks: NDArray[np.int32]) -> pa.Array:
    return pa.array(ranks, mask=ranks == 0)


def _classes(classes: Assignment) -> dict[str, pa.Array]:
    """Cautious (pessimistic) and favourable (optimistic) readings; null where too little is observed."""
    levels = pa.array([level.value for level in Level])
    both = {"class_cautious": classes.pessimistic, "class_favourable": classes.optimistic}
    return {name: levels.take(pa.array(found, pa.int8(), mask=found < 0)) for name, found in both.items()}


def _drivers(made: Composite, method: ScoringMethod) -> dict[str, pa.Array]:
    """The indicators that bring most to each score, and the points they bring; the first of the method when they tie."""
    brought = np.nan_to_num(made.contributions)
    order = np.argsort(-brought, axis=1, kind="stable")[:, :DRIVERS]
    points = np.take_along_axis(brought, order, axis=1)
    keys = pa.array(method.keys)
    found: dict[str, pa.Array] = {}
    for place in range(order.shape[1]):
        nothing = points[:, place] <= 0
        found[f"driver_{place + 1}"] = keys.take(pa.array(order[:, place], mask=nothing))
        found[f"driver_{place + 1}_points"] = pa.array(points[:, place], mask=nothing)
    return found


def _alerts(crossed: Crossed, on: date) -> dict[str, pa.Array]:
    """Whether each residence tips over, how sure, since when, from how many incidents a month to how many."""
    from palier.sites.scoring.tipping import FALSE_ALARMS, move, tipping  # noqa: PLC0415 - scipy, a second to import

    seen = tipping(crossed.counts, crossed.homes)
    rows = np.flatnonzero(seen.q <= FALSE_ALARMS)
    moves = {row: move(crossed.counts[row], seen.expected[row], seen.dispersion[row]) for row in rows.tolist()}
    months = crossed.counts.shape[1]
    first = add_months(on.replace(day=1), 1 - months)
    quiet = np.full(len(seen.q), True)
    quiet[rows] = False
    every = [moves.get(row) for row in range(len(seen.q))]
    return {
        "alert": pa.array(~quiet),
        "alert_q": pa.array(seen.q),
        "alert_since": pa.array([one and add_months(first, one.since) for one in every], pa.date32()),
        "alert_before": pa.array([one and one.before for one in every], pa.float64()),
        "alert_after": pa.array([one and one.after for one in every], pa.float64()),
        "alert_times": pa.array([one and one.at_least for one in every], pa.float64()),
    }
