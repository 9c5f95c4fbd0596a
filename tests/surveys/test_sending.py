"""What leaves and what does not: budget, objection, hours, money, stop, a worker that dies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palier.directory.models import Landlord
from palier.outbox.operations import Undeliverable, Unreachable
from palier.surveys import operations
from palier.surveys.models import Household, Invitation, Solicitation, Wave
from palier.surveys.operations import Departure, Uncertain
from palier.surveys.queries import invited
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.sendings import Budget, State, Terms, Why
from palier.surveys.rules.waves import Pace
from tests.surveys.waves import EITHER, SMS, Post

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
MakeWave = Callable[..., Wave]
DAY = timedelta(days=1)


def why() -> Counter[str]:
    return Counter(Solicitation.objects.filter(state=State.DROPPED).values_list("problem", flat=True))


def dies(_: Departure) -> None:
    raise KeyboardInterrupt


def test_everybody_gets_one_message_with_a_link_of_their_own(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(6)
    make_wave()
    post = Post()
    assert post.send(at).sent == 6
    assert sorted(post.to) == [f"l{n}@example.test" for n in range(6)]
    links = {departure.link for _, departure in post.taken}
    assert len(links) == 6
    found = {invited(token=link.removeprefix("https://palier.example/s/").rstrip("/")) for link in links}
    assert found == set(Invitation.objects.all())
    assert post.send(at + DAY).sent == 0


def test_no_table_holds_a_link(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(3)
    make_wave()
    post = Post()
    post.send(at)
    tokens = [departure.link.split("/")[-2] for _, departure in post.taken]
    rows = [repr(vars(row)) for model in (Invitation, Solicitation) for row in model.objects.all()]
    assert not any(token in row for token in tokens for row in rows)


def test_reminders_go_to_those_who_have_not_answered(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(4)
    make_wave()
    post = Post()
    post.send(at)
    first, second, *_ = Invitation.objects.order_by("household__reference")
    operations.note_answer(invitation=first.pk)
    assert operations.plan_due(at=at + 6 * DAY) == 0
    assert operations.plan_due(at=at + 7 * DAY) == 3
    assert operations.plan_due(at=at + 7 * DAY) == 0
    operations.note_answer(invitation=second.pk)
    post.taken.clear()
    assert post.send(at + 7 * DAY).sent == 2
    assert sorted(post.to) == ["l2@example.test", "l3@example.test"]
    assert why() == {Why.ANSWERED: 1}


def test_nobody_who_objected_is_written_to_whatever_the_wave(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    homes = make_households(3)
    make_wave()
    operations.object_to(household=homes[0], origin=Origin.PAGE, by=None, at=at)
    # The same telephone under another reference: nobody told Palier that they are one household.
    Household.objects.filter(pk=homes[1].pk).update(phone=homes[0].phone)
    post = Post()
    assert post.send(at).sent == 1
    assert post.to == ["l2@example.test"]


def test_no_household_is_over_its_budget_in_any_window(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(5)
    budget = Budget(most=3, days=30)
    operations.set_terms(landlord=landlord, terms=Terms(budget), by=None, at=at)
    paces = tuple(Pace(day, EITHER) for day in (0, 4, 8, 12))
    waves = [make_wave(name=f"Vague {n}", paces=paces, closes_on=(at + 60 * DAY).date()) for n in range(1)]
    Invitation.objects.update(outcome=Outcome.NOT_REACHED)
    post = Post()
    for day in range(60):
        now = at + day * DAY
        operations.plan_due(at=now)
        post.send(now)
        post.send(now, SMS)
    assert waves
    by_home: dict[str, list[datetime]] = {}
    for when, departure in post.taken:
        by_home.setdefault(departure.to, []).append(when)
    for times in by_home.values():
        assert all(sum(start <= when < start + budget.window for when in times) <= budget.most for start in times)
    assert why() == {Why.BUDGET: 5}


def test_a_first_message_waits_for_the_budget_and_a_reminder_does_not(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    (home,) = make_households(1)
    operations.set_terms(landlord=landlord, terms=Terms(Budget(most=1, days=30)), by=None, at=at)
    wave = make_wave("drawn", closes_on=(at + 50 * DAY).date())
    earlier = make_wave("draft", name="Autre")
    assert earlier
    Solicitation.objects.create(
        household=home,
        invitation=Invitation.objects.get(),
        channel=Channel.PHONE,
        pace=10,
        due_at=at,
        left_at=at - 10 * DAY,
        state=State.SENT,
    )
    operations.launch(wave=wave, by=None, at=at)
    post = Post()
    assert post.send(at).put_off == 1
    assert Solicitation.objects.get(pace=0).due_at == at + 20 * DAY
    assert post.send(at + 20 * DAY).sent == 1
    operations.plan_due(at=at + 27 * DAY)
    assert post.send(at + 27 * DAY).dropped == 1


def test_texts_wait_for_the_morning_and_stop_at_the_ceiling(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3, email="")
    wave = make_wave(cost_ceiling=120)
    post = Post()
    assert post.send(at.replace(hour=21), SMS).put_off == 3
    assert post.send(at + DAY, SMS).sent == 2
    wave.refresh_from_db()
    assert wave.spent == 120
    assert why() == {Why.CEILING: 1}


def test_a_stop_holds_back_everything_that_has_not_left(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    make_households(5)
    wave = make_wave()
    post = Post()

    def stop_at_third(_: Departure) -> None:
        if len(post.taken) == 2:
            operations.stop(wave=wave, by=None, at=at)

    post.answer = stop_at_third
    assert post.send(at).sent == 3
    assert post.send(at + DAY).sent == 0
    post.answer = lambda _: None
    operations.resume(wave=wave, by=None, at=at + DAY)
    assert post.send(at + DAY).sent == 2
    assert len(set(post.to)) == 5


def test_a_worker_that_dies_leaves_one_message_unsure_and_nobody_without(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(3)
    make_wave()
    post = Post()
    post.answer = dies
    with pytest.raises(KeyboardInterrupt):
        post.send(at)
    assert Solicitation.objects.filter(state=State.LEAVING).count() == 1
    post.answer = lambda _: None
    assert post.send(at).sent == 3
    states = Counter(Solicitation.objects.values_list("state", flat=True))
    assert states == {State.UNSURE: 1, State.SENT: 3}


def test_what_may_have_left_counts_in_the_budget(
    landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(1)
    operations.set_terms(landlord=landlord, terms=Terms(Budget(most=1, days=90)), by=None, at=at)
    make_wave()
    post = Post()

    def cut(_: Departure) -> None:
        raise Uncertain("line cut")

    post.answer = cut
    post.send(at)
    post.answer = lambda _: None
    assert post.send(at + DAY).sent == 0
    assert why() == {Why.BUDGET: 1}


def test_a_refused_address_is_said_and_the_next_sending_takes_another_way(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(1)
    make_wave(cost_ceiling=1_000)
    post = Post()

    def refuse(_: Departure) -> None:
        raise Undeliverable("550 no such user")

    post.answer = refuse
    assert post.send(at).failed == 1
    assert Invitation.objects.get().outcome == Outcome.UNDELIVERED
    operations.plan_due(at=at + 7 * DAY)
    post.answer = lambda _: None
    assert post.send(at + 7 * DAY, SMS).sent == 1


def test_a_server_that_is_down_costs_no_attempt_and_one_that_refuses_for_now_is_tried_again(
    make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(2, email="")
    wave = make_wave(cost_ceiling=1_000)
    post = Post()

    def down(_: Departure) -> None:
        raise Unreachable("no route")

    def busy(_: Departure) -> None:
        raise OSError("503")

    post.answer = down
    assert post.send(at, SMS).sent == 0
    assert set(Solicitation.objects.values_list("state", "attempts")) == {(State.PLANNED, 0)}
    post.answer = busy
    assert post.send(at, SMS).put_off == 2
    wave.refresh_from_db()
    assert wave.spent == 0
    post.answer = lambda _: None
    assert post.send(at + timedelta(minutes=2), SMS).sent == 2


def test_a_second_sender_leaves_at_once(make_households: Households, make_wave: MakeWave, at: datetime) -> None:
    from django.db import connections

    make_households(1)
    make_wave()
    other = connections.create_connection("default")
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [operations.sending.LOCKS[Channel.EMAIL]])
            assert Post().send(at).sent == 0
            cursor.execute("SELECT pg_advisory_unlock_all()")
    finally:
        other.close()
    assert Post().send(at).sent == 1
