"""What a landlord may record: a meeting with the associations, a direct consultation of tenants."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.consultation import queries
from palier.consultation.models import Meeting, Round
from palier.consultation.operations.rounds import write_to
from palier.consultation.rules import Body, complete_meeting
from palier.directory.models import Organisation, Person
from palier.documents.models import Version
from palier.ledger.operations import record
from palier.outbox.operations import cancel
from palier.verdict import Refusal, no, require


@transaction.atomic
def record_meeting(
    *,
    round_: Round,
    body: Body,
    held_on: date,
    invited: Collection[Organisation],
    present: Collection[Organisation],
    documents: Collection[Version],
    minutes: Version | None,
    by: Person | None,
    at: datetime,
    tenants: int | None = None,
    note: str = "",
) -> Meeting:
    """Record a meeting for a stage. The associations said to be present are told, and may still give their own opinion.

    Args:
        round_: the stage's round, open.
        body: where it was held; ``DIRECT`` for a direct consultation of tenants.
        held_on: its day.
        invited: associations invited.
        present: those that came.
        documents: what was sent to them beforehand.
        minutes: its minutes, or the notice handed to tenants.
        by: who records.
        at: instant.
        tenants: how many tenants came or were informed, where that is known.
        note: what was said, in a few words.

    Raises:
        Refusal: when the round is closed, the day or the associations do not fit, or a document is not this landlord's.
    """
    round_ = Round.objects.select_for_update(of=("self",)).select_related("landlord").get(pk=round_.pk)
    if round_.closed_at is not None:
        raise Refusal(no("consultation.closed", f"« {round_.subject} » est clos : la réunion ne peut plus y être inscrite."))
    papers = [*documents, *([minutes] if minutes else [])]
    if any(version.document.landlord_id != round_.landlord_id for version in papers):
        raise Refusal(no("consultation.not_our_document", "Un des documents n’est pas de votre organisme."))
    today = paris_day(at)
    associations = {voice.association for voice in queries.facts_of(round_, on=today).voices}
    require(
        complete_meeting(
            held_on=held_on,
            opened_on=paris_day(round_.opened_at),
            on=today,
            invited={a.pk for a in invited},
            present={a.pk for a in present},
            associations=associations,
        )
    )
    meeting = Meeting.objects.create(
        round=round_,
        body=body,
        held_on=held_on,
        tenants=tenants,
        minutes=minutes,
        note=note.strip(),
        recorded_at=at,
        recorded_by=by,
    )
    meeting.invited.set(invited)
    meeting.present.set(present)
    meeting.documents.set(documents)
    _tell(meeting, round_, {a.pk for a in present}, at)
    came = ", ".join(a.name for a in present)
    _record(
        meeting,
        "meeting_recorded",
        by,
        at,
        f"a enregistré la réunion du {in_words(held_on)} ({body.label}){f' avec {came}' if came else ''}.",
        invited=sorted(a.pk for a in invited),
        present=sorted(a.pk for a in present),
        minutes=minutes.sha256 if minutes else "",
    )
    return meeting


def _tell(meeting: Meeting, round_: Round, present: set[int], at: datetime) -> None:
    people = queries.speakers(landlord=round_.landlord_id, associations=present, on=paris_day(at))
    for voice in round_.voices.filter(association__in=present).select_related("round", "association").order_by("pk"):
        write_to(
            people.get(voice.association_id, []),
            voice,
            event="consultation.informed",
            subject=f"{round_.landlord.name} : réunion du {in_words(meeting.held_on)}",
            body=f"{round_.landlord.name} a enregistré la réunion du {in_words(meeting.held_on)} sur « {round_.subject} », "
            f"où {voice.association.name} était présente.\n\nVous pouvez toujours donner votre avis par écrit.",
            at=at,
            undo_key=f"meeting:{meeting.pk}",
        )


@transaction.atomic
def withdraw_meeting(*, meeting: Meeting, because: str, by: Person, at: datetime) -> Meeting:
    """Take back a meeting recorded by mistake: it no longer counts, and stays readable with the reason.

    Raises:
        Refusal: without a reason, or when it is withdrawn already.
    """
    if not because.strip():
        raise Refusal(no("consultation.reason_missing", "Dites pourquoi cette réunion est retirée."))
    changed = Meeting.objects.filter(pk=meeting.pk, withdrawn_at__isnull=True).update(
        withdrawn_at=at, withdrawn_because=because.strip()
    )
    if not changed:
        raise Refusal(no("consultation.meeting_withdrawn", "Cette réunion est déjà retirée."))
    meeting.refresh_from_db()
    cancel(undo_key=f"meeting:{meeting.pk}", at=at)
    summary = f"a retiré la réunion du {in_words(meeting.held_on)} : {because.strip()}"
    _record(meeting, "meeting_withdrawn", by, at, summary, because=because.strip())
    return meeting


def _record(meeting: Meeting, act: str, by: Person | None, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"consultation.{act}",
        by=by.pk if by else None,
        at=at,
        on=("consultation.meeting", meeting.pk),
        landlord=meeting.round.landlord_id,
        summary=summary,
        facts={"round": meeting.round_id} | facts,
    )
