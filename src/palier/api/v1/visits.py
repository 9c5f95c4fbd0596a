"""What is seen on the spot: visits with their points, staircases, walks with their observations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory.rules import Thing
from palier.frameworks import queries as grids
from palier.visits import queries
from palier.visits.models import Observation, Staircase
from palier.visits.rules import CHECKERS, Cleaner, Kind, Responsibility, State, Theme, is_late

room = Room("visits", "Visites sur place")


class VisitOut(Schema):
    """A residence sheet or a cleanliness check."""

    id: int
    kind: Term
    residence: Named
    staircase: Named | None
    planned_on: date
    state: Term
    late: bool
    entrusted_to: Named | None
    done_at: datetime | None
    score: str | None = Field(
        description="De 0 (le pire) à 1 (le meilleur), en texte ; absent tant que la visite n’est pas faite."
    )
    priorities: list[str] = Field(description="Codes des points à traiter d’abord, dans l’ordre.")
    cleaned_by: Term | None
    provider: str
    remark: str = Field(description="La remarque de la personne qui nettoie.")


@room.reads("/landlords/{landlord_id}/visits", Thing.VISITS, "Lister les visites")
def visits(
    request: Call,
    kind: Annotated[str, OneOf(Kind)] | None = None,
    state: Annotated[str, OneOf(State)] | None = None,
    late: bool = False,
) -> Page[VisitOut]:
    """The visits, those to do first."""
    found = queries.visits(landlord=request.landlord.pk).prefetch_related("priorities")
    asked = "late" if late else state or ""
    found = queries.narrowed(found, kind=kind or "", state=asked, on=request.on)
    return paged(request, found, lambda rows: [_visit(row, request.on) for row in rows])


def _visit(row: Any, on: date) -> VisitOut:
    return VisitOut(
        id=row.pk,
        kind=term(Kind(row.kind)),
        residence=named(row.residence),
        staircase=maybe_named(row.staircase),
        planned_on=row.planned_on,
        state=term(State(row.state)),
        late=is_late(row.planned_on, State(row.state), on),
        entrusted_to=maybe_named(row.entrusted_to),
        done_at=row.done_at,
        score=str(row.assessment.score) if row.done_at and row.assessment.score is not None else None,
        priorities=[one.criterion for one in sorted(row.priorities.all(), key=lambda one: one.rank)],
        cleaned_by=term(Cleaner(row.cleaned_by)) if row.cleaned_by else None,
        provider=row.provider,
        remark=row.remark,
    )


class PointOut(Schema):
    """What was seen of one point."""

    code: str
    number: str
    title: str
    value: int | None
    level: str
    not_seen: bool
    note: str
    photos: int


@room.reads("/landlords/{landlord_id}/visits/{pk}/points", Thing.VISITS, "Lister les points d’une visite")
def points(request: Call, pk: Pk) -> Page[PointOut]:
    """The points of a visit in the order of its grid; none while nobody took it in charge."""
    visit = get_object_or_404(queries.visits(landlord=request.landlord.pk), pk=pk)
    if visit.assessment is None:
        return paged(request, [], lambda _: [])
    said, pictures = grids.answers(visit.assessment), queries.photos([visit])

    def shown(criteria: list[Any]) -> list[PointOut]:
        return [_point(one, said[one.code], len(pictures.get((visit.pk, one.code), ()))) for one in criteria]

    return paged(request, list(queries.grid(visit).criteria.values()), shown)


def _point(criterion: Any, answer: Any, photos: int) -> PointOut:
    level = criterion.scale.level(answer.value) if answer.value is not None else None
    return PointOut(
        code=criterion.code,
        number=criterion.number,
        title=criterion.title,
        value=answer.value,
        level=level.label if level else "",
        not_seen=answer.not_applicable,
        note=answer.justification,
        photos=photos,
    )


class StaircaseOut(Schema):
    """A staircase: who cleans it, and which function checks it."""

    id: int
    name: str
    residence: Named
    cleaned_by: Term
    provider: str
    checked_by: Term


@room.reads("/landlords/{landlord_id}/staircases", Thing.VISITS, "Lister les escaliers contrôlés")
def staircases(request: Call) -> Page[StaircaseOut]:
    """The staircases that are checked, by residence."""
    return paged(request, queries.staircases(landlord=request.landlord.pk), lambda rows: [_staircase(row) for row in rows])


def _staircase(row: Staircase) -> StaircaseOut:
    cleaned_by = Cleaner(row.cleaned_by)
    return StaircaseOut(
        id=row.pk,
        name=row.name,
        residence=named(row.residence),
        cleaned_by=term(cleaned_by),
        provider=row.provider,
        checked_by=term(CHECKERS[cleaned_by]),
    )


class WalkOut(Schema):
    """A walk with residents."""

    id: int
    title: str
    residence: Named
    held_on: date
    strengths: int
    weaknesses: int
    closed_at: datetime | None


@room.reads("/landlords/{landlord_id}/walks", Thing.VISITS, "Lister les diagnostics en marchant")
def walks(request: Call) -> Page[WalkOut]:
    """The walks, the latest first."""
    return paged(request, queries.walks(landlord=request.landlord.pk), lambda rows: [_walk(row) for row in rows])


def _walk(row: Any) -> WalkOut:
    return WalkOut(
        id=row.pk,
        title=row.title,
        residence=named(row.residence),
        held_on=row.held_on,
        strengths=row.strengths,
        weaknesses=row.weaknesses,
        closed_at=row.closed_at,
    )


class FollowUpOut(Schema):
    """What was promised on an observation, and done."""

    text: str
    who: str
    due_on: date
    done_on: date | None
    outcome: str


class ObservationOut(Schema):
    """What was noted at a stop of a walk."""

    id: int
    stop: int
    place: str
    lon: float | None
    lat: float | None
    theme: Term
    positive: bool
    text: str
    responsible: Term
    follow_ups: list[FollowUpOut]


@room.reads("/landlords/{landlord_id}/walks/{pk}/observations", Thing.VISITS, "Lister les observations d’un diagnostic")
def observations(request: Call, pk: Pk) -> Page[ObservationOut]:
    """The observations of a walk, stop by stop."""
    walk = get_object_or_404(queries.walks(landlord=request.landlord.pk), pk=pk)
    noted = [(stop, one) for stop in queries.stops(walk) for one in stop.observations.all()]
    return paged(request, noted, lambda rows: [_observation(stop, one) for stop, one in rows])


def _observation(stop: Any, one: Observation) -> ObservationOut:
    return ObservationOut(
        id=one.pk,
        stop=stop.number,
        place=stop.place,
        lon=stop.lon,
        lat=stop.lat,
        theme=term(Theme(one.theme)),
        positive=one.positive,
        text=one.text,
        responsible=term(Responsibility(one.responsible)),
        follow_ups=[
            FollowUpOut(text=f.text, who=f.who, due_on=f.due_on, done_on=f.done_on, outcome=f.outcome)
            for f in one.follow_ups.all()
        ],
    )
