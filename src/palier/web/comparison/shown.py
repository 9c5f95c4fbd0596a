"""Published figures as a page shows them: rows in words, and quartiles drawn on one scale a unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from palier.comparison.models import OwnFigure, Publication
from palier.comparison.rules import SHARED, Standing, Territory, standing
from palier.disclosure.primary import Why
from palier.disclosure.quantiles import Quartiles
from palier.sources.rules.indicators import Indicator
from palier.sources.rules.vocabulary import Direction

_WIDTH = 600


@dataclass(frozen=True, slots=True)
class Row:
    """A published figure; one's own beside it on a landlord's own page."""

    publication: Publication
    indicator: Indicator
    own: float | None = None

    @property
    def territory(self) -> Territory:
        """The kind of territory."""
        return Territory(self.publication.territory)

    @property
    def hidden(self) -> Why | None:
        """Why the figures are not shown."""
        return Why(self.publication.hidden) if self.publication.hidden else None

    @property
    def quartiles(self) -> Quartiles | None:
        """What is shown."""
        found = self.publication
        if found.low is None or found.median is None or found.high is None:
            return None
        return Quartiles(found.low, found.median, found.high)

    @property
    def standing(self) -> Standing | None:
        """Where one's own figure is."""
        if self.own is None or self.quartiles is None:
            return None
        return standing(self.own, self.quartiles, self.indicator.direction)

    @property
    def better(self) -> str:
        """Which way is good, in French."""
        return "moins, c’est mieux" if self.indicator.direction is Direction.MORE_IS_WORSE else "plus, c’est mieux"


def rows_of(found: Iterable[Publication]) -> list[Row]:
    """Published figures as rows; those of indicators that are no longer compared are left out."""
    return [Row(one, SHARED[one.indicator]) for one in found if one.indicator in SHARED]


def own_rows(found: Iterable[OwnFigure]) -> list[Row]:
    """One's own figures as rows."""
    return [Row(one.publication, SHARED[one.publication.indicator], one.value) for one in found]


@dataclass(frozen=True, slots=True)
class Bar:
    """One row drawn: where its quartiles and one's own figure are, in a box 600 wide."""

    row: Row
    low: int
    median: int
    high: int
    own: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The rows of one unit on one scale, from zero to a little over the greatest figure."""

    unit: str
    most: float
    bars: tuple[Bar, ...]


def charts(rows: Sequence[Row]) -> list[Chart]:
    """The rows that are shown, by unit."""
    units: dict[str, list[Row]] = {}
    for row in rows:
        if row.quartiles:
            units.setdefault(row.indicator.unit, []).append(row)
    return [_chart(unit, among) for unit, among in units.items()]


def _chart(unit: str, rows: Sequence[Row]) -> Chart:
    most = max(max(row.quartiles.high if row.quartiles else 0.0, row.own or 0.0) for row in rows) or 1.0

    def place(value: float) -> int:
        return round(10 + (_WIDTH - 20) * value / most)

    bars = [
        Bar(row, place(q.low), place(q.median), place(q.high), None if row.own is None else place(row.own))
        for row in rows
        if (q := row.quartiles)
    ]
    return Chart(unit, most, tuple(bars))
