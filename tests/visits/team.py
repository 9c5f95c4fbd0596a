"""A landlord with a stock, a quality lead, and a caretaker who makes visits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from PIL import Image

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.stock.models import Residence
from palier.visits import operations, queries
from palier.visits.models import Visit
from tests.fixtures import NOON


@dataclass(frozen=True, slots=True)
class Field:
    """What a test of visits builds on."""

    landlord: Landlord
    residence: Residence
    lead: Person
    agent: Person
    colleague: Person

    def planned(self, *, to: Person | None = None, at: datetime = NOON) -> Visit:
        """A residence sheet planned for today."""
        [visit] = operations.plan(
            landlord=self.landlord, places=[self.residence], planned_on=paris_day(at), entrusted_to=to, by=self.lead, at=at
        )
        return visit

    def taken(self, *, at: datetime = NOON) -> Visit:
        """One that the caretaker took in charge."""
        return operations.take(visit=self.planned(to=self.agent, at=at), by=self.agent, at=at)

    def done(self, *, worst: int = 0, at: datetime = NOON) -> Visit:
        """One that is done: every point at its best, but the ``worst`` first ones."""
        visit = self.taken(at=at)
        codes = list(queries.grid(visit).criteria)
        for place, (code, point) in enumerate(queries.grid(visit).criteria.items()):
            value = point.scale.worst if place < worst else point.scale.best
            said(visit, code, by=self.agent, value=value, at=at)
        operations.finish(visit=visit, priorities=codes[:5], by=self.agent, at=at + timedelta(hours=1))
        found: Visit = queries.visits(landlord=self.landlord).get(pk=visit.pk)
        return found


def said(visit: Visit, code: str, *, by: Person, value: int | None, revision: int = 0, at: datetime = NOON, **more: object):
    """An answer to one point."""
    given = {"not_seen": False, "note": ""} | more
    return operations.answer(visit=visit, criterion=code, revision=revision, value=value, by=by, at=at, **given)


def picture(colour: tuple[int, int, int] = (120, 90, 60), size: tuple[int, int] = (640, 480)) -> bytes:
    """A JPEG photo that knows where it was taken."""
    image = Image.new("RGB", size, colour)
    exif = Image.Exif()
    exif[0x010F] = "Appareil"
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
