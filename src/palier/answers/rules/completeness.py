"""Whether a questionnaire was answered in full, in the words of AAPOR."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from palier.questionnaires.rules.engine import asked
from palier.questionnaires.rules.form import Kind, Pace, Questionnaire, Value

# AAPOR leaves the line to whoever runs the survey, to be set beforehand: four fifths of what was asked make it complete.
COMPLETE_FROM = Fraction(4, 5)


def partial(form: Questionnaire, said: Mapping[str, Value]) -> bool:
    """Whether too much was left blank. Free words and details are never due; what one says instead of an answer is one."""
    due = [q for q in asked(form, said) if q.kind is not Kind.TEXT and (q.required or form.pace is not Pace.TAP)]
    return Fraction(sum(q.key in said for q in due), len(due) or 1) < COMPLETE_FROM if due else False
