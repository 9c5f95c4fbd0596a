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
from palier.visits.models import FollowUp, Photo, Staircase, Visit
from palier.visits.operations.filling import Sent
from palier.visits.rules import Cleaner, Responsibility, Theme
from tests.visits.team import picture

if TYPE_CHECKING:
    from tests.house.samples import World


def visit(world: World) -> int:
    """A sheet that the quality lead fills, with a note and a photo."""
    found = Visit.objects.filter(landlord=world.landlord).first()
    if found:
        return found.pk
    load_shipped(at=world.at)
    home = Residence.objects.get(landlord=world.landlord, merged_into=None)
    given = {"planned_on": world.at.date(), "entrusted_to": world.lead, "by": world.lead, "at": world.at}
    [planned] = operations.plan(landlord=world.landlord, places=[home], **given)
    taken = operations.take(visit=planned, by=world.lead, at=world.at)
    answer = {"criterion": "paths", "revision": 0, "value": 1, "not_seen": False, "note": world.canary}
    operations.answer(visit=taken, by=world.lead, at=world.at, **answer)
    content = picture()
    sent = Sent("sample", hashlib.sha256(content).hexdigest(), receive(file=BytesIO(content), name="photo.jpg"))
    operations.add_photo(visit=taken, criterion="paths", sent=sent, by=world.lead, at=world.at)
    return taken.pk


def staircase(world: World) -> int:
    """A staircase that an employee cleans."""
    home = Residence.objects.get(landlord=world.landlord, merged_into=None)
    names = [f"Escalier {world.canary}"]
    made = operations.add_staircases(residence=home, names=names, cleaned_by=Cleaner.EMPLOYEE, by=world.lead, at=world.at)
    return (made[0] if made else Staircase.objects.get(name=names[0])).pk


def follow_up(world: World) -> FollowUp:
    """A walk of one stop, with one observation and what is promised on it."""
    if found := FollowUp.objects.filter(observation__stop__walk__landlord=world.landlord).first():
        return found
    by_whom = {"by": world.lead, "at": world.at}
    home, day = Residence.objects.get(landlord=world.landlord, merged_into=None), world.at.date()
    walk = operations.open_walk(landlord=world.landlord, residence=home, title=world.canary, held_on=day, **by_whom)
    stop = operations.add_stop(walk=walk, place=world.canary, **by_whom)
    photo = receive(file=BytesIO(picture()), name="photo.jpg")
    given = {"theme": Theme.WASTE, "positive": False, "text": world.canary, "responsible": Responsibility.LANDLORD}
    seen = operations.observe(stop=stop, photo=photo, **given, **by_whom)
    return operations.follow_up(observation=seen, text=world.canary, who="Ville", due_on=day, **by_whom)


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "visit_id": visit,
    "photo_id": lambda world: Photo.objects.get(visit=visit(world)).pk,
    "visits_export:form": lambda _: "csv",
    "rounds_export:form": lambda _: "csv",
    "walk_export:form": lambda _: "csv",
    "staircase_id": staircase,
    "walk_id": lambda world: follow_up(world).observation.stop.walk_id,
    "walk_observe:number": lambda _: 1,
    "observation_id": lambda world: follow_up(world).observation_id,
    "follow_up_id": lambda world: follow_up(world).pk,
}
