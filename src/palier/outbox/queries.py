"""What one may ask the outbox."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from palier.ledger.rules import Audience
from palier.outbox.models import Message, Preference, State
from palier.outbox.rules import EVENTS, Pace


def of_landlord(*, landlord: int, audiences: Collection[Audience], person: int) -> QuerySet[Message]:
    """The messages about a landlord's journey that these audiences may read, and the person's own, latest first."""
    readable = [code for code, event in EVENTS.items() if event.audience in audiences]
    found = Message.objects.filter(Q(event__in=readable) | Q(person_id=person), landlord_id=landlord)
    return found.order_by("-written_at", "-pk")


def due(*, at: datetime) -> QuerySet[Message]:
    """Messages to send one by one now, oldest first (digests apart)."""
    return Message.objects.filter(state=State.WAITING, digest=False, due_at__lte=at).order_by("due_at", "pk")


def due_digests(*, at: datetime) -> QuerySet[Message]:
    """Messages whose day's digest is due, in no order."""
    return Message.objects.filter(state=State.WAITING, digest=True, due_at__lte=at).order_by()


def oldest_due(*, at: datetime) -> datetime | None:
    """Since when the oldest message that should have left waits; None when none does."""
    waiting = Message.objects.filter(state=State.WAITING, due_at__lte=at)
    return waiting.order_by("due_at").values_list("due_at", flat=True).first()


def of_person(*, person: int) -> QuerySet[Message]:
    """Every message to a person, latest first."""
    return Message.objects.filter(person_id=person).order_by("-written_at", "-pk")


def dead() -> QuerySet[Message]:
    """Messages that could not be delivered after all tries, for staff."""
    return Message.objects.filter(state=State.DEAD).order_by("-settled_at", "-pk")


def wishing(*, event: str) -> QuerySet[Preference, int]:
    """The people who asked for an event that nobody is told of otherwise, as ids."""
    asked = Preference.objects.filter(event=event).exclude(pace=Pace.NEVER)
    return asked.values_list("person_id", flat=True)


def paces(*, person: int, roles: Collection[str]) -> dict[str, Pace]:
    """How a person is told of each event that their roles hear of, or that they were already told of; secrets apart."""
    chosen = dict(Preference.objects.filter(person_id=person).values_list("event", "pace"))
    told = {*chosen, *Message.objects.filter(person_id=person).order_by().values_list("event", flat=True).distinct()}
    heard = {code for code, event in EVENTS.items() if not event.secret and (event.to & set(roles) or code in told)}
    return {code: Pace(chosen.get(code, event.pace)) for code, event in EVENTS.items() if code in heard}
