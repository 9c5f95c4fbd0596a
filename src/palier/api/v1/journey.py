"""Journeys: where each one stands, who holds it, what is missing, how many days are left; the board of all."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room, Search
from palier.api.v1.errors import ReasonOut, reason
from palier.api.v1.label import HERE, journey_of
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, named, term
from palier.directory.rules import Thing
from palier.journey import queries
from palier.journey.rules import Offer, Pace, State
from palier.label import queries as label
from palier.label.models import Journey
from palier.label.rules.stages import Holder, Landing, Stage
from palier.verdict import Verdict

room = Room("journey", "Parcours")


class JourneyOut(Schema):
    """A landlord's way through the label."""

    id: int
    landlord: Named
    cycle: int
    rules: int = Field(description="Numéro de la version des règles.")
    stage: Term
    entered_on: date
    due_on: date | None
    label_from: date | None
    label_until: date | None
    suspended_on: date | None
    opened_at: datetime
    closed_at: datetime | None


@room.reads("/landlords/{landlord_id}/journeys", Thing.JOURNEY, "Lister les parcours d’un organisme")
def journeys(request: Call) -> Page[JourneyOut]:
    """Every journey of a landlord, the open one or the latest first."""
    found = label.journeys(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_journey(row) for row in rows])


def _journey(row: Journey) -> JourneyOut:
    return JourneyOut(
        id=row.pk,
        landlord=named(row.landlord),
        cycle=row.cycle,
        rules=row.rules_id,
        stage=term(Stage(row.stage)),
        entered_on=row.entered_on,
        due_on=row.due_on,
        label_from=row.label_from,
        label_until=row.label_until,
        suspended_on=row.suspended_on,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


class LandingOut(Schema):
    """One landing of the staircase."""

    name: str
    state: str = Field(description="done, doing, todo, deferred ou refused.")
    note: str


class StepOut(Schema):
    """A step that the person of the key may take from here, on a page; its verdict says whether now."""

    act: str
    label: str
    allowed: bool
    reasons: list[ReasonOut]


class HearingOut(Schema):
    """A withdrawal procedure: what the landlord is reproached with, and what it answered."""

    because: str
    opened_at: datetime
    presented_at: datetime | None
    observations: str | None = Field(description="Absent pour les rôles qui ne lisent pas la procédure, ou avant la réponse.")


class PositionOut(Schema):
    """Where a journey stands today: who holds it, what is missing, how many days are left."""

    journey: JourneyOut
    holder: Term
    yours: bool = Field(description="La main est à la personne de la clé.")
    missing: list[ReasonOut]
    why: str = Field(description="Motif du comité, quand le dossier est ajourné ou le label suspendu.")
    hearing: HearingOut | None
    steps: list[StepOut]
    staircase: list[LandingOut]
    landing: str
    step_number: int
    days_left: int | None
    days_late: int
    days_spent: int
    days_given: int | None


@room.reads(HERE, Thing.JOURNEY, "Lire où en est un parcours")
def position(request: Call, pk: Pk) -> PositionOut:
    """Everything about where a journey stands."""
    found = queries.position(journey=journey_of(request, pk), roles=request.roles, on=request.on)
    return PositionOut(
        journey=_journey(found.journey),
        holder=term(found.holder),
        yours=found.yours,
        missing=_reasons(found.missing),
        why=kept.note if (kept := queries.why(found)) else "",
        hearing=_hearing(request, found.journey),
        steps=[_step(offer) for offer in found.offers],
        staircase=[LandingOut(name=one.name, state=one.state, note=one.note) for one in found.staircase],
        landing=found.landing,
        step_number=found.step_number,
        days_left=found.days_left,
        days_late=found.days_late,
        days_spent=found.days_spent,
        days_given=found.days_given,
    )


def _hearing(request: Call, journey: Journey) -> HearingOut | None:
    found = label.hearing(journey=journey)
    if found is None:
        return None
    answered = found.observations
    return HearingOut(
        because=found.opened.note,
        opened_at=found.opened.at,
        presented_at=answered.at if answered else None,
        observations=answered.detail if answered and label.reads_observations(roles=request.roles) else None,
    )


def _reasons(verdict: Verdict) -> list[ReasonOut]:
    return [reason(one) for one in verdict.reasons]


def _step(offer: Offer) -> StepOut:
    return StepOut(act=offer.step.act, label=offer.step.label, allowed=bool(offer.verdict), reasons=_reasons(offer.verdict))


class RowOut(Schema):
    """One line of the board of all journeys."""

    journey: JourneyOut
    towards: str
    step: str
    holder: Term
    yours: bool
    missing: list[ReasonOut]
    tenants: list[ReasonOut] = Field(description="Ce qui manque à l’association des locataires.")
    pace: Term
    days_left: int | None
    days_late: int


@room.reads("/board", Thing.BOARD, "Lire le tableau des parcours")
def board(
    request: Call,
    search: Search = "",
    landing: Annotated[str, OneOf(Landing)] | None = None,
    holder: Annotated[str, OneOf(Holder)] | None = None,
    pace: Annotated[str, OneOf(Pace)] | None = None,
    federation: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None,
    state: Annotated[str, OneOf(State)] = State.OPEN,
) -> Page[RowOut]:
    """The journeys of the landlords that the person may see, the open ones unless asked, the most urgent first."""
    filters = queries.Filters(
        search=search,
        landing=Landing(landing) if landing else None,
        holder=Holder(holder) if holder else None,
        pace=Pace(pace) if pace else None,
        federation=federation,
        state=State(state),
    )
    found = queries.board(person=request.user, on=request.on, filters=filters)

    def shown(page: list[Journey]) -> list[RowOut]:
        return [_row(row) for row in queries.rows(journeys=page, roles=request.roles, on=request.on)]

    return paged(request, found, shown)


def _row(row: queries.Row) -> RowOut:
    return RowOut(
        journey=_journey(row.journey),
        towards=row.towards,
        step=row.step,
        holder=term(row.holder),
        yours=row.yours,
        missing=_reasons(row.missing),
        tenants=_reasons(row.gate),
        pace=term(row.pace),
        days_left=row.days_left,
        days_late=row.days_late,
    )
