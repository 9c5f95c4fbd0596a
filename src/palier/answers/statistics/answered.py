"""What was answered to every question, before any mean: the part of each choice, in percent. No Django, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from palier.answers.statistics.telling import asked_of, bound, said, shares
from palier.estimates.proportions import Z95
from palier.questionnaires.rules.form import Escape, Kind, Question, Questionnaire

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A choice and its part in percent, between its bounds where they are known; ``bound`` as in a ``Figure``."""

    name: str
    value: int
    low: int | None = None
    high: int | None = None
    bound: str = ""


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean between its bounds at 95 %."""

    value: float
    low: float
    high: float
    unit: str

    @property
    def words(self) -> str:
        """« 7,2 sur 10, entre 6,9 et 7,5 »."""
        return f"{_decimal(self.value)} {self.unit}, entre {_decimal(self.low)} et {_decimal(self.high)}"


@dataclass(frozen=True, slots=True)
class Answered:
    """The answers to a question; ``answers`` is None when they are too few to be shown."""

    key: str
    name: str
    remark: str
    answers: int | None
    parts: tuple[Part, ...] = ()
    mean: Mean | None = None
    escaped: tuple[tuple[str, int], ...] = ()


def by_theme(form: Questionnaire, counted: Json, *, public: bool) -> list[tuple[str, list[Answered]]]:
    """Each theme with what was answered to its questions that are counted."""
    found = [
        (
            said(theme.title),
            [
                _answered(one, counted["questions"][one.key], public)
                for one in theme.questions
                if one.key in counted["questions"]
            ],
        )
        for theme in form.themes
    ]
    return [(title, questions) for title, questions in found if questions]


def _answered(question: Question, counted: Json, public: bool) -> Answered:
    several = question.kind is Kind.CHOICES
    remark = " ; ".join([*asked_of(question), *(["plusieurs réponses possibles"] if several else [])])
    if counted["hidden"]:
        return Answered(question.key, said(question.text), remark, None)
    if several:
        found = [(said(choice.label), counted["choices"][choice.code]) for choice in question.choices]
        raw = [share["value"] for _, share in found]
        parts = [_part(name, share) for name, share in found]
    else:
        told = shares(question, counted) if "distribution" in counted else []
        raw = [share for _, share in told]
        parts = [Part(name, round(100 * share)) for name, share in told]
    if public:
        parts = _veiled(parts, raw, counted["answers"], several)
    escaped = counted.get("escaped", {})
    return Answered(
        question.key,
        said(question.text),
        remark,
        counted["answers"],
        tuple(parts),
        _mean(question, counted),
        tuple((escape.label, escaped[escape.value]) for escape in Escape if escape.value in escaped),
    )


def _part(name: str, share: Json) -> Part:
    return Part(name, *(round(100 * share[bound]) for bound in ("value", "low", "high")))


def _veiled(parts: list[Part], raw: list[float], answers: int, several: bool) -> list[Part]:
    """For everybody: where nearly all took a choice, or nearly nobody did, a bound alone.

    Of a single choice, a rare one tells nothing of each person unless another has nearly everybody.
    """
    bounds = [bound(share, answers) for share in raw]
    if not several and not any(found and found[1] == "ou plus" for found in bounds):
        return parts
    return [Part(part.name, found[0], bound=found[1]) if found else part for part, found in zip(parts, bounds, strict=True)]


def _mean(question: Question, counted: Json) -> Mean | None:
    """The mean of a mark or of a number; that of a mark is worth as many answers as its good share."""
    if question.kind is Kind.NUMBER:
        return Mean(counted["mean"], counted["low"], counted["high"], question.unit)
    if question.kind is not Kind.SCORE:
        return None
    value, size = counted["mean"], counted["satisfied"]["size"]
    spread = sum(share * (int(mark) - value) ** 2 for mark, share in counted["distribution"].items())
    half = Z95 * sqrt(spread / size) if size else 0.0
    return Mean(value, max(value - half, 0.0), min(value + half, 10.0), "sur 10")


def _decimal(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
