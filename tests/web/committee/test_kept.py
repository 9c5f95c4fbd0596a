"""What was voted is told as such: the answer stands when the session is lost, and the seat keeps its voice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import InterfaceError
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from palier.committee import operations
from palier.committee.models import Ballot, Mandate, Poll
from palier.directory.models import Person
from palier.directory.operations import add_member
from palier.directory.rules import Role
from palier.web.sessions import KEPT_MESSAGES
from tests.committee.conftest import AFTERNOON, Sitting

pytestmark = pytest.mark.django_db
Consulted = tuple[Sitting, Poll]


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch, consulted: Consulted) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", consulted[0].later)


@pytest.fixture
def member(consulted: Consulted, sign_in: Callable[[Person], Client]) -> Callable[[Mandate], Client]:
    sitting, _ = consulted

    def make(mandate: Mandate) -> Client:
        held = {"person": mandate.person, "organisation": mandate.seat.body, "role": Role.COMMITTEE_MEMBER}
        if not mandate.person.memberships.exists():
            add_member(by=None, at=sitting.at, **held)
        return sign_in(mandate.person)

    return make


def where(poll: Poll, page: str, **more: object) -> str:
    session = poll.item.session
    given = {"committee_id": session.committee_id, "session_number": session.number, "item_id": poll.item_id}
    return reverse(page, kwargs=given | more)


def words(answer: HttpResponse) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


@pytest.mark.parametrize("lost", [UpdateError, InterfaceError])
def test_a_vote_that_is_kept_is_answered_as_kept_even_if_the_session_is_not(
    consulted: Consulted, member: Callable[[Mandate], Client], monkeypatch: pytest.MonkeyPatch, lost: type[Exception]
) -> None:
    sitting, poll = consulted
    client, seat = member(sitting.titulars[0]), sitting.seats[0]
    vote = where(poll, "committee_vote", poll_number=poll.number, seat_id=seat.pk)
    form = {"choice": "for", "idempotency_key": "un-seul-vote"}

    def save(*_: object, **__: object) -> None:
        raise lost

    with monkeypatch.context() as cut:
        cut.setattr(SessionStore, "save", save)
        answer = client.post(vote, form)
    room = where(poll, "committee_room_item")
    assert (answer.status_code, answer["Location"]) == (302, room)
    again = client.post(vote, form)
    assert (again.status_code, again["Location"]) == (302, room)
    assert Ballot.objects.filter(poll=poll, seat=seat).count() == 1
    assert "Votre reçu, siège 1" in words(client.get(room))


def test_who_only_writes_finds_the_last_messages_and_no_heap(consulted: Consulted, member: Callable[[Mandate], Client]) -> None:
    sitting, poll = consulted
    client = member(sitting.titulars[0])
    vote = where(poll, "committee_vote", poll_number=poll.number, seat_id=sitting.seats[0].pk)
    for _ in range(KEPT_MESSAGES + 4):
        assert client.post(vote, {"choice": "for"}).status_code == 302
    page = client.get(where(poll, "committee_room_item"))
    assert len(list(get_messages(page.wsgi_request))) == KEPT_MESSAGES


def test_a_successor_reads_that_the_voice_was_given_and_may_give_another(
    consulted: Consulted, member: Callable[[Mandate], Client]
) -> None:
    sitting, poll = consulted
    gone, seat = sitting.titulars[0], sitting.seats[0]
    assert isinstance(sitting.vote(poll, gone, "for", reasons="Ce motif-là."), Ballot)
    sitting.now = AFTERNOON + timedelta(days=1)
    operations.end_mandate(mandate=gone, by=sitting.referent, at=sitting.later())
    at = sitting.later()
    successor = operations.appoint(
        seat=seat, email="suite@example.test", name="Mme Suite", titular=True, starts_on=at.date(), by=sitting.referent, at=at
    )
    client, room = member(successor), where(poll, "committee_room_item")
    assert "Déclarer mes liens" in words(client.get(room))
    declared = client.post(where(poll, "committee_item"), {"interest": "none"})
    assert declared.status_code == 302
    shown = words(client.get(room))
    assert f"{gone.person.name} a voté pour ce siège avant la fin de son mandat" in shown
    assert "Remplacer cette voix" in shown
    assert "Ce motif-là." not in shown
    vote = where(poll, "committee_vote", poll_number=poll.number, seat_id=seat.pk)
    assert client.post(vote, {"choice": "against"}).status_code == 302
    assert "Changer ma voix" in words(client.get(room))
    assert list(Ballot.objects.filter(seat=seat).order_by("version").values_list("choice", flat=True)) == ["for", "against"]


def test_the_screen_waits_for_a_seat_that_was_filled_meanwhile(
    consulted: Consulted, sign_in: Callable[[Person], Client]
) -> None:
    sitting, poll = consulted
    sitting.now = AFTERNOON + timedelta(days=1)
    for mandate in (sitting.titulars[4], sitting.substitutes[4]):
        operations.end_mandate(mandate=mandate, by=sitting.referent, at=sitting.later())
    at = sitting.later()
    operations.appoint(
        seat=sitting.seats[4], email="n@example.test", name="Mme Neuve", titular=True, starts_on=at.date(),
        by=sitting.referent, at=at,
    )  # fmt: skip
    shown = words(sign_in(sitting.referent).get(where(poll, "committee_room_item")))
    assert "Mme Neuve" in shown
    assert sitting.titulars[4].person.name not in shown
