"""Tenants' representatives: the gate of the present stage, the rounds, what was said, the meetings."""

from __future__ import annotations

from datetime import date, datetime

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.errors import ReasonOut, reason
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, Term, maybe_named, named, term
from palier.consultation import queries
from palier.consultation.models import Meeting, Round, SharedDocument, Voice
from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.rules import Thing
from palier.label import queries as label
from palier.label.rules.stages import Stage

room = Room("consultation", "Association des locataires")


class GateLineOut(Schema):
    """One association at the gate."""

    association: Named
    state: str = Field(description="done, doing ou todo.")
    word: str
    note: str


class GateOut(Schema):
    """Whether the present stage may be passed as far as tenants are concerned."""

    stage: Term
    duty: Term
    open: bool
    opens_on: date | None = Field(description="Jour où elle s’ouvre faute de réponse, si toutes les relances sont faites.")
    reasons: list[ReasonOut]
    lines: list[GateLineOut]


@room.reads("/landlords/{landlord_id}/gate", Thing.TENANTS_STEP, "Lire où en est l’association des locataires à cette étape")
def gate(request: Call) -> GateOut:
    """The gate of the journey under way; 404 when there is none."""
    ask = label.gate_ask(get_object_or_404(label.journeys(landlord=request.landlord.pk), closed_at=None))
    view = queries.gate_view(queries.gate_facts(asks=[ask], on=request.on)[0])
    return GateOut(
        stage=term(Stage(ask.stage)),
        duty=term(ask.duty),
        open=view.open,
        opens_on=view.opens_on,
        reasons=[reason(one) for one in view.verdict.reasons],
        lines=[
            GateLineOut(
                association=Named(id=line.association, name=line.name), state=line.state, word=line.word, note=line.note
            )
            for line in view.lines
        ],
    )


class RoundOut(Schema):
    """Representatives associated with one stage: what they are told and asked, until when."""

    id: int
    cycle: int
    stage: Term
    duty: Term
    subject: str
    message: str
    opened_at: datetime
    answer_until: date
    closed_at: datetime | None
    closed_because: str
    asked: int
    answered: int
    met: int


@room.reads("/landlords/{landlord_id}/rounds", Thing.TENANTS_STEP, "Lister les concertations")
def rounds(request: Call) -> Page[RoundOut]:
    """The rounds of a landlord, latest first."""
    return paged(request, queries.rounds(landlord=request.landlord.pk), lambda rows: [_round(row) for row in rows])


def _round(row: Round) -> RoundOut:
    return RoundOut(
        id=row.pk,
        cycle=row.cycle,
        stage=term(Stage(row.stage)),
        duty=term(Duty(row.duty)),
        subject=row.subject,
        message=row.message,
        opened_at=row.opened_at,
        answer_until=row.answer_until,
        closed_at=row.closed_at,
        closed_because=row.closed_because,
        asked=getattr(row, "asked", 0),
        answered=getattr(row, "answered", 0),
        met=getattr(row, "met", 0),
    )


class ReplyOut(Schema):
    """What the landlord answers to an opinion."""

    text: str
    by: Named
    at: datetime


class VoiceOut(Schema):
    """One association in a round, and its opinion untouched."""

    id: int
    association: Named
    sent_at: datetime | None
    read_at: datetime | None
    answered_at: datetime | None
    opinion: Term | None
    text: str
    person: Named | None
    replies: list[ReplyOut]


@room.reads("/landlords/{landlord_id}/rounds/{pk}/voices", Thing.TENANTS_STEP, "Lister les avis d’une concertation")
def voices(request: Call, pk: Pk) -> Page[VoiceOut]:
    """The associations of a round, by name, with what they said and what they were answered."""
    found = queries.voices(_found(request, pk))
    return paged(request, found, lambda rows: [_voice(row) for row in rows])


def _found(request: Call, pk: int) -> Round:
    return get_object_or_404(queries.rounds(landlord=request.landlord.pk), pk=pk)


def _voice(row: Voice) -> VoiceOut:
    return VoiceOut(
        id=row.pk,
        association=named(row.association),
        sent_at=row.sent_at,
        read_at=row.read_at,
        answered_at=row.answered_at,
        opinion=term(Opinion(row.opinion)) if row.opinion else None,
        text=row.text,
        person=maybe_named(row.person),
        replies=[ReplyOut(text=reply.text, by=named(reply.by), at=reply.at) for reply in row.replies.all()],
    )


class MeetingOut(Schema):
    """A meeting with the associations, or a direct consultation of tenants."""

    id: int
    body: Term
    held_on: date
    invited: list[Named]
    present: list[Named]
    tenants: int | None
    documents: list[int] = Field(description="Numéros des pièces envoyées.")
    minutes: int | None = Field(description="Numéro de la pièce du compte rendu.")
    note: str
    recorded_at: datetime
    withdrawn_at: datetime | None


@room.reads("/landlords/{landlord_id}/rounds/{pk}/meetings", Thing.TENANTS_STEP, "Lister les réunions d’une concertation")
def meetings(request: Call, pk: Pk) -> Page[MeetingOut]:
    """The meetings of a round, withdrawn ones included."""
    return paged(request, queries.meetings(_found(request, pk)), lambda rows: [_meeting(row) for row in rows])


def _meeting(row: Meeting) -> MeetingOut:
    return MeetingOut(
        id=row.pk,
        body=term(Body(row.body)),
        held_on=row.held_on,
        invited=[named(one) for one in row.invited.all()],
        present=[named(one) for one in row.present.all()],
        tenants=row.tenants,
        documents=[version.document_id for version in row.documents.all()],
        minutes=row.minutes.document_id if row.minutes else None,
        note=row.note,
        recorded_at=row.recorded_at,
        withdrawn_at=row.withdrawn_at,
    )


class SharedOut(Schema):
    """A document shared with the associations for a stage, in the version that was shared."""

    document: int
    number: int
    name: str
    title: str


@room.reads("/landlords/{landlord_id}/rounds/{pk}/documents", Thing.TENANTS_STEP, "Lister les documents d’une concertation")
def shared(request: Call, pk: Pk) -> Page[SharedOut]:
    """What was shared, in the order it was."""
    found = _found(request, pk).shared.select_related("version__document").order_by("pk")
    return paged(request, found, lambda rows: [_shared(row) for row in rows])


def _shared(row: SharedDocument) -> SharedOut:
    version = row.version
    return SharedOut(document=version.document_id, number=version.number, name=version.name, title=version.document.title)
