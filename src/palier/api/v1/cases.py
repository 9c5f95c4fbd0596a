"""Tenants to call back: why, by when, where each case stands. Neither their name, nor their contact, nor their words."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.cases import queries
from palier.cases.models import Case, CaseStep
from palier.cases.rules import State, Step, Urgency
from palier.directory.rules import Thing

room = Room("cases", "Rappels des locataires")


class CaseOut(Schema):
    """A tenant to call back. Whoever calls opens the case on its page, where the contact is."""

    id: int
    residence: Named
    agency: str
    supplier: str
    theme: str
    urgency: Term
    reasons: list[str]
    state: Term
    owner: Named | None
    opened_at: datetime
    due_on: date = Field(description="Dernier jour pour appeler.")
    late: bool
    called_at: datetime | None
    closed_at: datetime | None
    attempts: int
    reopened: int = Field(description="Combien de fois le locataire a dit que ce n’était pas réglé.")


class CaseStepOut(Schema):
    """Something that happened to a case; nobody is named when the tenant or Palier did it."""

    step: Term
    at: datetime
    by: Named | None


class CaseDetailOut(CaseOut):
    """A case and its history, the latest first."""

    steps: list[CaseStepOut]


@room.reads("/landlords/{landlord_id}/cases", Thing.HOUSEHOLDS, "Lister les locataires à rappeler")
def cases(
    request: Call,
    state: Annotated[str, OneOf(State)] | None = None,
    urgency: Annotated[str, OneOf(Urgency)] | None = None,
    late: bool = False,
) -> Page[CaseOut]:
    """The cases, the most pressing first, then the latest closed."""
    found = queries.narrowed(
        queries.cases(landlord=request.landlord),
        state="late" if late else state or "",
        urgency=urgency or "",
        on=request.on,
    )
    return paged(request, found, lambda rows: [_case(row, request.on) for row in rows])


@room.reads("/landlords/{landlord_id}/cases/{pk}", Thing.HOUSEHOLDS, "Lire un rappel")
def case(request: Call, pk: Pk) -> CaseDetailOut:
    """One case with its history."""
    found = get_object_or_404(queries.cases(landlord=request.landlord), pk=pk)
    return CaseDetailOut(**dict(_case(found, request.on)), steps=[_step(step) for step in queries.steps(found)])


def _case(row: Case, on: date) -> CaseOut:
    state = State(row.state)
    return CaseOut(
        id=row.pk,
        residence=named(row.residence),
        agency=row.agency,
        supplier=row.supplier,
        theme=row.theme,
        urgency=term(Urgency(row.urgency)),
        reasons=row.reasons,
        state=term(state),
        owner=maybe_named(row.owner),
        opened_at=row.opened_at,
        due_on=row.due_on,
        late=state is State.TO_CALL and row.due_on < on,
        called_at=row.called_at,
        closed_at=row.closed_at,
        attempts=row.attempts,
        reopened=row.round,
    )


def _step(row: CaseStep) -> CaseStepOut:
    return CaseStepOut(step=term(Step(row.step)), at=row.at, by=maybe_named(row.by))
