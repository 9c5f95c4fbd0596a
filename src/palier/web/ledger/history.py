"""The ledger as people read it: who did what, when. For the history of any page: ``entries_for``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from palier.directory.models import Landlord
from palier.directory.queries import names
from palier.directory.rules import audiences
from palier.ledger import queries
from palier.ledger.models import Entry
from palier.ledger.rules import Audience
from palier.web.doors import Request

PALIER = "Palier"
ERASED = "a fait un acte dont le contenu est effacé (délai de conservation passé)."


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act as shown: ``<c-history>`` takes a list of them."""

    number: int
    when: datetime
    who: str
    summary: str
    act: str
    digest: str


def in_words(found: Iterable[Entry]) -> list[HistoryEntry]:
    """Acts as shown, the names of their people in one query."""
    shown = list(found)
    people = names(people={entry.actor_id for entry in shown})
    return [
        HistoryEntry(
            number=entry.number,
            when=entry.at,
            who=PALIER if entry.actor_id is None else people.get(entry.actor_id, "Une personne effacée"),
            summary=entry.content["summary"] if entry.content else ERASED,
            act=entry.act,
            digest=entry.digest,
        )
        for entry in shown
    ]


def entries_for(request: Request, landlord: Landlord, limit: int = 10) -> list[HistoryEntry]:
    """The latest acts on a landlord's file that this person may read. Two SQL queries."""
    return in_words(queries.history(landlord=landlord.pk, audiences=audiences(request.roles))[:limit])


def entries_of(
    request: Request,
    kind: str,
    pk: int | None,
    limit: int | None = 10,
    *,
    parts: Mapping[str, Collection[int]] | None = None,
    more: frozenset[Audience] = frozenset(),
) -> list[HistoryEntry]:
    """The latest acts on one thing (``"plans.action", 18``) and its parts, or on all of a kind, that this person may read.

    ``more``: what they read of this thing alone, beside what their roles read. Two SQL queries.
    """
    return in_words(queries.history_of(kind=kind, pk=pk, audiences=audiences(request.roles) | more, parts=parts)[:limit])
