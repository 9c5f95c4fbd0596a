"""A committee of three bodies, ready to be composed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Kind, Role

if TYPE_CHECKING:
    from palier.committee.models import Committee, Item, Mandate, Poll, Seat, Session
    from palier.directory.models import Landlord, Organisation, Person
    from palier.label.models import Journey
    from palier.label.rules.stages import Stage

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


@pytest.fixture
def referent(make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme R.")


@pytest.fixture
def at_the_committee(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    referent: Person,
    at: datetime,
) -> Callable[..., Journey]:
    """A journey placed before the committee, its tenants' representatives informed."""
    from palier.consultation.operations import inform
    from palier.directory.operations import open_file
    from palier.label import operations, queries
    from palier.label.models import Journey

    def place(stage: Stage, code: str = "eighteen_eighteen", **more: object) -> Journey:
        operations.load_shipped(effective_from=date(2020, 1, 1), at=at)
        rules = queries.rule_set_on(on=at.date(), code=code)
        assert rules is not None
        landlord = make_landlord()
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        make_person(Role.TENANT_REPRESENTATIVE, association)
        open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)
        journey = operations.open_journey(landlord=landlord, rules=rules, by=referent, at=at)
        Journey.objects.filter(pk=journey.pk).update(stage=stage, opened_at=at - timedelta(days=90), **more)
        journey.refresh_from_db()
        inform(
            landlord=landlord,
            cycle=journey.cycle,
            stage=stage,
            subject="Décision",
            message="Le comité se réunit.",
            by=None,
            at=at,
        )
        return journey

    return place


AFTERNOON = datetime(2026, 4, 1, 12, 0, tzinfo=UTC)
"""When the sittings of these tests start: 1 April 2026, 14:00 in Paris."""


@dataclass
class Sitting:
    """A committee of five seats, each with a titular and a substitute, and its session to come; the first seat presides,
    the second is the vice-president's."""

    committee: Committee
    session: Session
    seats: list[Seat]
    titulars: list[Mandate]
    substitutes: list[Mandate]
    referent: Person
    at: datetime
    now: datetime = AFTERNOON
    items: list[Item] = field(default_factory=list)

    def later(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def put(self, title: str = "Un sujet", **about: object) -> Item:
        from palier.committee import operations
        from palier.committee.rules.terms import Matter

        matter = about.pop("matter", Matter.OTHER)
        item = operations.add_item(
            session=self.session,
            matter=matter,
            title=title,
            by=self.referent,
            at=self.at,
            **about,  # type: ignore[arg-type]
        )
        self.items.append(item)
        return item

    def convene(self) -> None:
        from palier.committee import operations

        operations.convene(session=self.session, by=self.referent, at=self.at)
        self.session.refresh_from_db()

    def open(self, *here: Mandate) -> None:
        """Everybody given comes in, then the session opens."""
        from palier.committee import operations

        self.enter(*here)
        operations.open_session(session=self.session, by=self.referent, at=self.later())
        self.session.refresh_from_db()

    def enter(self, *here: Mandate) -> None:
        from palier.committee import operations

        for mandate in here:
            operations.enter(session=self.session, mandate=mandate, by=self.referent, at=self.later())

    def leave(self, mandate: Mandate) -> None:
        from palier.committee import operations

        operations.leave(session=self.session, mandate=mandate, by=self.referent, at=self.later())

    def declare(self, item: Item, *members: Mandate) -> None:
        from palier.committee import operations
        from palier.committee.rules.conflicts import Interest

        for mandate in members:
            operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=self.later())

    def begin(self, item: Item, *members: Mandate) -> None:
        """The members declare that they have no link, and the matter opens."""
        from palier.committee import operations

        self.declare(item, *members)
        operations.open_item(item=item, by=self.referent, at=self.later())
        item.refresh_from_db()

    def poll(self, item: Item, **more: object) -> Poll:
        from palier.committee import operations

        given = {"motion": "Adopter ce qui est proposé"} | more
        return operations.open_poll(item=item, by=self.referent, at=self.later(), **given)  # type: ignore[arg-type]

    def vote(self, poll: Poll, mandate: Mandate, choice: str, *, at: datetime | None = None, **more: object) -> object:
        from palier.committee import operations
        from palier.committee.rules.tally import Choice

        at = at or self.later()
        return operations.cast(poll=poll, seat=mandate.seat, choice=Choice(choice), by=mandate.person, at=at, **more)  # type: ignore[arg-type]

    def close(self, poll: Poll) -> Poll:
        from palier.committee import operations

        return operations.close_poll(poll=poll, by=self.referent, at=self.later())


@pytest.fixture
def sitting(make_organisation: Callable[..., Organisation], referent: Person, at: datetime) -> Sitting:
    from palier.committee import operations
    from palier.committee.rules.seats import Office

    committee = operations.found(name="Comité national", by=referent, at=at)
    bodies = [make_organisation(Kind.FEDERATION) for _ in range(5)]
    seats = [operations.add_seat(committee=committee, body=body, voting=True, by=referent, at=at) for body in bodies]
    people = {
        (rank, number): operations.appoint(
            seat=seat,
            email=f"m{number}{rank}@example.test",
            name=f"M. {number}.{rank}",
            titular=not rank,
            starts_on=at.date(),
            by=referent,
            at=at,
        )
        for number, seat in enumerate(seats)
        for rank in (0, 1)
    }
    titulars, substitutes = ([people[rank, number] for number in range(5)] for rank in (0, 1))
    for mandate, office in zip(titulars, Office, strict=False):
        operations.give_office(mandate=mandate, office=office, by=referent, at=at)
    session = operations.prepare(
        committee=committee, starts_at=AFTERNOON, ends_at=AFTERNOON + timedelta(hours=3), by=referent, at=at
    )
    return Sitting(committee, session, seats, titulars, substitutes, referent, at)


def consult(sitting: Sitting, about: dict[str, object] | None = None, **voted: object) -> Poll:
    """A written consultation of two days, its poll open; the titulars there are have declared."""
    from palier.committee import operations, queries

    sitting.session = operations.prepare(
        committee=sitting.committee,
        starts_at=AFTERNOON,
        ends_at=AFTERNOON + timedelta(days=2),
        written=True,
        by=sitting.referent,
        at=sitting.at,
    )
    item = sitting.put("Par écrit", **(about or {}))
    sitting.convene()
    operations.open_session(session=sitting.session, by=sitting.referent, at=sitting.later())
    sitting.begin(item, *(m for m in queries.holders_of(session=sitting.session) if not m.rank))
    return sitting.poll(item, **voted)


@pytest.fixture
def consulted(sitting: Sitting) -> tuple[Sitting, Poll]:
    """A written consultation of two days with a poll open."""
    return sitting, consult(sitting)
