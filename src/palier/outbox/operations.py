"""What one may do with messages: write, cancel, deliver, choose one's pace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection, transaction

from palier.calendar import at_hour, paris_day
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.models import Message, Preference, State
from palier.outbox.queries import due, due_digests
from palier.outbox.rules import DELAY, DIGEST_HOUR, EVENTS, Pace, next_try
from palier.verdict import Refusal, no

# Whose turn it is to hand a letter to the mail server, among all workers.
_LOCK = 0x6C657474

Send = Callable[[int, Sequence[Message]], None]
"""Hands one letter, of one message or of a day's, to the mail server for a person; raises when it is not accepted."""


class Undeliverable(Exception):
    """This letter will never be accepted (no such address): trying again is useless."""


class Unreachable(Exception):
    """The mail server does not answer: no message is to blame, they all wait."""


def post(
    *,
    event: str,
    to: Collection[int],
    at: datetime,
    subject: str,
    body: str,
    landlord: int | None = None,
    link: str = "",
    undo_key: str = "",
    delay: timedelta = DELAY,
    address: str = "",
    attachment: str = "",
) -> list[Message]:
    """Write one message a person, in the transaction of the act. It leaves after ``delay``, or with the day's digest.

    ``link`` is the path of the page to open; ``undo_key`` lets ``cancel`` take it back before it leaves. A secret event
    never waits for the digest. ``address`` (of a secret event) is another address of the person's than the one they have;
    ``attachment`` is a calendar file to carry.

    Raises:
        KeyError: when the event is not in ``EVENTS``.
    """
    declared = EVENTS[event]
    people = sorted(set(to))
    chosen = dict(Preference.objects.filter(event=event, person_id__in=people).values_list("person_id", "pace"))
    morning = at_hour(paris_day(at), DIGEST_HOUR)
    digest = morning if at + delay <= morning else at_hour(paris_day(at) + timedelta(days=1), DIGEST_HOUR)
    messages = []
    for person in people:
        pace = Pace(chosen.get(person, declared.pace))
        silent = pace is Pace.NEVER and declared.may_refuse
        daily = pace is Pace.DAILY and not declared.secret
        messages.append(
            Message(
                event=event,
                person_id=person,
                address=address,
                landlord_id=landlord,
                subject=subject,
                body=body,
                link=link,
                undo_key=undo_key,
                attachment=attachment,
                written_at=at,
                due_at=digest if daily else at + delay,
                digest=daily,
                state=State.SILENT if silent else State.WAITING,
                settled_at=at if silent else None,
            )
        )
    return Message.objects.bulk_create(messages)


def cancel(*, undo_key: str, at: datetime, people: Collection[int] | None = None) -> int:
    """Take back what has not left yet under this key, for everybody or for these people; how many messages were."""
    waiting = Message.objects.filter(undo_key=undo_key, state=State.WAITING)
    if people is not None:
        waiting = waiting.filter(person_id__in=people)
    return waiting.update(state=State.CANCELLED, settled_at=at)


def unsay(*, undo_key: str, at: datetime) -> set[int]:
    """Take back what has not left yet under this key; the people whom only such a message was to tell.

    Whoever else it concerns is owed a word: they were told, or saw it on their pages. So are those whose message failed,
    who may have been told another way: it is not sent again.
    """
    written = Message.objects.filter(undo_key=undo_key)
    unsaid = set(written.filter(state=State.WAITING).select_for_update().values_list("person_id", flat=True))
    cancel(undo_key=undo_key, at=at)
    written.filter(state=State.DEAD).update(state=State.CANCELLED, settled_at=at)
    return unsaid - set(written.filter(state=State.SENT).values_list("person_id", flat=True))


def deliver(*, at: datetime, send: Send, limit: int = 500) -> tuple[int, int]:
    """Send what is due, one transaction a letter: ``(letters sent, letters refused)``.

    Messages that a person wants grouped leave as one letter. Several workers may run it at once: their letters leave one
    after the other, so that a worker killed between the mail server's answer and the commit sends one letter again later,
    and no more: at least once, never lost. When the server does not answer, nothing is counted against the messages.
    """
    single = [[pk] for pk in due(at=at).values_list("pk", flat=True)[:limit]]
    grouped = due_digests(at=at).values_list("person_id").annotate(pks=ArrayAgg("pk")).values_list("pks", flat=True)
    sent = refused = 0
    for pks in [*single, *grouped]:
        try:
            outcome = _deliver(pks, at, send)
        except Unreachable:
            break
        sent, refused = sent + (outcome is True), refused + (outcome is False)
    return sent, refused


