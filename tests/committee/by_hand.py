"""Decisions taken elsewhere, recorded from the letter that says them."""

from __future__ import annotations

from palier.committee.models import Decision
from palier.committee.operations import record_decision
from palier.documents.operations import Received

LETTER = Received(sha256="5e" * 32, name="lettre.pdf", size=1_200, media_type="application/pdf")


def by_hand(**given: object) -> Decision:
    return record_decision(document=LETTER, **given)  # type: ignore[arg-type]
