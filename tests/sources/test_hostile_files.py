"""A hundred hostile files: none brings an error of ours, a value that is not the one written, or half of itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.sources.models import Intake, Reading
from palier.sources.rules.intake import State
from palier.verdict import Refusal
from tests.sources.hostile import CASES, Case

if TYPE_CHECKING:
    from palier.stock.models import Residence


def test_there_are_a_hundred_of_them() -> None:
    assert len({name for name, *_ in CASES}) == len(CASES) >= 100


@pytest.mark.parametrize("case", CASES, ids=[name for name, *_ in CASES])
def test_a_hostile_file_gives_its_true_value_or_nothing(
    case: Case, residences: list[Residence], deposit: Callable[..., Intake], apply: Callable[[Intake], Intake]
) -> None:
    _, name, content, expected = case
    try:
        intake = deposit(content, name=name)
    except Refusal:
        state = State.REFUSED
    else:
        state = State(intake.state)
        assert state is not State.REFUSED or all(fault["sentence"] for fault in intake.faults)
    assert not Reading.objects.exists(), "a preview counts for nothing"
    if expected is None:
        assert state is not State.READY
        return
    assert state is State.READY, intake.faults or intake.report
    apply(intake)
    found = {(r.residence.name, r.indicator): str(r.value) for r in Reading.objects.select_related("residence")}
    assert found.pop(("Résidence A", "vacancy")) == expected
    assert {key[0] for key in found} <= {"Résidence B"}
