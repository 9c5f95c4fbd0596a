"""An answer is kept only when its question can have given it."""

from __future__ import annotations

from typing import Any

import pytest

from palier.questionnaires.rules.form import Question, Value
from palier.questionnaires.rules.holding import MAX_WORDS, hold, holds, whole
from tests.questionnaires.samples import written

FORM = written()


def asked(key: str) -> Question:
    question = FORM.question(key)
    assert question
    return question


@pytest.mark.parametrize(
    ("key", "given", "kept"),
    [
        ("overall", ["very_satisfied"], "very_satisfied"),
        ("overall", ["refused"], "refused"),
        ("lift", ["yes"], "yes"),
        ("lift", [""], None),
        ("lift_days", ["12"], 12),
        ("lift_days", [" 1\u202f2 "], 12),
        ("mark", ["0"], 0),
        ("mark", ["dont_know"], "dont_know"),
        ("places", ["outside", "hall"], ["hall", "outside"]),
        ("since", ["2026-02-24"], "2026-02-24"),
        ("since", ["24/02/2026"], "2026-02-24"),
        ("why", ["  Le froid. "], "Le froid."),
    ],
)
def test_what_holds_is_kept_as_one_value(key: str, given: list[str], kept: Value | None) -> None:
    value, verdict = hold(asked(key), given)
    assert verdict
    assert value == kept
    assert kept is None or holds(asked(key), kept)


@pytest.mark.parametrize(
    ("key", "given", "code"),
    [
        ("overall", [""], "required"),
        ("overall", ["good"], "unknown_choice"),
        ("overall", ["very_satisfied", "very_dissatisfied"], "one_answer"),
        ("lift", ["dont_know"], "unknown_choice"),
        ("lift_days", ["32"], "out_of_bounds"),
        ("lift_days", ["deux"], "number"),
        ("lift_days", ["٣"], "number"),
        ("mark", ["11"], "out_of_bounds"),
        ("mark", ["3", "dont_know"], "one_answer"),
        ("places", ["hall", "stairs", "outside"], "too_many"),
        ("places", ["hall", "cellar"], "unknown_choice"),
        ("since", ["30/02/2026"], "date"),
        ("why", ["x" * (MAX_WORDS + 1)], "too_long"),
    ],
)
def test_what_does_not_hold_is_refused_with_its_reason(key: str, given: list[str], code: str) -> None:
    value, verdict = hold(asked(key), given)
    assert value is None
    assert [reason.code for reason in verdict.reasons] == [f"questionnaires.{code}"]


@pytest.mark.parametrize("value", [True, None, 1.5, {}, "12", [1], [], "", ["hall", "hall"], ["outside", "hall"]])
def test_a_value_of_another_shape_is_not_one_of_the_question(value: Any) -> None:
    assert not holds(asked("places" if isinstance(value, list) else "lift_days"), value)


def test_a_whole_questionnaire_holds_or_says_all_that_is_wrong() -> None:
    kept, verdict = whole(FORM, {"overall": "very_satisfied", "lift": "no", "lift_days": 4, "why": "Rien."})
    assert verdict
    assert kept == {"overall": "very_satisfied", "lift": "no"}
    _, lacking = whole(FORM, {"lift": "no"})
    assert [reason.code for reason in lacking.reasons] == ["questionnaires.required"]
    _, wrong = whole(FORM, {"overall": "very_satisfied", "colour": "red", "mark": 11})
    assert len(wrong.reasons) == 2
