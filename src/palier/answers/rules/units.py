"""What is shown side by side: residences and agencies with enough answers, the others read together.

Whoever has the figure of an agency and those of its residences has the rest by subtraction. So the residences with too few
answers are read together, and when that rest is still too small, the smallest residence shown joins it; in the same way for
agencies within the landlord. Every figure shown, and every difference between figures shown, then has enough answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

INSIDE = 5
"""Answers under which no figure is shown to the landlord's own people."""
PUBLIC = 11
"""Answers under which no figure leaves the landlord."""

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Place:
    """A residence as results see it: its agency, its households, those invited, and the answers to one question."""

    residence: int
    agency: str
    homes: int
    invited: int
    answers: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One or several residences read together, in one agency or several too small to be told apart."""

    agency: tuple[str, ...]
    places: tuple[Place, ...]

    @property
    def answers(self) -> int:
        """Answers of all of them."""
        return sum(place.answers for place in self.places)

    @property
    def homes(self) -> int:
        """Households of all of them."""
        return sum(place.homes for place in self.places)

    @property
    def invited(self) -> int:
        """Invited of all of them."""
        return sum(place.invited for place in self.places)


def together(counts: Mapping[Key, int], fewest: int) -> list[tuple[Key, ...]]:
    """Which keys are shown alone, which are read together so that nothing under ``fewest`` is left; () when nothing can be.

    A key without any answer joins the others: that nobody answered there is not hidden, but it has no figure of its own.
    """
    if sum(counts.values()) < fewest:
        return []
    alone = sorted((key for key, count in counts.items() if count >= fewest), key=lambda key: counts[key])
    rest = [key for key, count in counts.items() if count < fewest]
    left = sum(counts[key] for key in rest)
    while left and left < fewest:
        joined = alone.pop(0)
        rest.append(joined)
        left += counts[joined]
    return [*((key,) for key in alone), *([tuple(rest)] if rest else [])]


def agencies_shown(places: Iterable[Place], fewest: int) -> list[tuple[str, ...]]:
    """The agencies that may be told apart, and those that are read together."""
    counts: dict[str, int] = {}
    for place in places:
        counts[place.agency] = counts.get(place.agency, 0) + place.answers
    return together(counts, fewest)


def units_shown(places: Sequence[Place], fewest: int) -> list[Unit]:
    """The residences that may be told apart, and those that are read together, each within an agency that is shown.

    A group where nobody answered is left out: it has no figure.
    """
    shown: list[Unit] = []
    for agency in agencies_shown(places, fewest):
        here = {place.residence: place for place in places if place.agency in agency}
        for group in together({key: place.answers for key, place in here.items()}, fewest):
            unit = Unit(agency, tuple(here[key] for key in group))
            if unit.answers:
                shown.append(unit)
    return shown


def split_allowed(units: Iterable[Mapping[str, int]], fewest: int) -> bool:
    """Whether the answers on each side (inside or outside the priority districts, not known) may be shown beside units.

    ``units`` says how many answers each has on each side. A unit wholly on one side gives nothing back. Of the others, when all
    lie on the same two sides, subtraction tells what they hold together on each, and nothing finer; with a third side it may
    tell any part of one, so each must be large enough.
    """
    mixed = [{side: number for side, number in unit.items() if number} for unit in units]
    mixed = [unit for unit in mixed if len(unit) > 1]
    sides = {side for unit in mixed for side in unit}
    if len(sides) > 2:
        return all(number >= fewest for unit in mixed for number in unit.values())
    return all(sum(unit.get(side, 0) for unit in mixed) >= fewest for side in sides)
