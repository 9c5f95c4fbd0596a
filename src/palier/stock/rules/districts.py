"""Priority districts (QPV): the dated lists, and what is said of a residence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction


@dataclass(frozen=True, slots=True)
class DistrictList:
    """One list of priority districts: in force from a day, in mainland France then overseas, until the next one.

    ``prefix`` begins the codes of its districts: « QP » in 2015, « QN » in 2024.
    """

    version: str
    prefix: str
    mainland_from: date
    overseas_from: date

    def starts_on(self, code: str) -> date:
        """The day a district of this list takes effect. Overseas codes carry the number 97 or 98 (« QN97101M »)."""
        return self.overseas_from if code[2:4] in {"97", "98"} else self.mainland_from


# Decrees of 30 December 2014 and 28 December 2023; the overseas list was revised a year later.
LISTS: dict[str, DistrictList] = {
    "2015": DistrictList("2015", "QP", date(2015, 1, 1), date(2015, 1, 1)),
    "2024": DistrictList("2024", "QN", date(2024, 1, 1), date(2025, 1, 1)),
}
VERSIONS = tuple(LISTS)


def version_on(day: date) -> str:
    """The list in force in mainland France on a day (the first one before any)."""
    return max((v for v, known in LISTS.items() if known.mainland_from <= day), default=VERSIONS[0])


def named_by(code: str) -> str | None:
    """The list that the code of a district is of, by its first letters; None for somebody's own code."""
    return next((version for version, known in LISTS.items() if code.startswith(known.prefix)), None)


def declared_version(year: int) -> str | None:
    """The list that a landlord's yes or no bears on, in the file of a year; None before 2015 (urban zones of old)."""
    return version_on(date(year, 1, 1)) if year >= 2015 else None


class Method(StrEnum):
    """How the district of a home is known."""

    CONTOURS = "contours"
    DECLARED = "declared"

    @property
    def label(self) -> str:
        """In French."""
        return {"contours": "calculé d’après les contours", "declared": "déclaré dans le fichier"}[self.value]


class Standing(StrEnum):
    """What is said of a residence: in a district, partly, outside, or not known."""

    INSIDE = "inside"
    PARTLY = "partly"
    OUTSIDE = "outside"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {"inside": "En QPV", "partly": "En partie", "outside": "Hors QPV", "unknown": "QPV inconnu"}[self.value]


def standing(inside: int | None, known: int | None) -> Standing:
    """What to say when ``inside`` homes of the ``known`` ones are in a district."""
    if not known or inside is None:
        return Standing.UNKNOWN
    if inside == 0:
        return Standing.OUTSIDE
    return Standing.INSIDE if inside >= known else Standing.PARTLY


def share(inside: int, known: int) -> Fraction | None:
    """The share of the homes that are in a district; None when the place of none is known."""
    return Fraction(inside, known) if known else None


_CODE = re.compile(r"Q[NP](\d{3}|02[AB])\w{3}")
_NATIONAL = 60
"""Departments in which a list has districts, from which it is taken for the whole country's."""


def covers(codes: Iterable[str]) -> Callable[[str], bool]:
    """Whether the contours of these districts say anything of a commune, by its INSEE code: whether it is in a district or not.

    They do where its department has some (« QN09312I » is of Seine-Saint-Denis), and everywhere once the list is national. A
    list whose codes are of another form is somebody's own, taken as whole.
    """
    found = {match[1] if (match := _CODE.fullmatch(code)) else None for code in codes}
    if None in found or len(found) >= _NATIONAL:
        return lambda _: True
    if not found:
        return lambda _: False
    return lambda commune: not commune or (commune[:3] if commune.startswith("97") else f"0{commune[:2]}") in found
