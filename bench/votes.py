"""Voting: two counters on random scenes, titular and substitute in the same instant, a close among 200 clients."""

import os
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

from figures import figure, ready

ready()

from django.db import connection
from tests.committee import races, scenes

from palier.committee import operations
from palier.committee.models import Mandate, Poll, Session
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.terms import Matter
from palier.directory.models import Person
from palier.directory.operations import add_member, add_organisation, enter_person
from palier.directory.rules import Kind, Role

# `PALIER_SCENES=1000000 make bench` draws a million; it takes a quarter of an hour on two cores.
SCENES = int(os.environ.get("PALIER_SCENES", "50000"))
DUELS, RUSHES, CLIENTS, SLOTS = 500, 5, 200, 60
BATCH = 500


def batch(seed: int) -> tuple[int, Counter[str]]:
    """How often the two counters differ on a batch of scenes, and the rules it met."""
    rng = random.Random(seed)
    found = [scenes.drawn(rng) for _ in range(BATCH)]
    answers = scenes.second([data for data, _, _ in found])
    differ = sum(answer != again for (_, answer, _), again in zip(found, answers, strict=True))
    return differ, sum((met for _, _, met in found), Counter())


def committee_of(seats: int) -> tuple[Person, list[Mandate], list[Mandate]]:
    """A committee: who keeps its minutes, its titulars, their substitutes."""
    at = races.now() - timedelta(days=60)
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
            list_.append(
                operations.appoint(
                    seat=seat,
                    email=f"m{number}-{rank}-{mark}@bench.example",
                    name=f"M. {number}.{rank}",
                    titular=not rank,
                    starts_on=at.date(),
                    by=secretary,
                    at=at,
                )
            )
    return secretary, held[0], held[1]


def polls_of(secretary: Person, members: list[Mandate], count: int) -> list[Poll]:
    """So many polls open at once in a written consultation that runs now."""
    start = races.now()
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


connection.close()
differences, rules = 0, Counter[str]()
begun = time.perf_counter()
with ProcessPoolExecutor(initializer=ready) as pool:
    for differ, met in pool.map(batch, range(SCENES // BATCH)):
        differences += differ
        rules += met
figure("scenes counted twice", SCENES, "")
figure("scenes on which the two counters differ", differences, "", promised=0)
rarest, least = min(rules.items(), key=lambda pair: pair[1])
figure(f"written rules met, the rarest « {rarest} » {least} times", len(rules), "")
figure("scenes a second", SCENES / (time.perf_counter() - begun), "")

secretary, titulars, substitutes = committee_of(10)
for number, poll in enumerate(polls_of(secretary, titulars + substitutes, DUELS)):
    races.duel(poll, titulars[number % 10], substitutes[number % 10])
figure("titular and substitute at once: rounds, one ballot and one refusal each", DUELS, "")

rng = random.Random(2026)
kept = [races.rush(poll, titulars, CLIENTS, secretary, rng, SLOTS) for poll in polls_of(secretary, titulars, RUSHES)]
figure(f"ballots kept of {RUSHES} × {CLIENTS} clients, each acknowledged, sealed and counted", sum(kept), "")
