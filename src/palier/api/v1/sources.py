"""The figures of residences, their coverage, and incidents."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room, Text
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory.rules import Right, Thing
from palier.sources import operations, queries
from palier.sources.models import Incident, Reading
from palier.sources.operations import Entry, Told
from palier.sources.rules.coverage import Coverage, Figure
from palier.sources.rules.incidents import TEXT_MOST, Complaint, IncidentKind, Place, Recurrence, Victim
from palier.sources.rules.indicators import BROUGHT, INDICATORS, Indicator
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given
from palier.stock.queries import all_residences

room = Room("sources", "Sources")
Number = Annotated[Decimal, Field(ge=0, lt=10**10, max_digits=14, decimal_places=4)]
Brought = Annotated[str, OneOf(BROUGHT)]
_MOST = 5_000


class IndicatorOut(Schema):
    """One indicator of the registry."""

    key: str
    label: str
    source: Term
    family: Term
    unit: str
    direction: Term
    denominator: Term
    kind: str
    freshness_months: int
    definition: str
    brought: bool = Field(description="L’organisme l’apporte ; sinon Palier le tire de données publiques.")


@room.reads("/landlords/{landlord_id}/indicators", Thing.SOURCES, "Lister les indicateurs")
def indicators(request: Call) -> Page[IndicatorOut]:
    """The registry."""
    return paged(request, list(INDICATORS.values()), lambda rows: [_indicator(row) for row in rows])


def _indicator(row: Indicator) -> IndicatorOut:
    return IndicatorOut(
        key=row.key,
        label=row.label,
        source=term(row.source),
        family=term(row.family),
        unit=row.unit,
        direction=term(row.direction),
        denominator=term(row.denominator),
        kind=row.kind.value,
        freshness_months=row.freshness_months,
        definition=row.definition,
        brought=row.key in BROUGHT,
    )


class CoverageOut(Schema):
    """For how many residences a source is up to date, too old or missing."""

    source: Term
    presence: Term
    present: int
    stale: int
    missing: int
    last_day: date | None
    indicators: list[str]


@room.reads("/landlords/{landlord_id}/sources", Thing.SOURCES, "Lister les sources et leur couverture")
def coverage(request: Call) -> Page[CoverageOut]:
    """Every source, missing ones too."""
    found = queries.coverage(landlord=request.landlord, on=request.on)
    return paged(request, found, lambda rows: [_coverage(row) for row in rows])


def _coverage(row: Coverage) -> CoverageOut:
    return CoverageOut(
        source=term(row.source),
        presence=term(row.presence),
        present=row.present,
        stale=row.stale,
        missing=row.missing,
        last_day=row.last_day,
        indicators=list(row.indicators),
    )


class FigureOut(Schema):
    """The latest figure of an indicator for a residence."""

    residence: int
    indicator: str
    starts_on: date
    ends_on: date
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal
    origin: Term
    stale: bool


@room.reads("/landlords/{landlord_id}/figures", Thing.SOURCES, "Lister les derniers chiffres connus des résidences")
def figures(request: Call, on: date | None = None) -> Page[FigureOut]:
    """All that is known of the residences on a day (today without one)."""
    found = queries.latest_readings(landlord=request.landlord, on=on or request.on)
    return paged(request, found, lambda rows: [_figure(row) for row in rows])


def _figure(row: Figure) -> FigureOut:
    return FigureOut(
        residence=row.residence,
        indicator=row.indicator,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        numerator=row.numerator,
        denominator=row.denominator,
        value=row.value,
        origin=term(row.origin),
        stale=row.stale,
    )


class ReadingOut(Schema):
    """A figure brought, with what became of it."""

    id: int
    residence: Named
    indicator: str
    starts_on: date
    ends_on: date
    numerator: Decimal | None
    denominator: Decimal | None
    value: Decimal
    origin: Term
    at: datetime
    by: Named | None
    superseded_at: datetime | None
    withdrawn_at: datetime | None


@room.reads(
    "/landlords/{landlord_id}/residences/{pk}/readings", Thing.SOURCES, "Lire l’historique des chiffres d’une résidence"
)
def readings(request: Call, pk: Pk, indicator: Brought | None = None) -> Page[ReadingOut]:
    """Every figure a residence ever had, those superseded or withdrawn too."""
    home = get_object_or_404(all_residences(landlord=request.landlord), pk=pk)
    found = queries.readings_of(residence=home, indicator=indicator or "", superseded=True).select_related("residence")
    return paged(request, found, lambda rows: [_reading(row) for row in rows])


def _reading(row: Reading) -> ReadingOut:
    return ReadingOut(
        id=row.pk,
        residence=named(row.residence),
        indicator=row.indicator,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        numerator=row.numerator,
        denominator=row.denominator,
        value=row.value,
        origin=term(Origin(row.origin)),
        at=row.at,
        by=maybe_named(row.by),
        superseded_at=row.superseded_at,
        withdrawn_at=row.withdrawn_at,
    )


class ReadingIn(Schema):
    """A figure to keep: the count and of how many, or the value."""

    residence: int = Field(ge=1, le=2**63 - 1)
    indicator: Brought
    starts_on: date
    ends_on: date
    numerator: Number | None = None
    denominator: Number | None = None
    value: Number | None = None
    seen: int | None = Field(
        None, ge=0, le=2**63 - 1, description="Le chiffre que vous avez lu, 0 pour aucun ; refusé s’il a changé."
    )


class ReadingsIn(Schema):
    """Figures to keep, all or none."""

    readings: list[ReadingIn] = Field(min_length=1, max_length=_MOST)


class KeptOut(Schema):
    """What came of the figures sent."""

    new: int
    superseding: int
    known: int


@room.writes("/landlords/{landlord_id}/readings", (Thing.SOURCES, Right.WRITE), summary="Verser des chiffres de résidences")
def keep_readings(request: Call, body: ReadingsIn) -> KeptOut:
    """Keep figures, all or none."""
    entries = [
        Entry(
            one.residence, one.indicator, Given(one.starts_on, one.ends_on, one.numerator, one.denominator, one.value), one.seen
        )
        for one in body.readings
    ]
    kept = operations.record_readings(
        landlord=request.landlord, entries=entries, origin=Origin.API, by=request.user, at=request.at
    )
    return KeptOut(new=kept.new, superseding=kept.superseding, known=kept.known)


class IncidentOut(Schema):
    """An incident, for the landlord's own people alone."""

    id: int
    residence: Named
    on: date
    kind: Term
    place: Term
    victim: Term
    recurrence: Term
    complaint: Term
    text: str
    reference: str
    origin: Term
    at: datetime
    voided_at: datetime | None
    void_reason: str


