"""A poll voided by two people: who is told, what waits for the second signature, the first one taken back or set aside."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from palier.committee import operations, queries
from palier.committee.models import Item, Poll, Voiding
from palier.committee.rules.seats import Office
from palier.committee.rules.seats import Recusal as Reach
from palier.directory.models import Membership, Person
from palier.directory.rules import Role
from palier.outbox.models import Message, State
from tests.committee.conftest import Sitting
from tests.committee.test_sessions import refused, voted

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(sitting: Sitting) -> tuple[Item, Poll]:
    """A poll that two voices have rejected, and that the label's team asks to void."""
    item, poll = voted(sitting, "for", "against", "against")
    sitting.close(poll)
    operations.void(poll=poll, because="Une voix mal notée.", by=sitting.referent, at=sitting.later())
    return item, poll


def told() -> list[Message]:
    return list(Message.objects.filter(event="committee.voiding").order_by("pk"))


def test_nothing_is_concluded_while_a_voiding_waits(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    item, poll = asked
    act: dict[str, Any] = {"by": sitting.titulars[0].person, "at": sitting.later()}
    with refused("committee.voiding_waits"):
        operations.conclude(item=item, **act)
    with refused("committee.voiding_waits"):
        operations.close_session(session=sitting.session, **act)
    with refused("committee.voiding_waits"):
        operations.take_off(item=item, because="Plus tard.", **act)
    operations.void(poll=poll, because="Oui.", **act)
    operations.conclude(item=item, by=sitting.referent, at=sitting.later())


def test_who_may_sign_is_told_then_who_voted_but_nobody_recused(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    item, poll = asked
    president, voter, out = (sitting.titulars[number].person for number in (0, 1, 2))
    (first,) = told()
    assert first.person_id == president.pk
    assert f"{sitting.referent.name} demande l’annulation de ce scrutin : Une voix mal notée." in first.body
    recused: dict[str, Any] = {"item": item, "mandate": sitting.titulars[2], "reach": Reach.PERSONAL, "because": "Un lien."}
    operations.recuse(by=sitting.referent, at=sitting.later(), **recused)
    operations.void(poll=poll, because="Je l’ai vu.", by=president, at=sitting.later())
    assert Message.objects.get(pk=first.pk).state == State.CANCELLED  # it had not left: nothing is asked any more
    people = {message.person_id for message in told()[1:]}
    assert {voter.pk, sitting.referent.pk} <= people  # who asked for it hears that it is done, and did not vote
    assert not people & {out.pk, president.pk}
    assert all("Je l’ai vu." in message.body for message in told()[1:])


def test_a_signature_is_taken_back_by_its_signer_while_alone(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    item, poll = asked
    president: Person = sitting.titulars[0].person
    with refused("committee.not_signed"):
        operations.take_signature_back(poll=poll, by=president, at=sitting.later())
    Message.objects.update(state=State.SENT, settled_at=sitting.later())
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    assert [message.person_id for message in told()[1:]] == [president.pk]
    kept = Voiding.objects.get()
    assert kept.taken_back_at is not None
    acts = [line.act for line in queries.history(session=sitting.session, person=president)]
    assert acts[:2] == ["committee.voiding_taken_back", "committee.voiding_signed"]
    assert queries.settled(item=item)
    operations.void(poll=poll, because="Encore.", by=president, at=sitting.later())
    assert not queries.is_void(poll=poll)
    operations.void(poll=poll, because="Si.", by=sitting.referent, at=sitting.later())
    with refused("committee.void_already"):
        operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    changes: tuple[dict[str, Any], ...] = ({"taken_back_at": None}, {"because": "Autre chose."})
    for change in changes:
        with pytest.raises(DatabaseError), transaction.atomic():
            Voiding.objects.filter(pk=kept.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.delete()


def test_nobody_holds_a_matter_alone(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    item, poll = asked
    president: Person = sitting.titulars[0].person
    with refused("committee.nothing_aside"):
        operations.set_aside(poll=poll, because="La mienne.", by=sitting.referent, at=sitting.later())
    with refused("committee.aside_reason"):
        operations.set_aside(poll=poll, because=" ", by=president, at=sitting.later())
    operations.set_aside(poll=poll, because="Le compte est juste.", by=president, at=sitting.later())
    asking, aside = told()
    assert (asking.state, aside.person_id) == (State.CANCELLED, sitting.referent.pk)
    assert f"{president.name} l’a écartée : Le compte est juste." in aside.body
    line = queries.history(session=sitting.session, person=president)[0]
    assert (line.act, line.actor_id) == ("committee.voiding_set_aside", president.pk)
    assert Voiding.objects.get().taken_back_at is not None
    operations.void(poll=poll, because="Encore.", by=sitting.referent, at=sitting.later())
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    aside.refresh_from_db()
    assert aside.state == State.WAITING, "what is told stays told, whatever is asked then"
    operations.conclude(item=item, by=president, at=sitting.later())
    with refused("committee.item_concluded"):
        operations.set_aside(poll=poll, because="Encore.", by=president, at=sitting.later())


def test_who_asked_hears_that_it_is_set_aside_even_when_they_may_sign_no_more(
    sitting: Sitting, asked: tuple[Item, Poll]
) -> None:
    _, poll = asked
    former = sitting.titulars[0].person
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    operations.void(poll=poll, because="À refaire.", by=former, at=sitting.later())
    operations.give_office(mandate=sitting.titulars[3], office=Office.PRESIDENT, by=sitting.referent, at=sitting.later())
    operations.set_aside(poll=poll, because="Le compte est juste.", by=sitting.referent, at=sitting.later())
    assert "Le compte est juste." in next(m.body for m in reversed(told()) if m.person_id == former.pk)


def test_who_asked_hears_that_a_poll_is_void_even_when_they_may_sign_no_more(
    sitting: Sitting, asked: tuple[Item, Poll]
) -> None:
    _, poll = asked
    Membership.objects.filter(person=sitting.referent).update(ends_on=sitting.at.date() - timedelta(days=1))
    operations.void(poll=poll, because="Oui.", by=sitting.titulars[0].person, at=sitting.later())
    assert "Un scrutin est annulé" in next(m.subject for m in reversed(told()) if m.person_id == sitting.referent.pk)


def test_who_may_sign_hears_that_a_poll_is_void_even_before_its_request_left(
    sitting: Sitting, asked: tuple[Item, Poll], make_person: Callable[..., Person]
) -> None:
    _, poll = asked
    colleague = make_person(Role.REFERENT, sitting.referent.memberships.get().organisation)
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    operations.void(poll=poll, because="Une voix mal notée.", by=sitting.referent, at=sitting.later())
    operations.void(poll=poll, because="Oui.", by=sitting.titulars[0].person, at=sitting.later())
    last = [message for message in told() if message.person_id == colleague.pk][-1]
    assert (last.subject.split(" : ")[0], last.state) == ("Un scrutin est annulé", State.WAITING)


def test_one_signs_or_sets_aside_the_request_that_was_read(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    _, poll = asked
    president = sitting.titulars[0].person
    read = Voiding.objects.get().pk
    act: dict[str, Any] = {"poll": poll, "because": "Oui.", "by": president}
    with refused("committee.voiding_changed"):
        operations.void(**act, read=0, at=sitting.later())
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    operations.void(poll=poll, because="Autre chose.", by=sitting.referent, at=sitting.later())
    for operation in (operations.void, operations.set_aside):
        with refused("committee.voiding_changed"):
            operation(**act, read=read, at=sitting.later())
    operations.void(**act, read=Voiding.objects.get(taken_back_at=None).pk, at=sitting.later())
    assert queries.is_void(poll=poll)


def test_who_may_sign_no_more_is_told_nothing_more(sitting: Sitting, asked: tuple[Item, Poll]) -> None:
    _, poll = asked
    president = sitting.titulars[0].person
    Message.objects.update(state=State.SENT, settled_at=sitting.later())
    operations.give_office(mandate=sitting.titulars[3], office=Office.PRESIDENT, by=sitting.referent, at=sitting.later())
    operations.take_signature_back(poll=poll, by=sitting.referent, at=sitting.later())
    people = {message.person_id for message in told()[1:]}
    assert president.pk not in people
    assert sitting.titulars[3].person_id in people
