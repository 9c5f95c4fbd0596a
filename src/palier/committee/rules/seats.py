"""Seats and who sits for them: the voice belongs to the seat, never to the person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Office(StrEnum):
    """What a titular member may be besides."""

    PRESIDENT = "president"
    VICE_PRESIDENT = "vice_president"

    @property
    def label(self) -> str:
        """In French, neutral."""
        return {"president": "présidence", "vice_president": "vice-présidence"}[self.value]


class Recusal(StrEnum):
    """How far a conflict of interest reaches."""

    PERSONAL = "personal"
    """The person alone leaves: a substitute may sit."""
    INSTITUTIONAL = "institutional"
    """The body itself is concerned: titular and substitutes leave."""

    @property
    def label(self) -> str:
        """In French."""
        return {
            "personal": "personnel : la suppléance peut siéger",
            "institutional": "de l’organisme : titulaire et suppléances sortent",
        }[self.value]


class Hold(StrEnum):
    """What becomes of a seat for one matter."""

    SITS = "sits"
    PROXY = "proxy"
    """Nobody is there; its voice is carried by somebody who sits for another seat."""
    RECUSED = "recused"
    VACANT = "vacant"

    @property
    def label(self) -> str:
        """In French."""
        return {"sits": "siège", "proxy": "a donné pouvoir", "recused": "récusé", "vacant": "sans personne"}[self.value]


@dataclass(frozen=True, slots=True, order=True)
class Holder:
    """A mandate in force: rank 0 is the titular, then the substitutes in the order in which they are called."""

    rank: int
    person: int


@dataclass(frozen=True, slots=True)
class Place:
    """A seat for one matter: whether somebody sits, and who."""

    hold: Hold
    person: int | None = None
    rank: int | None = None

    @property
    def substituted(self) -> bool:
        """Whether a substitute sits."""
        return bool(self.rank)


def place(
    holders: Iterable[Holder],
    *,
    present: Collection[int],
    recused: Mapping[int, Recusal],
    late: Mapping[int, int] = MappingProxyType({}),
) -> Place:
    """Who sits for a seat: its titular when in the room and not recused, else the first substitute who is, else nobody.

    Those who came ``late``, once the matter was open, sit after all others, in the order in which they came.
    An institutional recusal of any of its holders empties the seat. A seat whose only people in the room are recused is
    recused, not vacant.
    """
    ranked = sorted(holders, key=lambda holder: (late.get(holder.person, 0), holder))
    if any(recused.get(holder.person) is Recusal.INSTITUTIONAL for holder in ranked):
        return Place(Hold.RECUSED)
    here = [holder for holder in ranked if holder.person in present]
    for holder in here:
        if holder.person not in recused:
            return Place(Hold.SITS, holder.person, holder.rank)
    return Place(Hold.RECUSED if here else Hold.VACANT)
