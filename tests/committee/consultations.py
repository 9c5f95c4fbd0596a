"""Committees that vote in writing now: for what races, is killed or is timed, in tests and in ``bench/``."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse

from palier.calendar import paris_day
from palier.committee import operations
from palier.committee.models import Mandate, Poll, Session
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.terms import Matter
from palier.directory.models import Person
from palier.directory.operations import add_member, add_organisation, enter_person
from palier.directory.rules import Kind, Role
from tests.committee.races import now


def committee_of(seats: int) -> tuple[Person, list[Mandate], list[Mandate]]:
    """A committee: who keeps its minutes, its titulars, their substitutes."""
    at = now() - timedelta(days=60)
    mark = at.strftime("%d%H%M%S%f")
    secretary = enter_person(email=f"secretary-{mark}@bench.example", name="Mme S.", at=at)
    owner = add_organisation(name=f"Propriétaire {mark}", kind=Kind.LABEL_OWNER, by=None, at=at)
    add_member(person=secretary, organisation=owner, role=Role.REFERENT, by=None, at=at)
    committee = operations.found(name=f"Comité {mark}", by=secretary, at=at)
    held: list[list[Mandate]] = [[], []]
    for number in range(seats):
        body = add_organisation(name=f"Organisme {mark} {number}", kind=Kind.FEDERATION, by=None, at=at)
        seat = operations.add_seat(committee=committee, body=body, voting=True, by=secretary, at=at)
        for rank, list_ in enumerate(held):
            member = operations.appoint(
                seat=seat,
                email=f"m{number}-{rank}-{mark}@bench.example",
                name=f"M. {number}.{rank}",
                titular=not rank,
                starts_on=paris_day(at),
                by=secretary,
                at=at,
            )
            add_member(person=member.person, organisation=body, role=Role.COMMITTEE_MEMBER, by=None, at=at)
            list_.append(member)
    return secretary, held[0], held[1]


def polls_of(secretary: Person, members: list[Mandate], count: int) -> list[Poll]:
    """So many polls open at once in a written consultation that runs now."""
    start = now()
    early = start - timedelta(days=30)
    session = operations.prepare(
        committee=members[0].committee,
        starts_at=start,
        ends_at=start + timedelta(days=1),
        written=True,
        by=secretary,
        at=early,
    )
    for number in range(count):
        operations.add_item(session=session, matter=Matter.OTHER, title=f"Point {number}", by=secretary, at=early)
    operations.convene(session=session, by=secretary, at=early)
    operations.open_session(session=session, by=secretary, at=start)
    polls = []
    for item in Session.objects.get(pk=session.pk).items.order_by("position"):
        for mandate in members:
            operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=start)
        operations.open_item(item=item, by=secretary, at=start)
        polls.append(operations.open_poll(item=item, motion="Adopter", by=secretary, at=start))
    return polls


def page(name: str, poll: Poll, **more: int) -> str:
    """The address of a page of the matter on which a poll bears."""
    session = poll.item.session
    where = {"committee_id": session.committee_id, "session_number": session.number, "item_id": poll.item_id}
    return reverse(name, kwargs=where | more)


def voice(poll: Poll, seat: int) -> str:
    """The address where the voice of a seat is given."""
    return page("committee_vote", poll, poll_number=poll.number, seat_id=seat)
