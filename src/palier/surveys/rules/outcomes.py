"""What became of each invitation, and the rates that follow.

Codes and rates are those of the American Association for Public Opinion Research, *Standard Definitions: Final Dispositions
of Case Codes and Outcome Rates for Surveys* (9th ed., 2016): the same words as any survey that can be compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Outcome(StrEnum):
    """A final disposition. An invitation of which nothing is known yet is ``NOTHING``."""

    COMPLETE = "1.1"
    PARTIAL = "1.2"
    REFUSED = "2.11"
    BROKEN_OFF = "2.12"
    NOT_REACHED = "2.2"
    UNABLE = "2.32"
    LANGUAGE = "2.33"
    NOTHING = "3.19"
    UNDELIVERED = "3.3"
    MOVED_OUT = "4.1"
    VACANT = "4.6"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return _LABELS[self]


_LABELS = {
    Outcome.COMPLETE: "Répondu en entier",
    Outcome.PARTIAL: "Répondu en partie",
    Outcome.REFUSED: "Refus",
    Outcome.BROKEN_OFF: "Abandon en cours de route",
    Outcome.NOT_REACHED: "Jamais joint",
    Outcome.UNABLE: "Hors d’état de répondre",
    Outcome.LANGUAGE: "Langue non proposée",
    Outcome.NOTHING: "Sans nouvelles",
    Outcome.UNDELIVERED: "Adresse ou numéro qui ne répond plus",
    Outcome.MOVED_OUT: "N’habite plus là",
    Outcome.VACANT: "Logement vide",
}
ANSWERED = frozenset({Outcome.COMPLETE, Outcome.PARTIAL})
# While nothing final is known, one may still write or call.
OPEN = frozenset({Outcome.NOTHING, Outcome.NOT_REACHED, Outcome.UNDELIVERED})
# Those who turn out not to be of the population.
OUT = frozenset({Outcome.MOVED_OUT, Outcome.VACANT})


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts by family of outcomes (I, P, R, NC, O, UO of the definitions), and the rates made of them.

    A rate over nobody is None.
    """

    complete: int = 0
    partial: int = 0
    refused: int = 0
    not_reached: int = 0
    other: int = 0
    unknown: int = 0
    out: int = 0

    @property
    def eligible(self) -> int:
        """Those who are known to be of the population."""
        return self.complete + self.partial + self.refused + self.not_reached + self.other

    @property
    def answered(self) -> int:
        """Complete and partial answers."""
        return self.complete + self.partial

    @property
    def response_1(self) -> Fraction | None:
        """RR1, the lowest: complete answers among everybody who may be of the population."""
        return _part(self.complete, self.eligible + self.unknown)

    @property
    def response_2(self) -> Fraction | None:
        """RR2: as RR1, partial answers counted."""
        return _part(self.answered, self.eligible + self.unknown)

    def response_3(self, eligible_share: Fraction) -> Fraction | None:
        """RR3: as RR1, with only this share of the unknown taken to be of the population."""
        return _part(self.complete, self.eligible + eligible_share * self.unknown)

    @property
    def response_5(self) -> Fraction | None:
        """RR5, the highest: complete answers among those known to be of the population."""
        return _part(self.complete, self.eligible)

    @property
    def cooperation_1(self) -> Fraction | None:
        """COOP1: complete answers among those reached."""
        return _part(self.complete, self.answered + self.refused + self.other)

    @property
    def refusal_1(self) -> Fraction | None:
        """REF1: refusals among everybody who may be of the population."""
        return _part(self.refused, self.eligible + self.unknown)

    @property
    def contact_1(self) -> Fraction | None:
        """CON1: those reached among everybody who may be of the population."""
        return _part(self.answered + self.refused + self.other, self.eligible + self.unknown)


def _part(count: int, of: Fraction | int) -> Fraction | None:
    return Fraction(count) / of if of else None


_FAMILIES = {
    Outcome.COMPLETE: "complete",
    Outcome.PARTIAL: "partial",
    Outcome.REFUSED: "refused",
    Outcome.BROKEN_OFF: "refused",
    Outcome.NOT_REACHED: "not_reached",
    Outcome.UNABLE: "other",
    Outcome.LANGUAGE: "other",
    Outcome.NOTHING: "unknown",
    Outcome.UNDELIVERED: "unknown",
    Outcome.MOVED_OUT: "out",
    Outcome.VACANT: "out",
}


def rates(counts: Mapping[str, int]) -> Rates:
    """The rates of a wave or of a stratum, from how many invitations bear each code."""
    families: dict[str, int] = {}
    for code, count in counts.items():
        family = _FAMILIES[Outcome(code)]
        families[family] = families.get(family, 0) + count
    return Rates(**families)
