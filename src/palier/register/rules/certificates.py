"""The certificate: its number, its code, what it says, and whether it holds."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.committee.rules.outcomes import Outcome
from palier.register.rules.history import Line, Standing

FORMAT = "palier.certificate/1"
# Crockford's alphabet: no letter that one takes for a figure.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})
_NUMBERED = re.compile(r"\W*PAL\W*(\d{4})\W*(\d{1,6})\W*", re.ASCII | re.IGNORECASE)


class Grant(StrEnum):
    """What a certificate certifies."""

    AWARD = "award"
    CONFIRMATION = "confirmation"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        """In French."""
        return {"award": "Attribution", "confirmation": "Confirmation", "renewal": "Renouvellement"}[self.value]

    @property
    def sentence(self) -> str:
        """What the committee did, whatever the landlord's name, singular or plural."""
        return {"award": "Label attribué", "confirmation": "Label confirmé", "renewal": "Label renouvelé"}[self.value]


GRANT_OF_OUTCOME: dict[str, Grant] = {
    Outcome.LABEL_AWARDED: Grant.AWARD,
    Outcome.CONFIRMED: Grant.CONFIRMATION,
    Outcome.CONFIRMED_WITH_RESERVATIONS: Grant.CONFIRMATION,
    Outcome.RENEWED: Grant.RENEWAL,
}


def number(year: int, sequence: int) -> str:
    """The number written on a certificate: ``PAL-2026-0417``."""
    return f"PAL-{year}-{sequence:04d}"


def spelled(code: str) -> str:
    """A code as people read it: in groups of four."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def meant(text: str) -> str:
    """The code that somebody typed: no space, no hyphen, capitals, O for 0, I and L for 1; empty when it is none."""
    code = "".join(c for c in text.upper() if c.isalnum()).translate(_MEANT)
    return code if len(code) == CODE_LENGTH and set(code) <= set(ALPHABET) else ""


def numbered(text: str) -> str:
    """The number that somebody typed, whatever its spaces, hyphens and capitals; empty when it is none."""
    found = _NUMBERED.fullmatch(text)
    return number(int(found[1]), int(found[2])) if found else ""


class Validity(StrEnum):
    """What the verification of a certificate answers."""

    VALID = "valid"
    FUTURE = "future"
    REPLACED = "replaced"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RESIGNED = "resigned"
    MERGED = "merged"

    @property
    def label(self) -> str:
        """In French, of a certificate."""
        return _VALIDITIES[self][0]

    @property
    def shape(self) -> str:
        """The state shape that stands before its word."""
        return _VALIDITIES[self][1]


_VALIDITIES = {
    Validity.VALID: ("Valable", "done"),
    Validity.FUTURE: ("Pas encore valable", "doing"),
    Validity.REPLACED: ("Remplacé", "doing"),
    Validity.SUSPENDED: ("Label suspendu", "late"),
    Validity.WITHDRAWN: ("Label retiré", "refused"),
    Validity.EXPIRED: ("Label expiré", "todo"),
    Validity.RESIGNED: ("Label rendu", "todo"),
    Validity.MERGED: ("Organisme repris", "todo"),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a certificate holds on a day, since or until when, and what replaced it."""

    validity: Validity
    on: date
    replaced_by: str = ""


def answer(*, line: Line, last: str, mine: str, starts: date, until: date, on: date) -> Answer:
    """Whether a certificate holds, from where its label stands.

    Args:
        line: where the label stands on the day.
        last: the number of the last certificate of the same label that is valid by that day.
        mine: the number of the certificate that is checked.
        starts: its first day: after an early renewal, the day after the last of the one before.
        until: the last day of the certificate that counts.
        on: the day.
    """
    if line.ended_on is not None:
        return Answer(Validity(line.standing.value), line.ended_on, last if last != mine else "")
    if line.standing is Standing.SUSPENDED:
        return Answer(Validity.SUSPENDED, line.changed_on, last if last != mine else "")
    if starts > on:
        return Answer(Validity.FUTURE, starts)
    if last != mine:
        return Answer(Validity.REPLACED, until, last)
    return Answer(Validity.VALID, until)
