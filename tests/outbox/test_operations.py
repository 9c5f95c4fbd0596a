"""Messages: written with the act, taken back with it, sent once more rather than never."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from palier.directory.models import Person
from palier.directory.rules import Role
from palier.ledger.models import Entry
from palier.ledger.rules import Audience
from palier.outbox.models import Message, State
from palier.outbox.operations import Undeliverable, Unreachable, cancel, choose, deliver, post, resend, unsay
from palier.outbox.queries import dead, of_landlord, paces
from palier.outbox.rules import DELAY, EVENTS, RETRIES, Pace
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]


class Server:
    """Keeps what it is given, or says what it was told to say."""

    def __init__(self, says: Exception | None = None) -> None:
        self.says = says
        self.letters: list[tuple[int, list[str]]] = []

    def __call__(self, person: int, messages: Sequence[Message]) -> None:
        if self.says:
            raise self.says
        self.letters.append((person, [m.subject for m in messages]))


def written(event: str, to: Sequence[Person], at: datetime, **more: object) -> list[Message]:
    return post(event=event, to=[p.pk for p in to], at=at, subject="Objet", body="Texte", **more)  # type: ignore[arg-type]


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_a_message_leaves_after_its_delay_and_once(make_person: Make, at: datetime) -> None:
    person, server = make_person(), Server()
    written("label.your_turn", [person], at)
    assert deliver(at=at, send=server) == (0, 0)
    assert deliver(at=at + DELAY, send=server) == (1, 0)
    assert deliver(at=at + DELAY, send=server) == (0, 0)
    assert server.letters == [(person.pk, ["Objet"])]


def test_what_is_undone_in_time_tells_nobody(make_person: Make, at: datetime) -> None:
    server = Server()
    written("label.your_turn", [make_person(), make_person()], at, undo_key="plan:1")
    assert cancel(undo_key="plan:1", at=at) == 2
    deliver(at=at + DELAY, send=server)
    assert server.letters == []
    assert states() == [State.CANCELLED, State.CANCELLED]


def test_an_act_that_fails_leaves_no_message(make_person: Make, at: datetime) -> None:
    person = make_person()

    def act() -> None:
        with transaction.atomic():
            written("label.your_turn", [person], at)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        act()
    assert states() == []


def test_each_person_is_told_once_even_when_named_twice(make_person: Make, at: datetime) -> None:
    person = make_person()
    assert len(written("label.your_turn", [person, person], at)) == 1


def test_a_days_messages_are_grouped_at_seven_in_paris(make_person: Make) -> None:
    person, other, server = make_person(), make_person(), Server()
    saturday = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)  # the night when clocks go forward
    choose(person=person.pk, event="label.your_turn", pace=Pace.DAILY)
    for _ in range(3):
        written("label.your_turn", [person, other], saturday)
    deliver(at=datetime(2026, 3, 29, 4, 59, tzinfo=UTC), send=server)
    assert server.letters == [(other.pk, ["Objet"])] * 3
    deliver(at=datetime(2026, 3, 29, 5, 0, tzinfo=UTC), send=server)
    assert server.letters[3:] == [(person.pk, ["Objet"] * 3)]


def test_what_is_done_before_seven_leaves_at_seven_that_day(make_person: Make) -> None:
    person, server = make_person(), Server()
    written("label.moved", [person], datetime(2026, 3, 9, 23, 10, tzinfo=UTC))  # 0:10 in Paris on the 10th
    deliver(at=datetime(2026, 3, 10, 6, 0, tzinfo=UTC), send=server)
    assert server.letters == [(person.pk, ["Objet"])]


def test_who_refuses_an_event_is_not_told_but_it_stays_readable(make_person: Make, at: datetime) -> None:
    person, server = make_person(), Server()
    choose(person=person.pk, event="plans.action_assigned", pace=Pace.NEVER)
    written("plans.action_assigned", [person], at, landlord=7)
    deliver(at=at + DELAY, send=server)
    assert server.letters == []
    found = of_landlord(landlord=7, audiences=[Audience.FILE], person=make_person().pk)
    assert [m.state for m in found] == [State.SILENT]


def test_what_calls_for_an_act_cannot_be_refused(make_person: Make) -> None:
    with pytest.raises(Refusal, match="vous demande d’agir"):
        choose(person=make_person().pk, event="label.your_turn", pace=Pace.NEVER)


def test_a_link_that_lets_in_leaves_at_once_and_is_then_erased(make_person: Make, at: datetime) -> None:
    person, server = make_person(), Server()
    choose(person=person.pk, event="directory.invited", pace=Pace.DAILY)
    written("directory.invited", [person], at, link="/invitation/secret/", delay=timedelta(0))
    deliver(at=at, send=server)
    message = Message.objects.get()
    assert (message.state, message.link) == (State.SENT, "")


def test_after_all_tries_a_message_is_a_dead_letter_that_staff_resend(make_person: Make, at: datetime) -> None:
    staff = make_person()
    written("label.your_turn", [make_person()], at)
    moment, server = at + DELAY, Server(RuntimeError("450 plus tard"))
    for wait in RETRIES:
        assert deliver(at=moment, send=server) == (0, 1)
        assert deliver(at=moment, send=server) == (0, 0)
        moment += wait
    assert deliver(at=moment, send=server) == (0, 1)
    letter = dead().get()
    assert letter.problem == "RuntimeError: 450 plus tard"
    resend(pk=letter.pk, by=staff.pk, at=moment)
    line = Entry.objects.get(act="outbox.message_resent")
    assert (line.actor_id, line.content["facts"]["problem"]) == (staff.pk, letter.problem)  # type: ignore[index]
    assert deliver(at=moment, send=Server()) == (1, 0)
    with pytest.raises(Refusal, match="n’est pas en échec"):
        resend(pk=letter.pk, by=staff.pk, at=moment)


def test_a_refusal_for_good_is_not_tried_again(make_person: Make, at: datetime) -> None:
    written("label.your_turn", [make_person()], at)
    deliver(at=at + DELAY, send=Server(Undeliverable("550 inconnu")))
    assert states() == [State.DEAD]


def test_a_server_that_does_not_answer_costs_no_try(make_person: Make, at: datetime) -> None:
    written("label.your_turn", [make_person(), make_person()], at)
    assert deliver(at=at + DELAY, send=Server(Unreachable())) == (0, 0)
    assert list(Message.objects.values_list("attempts", "state")) == [(0, State.WAITING)] * 2


@pytest.mark.django_db(transaction=True)
def test_letters_leave_one_at_a_time_whatever_the_workers(make_person: Make, at: datetime) -> None:
    """So that a worker killed on its way sends one letter twice at most."""
    post(
        event="label.your_turn", to=[make_person().pk for _ in range(12)], at=at, subject="À vous", body="", delay=timedelta(0)
    )
    in_hand, most, lock = 0, 0, threading.Lock()

    def send(person_id: int, messages: Sequence[Message]) -> None:
        nonlocal in_hand, most
        with lock:
            in_hand += 1
            most = max(most, in_hand)
        time.sleep(0.01)
        with lock:
            in_hand -= 1

    def worker() -> None:
        deliver(at=at, send=send)
        connection.close()

    workers = [threading.Thread(target=worker) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert (Message.objects.filter(state=State.SENT).count(), most) == (12, 1)


def test_one_chooses_for_the_events_of_ones_roles_and_those_already_received(make_person: Make, at: datetime) -> None:
    person = make_person()
    assert paces(person=person.pk, roles=[]) == {}
    written("directory.invited", [person], at)
    written("plans.action_assigned", [person], at)
    assert set(paces(person=person.pk, roles=[Role.REFERENT])) == {
        "label.your_turn",
        "minutes.commented",
        "ledger.checkpoint",
        "label.reminded",
        "label.correction_answered",
        "frameworks.assessment_finished",
        "plans.action_assigned",
        "projects.help_asked",
        "projects.help_moved",
        "audits.report_reopened",
        "committee.voiding",
        "directory.board_declared",
    }


def test_every_event_that_is_no_secret_goes_to_roles_that_exist() -> None:
    assert all(event.secret or event.to for event in EVENTS.values())
    assert {role for event in EVENTS.values() for role in event.to} <= set(Role)


def test_the_database_knows_when_a_message_is_over(make_person: Make, at: datetime) -> None:
    (message,) = written("label.your_turn", [make_person()], at)
    with pytest.raises(IntegrityError, match="outbox_settled_when_over"):
        Message.objects.filter(pk=message.pk).update(state=State.SENT)


def test_who_never_heard_of_what_is_unsaid_is_known_and_nothing_of_it_leaves_any_more(make_person: Make, at: datetime) -> None:
    unheard, told, failed, both = (make_person() for _ in range(4))
    written("label.your_turn", [told, both], at, undo_key="plan:1")
    deliver(at=at + DELAY, send=Server())
    written("label.your_turn", [failed], at, undo_key="plan:1")
    deliver(at=at + DELAY, send=Server(Undeliverable("no such address")))
    written("label.your_turn", [unheard, both], at, undo_key="plan:1")
    with transaction.atomic():
        assert unsay(undo_key="plan:1", at=at) == {unheard.pk}
    assert states() == [State.SENT, State.SENT, State.CANCELLED, State.CANCELLED, State.CANCELLED]
