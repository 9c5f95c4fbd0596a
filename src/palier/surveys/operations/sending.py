"""Messages leave, one at a time: read again, written down as leaving, handed over, then settled.

A solicitation is what the outbox's message is to people who sign in, and keeps the same promise: at least once, never lost, and
no more doubles than workers that died. Three things differ. It is written down as leaving *before* it is handed over, so that
what may have left counts in the household's budget. Everything is read again for each message: the wave, the answer, the
objection, the hours, the money. And it holds no text: that is made as it leaves, so that no link stands in a table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from palier.calendar import end_of_day
from palier.outbox.operations import Undeliverable, Unreachable
from palier.outbox.rules import next_try
from palier.surveys.models import Household, Invitation, Solicitation, Wave
from palier.surveys.queries.households import objects
from palier.surveys.queries.sendings import budget_frees
from palier.surveys.queries.terms import terms_of
from palier.surveys.rules.contact import Channel, channels_of
from palier.surveys.rules.outcomes import OPEN, Outcome
from palier.surveys.rules.sendings import State, Terms, Why, cost_of, next_ring
from palier.surveys.rules.texts import text_message
from palier.surveys.rules.waves import State as WaveState
from palier.surveys.sealing import unseal

# One sender a channel, among all workers: whatever another finds as leaving was left there by one that died.
LOCKS = {Channel.EMAIL: 0x73757276, Channel.SMS: 0x73757277}


class Uncertain(Exception):
    """The line was cut after the message went: nobody knows whether it was taken."""


@dataclass(frozen=True, slots=True)
class Departure:
    """A message about to leave: where, with which link, what a short message says. ``reference`` is the same when sent again."""

    pk: int
    reference: str
    channel: Channel
    to: str
    link: str
    text: str
    language: str
    sender: str
    wave: Wave


Hand = Callable[[Departure], None]
"""Hands one message to the mail server or to the SMS gateway; raises when it is not accepted."""


@dataclass(slots=True)
class Tally:
    """What a run of the sender did."""

    sent: int = 0
    dropped: int = 0
    put_off: int = 0
    failed: int = 0


def leave(*, channel: Channel, at: Callable[[], datetime], hand: Hand, origin: str, limit: int = 2_000) -> Tally:
    """Send what is due by a channel, oldest first, ``limit`` at most. Returns at once when another worker is at it.

    ``at`` reads the clock for each message, ``origin`` is the address that links begin with.
    """
    tally = Tally()
    with _alone(channel) as mine:
        if not mine:
            return tally
        _take_up(channel, at())
        for pk in _due(channel, at(), limit):
            departure = _depart(pk, at(), origin, tally)
            if departure is None:
                continue
            try:
                hand(departure)
            except Unreachable:
                _put_back(departure.pk)
                break
            except Uncertain as cut:
                _unsure(Solicitation.objects.get(pk=departure.pk), at(), str(cut))
                tally.put_off += 1
            except Undeliverable as refusal:
                _fail(departure.pk, str(refusal))
                tally.failed += 1
            except Exception as problem:  # noqa: BLE001 - whatever the other side says, the message stays
                _try_again(departure.pk, problem, at())
                tally.put_off += 1
            else:
                Solicitation.objects.filter(pk=departure.pk).update(state=State.SENT, problem="")
                tally.sent += 1
    return tally


@contextmanager
def _alone(channel: Channel) -> Iterator[bool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCKS[channel]])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCKS[channel]])


def _due(channel: Channel, at: datetime, limit: int) -> list[int]:
    found = Solicitation.objects.filter(
        state=State.PLANNED, channel=channel, due_at__lte=at, invitation__wave__state__in=[WaveState.RUNNING, WaveState.CLOSED]
    )
    return list(found.order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _take_up(channel: Channel, at: datetime) -> None:
    """What a worker that died was sending may have left: it counts as such, and another message takes its place."""
    for found in Solicitation.objects.filter(state=State.LEAVING, channel=channel).order_by("pk"):
        _unsure(found, at, "Le programme d’envoi s’est arrêté pendant ce message.")


@transaction.atomic
def _unsure(found: Solicitation, at: datetime, problem: str) -> None:
    Solicitation.objects.filter(pk=found.pk).update(state=State.UNSURE, problem=problem[:200])
    again = next_try(found.attempts + 1, at)
    Solicitation.objects.create(
        household_id=found.household_id,
        invitation_id=found.invitation_id,
        channel=found.channel,
        pace=found.pace,
        attempts=found.attempts + 1,
        due_at=at,
        state=State.PLANNED if again else State.FAILED,
        problem="" if again else problem[:200],
    )


@transaction.atomic
def _depart(pk: int, at: datetime, origin: str, tally: Tally) -> Departure | None:
    """Read everything again, and write the message down as leaving; None when it does not leave now."""
    found = Solicitation.objects.select_for_update(skip_locked=True).filter(pk=pk, state=State.PLANNED).first()
    if found is None:
        return None
    household = Household.objects.select_for_update().get(pk=found.household_id)
    invitation = Invitation.objects.select_related("wave__landlord").get(pk=found.invitation_id)
    if invitation.wave.state == WaveState.STOPPED:
        return None
    terms = terms_of(landlord=invitation.wave.landlord_id)
    frees = budget_frees(household=household, budget=terms.budget, at=at)
    if why := _why_not(household, invitation, found, at, frees):
        _drop(found, why, tally)
        return None
    if (until := max(frees, next_ring(at) if found.channel == Channel.SMS else at)) > at:
        _put_off(found, until, tally)
        return None
    return _go(found, household, invitation, terms, at, origin, tally)


def _go(
    found: Solicitation, household: Household, invitation: Invitation, terms: Terms, at: datetime, origin: str, tally: Tally
) -> Departure | None:
    wave, channel = invitation.wave, Channel(found.channel)
    link = f"{origin}/s/{unseal(bytes(invitation.sealed or b''), digest=invitation.digest)}/"
    text = text_message(landlord=wave.landlord.name, language=invitation.language, link=link)
    cost = cost_of(channel, text, price=terms.sms_price)
    if cost and wave.spent + cost > wave.cost_ceiling:
        _drop(found, Why.CEILING, tally)
        return None
    if cost:
        Wave.objects.filter(pk=wave.pk).update(spent=F("spent") + cost)
    Solicitation.objects.filter(pk=found.pk).update(state=State.LEAVING, left_at=at, cost=cost)
    return Departure(
        pk=found.pk,
        reference=f"{found.invitation_id}-{found.pace}",
        channel=channel,
        to=household.email if channel is Channel.EMAIL else household.phone,
        link=link,
        text=text,
        language=invitation.language,
        sender=terms.sender,
        wave=wave,
    )


def _why_not(household: Household, invitation: Invitation, found: Solicitation, at: datetime, frees: datetime) -> Why | None:
    """Why this message never leaves: a reminder is not worth waiting for the budget, a first message is, until the close."""
    wave = invitation.wave
    late = frees > at and bool(found.pace or frees > end_of_day(wave.closes_on))
    ways = channels_of(email=household.email, phone=household.phone, address=household.address)
    whys = (
        (Why.CLOSED, wave.state != WaveState.RUNNING),
        (Why.ANSWERED, invitation.outcome not in OPEN or not invitation.sealed),
        (Why.GONE, household.left_on is not None),
        (Why.OBJECTED, objects(household)),
        (Why.NO_CONTACT, found.channel not in ways),
        (Why.BUDGET, late),
    )
    return next((why for why, holds in whys if holds), None)


def _drop(found: Solicitation, why: Why, tally: Tally) -> None:
    Solicitation.objects.filter(pk=found.pk).update(state=State.DROPPED, problem=why)
    tally.dropped += 1


def _put_off(found: Solicitation, until: datetime, tally: Tally) -> None:
    Solicitation.objects.filter(pk=found.pk).update(due_at=until)
    tally.put_off += 1


@transaction.atomic
def _put_back(pk: int) -> None:
    """Nothing was handed over: the message waits as before, and costs nothing."""
    _refund(pk)
    Solicitation.objects.filter(pk=pk).update(state=State.PLANNED, left_at=None, cost=0)


def _refund(pk: int) -> None:
    found = Solicitation.objects.get(pk=pk)
    if found.cost:
        Wave.objects.filter(invitations=found.invitation_id).update(spent=F("spent") - found.cost)


@transaction.atomic
def _try_again(pk: int, problem: Exception, at: datetime) -> None:
    _refund(pk)
    found = Solicitation.objects.get(pk=pk)
    found.attempts += 1
    again = next_try(found.attempts, at)
    found.state, found.left_at, found.cost = State.PLANNED if again else State.FAILED, None, 0
    found.due_at = again or at
    found.problem = f"{type(problem).__name__}: {problem}"[:200]
    found.save(update_fields=["attempts", "state", "left_at", "cost", "due_at", "problem"])


@transaction.atomic
def _fail(pk: int, problem: str) -> None:
    """The address is refused for good: the invitation says so, unless something else reached the household."""
    _refund(pk)
    Solicitation.objects.filter(pk=pk).update(state=State.FAILED, left_at=None, cost=0, problem=problem[:200])
    found = Solicitation.objects.get(pk=pk)
    if not Solicitation.objects.filter(invitation=found.invitation_id, state=State.SENT).exists():
        Invitation.objects.filter(pk=found.invitation_id, outcome=Outcome.NOTHING).update(outcome=Outcome.UNDELIVERED)
