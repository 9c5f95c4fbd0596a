"""Conflicts of interest: what a member declares, and what the records suggest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Interest(StrEnum):
    """What a member declares on a matter."""

    NONE = "none"
    INTEREST = "interest"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """In French, in the first person."""
        return {"none": "Je n’ai pas de lien", "interest": "J’ai un lien", "unknown": "Je ne sais pas"}[self.value]


class Ground(StrEnum):
    """Why the records suggest a conflict between a person and an organisation."""

    WORKS_THERE = "works_there"
    ON_BOARD = "on_board"
    AUDITED = "audited"
    REPRESENTS_TENANTS = "represents_tenants"
    WORKS_IN_GROUP = "works_in_group"
    ON_BOARD_IN_GROUP = "on_board_in_group"
    SAME_FIRM = "same_firm"
    OWN_FEDERATION = "own_federation"
    OWN_REGION = "own_region"

    @property
    def label(self) -> str:
        """In French."""
        return _GROUNDS[self]

    @property
    def of_body(self) -> bool:
        """Whether it concerns the body that the seat belongs to, more than the person."""
        return self in {Ground.OWN_FEDERATION, Ground.OWN_REGION}


_GROUNDS = {
    Ground.WORKS_THERE: "a ou a eu un rôle chez cet organisme",
    Ground.ON_BOARD: "siège ou a siégé au conseil de cet organisme",
    Ground.AUDITED: "a la charge d’un audit de cet organisme, ou l’a eue",
    Ground.REPRESENTS_TENANTS: "représente les locataires de cet organisme",
    Ground.WORKS_IN_GROUP: "a ou a eu un rôle chez un organisme du même groupe",
    Ground.ON_BOARD_IN_GROUP: "siège ou a siégé au conseil d’un organisme du même groupe",
    Ground.SAME_FIRM: "a ou a eu un rôle dans ce cabinet",
    Ground.OWN_FEDERATION: "siège pour la fédération de cet organisme",
    Ground.OWN_REGION: "siège pour l’association régionale de cet organisme",
}


@dataclass(frozen=True, slots=True)
class Clue:
    """A likely conflict: who, with which organisation, why; and what was made of it before, if anything."""

    person: int
    organisation: int
    ground: Ground
    detail: str
    confirmed: bool | None = None
    reason: str = ""
