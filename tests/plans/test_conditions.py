"""Conditions as rules: where one stands, how it reads, what it must say."""

from __future__ import annotations

from datetime import date

import pytest

from palier.plans.rules.conditions import Asked, Said, ShownBy, Standing, parse, sound, standing, to_do, words

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
