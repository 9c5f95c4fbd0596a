"""What every write on an assessment goes through: its lock, its stored figures, its ledger line.

Locks are taken in one order everywhere, the assessment first, the ledger's head last.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from palier.directory.models import Person
from palier.frameworks import queries
from palier.frameworks.models import Assessment
from palier.frameworks.rules.answering import OPEN, still_open
from palier.frameworks.rules.grid import Criterion, Given
from palier.frameworks.rules.purposes import PURPOSES
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.verdict import Refusal, no, require


def locked(assessment: Assessment) -> QuerySet[Assessment]:
    """The assessment if it is still open, its row locked until the end of the transaction."""
    return Assessment.objects.filter(pk=assessment.pk, status=OPEN).select_for_update()


def lock(assessment: Assessment) -> None:
    """Take the lock now.

    Raises:
        Refusal: when the assessment no longer takes answers.
    """
    if not locked(assessment).values("pk"):
        require(still_open(Assessment.objects.values_list("status", flat=True).get(pk=assessment.pk)))


def criterion_of(assessment: Assessment, code: str) -> Criterion:
    """A criterion of the assessment's grid.

    Raises:
        Refusal: when the grid has none under this code.
    """
    criterion = queries.framework(assessment.version).criteria.get(code)
    if criterion is None:
        raise Refusal(no("frameworks.unknown_criterion", f"La grille n’a pas de critère « {code} »."))
    return criterion


def refresh(assessment: Assessment, at: datetime) -> dict[str, Given]:
    """Compute the progress and the score from the answers and store them; the answers read on the way.

    Only under the assessment's lock: otherwise two saves at once would each miss the other's.
    """
    said = queries.given(assessment)
    rated, complete, total, score = queries.figures(queries.framework(assessment.version), said)
    Assessment.objects.filter(pk=assessment.pk).update(
        rated=rated, complete=complete, total=total, score=score, saved_at=at, revision=F("revision") + 1
    )
    assessment.rated, assessment.complete, assessment.total, assessment.score = rated, complete, total, score
    assessment.saved_at = at
    return said


def remember(
    assessment: Assessment, act: str, summary: str, *, by: Person | None, at: datetime, facts: dict[str, Any] | None = None
) -> None:
    """Write the ledger line; what is held back is read by the auditor and the label's team alone."""
    purpose = PURPOSES[assessment.version.framework.purpose]
    record(
        act=f"frameworks.{act}",
        by=by.pk if by else None,
        at=at,
        on=("frameworks.assessment", assessment.pk),
        landlord=assessment.landlord_id,
        summary=summary,
        facts=facts,
        audience=Audience.FILE if purpose.held and assessment.released_at else purpose.audience,
    )
