"""The seat is the voice, whoever is the quicker; and the close is a line that no vote crosses."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from palier.committee import operations
from palier.committee.models import Poll
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.terms import Matter
from tests.committee import races
from tests.committee.conftest import Sitting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def consult(sitting: Sitting) -> Callable[[int], list[Poll]]:
    """So many polls open at once in a written consultation that runs now."""

    def make(count: int) -> list[Poll]:
        start = races.now() + timedelta(seconds=1)
        early = start - timedelta(days=30)
        session = operations.prepare(
            committee=sitting.committee, starts_at=start, ends_at=start + timedelta(days=1), written=True, by=sitting.referent, at=early
        )  # fmt: skip
        items = [
            operations.add_item(session=session, matter=Matter.OTHER, title=f"Point {n}", by=sitting.referent, at=early)
            for n in range(count)
        ]
        operations.convene(session=session, by=sitting.referent, at=early)
        operations.open_session(session=session, by=sitting.referent, at=start)
        polls = []
        for item in items:
            for mandate in [*sitting.titulars, *sitting.substitutes]:
                operations.declare(item=item, mandate=mandate, interest=Interest.NONE, by=mandate.person, at=start)
            operations.open_item(item=item, by=sitting.referent, at=start)
            polls.append(operations.open_poll(item=item, motion="Adopter", by=sitting.referent, at=start))
        return polls

    return make


def test_titular_and_substitute_in_the_same_instant(sitting: Sitting, consult: Callable[[int], list[Poll]]) -> None:
    for round_, poll in enumerate(consult(8)):
        seat = round_ % 5
        races.duel(poll, sitting.titulars[seat], sitting.substitutes[seat])


def test_no_vote_crosses_the_close(sitting: Sitting, consult: Callable[[int], list[Poll]]) -> None:
    rng = random.Random(11)
    for poll in consult(3):
        races.rush(poll, sitting.titulars, 40, sitting.referent, rng, slots=20)
