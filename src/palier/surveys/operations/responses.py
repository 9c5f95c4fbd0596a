"""What comes back from households: an answer, a refusal, an objection. Answering leaves no line: it would say when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction

from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import Household, Invitation, Objection
from palier.surveys.queries.households import live_objections
from palier.surveys.rules.contact import Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import ANSWERED, OPEN, Outcome
from palier.surveys.rules.waves import State as WaveState
from palier.surveys.sealing import contact_digests
from palier.verdict import Conflict, Refusal, no

_NOTE_ANSWER = """
    UPDATE surveys_invitation SET outcome = %s, mode = coalesce(%s, mode), sealed = NULL, held_by_id = NULL, held_until = NULL
    WHERE id = %s AND outcome <> ALL(%s) AND EXISTS (
        SELECT FROM surveys_wave w WHERE w.id = surveys_invitation.wave_id AND w.state = ANY(%s)
    )
"""


def note_answer(*, invitation: int, mode: Mode | None = None, partial: bool = False) -> None:
    """Say that an invitation is answered, in the transaction that keeps the answer. Its link is forgotten, no reminder leaves.

    ``mode`` is how it was answered, if that is not the way it was asked. It is one statement, which locks the invitation and
    nothing else: thousands answer one wave at once.

    Raises:
        Conflict: when it is answered already: one answer each.
        Refusal: when its wave takes no answer.
    """
    outcome = Outcome.PARTIAL if partial else Outcome.COMPLETE
    with connection.cursor() as cursor:
        cursor.execute(_NOTE_ANSWER, [outcome, mode, invitation, list(ANSWERED), [WaveState.RUNNING, WaveState.STOPPED]])
        if cursor.rowcount:
            return
    if Invitation.objects.filter(pk=invitation, outcome__in=ANSWERED).exists():
        raise Conflict(no("surveys.answered", "Votre réponse est déjà enregistrée. Merci."))
    raise Refusal(no("surveys.not_open", "Cette enquête ne reçoit plus de réponses."))


@transaction.atomic
def note_refusal(*, invitation: Invitation, outcome: Outcome = Outcome.REFUSED) -> None:
    """Say that a household does not answer this wave, for good; nothing changes once it answered or refused."""
    Invitation.objects.filter(pk=invitation.pk, outcome__in=[*OPEN, Outcome.BROKEN_OFF]).update(
        outcome=outcome, sealed=None, held_by=None, held_until=None
    )


@transaction.atomic
def object_to(*, household: Household, origin: Origin, by: Person | None, at: datetime) -> Objection:
    """Keep that a household no longer wants to be asked, for any survey of its landlord. Said twice, kept once.

    Its open invitations become refusals: whatever was to leave for it is dropped as the worker reads it again.
    """
    Household.objects.select_for_update().get(pk=household.pk)
    if known := live_objections().filter(household=household).first():
        return known
    found = Objection.objects.create(
        landlord_id=household.landlord_id,
        household=household,
        email_digest=_digest(household.landlord_id, household.email),
        phone_digest=_digest(household.landlord_id, household.phone),
        origin=origin,
        at=at,
        by=by,
    )
    for invitation in Invitation.objects.filter(household=household, outcome__in=OPEN):
        note_refusal(invitation=invitation)
    _line(found, "surveys.objected", f"a enregistré une opposition aux enquêtes ({origin.label.lower()}).", by, at)
    return found


def _digest(landlord: int, contact: str) -> str:
    return next(iter(contact_digests(landlord, contact)), "")


@transaction.atomic
def lift_objection(*, objection: Objection, by: Person, at: datetime) -> None:
    """Take an objection back because the household asked for it.

    Raises:
        Conflict: when it no longer holds.
    """
    if not live_objections().filter(pk=objection.pk).update(lifted_at=at, lifted_by=by):
        raise Conflict(no("surveys.objection_lifted", "Cette opposition est déjà levée."))
    _line(objection, "surveys.objection_lifted", "a levé une opposition aux enquêtes, à la demande du ménage.", by, at)


@transaction.atomic
def hear_stop(*, phones: Collection[str], at: datetime) -> int:
    """Take a STOP for an objection of every household that this telephone reaches, at any landlord; how many there were."""
    households = Household.objects.filter(phone__in=[phone for phone in phones if phone])
    found = list(households.order_by("pk"))
    for household in found:
        object_to(household=household, origin=Origin.SMS, by=None, at=at)
    return len(found)


def _line(objection: Objection, act: str, summary: str, by: Person | None, at: datetime) -> None:
    record(
        act=act,
        by=by.pk if by else None,
        at=at,
        on=("surveys.objection", objection.pk),
        landlord=objection.landlord_id,
        summary=summary,
        audience=Audience.LANDLORD,
    )
