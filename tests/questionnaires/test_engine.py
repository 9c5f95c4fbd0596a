"""What is asked follows from what was answered; what an earlier answer made pointless falls, and what hung on it too."""

from __future__ import annotations

from itertools import product

from palier.questionnaires.rules import engine
from palier.questionnaires.rules.form import Pace, Value
from tests.questionnaires.samples import SMALL, written

FORM = written()
ALL: dict[str, Value] = {"overall": "very_dissatisfied", "lift": "yes", "lift_days": 5, "lift_word": "Long.", "why": "Voilà."}


def keys(questions: tuple[engine.Question, ...]) -> list[str]:
    return [question.key for question in questions]


def test_a_question_is_asked_once_its_condition_is_met() -> None:
    assert keys(engine.asked(FORM, {})) == ["overall", "lift", "mark", "places", "since"]
    assert "lift_days" in keys(engine.asked(FORM, {"lift": "yes"}))
    assert "lift_word" not in keys(engine.asked(FORM, {"lift": "yes", "lift_days": 2}))
    assert "lift_word" in keys(engine.asked(FORM, {"lift": "yes", "lift_days": 3}))


def test_what_an_earlier_answer_makes_pointless_falls_with_all_that_hung_on_it() -> None:
    assert engine.settled(FORM, ALL) == ALL
    changed = ALL | {"lift": "no"}
    assert keys(engine.dropped(FORM, changed)) == ["lift_days", "lift_word"]
    assert engine.settled(FORM, changed) == {"overall": "very_dissatisfied", "lift": "no", "why": "Voilà."}


def test_no_sheet_shows_a_question_with_the_one_it_hangs_on() -> None:
    cut = engine.sheets(FORM)
    assert [keys(sheet.questions) for sheet in cut] == [
        ["overall", "lift"],
        ["lift_days"],
        ["lift_word"],
        ["mark", "places", "since", "why"],
    ]
    assert [sheet.number for sheet in cut] == [1, 2, 3, 4]


def test_sheets_that_ask_nothing_are_leapt_over_both_ways() -> None:
    said: dict[str, Value] = {"overall": "very_satisfied", "lift": "no"}
    following, former = engine.after(FORM, 1, said), engine.before(FORM, 4, said)
    assert following
    assert following.number == 4
    assert keys(engine.shown(FORM, following, said)) == ["mark", "places", "since"]
    assert former
    assert former.number == 1
    assert engine.after(FORM, 4, said) is None
    assert engine.before(FORM, 1, said) is None


def test_progress_counts_what_these_answers_call_for() -> None:
    assert engine.progress(FORM, 1, {}) == (1, 2)
    assert engine.progress(FORM, 4, ALL) == (4, 4)


def test_one_goes_on_at_the_first_sheet_with_nothing_answered() -> None:
    first = engine.resumes_at(FORM, {})
    later = engine.resumes_at(FORM, {"overall": "very_satisfied", "lift": "yes"})
    assert first
    assert first.number == 1
    assert later
    assert later.number == 2
    assert engine.resumes_at(FORM, ALL | {"mark": 3}) is None


def test_a_question_a_page_gives_each_its_own_sheet() -> None:
    form = written(SMALL.replace("minutes: 2", "minutes: 2\npace: question"))
    assert form.pace is Pace.QUESTION
    assert [len(sheet.questions) for sheet in engine.sheets(form)] == [1] * 8


def test_at_the_first_tap_one_question_stands_alone() -> None:
    form = written(SMALL.replace("minutes: 2", "minutes: 2\npace: tap"))
    assert keys(engine.sheets(form)[0].questions) == ["overall"]


def test_whatever_is_answered_nothing_is_kept_that_is_not_asked_and_every_walk_ends() -> None:
    levels = [*(choice.code for choice in FORM.questions[0].choices), None]
    for overall, lift, days in product(levels, ["yes", "no", None], [0, 3, None]):
        given: dict[str, Value] = {
            k: v for k, v in (("overall", overall), ("lift", lift), ("lift_days", days)) if v is not None
        }
        kept = engine.settled(FORM, given | {"lift_word": "x", "why": "y"})
        assert set(kept) <= set(keys(engine.asked(FORM, kept)))
        seen, sheet = [], engine.after(FORM, 0, kept)
        while sheet:
            seen.append(sheet.number)
            sheet = engine.after(FORM, sheet.number, kept)
        assert seen == sorted(set(seen))
