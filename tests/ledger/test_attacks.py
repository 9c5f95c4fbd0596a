"""A sample of ``bench/ledger_attacks.py``: every attack that can be found is, and no honest ledger is accused."""

from __future__ import annotations

from tests.ledger.trials import WAYS, attacked, false_alarms


def test_three_hundred_attacks_are_found_with_one_earlier_head() -> None:
    trial = attacked(seed=1, count=300, longest=25)
    assert [f"{a.kind}, rehashed {a.rehashed}, from line {a.first}" for a in trial.missed] == []
    assert set(trial.found) == set(WAYS)
    assert trial.beyond > trial.beyond_found == 0, "what nobody can find is counted apart, and is indeed not found"


def test_no_honest_ledger_is_accused() -> None:
    assert false_alarms(seed=2, count=30, longest=120) == 0
