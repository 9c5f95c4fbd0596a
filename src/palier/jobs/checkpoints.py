"""The signed head of the ledger, each night: kept, shown to everybody, sent to the people of the committee who wish it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from palier.calendar import paris_day
from palier.directory.queries import people_with
from palier.directory.rules import Role
from palier.ledger import operations as ledger
from palier.ledger.models import Checkpoint
from palier.outbox import operations as outbox
from palier.outbox.queries import wishing
from palier.outbox.rules import EVENTS

EVENT = "ledger.checkpoint"


@transaction.atomic
def sign_and_send(*, at: datetime) -> Checkpoint | None:
    """Sign the head of the ledger, and write it to whoever asked for it and still has a role that may; None when nothing moved.

    Raises:
        NoKey: when a key is missing or cannot be used.
    """
    made = ledger.checkpoint(at=at)
    if made is None:
        return None
    roles = frozenset(Role(role) for role in EVENTS[EVENT].to)
    readers = people_with(roles=roles, on=paris_day(at)).filter(pk__in=wishing(event=EVENT))
    outbox.post(
        event=EVENT,
        to=set(readers.values_list("pk", flat=True)),
        at=at,
        subject=f"Journal du label : point de contrôle n° {made.number}",
        body=(
            f"Le journal compte {made.number} lignes. Ce point de contrôle les engage toutes ; gardez-le hors de Palier, tel quel.\n\n"
            f"{made.note}\n"
            f"Pour le vérifier, et voir comment il s’oppose à un journal réécrit : {settings.ORIGIN}{reverse('ledger')}"
        ),
        link=reverse("ledger"),
    )
    return made
