"""A short exit locks no seat out of a matter, and nobody who comes late displaces who sits nor sits without having declared."""

from __future__ import annotations

import pytest

from palier.committee import operations
from palier.committee.models import Ballot
from tests.committee.conftest import Sitting
from tests.committee.test_sessions import refused

pytestmark = pytest.mark.django_db


def test_who_was_there_at_the_opening_and_comes_back_sits_and_counts_again(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:3])
    sitting.begin(item, *sitting.titulars[:3])
    third = sitting.titulars[2]
    sitting.leave(third)
    with refused("committee.no_quorum"):
        sitting.poll(item)
    operations.enter(session=sitting.session, mandate=third, by=sitting.referent, at=sitting.later(), remote=True)
    poll = sitting.poll(item)
    sitting.leave(third)
    assert not sitting.vote(poll, third, "for"), "out of the room"
    sitting.enter(third)
    for mandate in sitting.titulars[:3]:
        assert isinstance(sitting.vote(poll, mandate, "for"), Ballot)
    assert sitting.close(poll).sentence.startswith("Adopté : 3 voix pour")
    assert poll.roll.get(closing=True, seat=third.seat).hold == "sits"


def test_who_comes_late_for_a_seat_that_nobody_holds_declares_then_sits(sitting: Sitting) -> None:
    item = sitting.put()
    sitting.convene()
    sitting.open(*sitting.titulars[:2])
    sitting.begin(item, *sitting.titulars[:2])
    substitute, titular = sitting.substitutes[2], sitting.titulars[2]
    sitting.enter(substitute, titular)
    with refused("committee.undeclared"):
        sitting.poll(item)
    sitting.declare(item, substitute, titular)
    with refused("committee.item_opened"):
        sitting.declare(item, substitute)
    poll = sitting.poll(item)
    assert not sitting.vote(poll, titular, "for"), "a titular who comes displaces nobody"
    for mandate in (*sitting.titulars[:2], substitute):
        assert isinstance(sitting.vote(poll, mandate, "for"), Ballot)
    assert sitting.close(poll).result == "adopted"
