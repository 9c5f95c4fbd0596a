"""The seat is the voice, whoever is the quicker; and the close is a line that no vote crosses."""

from __future__ import annotations

import random

import pytest

from tests.committee import races
from tests.committee.conftest import Sitting
from tests.committee.consultations import committee_of, polls_of
from tests.processes import answers, free_port, palier, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


def test_titular_and_substitute_in_the_same_instant(sitting: Sitting) -> None:
    for round_, poll in enumerate(polls_of(sitting.referent, [*sitting.titulars, *sitting.substitutes], 8)):
        seat = round_ % 5
        races.duel(poll, sitting.titulars[seat], sitting.substitutes[seat])


def test_who_leaves_a_seat_votes_before_the_end_of_the_mandate_or_not_at_all() -> None:
    secretary, titulars, _ = committee_of(12)
    [poll] = polls_of(secretary, titulars, 1)
    for leaver in titulars:
        races.handover(poll, leaver, secretary)


def test_no_vote_crosses_the_close(sitting: Sitting) -> None:
    rng = random.Random(11)
    for poll in polls_of(sitting.referent, sitting.titulars, 3):
        races.rush(poll, sitting.titulars, 40, sitting.referent, rng, slots=20)


def test_no_vote_crosses_the_close_by_web() -> None:
    secretary, titulars, _ = committee_of(5)
    [poll] = polls_of(secretary, titulars, 1)
    port = free_port()
    with palier("serve", "--port", str(port), "--threads", "6"):
        wait_for(lambda: answers(port), seconds=60)
        races.rush_by_web(poll, titulars, 30, secretary, random.Random(11), port)
