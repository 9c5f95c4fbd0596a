"""What is proposed before a landlord answers: what it said last time, and what Palier knows of it. Nothing of it counts by itself."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from palier.questionnaires.rules.form import Kind, Question, Questionnaire, Value
from palier.questionnaires.rules.holding import holds


@dataclass(frozen=True, slots=True)
class Proposal:
    """An answer to confirm or to change, and where it comes from (« votre parc dans Palier »)."""

    value: Value
    source: str


def proposed(
    form: Questionnaire, *, known: Mapping[str, Proposal], former: Mapping[str, Value], last: str, seen: Collection[str]
) -> dict[str, Proposal]:
    """What to propose for the questions not ``seen`` yet, by key. What Palier knows today goes before what was said ``last`` time.

    Where several choices may be taken, both are put together. What the question would no longer take is left out.
    """
    found = {}
    for question in form.questions:
        if question.key in seen:
            continue
        before = Proposal(former[question.key], last) if question.key in former else None
        one = _together(question, known.get(question.key), before)
        if one and holds(question, one.value):
            found[question.key] = one
    return found


def _together(question: Question, known: Proposal | None, before: Proposal | None) -> Proposal | None:
    if question.kind is not Kind.CHOICES or not (known and before):
        return known or before
    if not (isinstance(known.value, list) and isinstance(before.value, list)):
        return known
    codes = {*known.value, *before.value}
    return Proposal([c.code for c in question.choices if c.code in codes], f"{before.source} et {known.source}")
