"""What the answers of hot surveys are read by.

An answer bears a group only among five answers of its batch that bear the same groups: any part of the answers that groups or
days cut out, and any difference between two figures, is therefore made of five answers at least, or of none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from palier.answers.rules.units import together


class By(StrEnum):
    """What lines stand for."""

    SUPPLIER = "supplier"
    THEME = "theme"
    AGENCY = "agency"
    RESIDENCE = "residence"

    @property
    def label(self) -> str:
        """In French, as the head of a column."""
        return {"supplier": "Prestataire", "theme": "Thème", "agency": "Agence", "residence": "Résidence"}[self.value]


Key = str | int | None


@dataclass(frozen=True, slots=True)
class Heard:
    """The answers to one question: those with an opinion, those that are favourable."""

    answers: int
    good: int


@dataclass(frozen=True, slots=True)
class Cut:
    """One line: a group, or several with too few opinions, read together."""

    keys: tuple[Key, ...]
    heard: Heard
    invited: int
    """How many were invited; 0 when it cannot be told of each group."""


def cuts(heard: Mapping[Key, Heard], invited: Mapping[Key, int], fewest: int) -> list[Cut]:
    """The groups that are shown. Where answers lost their group ("" or None), how many were invited is told of none (0).

    Set against the answers that are left, it would give each too low a rate of response.
    """
    shown = together({key: one.answers for key, one in heard.items()}, fewest)
    return [
        Cut(
            keys,
            Heard(sum(heard[key].answers for key in keys), sum(heard[key].good for key in keys)),
            sum(invited.get(key, 0) for key in keys) if all(heard) else 0,
        )
        for keys in shown
    ]
