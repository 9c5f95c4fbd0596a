"""What landlords may see of one another: what is shared, when it is published, where one stands.

The thresholds are sober defaults, not an official text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt

from palier.calendar import add_months
from palier.disclosure.primary import Policy
from palier.disclosure.quantiles import Quartiles
from palier.sources.rules.coverage import Figure
from palier.sources.rules.indicators import BROUGHT, Indicator
from palier.sources.rules.vocabulary import Direction, Kind
from palier.verdict import YES, Verdict, no

# Each landlord counts once in a median: homes only tell whether one of them is too large for the others.
POLICY = Policy(fewest=5, largest=0.4, together=None, closeness=None)
# Sites are few and whole: a hidden count stays uncertain by one; that several landlords have none tells little of each.
SITES_POLICY = Policy(fewest=5, largest=0.4, together=None, closeness=None, floor=1.0, zeros_speak=False)
# A landlord whose figure speaks of less than this share of its homes there does not count.
LEAST_COVERED = Decimal("0.5")
HOMES_STEP = 100
NEAR_METRES = 300
# The count of priority sites, beside the registry's indicators.
SITES = "priority_sites"
SHARED: Mapping[str, Indicator] = BROUGHT


class Territory(StrEnum):
    """What is compared: a town, or the landlords of a regional association."""

    REGION = "region"
    COMMUNE = "commune"

    @property
    def label(self) -> str:
        """In French."""
        return {"region": "Région", "commune": "Commune"}[self.value]


@dataclass(frozen=True, slots=True)
class Period:
    """A quarter: its figures are published once, after it ends, and never computed again."""

    starts_on: date

    @property
    def ends_on(self) -> date:
        """Its last day."""
        return add_months(self.starts_on, 3) - timedelta(days=1)

    @property
    def label(self) -> str:
        """In French: « 3e trimestre 2026 »."""
        number = (self.starts_on.month + 2) // 3
        return f"{number}{'er' if number == 1 else 'e'} trimestre {self.starts_on.year}"


def last_ended(on: date) -> Period:
    """The latest quarter that is over on a day."""
    this = date(on.year, (on.month - 1) // 3 * 3 + 1, 1)
    return Period(add_months(this, -3))


def may_publish(period: Period, on: date) -> Verdict:
    """Whether a quarter may be published: only once it is over."""
    if on <= period.ends_on:
        return no("comparison.not_over", f"Le {period.label} se publie quand il est fini.")
    return YES


def knows(indicator: str) -> Verdict:
    """Whether landlords compare this."""
    if indicator == SITES or indicator in SHARED:
        return YES
    return no("comparison.unknown", "Cet indicateur ne se compare pas entre organismes.")


@dataclass(frozen=True, slots=True)
class Part:
    """The figure of one landlord for one indicator in some of its residences, and the homes that it speaks of, by town."""

    value: float
    homes: Mapping[str, int]


def own_part(figures: Iterable[Figure], homes: Mapping[int, int], communes: Mapping[int, str]) -> Part | None:
    """A landlord's figure over some residences; None when it speaks of too few of their homes.

    Each residence weighs what its figure was counted of, or its homes. Stale figures do not count.
    """
    weighed = Decimal(0)
    weight = Decimal(0)
    covered: dict[str, int] = {}
    for figure in figures:
        here = homes.get(figure.residence, 0)
        if figure.stale or not here:
            continue
        counts = SHARED[figure.indicator].kind is not Kind.LEVEL and figure.denominator
        mine = figure.denominator if counts and figure.denominator else Decimal(here)
        weighed += figure.value * mine
        weight += mine
        town = communes.get(figure.residence, "")
        covered[town] = covered.get(town, 0) + here
    if not weight or sum(covered.values()) < LEAST_COVERED * sum(homes.values()):
        return None
    return Part(float(weighed / weight), covered)


def step_of(indicator: Indicator) -> float:
    """What published figures are rounded to: one point of a share, half an event of a rate, half a step of a scale."""
    return 1.0 if indicator.kind is Kind.SHARE else 0.5


class Standing(StrEnum):
    """Where a landlord's own figure is among the quartiles, from the better end to the worse."""

    BEST_QUARTER = "best_quarter"
    BETTER_HALF = "better_half"
    WORSE_HALF = "worse_half"
    WORST_QUARTER = "worst_quarter"

    @property
    def label(self) -> str:
        """In French, after « vous êtes »."""
        return {
            "best_quarter": "dans le quart le plus favorable",
            "better_half": "dans la moitié la plus favorable",
            "worse_half": "dans la moitié la moins favorable",
            "worst_quarter": "dans le quart le moins favorable",
        }[self.value]


def standing(value: float, published: Quartiles, direction: Direction) -> Standing:
    """Where a figure is among the published quartiles; a figure that equals one is on its better side."""
    ends = [published.low, published.median, published.high]
    above = sum(value > end for end in ends) if direction is Direction.MORE_IS_WORSE else sum(value < end for end in ends)
    return list(Standing)[above]


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The distance between two points given as longitude and latitude, on a sphere."""
    (lon, lat), (other_lon, other_lat) = one, other
    half = sin(radians(other_lat - lat) / 2) ** 2
    half += cos(radians(lat)) * cos(radians(other_lat)) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * 6_371_000 * asin(sqrt(half))
