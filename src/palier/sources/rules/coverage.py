"""Which sources speak of a residence: present, too old, or missing. A missing source is no zero: it widens the doubt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import is_stale
from palier.sources.rules.vocabulary import Source


@dataclass(frozen=True, slots=True)
class Figure:
    """The latest that is known of one indicator for one residence, whatever it came from.

    ``reading`` is its number when a landlord brought it, None when Palier counted it or took it from open data.
    """

    residence: int
    indicator: str
    starts_on: date
    ends_on: date
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal
    origin: Origin
    stale: bool
    reading: int | None = None

    @property
    def source(self) -> Source:
        """The source of its indicator."""
        return INDICATORS[self.indicator].source


class Presence(StrEnum):
    """Whether a source speaks of a residence."""

    PRESENT = "present"
    STALE = "stale"
    MISSING = "missing"

    @property
    def label(self) -> str:
        """In French."""
        return {"present": "À jour", "stale": "Ancienne", "missing": "Absente"}[self.value]


@dataclass(frozen=True, slots=True)
class Coverage:
    """For how many residences a source is up to date, too old or missing, and its last day."""

    source: Source
    present: int
    stale: int
    missing: int
    last_day: date | None
    indicators: tuple[str, ...]
    """Those of its indicators that at least one residence has."""

    @property
    def presence(self) -> Presence:
        """What to say of the source for the whole landlord."""
        if self.present:
            return Presence.PRESENT
        return Presence.STALE if self.stale else Presence.MISSING

    @property
    def total(self) -> int:
        """All the residences."""
        return self.present + self.stale + self.missing


def presences(figures: Iterable[Figure], residences: Collection[int]) -> dict[int, dict[Source, Presence]]:
    """For each residence, whether each source speaks of it: one fresh figure makes a source present."""
    found = {residence: dict.fromkeys(Source, Presence.MISSING) for residence in residences}
    for figure in figures:
        if (mine := found.get(figure.residence)) is None:
            continue
        if not figure.stale:
            mine[figure.source] = Presence.PRESENT
        elif mine[figure.source] is Presence.MISSING:
            mine[figure.source] = Presence.STALE
    return found


def coverages(figures: Collection[Figure], residences: Collection[int]) -> list[Coverage]:
    """The coverage of every source, in the order of the registry."""
    known = presences(figures, residences)
    last: dict[Source, date] = {}
    seen: dict[Source, set[str]] = {source: set() for source in Source}
    for figure in figures:
        if figure.residence in known:
            last[figure.source] = max(last.get(figure.source, figure.ends_on), figure.ends_on)
            seen[figure.source].add(figure.indicator)
    return [
        Coverage(
            source=source,
            present=sum(mine[source] is Presence.PRESENT for mine in known.values()),
            stale=sum(mine[source] is Presence.STALE for mine in known.values()),
            missing=sum(mine[source] is Presence.MISSING for mine in known.values()),
            last_day=last.get(source),
            indicators=tuple(key for key in INDICATORS if key in seen[source]),
        )
        for source in Source
    ]


def aged(indicator: str, ends_on: date, on: date) -> bool:
    """Whether a figure of an indicator that ends on a day is stale on another."""
    return is_stale(INDICATORS[indicator], ends_on, on)


def by_residence(figures: Iterable[Figure]) -> Mapping[int, dict[str, Figure]]:
    """Figures by residence, then by indicator."""
    found: dict[int, dict[str, Figure]] = {}
    for figure in figures:
        found.setdefault(figure.residence, {})[figure.indicator] = figure
    return found
