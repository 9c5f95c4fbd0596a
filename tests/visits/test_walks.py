"""Walks with residents: noted stop by stop, restituted, then followed; people are counted, never named."""

from __future__ import annotations

from io import BytesIO

import pytest

from palier.documents.operations import receive
from palier.verdict import Refusal
from palier.visits import operations, queries
from palier.visits.models import Observation, Walk
from palier.visits.rules import Public, Responsibility, Theme
from tests.fixtures import NOON
from tests.visits.team import Field, picture

pytestmark = pytest.mark.django_db


def walk(field: Field) -> Walk:
    given = {"title": "Printemps", "held_on": NOON.date(), "by": field.agent, "at": NOON}
    return operations.open_walk(landlord=field.landlord, residence=field.residence, **given)


def seen(field: Field, one: Walk, *, positive: bool = False, text: str = "Lampe éteinte") -> Observation:
    stop = one.stops.first() or operations.add_stop(walk=one, place="Hall 3", point=(2.48, 48.9), by=field.agent, at=NOON)
    given = {"theme": Theme.LIGHTING, "positive": positive, "text": text, "responsible": Responsibility.OTHER}
    return operations.observe(stop=stop, **given, by=field.agent, at=NOON)


def test_stops_follow_one_another_and_a_theme_has_its_balance(field: Field) -> None:
    one = walk(field)
    seen(field, one)
    seen(field, one, positive=True)
    wrong = seen(field, one, text="Erreur")
    operations.withdraw_observation(observation=wrong, by=field.agent, at=NOON)
    second = operations.add_stop(walk=one, place="Parking", by=field.agent, at=NOON)
    assert second.number == 2
    [line] = queries.balance(queries.stops(one))
    assert (line.theme, line.strengths, line.weaknesses) == (Theme.LIGHTING, 1, 1)
    assert line.answers == {Responsibility.LANDLORD: 0, Responsibility.OTHER: 1, Responsibility.SHARED: 0}


def test_a_photo_is_kept_with_its_observation(field: Field) -> None:
    one = walk(field)
    stop = operations.add_stop(walk=one, place="Hall", by=field.agent, at=NOON)
    received = receive(file=BytesIO(picture()), name="hall.jpg")
    given = {"theme": Theme.WASTE, "positive": False, "text": "Cartons", "responsible": Responsibility.SHARED}
    noted = operations.observe(stop=stop, photo=received, **given, by=field.agent, at=NOON)
    assert noted.photo is not None
    assert noted.photo.kind == "photo"


def test_people_are_counted_by_kind(field: Field) -> None:
    one = walk(field)
    counts = {Public.RESIDENTS: 12, Public.STAFF: 3, Public.ELECTED: 0}
    operations.set_participants(walk=one, counts=counts, revision=0, by=field.agent, at=NOON)
    assert queries.participants(one) == {"residents": 12, "staff": 3}


def test_a_restituted_walk_no_longer_changes_but_is_followed(field: Field) -> None:
    one = walk(field)
    with pytest.raises(Refusal, match="au moins une observation"):
        operations.close_walk(walk=one, by=field.lead, at=NOON)
    noted = seen(field, one)
    operations.close_walk(walk=one, by=field.lead, at=NOON)
    one.refresh_from_db()
    assert one.shared_at == NOON
    with pytest.raises(Refusal, match="restitué"):
        operations.add_stop(walk=one, place="Cave", by=field.agent, at=NOON)
    with pytest.raises(Refusal, match="restitué"):
        seen(field, one)
    given = {"text": "Changer la lampe", "who": "Ville", "due_on": NOON.date()}
    promised = operations.follow_up(observation=noted, **given, by=field.agent, at=NOON)
    done = {"done_on": NOON.date(), "outcome": "Lampe changée", "by": field.agent, "at": NOON}
    operations.record_outcome(follow_up=promised, **done)
    with pytest.raises(Refusal, match="déjà notée"):
        operations.record_outcome(follow_up=promised, **done)
