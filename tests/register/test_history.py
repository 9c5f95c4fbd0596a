"""Where a label stands on any day, from its dated history."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from palier.label.queries import shipped_rule_sets
from palier.label.rules.rulesets import parse
from palier.register.rules.history import Change, Moment, Standing, effect, line

RULES = next(parse(data) for data in shipped_rule_sets() if data["code"] == "eighteen_eighteen")
FROM, UNTIL = date(2024, 3, 12), date(2025, 9, 11)
AWARD = Moment(Change.AWARDED, FROM, FROM, UNTIL, 1)
NO_GRACE, GRACE = timedelta(), timedelta(days=90)


def standing(moments: list[Moment], on: date, grace: timedelta = NO_GRACE) -> Standing | None:
    found = line(moments, on=on, grace=grace)
    return found.standing if found else None


def test_nobody_is_labelled_the_day_before() -> None:
    assert standing([AWARD], FROM - timedelta(days=1)) is None
    assert standing([AWARD], FROM) is Standing.LABELLED


def test_a_label_that_rests_ends_after_its_last_day() -> None:
    assert standing([AWARD], UNTIL - timedelta(days=89)) is Standing.ENDING
    assert standing([AWARD], UNTIL - timedelta(days=90)) is Standing.LABELLED
    assert standing([AWARD], UNTIL) is Standing.ENDING
    over = line([AWARD], on=UNTIL + timedelta(days=1), grace=NO_GRACE)
    assert over is not None
    assert (over.standing, over.ended_on) == (Standing.EXPIRED, UNTIL + timedelta(days=1))


def test_a_label_whose_file_is_under_way_has_its_days_of_grace() -> None:
    assert standing([AWARD], UNTIL + timedelta(days=90), GRACE) is Standing.EXTENDED
    assert standing([AWARD], UNTIL + timedelta(days=91), GRACE) is Standing.EXPIRED


def test_what_came_later_shows_that_the_label_was_going_on() -> None:
    confirmed = Moment(Change.CONFIRMED, UNTIL + timedelta(days=30), FROM, date(2027, 3, 11), 1)
    assert standing([AWARD, confirmed], UNTIL + timedelta(days=10)) is Standing.EXTENDED
    assert standing([AWARD, confirmed], UNTIL + timedelta(days=30)) is Standing.CONFIRMED


def test_a_suspension_holds_until_it_is_lifted() -> None:
    suspended = Moment(Change.SUSPENDED, date(2024, 6, 1), FROM, UNTIL, 1)
    restored = Moment(Change.RESTORED, date(2024, 9, 1), FROM, UNTIL, 1)
    assert standing([AWARD, suspended, restored], date(2024, 5, 31)) is Standing.LABELLED
    assert standing([AWARD, suspended, restored], date(2024, 6, 1)) is Standing.SUSPENDED
    assert standing([AWARD, suspended, restored], date(2024, 9, 1)) is Standing.LABELLED


@pytest.mark.parametrize("change", [Change.WITHDRAWN, Change.RESIGNED, Change.MERGED])
def test_an_end_stays_with_its_date(change: Change) -> None:
    found = line([AWARD, Moment(change, date(2024, 10, 9), FROM, UNTIL, 1)], on=date(2026, 1, 1), grace=GRACE)
    assert found is not None
    assert (found.standing, found.ended_on) == (Standing(change.value), date(2024, 10, 9))
    assert not found.standing.holds


def test_an_expiry_takes_effect_on_its_day_whenever_it_is_found() -> None:
    found_late = date(2025, 12, 25)
    given = {"acted_on": found_late, "grant": AWARD, "rules": RULES}
    assert effect(Change.EXPIRED, resting=True, **given) == UNTIL + timedelta(days=1)  # type: ignore[arg-type]
    assert effect(Change.EXPIRED, resting=False, **given) == UNTIL + timedelta(days=91)  # type: ignore[arg-type]
    assert effect(Change.WITHDRAWN, resting=False, **given) == found_late  # type: ignore[arg-type]
