"""What one may do with messages: write, cancel, deliver, choose one's pace."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from palier.calendar import paris_day, start_of_day
from palier.outbox.models import Message, Preference, State
from palier.outbox.queries import due
from palier.outbox.rules import DELAY, EVENTS, Pace, next_try
from palier.verdict import Refusal, no

Send = Callable[[int, str, str], None]
"""Hands one message (person id, subject, body) to the mail server; raises when it is not accepted."""


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
) -> list[Message]:
    """Write one message a person, in the transaction of the act. It leaves after ``delay``, or with the day's digest.

    ``link`` is the path of the page to open; ``undo_key`` lets ``cancel`` take it back before it leaves.

    Raises:
        KeyError: when the event is not in ``EVENTS``.
    """
    declared = EVENTS[event]
    people = sorted(set(to))
    chosen = dict(Preference.objects.filter(event=event, person_id__in=people).values_list("person_id", "pace"))
    tomorrow = start_of_day(paris_day(at) + timedelta(days=1)) + timedelta(hours=7)
    messages = []
    for person in people:
        pace = Pace(chosen.get(person, declared.pace))
        silent = pace is Pace.NEVER and declared.may_refuse
        daily = pace is Pace.DAILY
        messages.append(
            Message(
                event=event,
                person_id=person,
                landlord_id=landlord,
                subject=subject,
                body=body,
                link=link,
                undo_key=undo_key,
                written_at=at,
                due_at=tomorrow if daily else at + delay,
                digest=daily,
                state=State.SILENT if silent else State.WAITING,
                settled_at=at if silent else None,
            )
        )
    return Message.objects.bulk_create(messages)


def cancel(*, undo_key: str, at: datetime) -> int:
    """Take back what has not left yet under this key; how many messages were taken back."""
    return Message.objects.filter(undo_key=undo_key, state=State.WAITING).update(state=State.CANCELLED, settled_at=at)


def deliver(*, at: datetime, send: Send, origin: str, limit: int = 500) -> tuple[int, int]:
    """Send what is due, one transaction a message: ``(sent, failed)``.

    Several workers may run it at once. A worker killed between the mail server's answer and the commit sends that
    one message again later: at least once, never lost.
    """
    sent = failed = 0
    for pk in list(due(at=at).values_list("pk", flat=True)[:limit]):
        with transaction.atomic():
            message = _take(Message.objects.filter(pk=pk))
            if message is None:
                continue
            try:
                send(message.person_id, message.subject, _body([message], origin))
            except Exception as problem:  # noqa: BLE001 - whatever the mail server says, the message stays
                _failed([message], problem, at)
                failed += 1
            else:
                _settle([message], at)
                sent += 1
    return sent, failed


def deliver_digests(*, at: datetime, send: Send, origin: str) -> tuple[int, int]:
    """Send each person one summary of the messages that wait for it: ``(sent, failed)``."""
    sent = failed = 0
    waiting = Message.objects.filter(state=State.WAITING, digest=True, due_at__lte=at)
    for person in list(waiting.order_by("person_id").values_list("person_id", flat=True).distinct()):
        with transaction.atomic():
            messages = list(waiting.filter(person_id=person).order_by("written_at", "pk").select_for_update(skip_locked=True))
            if not messages:
                continue
            subject = f"Votre résumé du jour : {len(messages)} message{'s' if len(messages) > 1 else ''}"
            try:
                send(person, subject, _body(messages, origin))
            except Exception as problem:  # noqa: BLE001
                _failed(messages, problem, at)
                failed += 1
            else:
                _settle(messages, at)
                sent += 1
    return sent, failed


def resend(*, pk: int, at: datetime) -> None:
    """Put a dead letter back in the queue.

    Raises:
        Refusal: when the message is not a dead letter.
    """
    changed = Message.objects.filter(pk=pk, state=State.DEAD).update(
        state=State.WAITING, attempts=0, due_at=at, settled_at=None, problem=""
    )
    if not changed:
        raise Refusal(no("outbox.not_dead", "Ce message n’est pas en échec : il n’y a rien à reprendre."))


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


def _take(messages: QuerySet[Message]) -> Message | None:
    return messages.filter(state=State.WAITING).select_for_update(skip_locked=True).first()


def _body(messages: list[Message], origin: str) -> str:
    parts = [f"{m.body}\n\n{origin}{m.link}" if m.link else m.body for m in messages]
    if len(parts) > 1:
        parts = [f"{m.subject}\n\n{part}" for m, part in zip(messages, parts, strict=True)]
    return "\n\n— — —\n\n".join(parts)


def _settle(messages: list[Message], at: datetime) -> None:
    Message.objects.filter(pk__in=[m.pk for m in messages]).update(state=State.SENT, settled_at=at, problem="")


def _failed(messages: list[Message], problem: Exception, at: datetime) -> None:
    for message in messages:
        message.attempts += 1
        again = next_try(message.attempts, at)
        message.problem = f"{type(problem).__name__}: {problem}"[:300]
        if again:
            message.due_at = again
        else:
            message.state, message.settled_at = State.DEAD, at
        message.save(update_fields=["attempts", "problem", "due_at", "state", "settled_at"])
