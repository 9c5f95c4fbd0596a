"""What the committee decided."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Schema

from palier.api.v1.doors import Call, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, Term, named, term
from palier.committee import queries
from palier.committee.models import Decision
from palier.committee.rules.outcomes import Outcome
from palier.directory.rules import Thing
from palier.label.rules.stages import Stage

room = Room("committee", "Comité")


class DecisionOut(Schema):
    """A decision on a journey: outcome, day of the session, conditions, reasons."""

    id: int
    journey: int
    cycle: int
    stage: Term
    outcome: Term
    decided_on: date
    conditions: str
    reasons: str
    recorded_by: Named
    recorded_at: datetime


@room.reads("/landlords/{landlord_id}/decisions", Thing.DECISION_NOTICE, "Lister les décisions du comité")
def decisions(request: Call) -> Page[DecisionOut]:
    """Every decision on a landlord's journeys, latest first."""
    found = queries.decisions(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_decision(row) for row in rows])


def _decision(row: Decision) -> DecisionOut:
    return DecisionOut(
        id=row.pk,
        journey=row.journey_id,
        cycle=row.cycle,
        stage=term(Stage(row.stage)),
        outcome=Term(code=row.outcome, label=Outcome(row.outcome).about.label),
        decided_on=row.decided_on,
        conditions=row.conditions,
        reasons=row.reasons,
        recorded_by=named(row.recorded_by),
        recorded_at=row.recorded_at,
    )
