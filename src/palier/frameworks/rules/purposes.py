"""What a grid is for: who fills it in, who reads it, and when."""

from __future__ import annotations

from dataclasses import dataclass

from palier.directory.rules import Right, Role, Thing, may
from palier.ledger.rules import Audience
from palier.verdict import YES, Verdict, no

# These read answers that are held back until they are released.
BEHIND_THE_SCENES = frozenset({Role.AUDITOR, Role.REFERENT, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Purpose:
    """A use of grids.

    ``thing`` is the row of the matrix that says who writes and reads; ``held`` keeps the answers with the auditor and the
    label's team until they are released; ``self_started`` lets those who write start an assessment of the whole landlord
    from its own page (otherwise another room starts it, on its own subject). A ``routine`` comes back many times a month:
    the pages of evaluations leave it to the room that started it, and nobody is told of each one.
    """

    label: str
    thing: Thing
    held: bool = False
    self_started: bool = False
    routine: bool = False

    @property
    def audience(self) -> Audience:
        """Who reads the ledger lines, and the pieces deposited on the way."""
        if self.routine:
            return Audience.LANDLORD
        return Audience.AUDIT if self.held else Audience.FILE


PURPOSES: dict[str, Purpose] = {
    "hqs_diagnosis": Purpose("Diagnostic HQS", Thing.FINDINGS, held=True),
    "complex_sites": Purpose("Cotation des sites", Thing.SITE_RATING),
    "site_diagnosis": Purpose("Diagnostic approfondi d’un site", Thing.SITE_RATING),
    "charter_review": Purpose("Revue de charte", Thing.CHARTER, self_started=True),
    "residence_sheet": Purpose("Fiche résidence", Thing.VISITS, routine=True),
    "cleanliness_round": Purpose("Contrôle de propreté", Thing.VISITS, routine=True),
}


def same_use(code: str, *, was: str, now: str) -> Verdict:
    """Whether a version may follow those of its code: what a grid is for never changes."""
    if was == now:
        return YES
    return no(
        "frameworks.other_purpose",
        f"La grille « {code} » sert à « {PURPOSES[was].label} » : donnez un autre code à celle-ci.",
    )


def may_write(purpose: str, roles: frozenset[Role], *, entrusted: bool = False) -> Verdict:
    """Whether somebody may answer: by the right to write, or to write one's own when the assessment is entrusted to them."""
    right = Right.WRITE_OWN if entrusted else Right.WRITE
    return may(roles, right, PURPOSES[purpose].thing)


def readable(roles: frozenset[Role]) -> frozenset[str]:
    """The purposes whose assessments these roles may read, once released for those that are held; routines left out."""
    return frozenset(
        code for code, purpose in PURPOSES.items() if not purpose.routine and may(roles, Right.READ, purpose.thing)
    )


def reads_held(roles: frozenset[Role]) -> bool:
    """Whether these roles read answers before they are released."""
    return bool(roles & BEHIND_THE_SCENES)
