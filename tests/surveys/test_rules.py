"""Contacts, sample sizes, draws, hours, costs and rates: what is decided before anybody is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as some

from palier.surveys.rules.contact import Channel, channels_of, email_of, phone_of, takes_texts
from palier.surveys.rules.outcomes import rates
from palier.surveys.rules.sampling import Around, Aside, Unit, draw, plan
from palier.surveys.rules.sendings import cost_of, may_call, next_ring, segments
from palier.surveys.rules.waves import Pace, Split, paces_hold

TUESDAY = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("06.12.34.56.78", "+33612345678"),
        ("612345678", "+33612345678"),
        ("+33 (0)6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("01 48 00 00 00", "+33148000000"),
        ("+351 912 345 678", "+351912345678"),
        ("", ""),
    ],
)
def test_a_telephone_is_kept_one_way_however_it_is_written(written: str, kept: str) -> None:
    assert phone_of(written) == kept


@pytest.mark.parametrize("wrong", ["06 12 34 56", "néant", "0612345678901234", "00"])
def test_what_is_no_telephone_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        phone_of(wrong)


def test_an_address_is_kept_in_small_letters_and_a_wrong_one_refused() -> None:
    assert email_of(" Mme.L@Example.TEST ") == "mme.l@example.test"
    for wrong in ("mme.l", "a@b", "a b@c.fr", "a@b..fr", "a@b.fr;c@d.fr"):
        with pytest.raises(ValueError, match=r".*"):
            email_of(wrong)


def test_short_messages_go_to_mobiles_alone() -> None:
    assert takes_texts("+33612345678")
    assert takes_texts("+262692000000")
    assert not takes_texts("+33148000000")
    ways = channels_of(email="", phone="+33148000000", address="")
    assert ways == (Channel.PHONE,)


def units(count: int) -> list[Unit]:
    return [
        Unit(number, f"L{number}", 1 + number % 3, "Nord" if number % 2 else "Sud", None, f"l{number}@example.test")
        for number in range(count)
    ]


@given(some.permutations(units(40)), some.text(max_size=5))
def test_a_draw_is_the_same_again_in_whatever_order_the_households_come(drawn: list[Unit], seed: str) -> None:
    assert draw(drawn, 12, seed=seed) == draw(units(40), 12, seed=seed)


def test_another_seed_draws_others_and_everybody_has_the_same_chance() -> None:
    times = [0] * 40
    for number in range(600):
        for unit in draw(units(40), 10, seed=str(number)):
            times[unit.pk] += 1
    # 600 draws of 10 among 40: 150 each, standard deviation 10.6; five of them is never reached by chance.
    assert max(abs(count - 150) for count in times) < 54


def test_strata_count_who_is_set_aside_and_why() -> None:
    found = plan(
        [
            *units(6),
            Unit(10, "L10", 1, "Nord", None),
            Unit(11, "L11", 1, "Nord", None, "l@example.test", moved_in_on=date(2026, 2, 1)),
        ],
        split=Split.AGENCY,
        around=Around(objected={0}, busy={1}, spent={2}),
        settled_before=date(2025, 9, 10),
    )
    assert [(part.label, part.population, part.eligible, part.drawn) for part in found.parts] == [
        ("Nord", 5, 2, 2),
        ("Sud", 3, 1, 1),
    ]
    assert found.aside == {Aside.OBJECTED: 1, Aside.BUSY: 1, Aside.BUDGET: 1, Aside.NO_CONTACT: 1, Aside.RECENT: 1}


def test_a_text_waits_for_the_hours_when_a_telephone_may_ring() -> None:
    assert next_ring(TUESDAY) == TUESDAY
    assert next_ring(datetime(2026, 3, 10, 5, 0, tzinfo=UTC)) == datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
    saturday_night = datetime(2026, 3, 14, 20, 0, tzinfo=UTC)
    assert next_ring(saturday_night) == datetime(2026, 3, 16, 8, 0, tzinfo=UTC)
    # The eve of the change of clocks, and a 1 May: 9 in Paris is 7 in universal time from then on.
    assert next_ring(datetime(2026, 3, 28, 20, 0, tzinfo=UTC)) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert next_ring(datetime(2026, 4, 30, 18, 30, tzinfo=UTC)) == datetime(2026, 5, 2, 7, 0, tzinfo=UTC)


def test_nobody_is_rung_up_at_lunch_at_night_nor_on_a_saturday() -> None:
    assert may_call(TUESDAY)
    for hour in (6, 12, 19):
        assert not may_call(TUESDAY.replace(hour=hour))
    assert not may_call(datetime(2026, 3, 14, 10, 0, tzinfo=UTC))
    assert not may_call(datetime(2026, 5, 1, 10, 0, tzinfo=UTC))


def test_a_text_is_paid_for_by_segment() -> None:
    assert segments("a" * 160) == 1
    assert segments("a" * 161) == 2
    assert segments("€" * 80) == 1
    assert segments("€" * 81) == 2
    assert segments("ê" + "a" * 70) == 2
    assert segments("😀" * 35) == 1
    assert cost_of(Channel.SMS, "a" * 161, price=60) == 120
    assert cost_of(Channel.EMAIL, "a" * 161, price=60) == 0


def test_sendings_are_few_apart_and_begin_with_the_opening() -> None:
    both = (Channel.EMAIL, Channel.SMS)
    assert paces_hold([Pace(0, both), Pace(3, both), Pace(10, both), Pace(20, both)])
    for wrong in (
        [],
        [Pace(1, both)],
        [Pace(0, both), Pace(2, both)],
        [Pace(0, ())],
        [Pace(0, (Channel.PHONE,))],
        [Pace(n * 5, both) for n in range(5)],
    ):
        assert not paces_hold(wrong)


def test_rates_are_those_of_the_definitions() -> None:
    found = rates({"1.1": 40, "1.2": 10, "2.11": 15, "2.12": 5, "2.2": 10, "2.33": 5, "3.19": 10, "3.3": 5, "4.1": 7})
    assert found.response_1 == Fraction(40, 100)
    assert found.response_2 == Fraction(50, 100)
    assert found.response_3(Fraction(1, 3)) == Fraction(40, 90)
    assert found.response_5 == Fraction(40, 85)
    assert found.cooperation_1 == Fraction(40, 75)
    assert found.refusal_1 == Fraction(20, 100)
    assert found.contact_1 == Fraction(75, 100)
    assert rates({}).response_1 is None
