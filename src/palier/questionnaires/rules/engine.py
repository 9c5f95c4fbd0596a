"""Which question comes next: the same for the tenant's page, the telephone, paper forms and the survey of landlords.

An answer counts only while its own question is asked: when an earlier answer changes, what hung on it falls with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from palier.questionnaires.rules.form import Pace, Question, Questionnaire, Theme, Value

Said = Mapping[str, Value]
"""Answers by key of question."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """Questions shown together. No question of a sheet hangs on another of the same: no script is needed to show it."""

    number: int
    theme: Theme
    questions: tuple[Question, ...]


def sheets(form: Questionnaire) -> tuple[Sheet, ...]:
    """The questionnaire cut into sheets, whatever is answered, so that their numbers never move."""
    found: list[Sheet] = []
    for theme in form.themes:
        held: list[Question] = []
        for question in theme.questions:
            if held and (_alone(form, question) or {c.question for c in question.when} & {q.key for q in held}):
                found.append(Sheet(len(found) + 1, theme, tuple(held)))
                held = []
            held.append(question)
        found.append(Sheet(len(found) + 1, theme, tuple(held)))
    return tuple(found)


def _alone(form: Questionnaire, question: Question) -> bool:
    """Whether a question starts a sheet by itself."""
    return form.pace is Pace.QUESTION or (form.pace is Pace.TAP and question.number == 2)


def asked(form: Questionnaire, said: Said) -> tuple[Question, ...]:
    """The questions that these answers call for, in order."""
    kept = settled(form, said)
    return tuple(question for question in form.questions if _called(question, kept))


def settled(form: Questionnaire, said: Said) -> dict[str, Value]:
    """The answers to questions that are asked; the others, which an earlier answer made pointless, are left out."""
    kept: dict[str, Value] = {}
    for question in form.questions:
        if question.key in said and _called(question, kept):
            kept[question.key] = said[question.key]
    return kept


def dropped(form: Questionnaire, said: Said) -> tuple[Question, ...]:
    """The questions answered that are no longer asked."""
    kept = settled(form, said)
    return tuple(question for question in form.questions if question.key in said and question.key not in kept)


def shown(form: Questionnaire, sheet: Sheet, said: Said) -> tuple[Question, ...]:
    """What a sheet asks, given the answers to those before it."""
    kept = settled(form, said)
    return tuple(question for question in sheet.questions if _called(question, kept))


def after(form: Questionnaire, number: int, said: Said) -> Sheet | None:
    """The next sheet that asks anything; None when all is asked. ``number`` 0 gives the first."""
    return next((s for s in sheets(form) if s.number > number and shown(form, s, said)), None)


def before(form: Questionnaire, number: int, said: Said) -> Sheet | None:
    """The sheet one came from; None on the first."""
    return next((s for s in reversed(sheets(form)) if s.number < number and shown(form, s, said)), None)


def progress(form: Questionnaire, number: int, said: Said) -> tuple[int, int]:
    """The place of a sheet among those that these answers call for, and how many there are."""
    called = [s.number for s in sheets(form) if shown(form, s, said)]
    return sum(one <= number for one in called), len(called)


def resumes_at(form: Questionnaire, said: Said) -> Sheet | None:
    """The first sheet with nothing answered that still asks something; None when each has an answer."""
    return next((s for s in sheets(form) if (called := shown(form, s, said)) and not any(q.key in said for q in called)), None)


def missing(form: Questionnaire, said: Said) -> tuple[Question, ...]:
    """The questions that must have an answer and have none."""
    return tuple(question for question in asked(form, said) if question.required and question.key not in said)


def _called(question: Question, kept: Said) -> bool:
    return all(condition.met(kept.get(condition.question)) for condition in question.when)
