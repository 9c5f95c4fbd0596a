"""The results of a wave, put together once for the page, the report and the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

from palier.answers.statistics import answered, telling
from palier.answers.statistics.answered import Answered
from palier.answers.statistics.counting import OVERALL
from palier.answers.statistics.telling import Json, Line, Priority
from palier.estimates.waves import Change, Move
from palier.questionnaires.rules.form import Question, Questionnaire


@dataclass(frozen=True)
class Before:
    """The wave before: its name, its figures, and whether it asked the same version of the questionnaire."""

    name: str
    counted: Json
    same_version: bool


@dataclass(frozen=True)
class Results:
    """What is told of a wave. ``groups`` are the figures by agency and by residence of the questions that were read.

    ``note`` is what somebody wrote of the circumstances: without it, nothing is compared with the wave ``before``.
    """

    form: Questionnaire
    counted: Json
    groups: Mapping[str, Json]
    names: Mapping[int, str]
    targets: Mapping[str, float]
    note: str = ""
    before: Before | None = None
    public: bool = False
    """Whether everybody may read them."""

    @property
    def hidden(self) -> bool:
        """Whether too few answered for anything to be told."""
        return bool(self.counted["hidden"])

    @property
    def compared(self) -> Json | None:
        """The figures of the wave before, once the circumstances were noted."""
        return self.before.counted if self.before and self.note else None

    @cached_property
    def themes(self) -> list[tuple[str, list[Line]]]:
        """Each theme with its questions."""
        return telling.themes(self.form, self.counted, targets=self.targets, before=self.compared, public=self.public)

    @cached_property
    def overall(self) -> Line | None:
        """The question that the wave is summed up by: the overall satisfaction, or the first with a good side."""
        lines = [line for _, lines in self.themes for line in lines if line.figure]
        return next((line for line in lines if line.key == OVERALL), lines[0] if lines else None)

    def distribution(self, key: str) -> list[tuple[str, int]]:
        """What was answered to a question, each choice with its percentage."""
        question, counted = self.form.question(key), self.counted["questions"].get(key)
        return telling.distribution(question, counted) if question and counted and not counted["hidden"] else []

    @property
    def common(self) -> list[Line]:
        """The questions asked of everybody that half of those who answered gave an opinion on, the overall one aside."""
        return [
            line
            for _, lines in self.themes
            for line in lines
            if line.figure
            and line.figure.invited
            and 2 * line.figure.answers >= self.counted["answers"]
            and line != self.overall
        ]

    @cached_property
    def answered(self) -> list[tuple[str, list[Answered]]]:
        """Each theme with what was answered to every question."""
        return answered.by_theme(self.form, self.counted, public=self.public)

    @property
    def graded(self) -> bool:
        """Whether the question that the wave is summed up by has two good grades then two bad ones, which a bar shows."""
        question = self.form.question(self.overall.key) if self.overall else None
        return question is not None and [choice.favourable for choice in question.choices] == [True, True, False, False]

    def asked(self, key: str) -> Question | None:
        """The question whose groups are read, if it has any to show."""
        return self.form.question(key) if key in self.groups else None

    def groups_of(self, key: str) -> tuple[list[Line], list[Line], list[Line]]:
        """The agencies, the sides of the priority districts, the residences, for one question."""
        found, target, question = self.groups.get(key, {}), self.targets.get(key), self.form.question(key)
        rated = question is not None and not question.when
        invited = self.counted["invited"] if rated else 0
        agencies, sides = telling.group_lines(found, invited=invited, target=target, public=self.public)
        residences = telling.residence_lines(found.get("residences", ()), self.names, target, rated=rated, public=self.public)
        return agencies, sides, residences

    @cached_property
    def priorities(self) -> list[Priority]:
        """The themes by their weight and their satisfaction."""
        return telling.priorities(self.form, self.counted)

    @cached_property
    def facts_of_context(self) -> list[str]:
        """What differs from the wave before by itself."""
        if not self.before or self.hidden or self.before.counted["hidden"]:
            return []
        return telling.context_facts(self.counted, self.before.counted, same_version=self.before.same_version)

    @property
    def lead(self) -> str:
        """The wave in a sentence or two."""
        one = self.overall
        if one is None or one.figure is None:
            return "Trop peu de réponses pour donner des chiffres sans désigner quelqu’un."
        said = f"{one.figure.value} % de réponses favorables, entre {one.figure.low} et {one.figure.high} %."
        risky = [
            line.name
            for _, lines in self.themes
            for line in lines
            if line.figure and line.figure.target is not None and line.figure.high < line.figure.target
        ]
        if risky:
            said += f" {len(risky)} question{'s sont' if len(risky) > 1 else ' est'} sous l’engagement."
        return said

    def change_of(self, line: Line) -> str:
        """How a line moved since the wave before, in words."""
        return moved(line.change, self.before.name) if line.change and self.before else ""

    def report(
        self, *, title: str, landlord: str, facts: str, method: list[tuple[str, list[str]]], remarks: Mapping[str, Any]
    ) -> dict[str, Any]:
        """The plain data of the printed report; ``remarks`` is what free answers speak of (``statistics.remarks``)."""
        agencies, _, residences = self.groups_of(self.overall.key) if self.overall else ([], [], [])
        context = [*self.facts_of_context, self.note] if self.overall and self.overall.change else []
        return {
            "title": title,
            "landlord": landlord,
            "lead": self.lead,
            "facts": facts,
            "overall": {
                "name": self.overall.name,
                "figure": _figure(self.overall),
                "distribution": [{"name": name, "share": share} for name, share in self.distribution(self.overall.key)],
            }
            if self.overall
            else None,
            "change": self.change_of(self.overall) if self.overall else "",
            "context": context,
            "themes": [{"title": title, "lines": [_line(line) for line in lines]} for title, lines in self.themes],
            "answered": [
                {"title": title, "questions": [_answers(one) for one in questions]} for title, questions in self.answered
            ],
            "priorities": [asdict(priority) for priority in self.priorities],
            "remarks": dict(remarks),
            "agencies": [_line(line) for line in agencies],
            "residences": [_line(line) for line in residences],
            "method": [{"title": part, "sentences": sentences} for part, sentences in method],
        }


def moved(change: Change, before: str) -> str:
    """A gap in words: its size, its bounds, whether chance explains it."""
    low, high = sorted((round(100 * change.low), round(100 * change.high)))
    return f"{telling.signed(change)} depuis « {before} » ; l’écart vrai est entre {_sign(low)} et {_sign(high)}. {change.move.label}"


def _sign(points: int) -> str:
    return f"−{-points}" if points < 0 else f"+{points}" if points else "0"


def _figure(line: Line) -> dict[str, Any] | None:
    return asdict(line.figure) | {"rate": line.figure.rate, "regime": line.figure.regime.value} if line.figure else None


def _line(line: Line) -> dict[str, Any]:
    sure = f" ({'établi' if line.change.move is not Move.UNSURE else 'pas d’écart établi'})" if line.change else ""
    return {
        "name": line.name,
        "note": line.note,
        "points": f"{line.points}{sure}" if line.change else "",
        "figure": _figure(line),
    }


def _answers(one: Answered) -> dict[str, Any]:
    return asdict(one) | {"mean": one.mean.words if one.mean else ""}
