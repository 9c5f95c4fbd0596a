"""What is crossed: the shape of each table, the indicators that come from it, and the time that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from palier.sources.rules.incidents import counted_since

_PLACED = {
    "residence": "string",
    "landlord": "string",
    "commune": "string",
    "iris": "string",
    "lon": "float64",
    "lat": "float64",
    "homes": "int64",
}
SHAPES: Mapping[str, Mapping[str, str]] = {
    "dwellings": _PLACED,
    "addresses": {**_PLACED, "district": "string"},
    "incidents": {"residence": "string", "month": "date", "kind": "string", "count": "int64"},
    "readings": {"residence": "string", "indicator": "string", "ends_on": "date", "value": "float64"},
    "figures": {"territory": "string", "indicator": "string", "year": "int64", "value": "float64"},
}
"""The columns of each table, in types that every engine has.

A line of ``dwellings`` is ``homes`` homes at one point; ``addresses`` are the same, one line a point, with its district.
``month`` may be any day of a month. ``figures`` are published for a commune or an IRIS.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """The indicators of the answer, by where they come from. Hashable: what is compiled for a plan is kept.

    ``events`` are counted from incidents of some kinds; ``readings`` are brought as they are; ``of_commune`` and
    ``of_iris`` are published for the place where a residence is. Each but the events comes with the months after which it
    is stale: it is then left out, as if it were missing.
    """

    on: date
    """The last day that counts."""
    events: tuple[tuple[str, tuple[str, ...]], ...] = ()
    readings: tuple[tuple[str, int], ...] = ()
    of_commune: tuple[tuple[str, int], ...] = ()
    of_iris: tuple[tuple[str, int], ...] = ()
    months: int = 36
    """How many months back the monthly counts go."""

    @property
    def since(self) -> date:
        """The last day before the year over which rates are counted."""
        return counted_since(self.on) - timedelta(days=1)

    @property
    def computed(self) -> tuple[str, ...]:
        """The indicators that are counted or published, in their order."""
        parts = (self.events, self.of_commune, self.of_iris)
        return (*(key for part in parts for key, _ in part), DISTRICTS)

    @property
    def keys(self) -> tuple[str, ...]:
        """Every indicator of the answer once, in its order."""
        return tuple(dict.fromkeys([*(key for key, _ in self.readings), *self.computed]))

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every kind of incident that counts somewhere, in order."""
        return tuple(sorted({kind for _, kinds in self.events for kind in kinds}))


DISTRICTS = "qpv_share"
"""The indicator that is the share of homes in a priority district: computed here, unless somebody brings it."""
