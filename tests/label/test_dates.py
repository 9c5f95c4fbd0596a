"""How long a label holds: month ends, 29 February, confirmation and renewal without a gap."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from palier.label.queries import shipped_rule_sets
from palier.label.rules import dates
from palier.label.rules.rulesets import parse
from palier.label.rules.stages import LIVE, Stage

RULES = {data["code"]: parse(data) for data in shipped_rule_sets()}
DAYS = st.dates(date(2016, 1, 1), date(2080, 12, 31))


def test_a_label_of_18_months_ends_the_day_before() -> None:
    assert dates.awarded(RULES["eighteen_eighteen"], date(2026, 3, 12)) == (date(2026, 3, 12), date(2027, 9, 11))


def test_a_label_awarded_on_29_february_ends_on_a_day_that_exists() -> None:
    assert dates.awarded(RULES["one_year_then_three"], date(2028, 2, 29)) == (date(2028, 2, 29), date(2031, 2, 27))


def test_a_label_awarded_on_31_august_ends_with_february() -> None:
    assert dates.awarded(RULES["eighteen_eighteen"], date(2026, 8, 31))[1] == date(2028, 2, 28)


@given(DAYS)
def test_confirmed_in_time_or_late_a_cycle_lasts_three_years(day: date) -> None:
    for rules in RULES.values():
        first, _ = dates.awarded(rules, day)
        last = dates.confirmed(rules, first) if rules.confirms else dates.awarded(rules, day)[1]
        assert 1094 - 1 <= (last - first).days <= 1096


@given(DAYS, st.integers(-400, 400))
def test_a_renewed_label_leaves_no_gap_and_no_overlap_when_decided_in_time(until: date, shift: int) -> None:
    decided = until + timedelta(days=shift)
    first, last = dates.renewed(RULES["one_year_then_three"], decided, until)
    assert first > until
    assert first == max(decided, until + timedelta(days=1))
    assert last > first


@given(DAYS, st.integers(0, 200))
def test_a_resting_label_ends_on_its_day_and_a_file_under_way_has_its_grace(until: date, after: int) -> None:
    rules = RULES["eighteen_eighteen"]
    on = until + timedelta(days=after)
    assert dates.label_is_over(rules, until, renewing=False, on=on) == (after > 0)
    assert dates.label_is_over(rules, until, renewing=True, on=on) == (after > rules.grace_days)


@given(DAYS, st.sampled_from(sorted(LIVE)))
def test_every_live_stage_has_a_deadline_that_is_not_before_its_entry(day: date, stage: str) -> None:
    rules = RULES["eighteen_eighteen"]
    first, last = dates.awarded(rules, day)
    deadline = dates.stage_deadline(rules, Stage(stage), day, first, last)
    assert deadline is not None
    assert deadline >= day
