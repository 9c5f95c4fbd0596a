"""Conditions as rules: where one stands, how it reads, what it must say."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from palier.outbox.models import Message
from palier.plans.operations import remind_due, set_conditions, show_condition
from palier.plans.rules.conditions import Asked, Said, ShownBy, Standing, parse, reminder, sound, standing, to_do, words
from tests.plans.conftest import Desk

DUE = date(2026, 9, 30)


@pytest.mark.parametrize(
    ("last", "on", "expected"),
    [
        (None, date(2026, 9, 30), Standing.OPEN),
        (None, date(2026, 10, 1), Standing.LATE),
        (Said.UNMET, date(2026, 9, 30), Standing.OPEN),
        (Said.UNMET, date(2026, 10, 1), Standing.LATE),
        (Said.SHOWN, date(2026, 10, 1), Standing.SHOWN),
        (Said.MET, date(2026, 10, 1), Standing.MET),
    ],
)
def test_the_last_word_and_the_day_say_where_a_condition_stands(last: Said | None, on: date, expected: Standing) -> None:
    assert standing(last, due_on=DUE, on=on) is expected


def test_one_condition_reads_as_a_sentence_and_several_are_numbered() -> None:
    one, other = Asked("Former les gardiens.", DUE), Asked("Mesurer les délais", date(2026, 12, 31), ShownBy.AUDIT)
    alone = "Former les gardiens, au plus tard le 30 septembre 2026 (à montrer par l’organisme, pièce à l’appui)."
    assert words([]) == ""
    assert words([one]) == alone
    assert words([one, other]) == (
        f"1. {alone}\n2. Mesurer les délais, au plus tard le 31 décembre 2026 (à montrer par le prochain audit)."
    )
    assert [parse(asked.plain) for asked in (one, other)] == [Asked(one.text.strip(), DUE), other]


def test_every_condition_that_does_not_hold_is_named() -> None:
    wrong = [Asked(" ", DUE), Asked("Agir", date(2026, 3, 10)), Asked("Agir", DUE)]
    assert [reason.code for reason in sound(wrong, decided_on=date(2026, 3, 10)).reasons] == [
        "plans.condition_empty", "plans.condition_past",
    ]  # fmt: skip


def test_what_is_left_says_whether_it_is_late_or_waits_to_be_checked() -> None:
    said = {now: to_do(1, "R-01", "Agir", DUE, now).sentence for now in (Standing.OPEN, Standing.LATE, Standing.SHOWN)}
    assert said == {
        Standing.OPEN: "La réserve R-01 du comité est à remplir au plus tard le 30 septembre 2026.",
        Standing.LATE: "La réserve R-01 du comité était attendue le 30 septembre 2026.",
        Standing.SHOWN: "La réserve R-01 du comité attend d’être vérifiée par l’équipe du label.",
    }


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (date(2026, 8, 30), None),
        (date(2026, 8, 31), 30),
        (date(2026, 9, 22), 30),
        (date(2026, 9, 23), 7),
        (date(2026, 9, 30), 7),
        (date(2026, 10, 1), -1),
        (date(2027, 1, 1), -1),
    ],
)
def test_a_reminder_comes_on_its_day_and_stays_due_until_it_is_sent(on: date, expected: int | None) -> None:
    assert reminder(asked_on=date(2026, 3, 1), due_on=DUE, on=on) == expected


def test_what_is_asked_for_soon_is_not_reminded_at_once() -> None:
    assert reminder(asked_on=date(2026, 9, 25), due_on=DUE, on=date(2026, 9, 25)) is None
    assert reminder(asked_on=date(2026, 9, 25), due_on=DUE, on=date(2026, 10, 1)) == -1


@pytest.mark.django_db
def test_each_reminder_leaves_once_and_no_more_once_the_landlord_has_shown(desk: Desk, at: datetime) -> None:
    asked = [Asked("Former les gardiens", DUE), Asked("Mesurer les délais", DUE)]
    given = {"landlord": desk.landlord, "cycle": 1, "decision": 1, "decided_on": at.date(), "by": desk.lead, "at": at}
    first, _ = set_conditions(asked=asked, **given)  # type: ignore[arg-type]
    show_condition(condition=first, text="Fait.", by=desk.lead, at=at)
    day = at.replace(month=9, day=1)
    assert remind_due(at=at) == 0
    assert remind_due(at=day) == 1
    assert remind_due(at=day) == 0
    assert remind_due(at=at.replace(month=10, day=1)) == 1
    told = Message.objects.filter(event="plans.condition_due", person_id=desk.lead.pk).order_by("pk")
    assert [one.subject for one in told] == ["Réserve R-02 : échéance proche", "Réserve R-02 : en retard"]
