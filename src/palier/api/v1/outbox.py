"""Messages: those of a landlord's journey, and one's own."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Open, Room
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, term
from palier.directory.queries import names
from palier.directory.rules import Thing, audiences
from palier.outbox import queries
from palier.outbox.models import Message, State
from palier.outbox.rules import EVENTS

room = Room("outbox", "Messages")


class MessageOut(Schema):
    """A message to one person, and what became of it."""

    id: int
    event: Term
    to: Named | None
    subject: str
    body: str
    link: str = Field(description="Vide quand le lien laisse entrer quelqu’un.")
    state: Term
    written_at: datetime
    due_at: datetime
    settled_at: datetime | None


@room.reads("/landlords/{landlord_id}/messages", Thing.HISTORY, "Lister les messages d’un dossier")
def messages(request: Call, state: Annotated[str, OneOf(State)] | None = None) -> Page[MessageOut]:
    """The messages about a landlord's journey that the person may read, latest first."""
    found = queries.of_landlord(landlord=request.landlord.pk, audiences=audiences(request.roles), person=request.user.pk)
    return paged(request, found.filter(state=state) if state else found, _messages)


@room.reads("/me/messages", Open.ANY_KEY, "Lister ses propres messages")
def mine(request: Call) -> Page[MessageOut]:
    """Every message to the person of the key, latest first."""
    return paged(request, queries.of_person(person=request.user.pk), _messages)


class PreferenceOut(Schema):
    """How the person of the key is told of an event."""

    event: Term
    pace: Term


@room.reads("/me/preferences", Open.ANY_KEY, "Lister comment on est prévenu de chaque événement")
def preferences(request: Call) -> Page[PreferenceOut]:
    """The events that may concern the person, each with its pace."""
    found = queries.paces(person=request.user.pk, roles=request.roles)
    rows = [PreferenceOut(event=Term(code=code, label=EVENTS[code].label), pace=term(pace)) for code, pace in found.items()]
    return paged(request, rows, lambda some: some)


def _messages(rows: list[Message]) -> list[MessageOut]:
    people = names(people={row.person_id for row in rows})
    return [
        MessageOut(
            id=row.pk,
            event=Term(code=row.event, label=EVENTS[row.event].label),
            to=Named(id=row.person_id, name=people[row.person_id]) if row.person_id in people else None,
            subject=row.subject,
            body=row.body,
            link="" if EVENTS[row.event].secret else row.link,
            state=Term(code=row.state, label=State(row.state).label),
            written_at=row.written_at,
            due_at=row.due_at,
            settled_at=row.settled_at,
        )
        for row in rows
    ]
