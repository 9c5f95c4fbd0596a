"""The history of a landlord's file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Pk, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named
from palier.directory.queries import names
from palier.directory.rules import Thing, audiences
from palier.ledger import queries
from palier.ledger.models import Entry
from palier.ledger.rules import Audience

room = Room("ledger", "Journal")


class EntryOut(Schema):
    """One act: who, when, what, on what, and its fingerprint in the chain."""

    number: int
    at: datetime
    actor: Named | None = Field(description="Absent quand Palier agit de lui-même.")
    act: str
    subject: str
    summary: str = Field(description="Phrase sans son sujet, vide quand le contenu a été effacé.")
    digest: str


@room.reads("/landlords/{landlord_id}/history", Thing.HISTORY, "Lire le journal d’un dossier")
def history(request: Call) -> Page[EntryOut]:
    """The acts on a landlord's file that the person may read, latest first."""
    found = queries.history(landlord=request.landlord.pk, audiences=audiences(request.roles))
    return paged(request, found, _entries)


class ReceiptOut(Schema):
    """A line of the ledger with the proof of its place under a signed head: what the verifier checks."""

    receipt: dict[str, Any]


@room.reads("/landlords/{landlord_id}/history/{line}/receipt", Thing.HISTORY, "Lire le reçu d’un acte")
def receipt(request: Call, line: Pk) -> ReceiptOut:
    """The receipt of an act on a landlord's file; what it says is in it for whoever did it, and for the label's team."""
    readable = audiences(request.roles)
    entry = get_object_or_404(queries.history(landlord=request.landlord.pk, audiences=readable), number=line)
    whole = Audience.SCHEME in readable or entry.actor_id == request.user.pk
    return ReceiptOut(receipt=queries.receipt(number=entry.number, with_content=whole))


def _entries(rows: list[Entry]) -> list[EntryOut]:
    people = names(people={row.actor_id for row in rows})
    return [
        EntryOut(
            number=row.number,
            at=row.at,
            actor=Named(id=row.actor_id, name=people[row.actor_id]) if row.actor_id in people else None,
            act=row.act,
            subject=row.subject,
            summary=(row.content or {}).get("summary", ""),
            digest=row.digest,
        )
        for row in rows
    ]
