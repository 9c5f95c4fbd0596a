"""What one may ask the outbox."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from palier.outbox.models import Message, Preference, State
from palier.outbox.rules import EVENTS, Pace


def of_landlord(*, landlord: int) -> QuerySet[Message]:
    """Every message about a landlord's journey, latest first."""
    return Message.objects.filter(landlord_id=landlord).order_by("-written_at", "-pk")


def due(*, at: datetime) -> QuerySet[Message]:
    """Messages to send one by one now, oldest first (digests apart)."""
    return Message.objects.filter(state=State.WAITING, digest=False, due_at__lte=at).order_by("due_at", "pk")


def due_digests(*, at: datetime) -> QuerySet[Message]:
    """Messages whose day's digest is due, in no order."""
    return Message.objects.filter(state=State.WAITING, digest=True, due_at__lte=at).order_by()


def of_person(*, person: int) -> QuerySet[Message]:
    """Every message to a person, latest first."""
    return Message.objects.filter(person_id=person).order_by("-written_at", "-pk")


def dead() -> QuerySet[Message]:
    """Messages that could not be delivered after all tries, for staff."""
    return Message.objects.filter(state=State.DEAD).order_by("-settled_at", "-pk")


def paces(*, person: int) -> dict[str, Pace]:
    """How a person is told of each event."""
    chosen = dict(Preference.objects.filter(person_id=person).values_list("event", "pace"))
    return {code: Pace(chosen.get(code, event.pace)) for code, event in EVENTS.items()}
