"""What one may do in the committee's name: record what it decided. Votes come before, in their own records."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from palier.calendar import paris_day
from palier.committee import queries
from palier.committee.models import Decision
from palier.committee.rules.outcomes import Outcome, complete, possible
from palier.directory import queries as directory
from palier.directory.models import Person
from palier.directory.rules import Role
from palier.documents import operations as documents
from palier.documents.models import Version
from palier.documents.operations import Received
from palier.label.models import Journey
from palier.label.operations import advance
from palier.label.rules.stages import Stage
from palier.ledger.operations import record
from palier.outbox.operations import post
from palier.plans.operations import set_conditions
from palier.plans.rules.conditions import Asked, words
from palier.verdict import Refusal, no, require

_TOLD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR, Role.TENANT_REPRESENTATIVE, Role.AUDITOR, Role.RELAY})


@transaction.atomic
def record_decision(
    *,
    journey: Journey,
    outcome: Outcome,
    decided_on: date,
    by: Person,
    at: datetime,
    conditions: Sequence[Asked] = (),
    reasons: str = "",
    document: Received | None = None,
    voted: bool = False,
) -> Decision:
    """Record a decision of the committee; the journey takes the step that it commands, in the same transaction.

    What was not ``voted`` in a session was decided elsewhere: it is recorded from the ``document`` that says it (minutes, a
    letter), kept in the file, and not while a session is to vote on the file.
    Its conditions are followed from then on, one by one. The landlord, its tenants' representatives, its auditor and its
    relays are told.

    Raises:
        Refusal: when a session is to vote on the file, the day is to come or precedes what was decided before, the outcome is not possible here, conditions,
            reasons or the document are missing, or the step is refused.
        Conflict: when the journey moved meanwhile.
    """
    if not voted:
        require(queries.may_decide_apart(waiting=queries.awaiting(journey=journey.pk)))
        if document is None:
            raise Refusal(no("committee.document_missing", "Joignez le procès-verbal ou la lettre qui dit cette décision."))
    if decided_on > paris_day(at):
        raise Refusal(no("committee.day_to_come", "La séance n’a pas encore eu lieu : enregistrez la décision le jour venu."))
    last = queries.decisions(landlord=journey.landlord_id).filter(journey=journey).first()
    earliest = max(paris_day(journey.opened_at), last.decided_on if last else date.min)
    if decided_on < earliest:
        since = "la décision précédente" if last and last.decided_on == earliest else "l’ouverture du parcours"
        raise Refusal(no("committee.day_too_early", f"La séance précède {since}, le {earliest:%d/%m/%Y} : vérifiez la date."))
    stage = Stage(journey.stage)
    if outcome not in possible(stage):
        raise Refusal(no("committee.not_here", f"« {outcome.about.label} » n’est pas possible à l’étape « {stage.label} »."))
    require(complete(outcome, conditions=conditions, reasons=reasons))
    cycle, asked = journey.cycle, words(conditions)
    journey = advance(journey=journey, act=outcome.about.act, by=by, at=at, decided_on=decided_on, note=reasons.strip())
    kept = _kept(document, journey, outcome, by, at) if document else None
    decision = Decision.objects.create(
        journey=journey,
        cycle=cycle,
        stage=stage,
        outcome=outcome,
        decided_on=decided_on,
        conditions=asked,
        reasons=reasons.strip(),
        passage=journey.passages.latest("pk"),
        recorded_by=by,
        recorded_at=at,
        document=kept,
    )
    set_conditions(
        landlord=journey.landlord,
        cycle=cycle,
        decision=decision.pk,
        asked=conditions,
        decided_on=decided_on,
        by=by,
        at=at,
    )
    until = f" Le label court jusqu’au {journey.label_until:%d/%m/%Y}." if journey.label_until and not stage.is_over else ""
    parts = [
        f"Le comité a décidé le {decided_on:%d/%m/%Y} : {outcome.about.label.lower()}.{until}",
        asked and f"Réserves :\n{asked}",
        reasons.strip(),
    ]
    people = directory.people_of(landlord=journey.landlord_id, roles=_TOLD, on=paris_day(at))
    post(
        event="label.decided",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        landlord=journey.landlord_id,
        subject=f"{journey.landlord.name} : {outcome.about.label.lower()}",
        body="\n\n".join(part for part in parts if part),
        link=f"/organismes/{journey.landlord_id}/decisions/{decision.pk}/",
    )
    facts = {"outcome": outcome, "decided_on": decided_on.isoformat(), "conditions": asked, "reasons": reasons}
    record(
        act="committee.decision_recorded",
        by=by.pk,
        at=at,
        on=("committee.decision", decision.pk),
        landlord=journey.landlord_id,
        summary=f"a enregistré la décision du comité du {decided_on:%d/%m/%Y} : {outcome.about.label.lower()}.",
        facts=facts | ({"document": kept.sha256} if kept else {}),
    )
    return decision


def _kept(document: Received, journey: Journey, outcome: Outcome, by: Person, at: datetime) -> Version:
    """What says a decision taken elsewhere, among the pieces of the file."""
    title = f"Décision du comité : {outcome.about.label.lower()}"
    return documents.keep(received=document, landlord=journey.landlord, title=title, kind="minutes", by=by, at=at)
