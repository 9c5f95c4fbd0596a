"""What every write on a visit goes through: its lock, its ledger line."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from palier.directory.models import Person
from palier.french import linked
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.visits import queries
from palier.visits.models import Visit
from palier.visits.rules import Kind


def locked(visit: Visit) -> Any:
    """The visit as it stands, with its ``state``, its row locked until the end of the transaction."""
    found = queries.visits(landlord=visit.landlord_id).select_for_update(of=("self",))
    return found.get(pk=visit.pk)


def name(visit: Visit) -> str:
    """« la fiche résidence des Tilleuls »."""
    if visit.kind == Kind.ROUND and visit.staircase:
        return f"le contrôle de propreté {linked('de', visit.residence.name)}, {visit.staircase.name}"
    return f"la fiche résidence {linked('de', visit.residence.name)}"


def remember(
    visit: Visit,
    act: str,
    summary: str,
    *,
    by: Person | None,
    at: datetime,
    facts: dict[str, Any] | None = None,
    audience: Audience = Audience.LANDLORD,
) -> None:
    """Write the ledger line of an act on a visit."""
    record(
        act=f"visits.{act}",
        by=by.pk if by else None,
        at=at,
        on=("visits.visit", visit.pk),
        landlord=visit.landlord_id,
        summary=summary,
        facts=facts,
        audience=audience,
    )
