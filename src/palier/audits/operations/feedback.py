"""What is said of an auditor once the mission is over."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.audits.models import AuditorFeedback, Mission
from palier.audits.operations.moving import lock, remember
from palier.audits.rules.findings import feedback_complete
from palier.audits.rules.missions import Side, State
from palier.directory.models import Person
from palier.french import elided
from palier.ledger.rules import Audience
from palier.verdict import Refusal, no, require


@transaction.atomic
def give_feedback(
    *, mission: Mission, side: Side, marks: dict[str, int], text: str, by: Person, at: datetime
) -> AuditorFeedback:
    """Say how an auditor carried a mission, once a side; the label's team alone reads it.

    Raises:
        Refusal: before the report is approved, without every mark, or when this side has already spoken.
    """
    mission = lock(mission)
    if mission.state != State.APPROVED:
        raise Refusal(no("audits.feedback_early", "L’avis sur l’auditeur se donne une fois le rapport approuvé."))
    require(feedback_complete(marks))
    feedback, created = AuditorFeedback.objects.get_or_create(
        mission=mission, side=side, defaults={"marks": marks, "text": text.strip(), "by": by, "at": at}
    )
    if not created:
        raise Refusal(no("audits.feedback_given", "L’avis de votre côté est déjà donné pour cette mission."))
    summary = f"a donné son avis sur la mission {elided('de', mission.auditor.name)}."
    remember(mission, "feedback_given", by=by, at=at, summary=summary, facts={"marks": marks}, audience=Audience.SCHEME)
    return feedback