@transaction.atomic
def _deliver(pks: Sequence[int], at: datetime, send: Send) -> bool | None:
    """True when the letter left, False when it was refused, None when it is no longer to send."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    waiting = Message.objects.filter(pk__in=pks, state=State.WAITING).order_by("written_at", "pk")
    messages = list(waiting.select_for_update(skip_locked=True))
    if not messages:
        return None
    try:
        with transaction.atomic():
            send(messages[0].person_id, messages)
    except Unreachable:
        raise
    except Exception as problem:  # noqa: BLE001 - whatever the mail server says, the message stays
        _failed(messages, problem, at)
        return False
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(state=State.SENT, settled_at=at, problem="")
    secret = [m.pk for m in messages if EVENTS[m.event].secret]
    Message.objects.filter(pk__in=secret).update(link="")
    return True


@transaction.atomic
def resend(*, pk: int, by: int, at: datetime) -> None:
    """Put a dead letter back in the queue.

    Raises:
        Refusal: when the message is not a dead letter.
    """
    message = Message.objects.select_for_update().filter(pk=pk, state=State.DEAD).first()
    if message is None:
        raise Refusal(no("outbox.not_dead", "Ce message n’est pas en échec : il n’y a rien à reprendre."))
    _remember(message, "message_resent", f"a remis en file le message « {message.subject} ».", by, at)
    message.state, message.attempts, message.due_at, message.settled_at, message.problem = State.WAITING, 0, at, None, ""
    message.save(update_fields=["state", "attempts", "due_at", "settled_at", "problem"])


@transaction.atomic
def dismiss(*, pk: int, because: str, by: int, at: datetime) -> None:
    """Give up a dead letter, with the reason: it leaves the list, and stays as it is among the messages.

    Raises:
        Refusal: when no reason is given, or the message is not a dead letter.
    """
    if not because.strip():
        raise Refusal(no("outbox.reason", "Dites pourquoi le message ne part pas, par exemple « prévenue par téléphone »."))
    message = Message.objects.select_for_update().filter(pk=pk, state=State.DEAD).first()
    if message is None:
        raise Refusal(no("outbox.not_dead", "Ce message n’est plus en échec : il n’y a rien à classer."))
    message.state, message.settled_at = State.CANCELLED, at
    message.save(update_fields=["state", "settled_at"])
    summary = f"a classé sans envoi le message « {message.subject} » : {because.strip()}"
    _remember(message, "message_dismissed", summary, by, at)


def _remember(message: Message, act: str, summary: str, by: int, at: datetime) -> None:
    """The line of an act of staff on a dead letter, with what was wrong."""
    record(
        act=f"outbox.{act}",
        by=by,
        at=at,
        on=("outbox.message", message.pk),
        landlord=message.landlord_id,
        summary=summary,
        facts={"person": message.person_id, "event": message.event, "problem": message.problem},
        audience=Audience.SCHEME,
    )


def choose(*, person: int, event: str, pace: Pace) -> None:
    """Keep how a person wants to be told of an event.

    Raises:
        Refusal: when the event calls for an act of theirs and they would never hear of it.
    """
    declared = EVENTS[event]
    if pace is Pace.NEVER and not declared.may_refuse:
        raise Refusal(
            no("outbox.needed", f"« {declared.label} » vous demande d’agir : choisissez tout de suite ou le résumé du jour.")
        )
    Preference.objects.update_or_create(person_id=person, event=event, defaults={"pace": pace})


def _failed(messages: list[Message], problem: Exception, at: datetime) -> None:
    for message in messages:
        message.attempts += 1
        again = None if isinstance(problem, Undeliverable) else next_try(message.attempts, at)
        message.problem = f"{type(problem).__name__}: {problem}"[:300]
        if again:
            message.due_at = again
        else:
            message.state, message.settled_at = State.DEAD, at
        message.save(update_fields=["attempts", "problem", "due_at", "state", "settled_at"])
