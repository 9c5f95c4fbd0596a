"""A committee of three bodies, ready to be composed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Kind, Role

if TYPE_CHECKING:
    from palier.committee.models import Committee, Mandate, Seat
    from palier.directory.models import Organisation, Person

DAY = date(2026, 3, 10)


@dataclass(frozen=True)
class Bench:
    """A committee, its three seats, and the référent who composes it."""

    committee: Committee
    seats: list[Seat]
    referent: Person
    at: datetime

    def appoint(self, seat: int, who: str, *, titular: bool = True, at: datetime | None = None, **more: object) -> Mandate:
        from palier.committee import operations

        at = at or self.at
        given = {"email": f"{who}@example.test", "name": f"Mme {who}", "starts_on": at.date()} | more
        return operations.appoint(seat=self.seats[seat], titular=titular, by=self.referent, at=at, **given)  # type: ignore[arg-type]


@pytest.fixture
def bench(make_organisation: Callable[..., Organisation], make_person: Callable[..., Person], at: datetime) -> Bench:
    from palier.committee import operations

    owner = make_organisation(Kind.LABEL_OWNER)
    referent = make_person(Role.REFERENT, owner, "Mme R.")
    committee = operations.found(name="Comité national", by=referent, at=at)
    bodies = [owner, make_organisation(Kind.FEDERATION), make_organisation(Kind.MINISTRY)]
    seats = [operations.add_seat(committee=committee, body=body, voting=True, by=referent, at=at) for body in bodies]
    return Bench(committee, seats, referent, at)
