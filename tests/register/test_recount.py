"""The re-checker counts again the ballots behind each decision, by rules of its own: what was changed since is found."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from palier.committee import operations
from palier.committee.models import Decision, Poll
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.scenes import left, parse_scene, roll_of
from palier.committee.rules.seats import Hold, Office
from palier.committee.rules.tally import tally, voters
from palier.committee.rules.terms import Matter
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.register.recheck import _rows
from palier.register.recount import _result, recount
from tests.committee import scenes
from tests.committee.conftest import Sitting, at_the_committee, referent, sitting

__all__ = ["at_the_committee", "referent", "sitting"]
SCENES = 4_000


def rows_of(data: dict[str, Any]) -> tuple[dict[str, Any], dict[int, Any], dict[int, Any], dict[int, str]]:
    """A scene as the tables would hold it: the poll, its two rolls, its ballots."""
    scene = parse_scene(data)
    roll = roll_of(scene)
    able, gone = voters(scene.terms, roll), left(scene, roll)
    holders = {bench.seat: {holder.person: holder.rank for holder in bench.holders} for bench in scene.seats}
    vice = {bench.seat for bench in scene.seats if bench.office is Office.VICE_PRESIDENT}

    def row(seat: int, *, closing: bool) -> dict[str, Any]:
        chair = roll.seats[seat]
        hold = Hold.VACANT if closing and seat in gone else chair.hold
        rank = holders[seat].get(chair.person) if chair.person and hold is Hold.SITS else None
        return {
            "hold": hold.value,
            "presides": chair.presides,
            "may_vote": seat in able,
            "voting": chair.voting,
            "replaced": bool(rank),
            "vice": seat in vice,
        }

    poll = {
        "terms": data["terms"],
        "matter": data["matter"],
        "outcome": "maintained" if data["spares"] else "",
        "written": scene.written,
        "opened_seats": scene.opened,
        "second": scene.second,
    }
    rolls = ({seat: row(seat, closing=closing) for seat in roll.seats} for closing in (False, True))
    return poll, *rolls, {seat: choice for seat, _, choice in data["ballots"]}  # type: ignore[return-value]


def test_the_third_counter_finds_what_the_first_one_says() -> None:
    rng = random.Random(20261128)
    met = set()
    for _ in range(SCENES):
        data, _, _ = scenes.drawn(rng)
        scene = parse_scene(data)
        roll = roll_of(scene)
        said = tally(
            scene.terms,
            scene.matter,
            roll,
            {b.seat: b.choice for b in scene.ballots},
            left=left(scene, roll),
            spares=scene.spares,
        ).result
        assert _result(*rows_of(data)) == said, data
        met.add(said)
    assert len(met) == 3


@pytest.fixture
def decided(sitting: Sitting, at_the_committee: Callable[..., Journey], db: None) -> Poll:
    """An award, adopted by three voices against two."""
    journey = at_the_committee(Stage.DECISION_AWARD)
    item = sitting.put("L’attribution", matter=Matter.AWARD, journey=journey)
    sitting.convene()
    sitting.open(*sitting.titulars)
    sitting.begin(item, *sitting.titulars)
    poll = sitting.poll(item, outcome=Outcome.LABEL_AWARDED)
    sitting.vote(poll, sitting.titulars[0], "against")
    for mandate, choice in zip(sitting.titulars, ["for", "for", "for", "against", "against"], strict=True):
        sitting.vote(poll, mandate, choice)
    poll = sitting.close(poll)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())
    return poll


@pytest.mark.django_db
def test_a_decision_that_its_ballots_bear_out_raises_nothing(decided: Poll) -> None:
    assert list(recount(_rows)) == [(Decision.objects.get().pk, [])]


B, LAST = "UPDATE committee_ballot SET ", " WHERE id = (SELECT max(id) FROM committee_ballot)"
CHANGED = {
    "a choice": (B + "choice = 'for'" + LAST, "scellé"),
    "a ballot taken away": (
        "DELETE FROM committee_ballot WHERE id = (SELECT min(id) FROM committee_ballot)",
        "Le journal porte 6 bulletins, il y en a 5",
    ),
    "somebody else": (B + "by_id = (SELECT min(by_id) FROM committee_ballot)" + LAST, "scellé"),
    "a reason": (B + "reasons = 'Autre'" + LAST, "scellé"),
    "a late vote": (B + "at = at + interval '1 day'" + LAST, "après la clôture"),
    "a seat without a voice": ("UPDATE committee_rollline SET may_vote = false WHERE NOT closing", "sans voix"),
    "an empty room": ("UPDATE committee_rollline SET hold = 'vacant' WHERE NOT closing", "no_quorum"),
    "another outcome": ("UPDATE committee_decision SET outcome = 'award_deferred'", "Le dernier scrutin porte sur"),
    "another day": ("UPDATE committee_decision SET decided_on = decided_on + 1", "pas du jour"),
    "a poll that never closed": (
        "UPDATE committee_poll SET closed_at = NULL, result = '', record = NULL, checked = NULL",
        "Aucun",
    ),
    "a rejection": ("UPDATE committee_poll SET result = 'rejected'", "le scrutin dit « rejected »"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("change", "found"), CHANGED.values(), ids=CHANGED)
def test_what_was_changed_behind_a_decision_is_found(decided: Poll, change: str, found: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("committee_ballot", "committee_rollline", "committee_decision", "committee_poll"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(change)
    [(_, faults)] = recount(_rows)
    assert any(found in fault for fault in faults), faults