@room.reads("/landlords/{landlord_id}/incidents", Thing.INCIDENTS, "Lister les incidents")
def incidents(
    request: Call, since: date | None = None, kind: Annotated[str, OneOf(IncidentKind)] | None = None, voided: bool = False
) -> Page[IncidentOut]:
    """The incidents of a landlord, the latest first."""
    found = queries.incidents(landlord=request.landlord, voided=voided)
    if since:
        found = found.filter(on__gte=since)
    if kind:
        found = found.filter(kind=kind)
    return paged(request, found, lambda rows: [_incident(row) for row in rows])


def _incident(row: Incident) -> IncidentOut:
    return IncidentOut(
        id=row.pk,
        residence=named(row.residence),
        on=row.on,
        kind=term(IncidentKind(row.kind)),
        place=term(Place(row.place)),
        victim=term(Victim(row.victim)),
        recurrence=term(Recurrence(row.recurrence)),
        complaint=term(Complaint(row.complaint)),
        text=row.text,
        reference=row.reference,
        origin=term(Origin(row.origin)),
        at=row.at,
        voided_at=row.voided_at,
        void_reason=row.void_reason,
    )


class IncidentIn(Schema):
    """An incident to note. No field takes who did it."""

    residence: int = Field(ge=1, le=2**63 - 1)
    on: date
    kind: Annotated[str, OneOf(IncidentKind)]
    place: Annotated[str, OneOf(Place)]
    victim: Annotated[str, OneOf(Victim)] = Victim.UNKNOWN.value
    recurrence: Annotated[str, OneOf(Recurrence)] = Recurrence.UNKNOWN.value
    complaint: Annotated[str, OneOf(Complaint)] = Complaint.UNKNOWN.value
    text: Annotated[str, Field(max_length=TEXT_MOST, pattern=r"^[^\x00]*$")] = ""
    reference: Annotated[Text, Field(max_length=60)] = ""


@room.writes("/landlords/{landlord_id}/incidents", (Thing.INCIDENTS, Right.WRITE_OWN), summary="Signaler un incident")
def note_incident(request: Call, body: IncidentIn) -> IncidentOut:
    """Note an incident; its text is moderated."""
    told = Told(
        residence=body.residence,
        on=body.on,
        kind=IncidentKind(body.kind),
        place=Place(body.place),
        victim=Victim(body.victim),
        recurrence=Recurrence(body.recurrence),
        complaint=Complaint(body.complaint),
        text=body.text,
        reference=body.reference,
    )
    noted = operations.record_incident(landlord=request.landlord, told=told, origin=Origin.API, by=request.user, at=request.at)
    return _incident(queries.incidents(landlord=request.landlord).get(pk=noted.pk))
