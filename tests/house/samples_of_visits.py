"""One real value for each thing that the addresses of visits take."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING

from palier.documents.operations import receive
from palier.frameworks.operations import load_shipped
from palier.stock.models import Residence
from palier.visits import operations
from palier.visits.models import Photo, Visit
from palier.visits.operations.filling import Sent
from tests.visits.team import picture

if TYPE_CHECKING:
    from tests.house.samples import World


def visit(world: World) -> int:
    """A sheet that the quality lead fills, with a note and a photo."""
    found = Visit.objects.filter(landlord=world.landlord).first()
    if found:
        return found.pk
    load_shipped(at=world.at)
    home = Residence.objects.get(landlord=world.landlord)
    given = {"planned_on": world.at.date(), "entrusted_to": world.lead, "by": world.lead, "at": world.at}
    [planned] = operations.plan(landlord=world.landlord, places=[home], **given)
    taken = operations.take(visit=planned, by=world.lead, at=world.at)
    answer = {"criterion": "paths", "revision": 0, "value": 1, "not_seen": False, "note": world.canary}
    operations.answer(visit=taken, by=world.lead, at=world.at, **answer)
    content = picture()
    sent = Sent("sample", hashlib.sha256(content).hexdigest(), receive(file=BytesIO(content), name="photo.jpg"))
    operations.add_photo(visit=taken, criterion="paths", sent=sent, by=world.lead, at=world.at)
    return taken.pk


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "visit_id": visit,
    "photo_id": lambda world: Photo.objects.get(visit=visit(world)).pk,
    "visits_export:form": lambda _: "csv",
}
