"""Waves and how they go; what the landlord's software tells of households, for hot surveys. Never a tenant's name."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room, Text
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import OneOf, Term, term
from palier.directory.rules import Right, Thing
from palier.surveys import operations, queries
from palier.surveys.models import Wave
from palier.surveys.operations import Told
from palier.surveys.operations.events import MOST_AT_ONCE
from palier.surveys.queries import Standing
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Rates
from palier.surveys.rules.sendings import Why
from palier.surveys.rules.waves import Design, EventKind, State

room = Room("surveys", "Enquêtes")


class WaveOut(Schema):
    """A wave and how it goes. ``response_rate`` is RR2 of the AAPOR, between 0 and 1."""

    id: int
    name: str
    purpose: str
    design: Term
    state: Term
    opens_on: date
    closes_on: date
    launched_at: datetime | None
    closed_at: datetime | None
    invited: int
    answered: int
    response_rate: float | None


@room.reads("/landlords/{landlord_id}/waves", Thing.SURVEYS, "Lister les vagues d’enquête")
def waves(request: Call) -> Page[WaveOut]:
    """The waves of a landlord, latest first."""
    found = queries.waves(landlord=request.landlord)

    def shaped(rows: list[Wave]) -> list[WaveOut]:
        rates = queries.rates_of_many(waves=rows)
        return [_wave(row, rates[row.pk]) for row in rows]

    return paged(request, found, lambda rows: shaped(list(rows)))


def _wave(row: Wave, rates: Rates) -> WaveOut:
    part = rates.response_2
    return WaveOut(
        id=row.pk,
        name=row.name,
        purpose=row.purpose,
        design=term(Design(row.design)),
        state=term(State(row.state)),
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        launched_at=row.launched_at,
        closed_at=row.closed_at,
        invited=rates.eligible + rates.unknown + rates.out,
        answered=rates.answered,
        response_rate=None if part is None else float(part),
    )


class StratumOut(Schema):
    """A stratum of a wave: households, invitations, answers wanted and come."""

    key: str
    label: str
    population: int
    eligible: int
    drawn: int
    wanted: int
    answered: int


@room.reads("/landlords/{landlord_id}/waves/{pk}/strata", Thing.SURVEYS, "Lister les strates d’une vague")
def strata(request: Call, pk: Pk) -> Page[StratumOut]:
    """The strata of a wave, those that miss most answers first."""
    wave = get_object_or_404(queries.waves(landlord=request.landlord), pk=pk)
    return paged(request, queries.standings(wave=wave, on=request.on), lambda rows: [_stratum(row) for row in rows])


def _stratum(row: Standing) -> StratumOut:
    found = row.stratum
    return StratumOut(
        key=found.key,
        label=found.label,
        population=found.population,
        eligible=found.eligible,
        drawn=found.drawn,
        wanted=found.wanted,
        answered=row.rates.answered,
    )


class EventIn(Schema):
    """What happened to a household, by your own references."""

    kind: Annotated[str, OneOf(EventKind)]
    reference: Annotated[
        Text, Field(min_length=1, max_length=60, description="Votre numéro, unique : transmis deux fois, compté une.")
    ]
    household: Annotated[Text, Field(min_length=1, max_length=60, description="Votre référence du locataire.")]
    on: date
    supplier: Annotated[Text, Field(max_length=100)] = ""
    theme: Annotated[Text, Field(max_length=60)] = ""


class EventsIn(Schema):
    """Events to tell, at most a thousand at once."""

    events: list[EventIn] = Field(min_length=1, max_length=MOST_AT_ONCE)


class EventOut(Schema):
    """What came of an event: a survey asked, or why not."""

    reference: str
    asked: bool
    because: Term | None


class EventsOut(Schema):
    """What came of each event, in the order in which they were told."""

    events: list[EventOut]


@room.writes(
    "/landlords/{landlord_id}/survey-events",
    (Thing.SURVEYS, Right.WRITE),
    summary="Transmettre des événements aux enquêtes à chaud",
)
def tell_events(request: Call, body: EventsIn) -> EventsOut:
    """Take events in; each asks its household once, if a hot wave waits for it and the budget allows."""
    told = [Told(EventKind(e.kind), e.reference, e.household, e.on, e.supplier, e.theme) for e in body.events]
    found = operations.hear_events(landlord=request.landlord, told=told, origin=Origin.API, by=request.user, at=request.at)
    return EventsOut(
        events=[
            EventOut(
                reference=event.reference,
                asked=not event.silent_because,
                because=term(Why(event.silent_because)) if event.silent_because else None,
            )
            for event in found
        ]
    )
