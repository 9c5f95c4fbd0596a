"""What an edition's figures say: tables to show, print or hand out, key messages to begin with, a landlord's own place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from palier.questionnaires.rules.form import Kind, Question, Questionnaire, Value
from palier.studies.rules.editions import share

HIDDEN = "masqué"
_QUARTILES = ("Premier quartile", "Médiane", "Troisième quartile")
_TOP = 3
_STATUS = "landlord_status"
"""The question whose answers are the groups of the coverage."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of a question: its figure by group; ``mine`` when it is what the landlord that reads answered.

    ``of_all`` is its share of all who are counted, where the question was not asked of all of them.
    """

    label: str
    cells: tuple[str, ...]
    mine: bool = False
    of_all: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question told: the groups that may be shown, how many answered in each, then a line an answer."""

    key: str
    text: str
    note: str
    names: tuple[str, ...]
    answered: tuple[int, ...]
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """A theme told: its questions, and the words of those of which nothing may be shown."""

    code: str
    title: str
    questions: tuple[Asked, ...]
    hidden: tuple[str, ...]


def told(
    form: Questionnaire, counted: Mapping[str, Any], groups: Mapping[str, str], mine: Mapping[str, Value] | None
) -> list[Told]:
    """The themes with their questions, the figures of these groups (names by code) side by side, the whole first.

    ``mine`` is the reader's own answer.
    """
    found = []
    for theme in form.themes:
        asked = [question for question in theme.questions if question.key in counted["questions"]]
        spoken = [question for question in asked if counted["questions"][question.key]["n"]]
        if asked:
            found.append(
                Told(
                    theme.code,
                    theme.title[form.reference],
                    tuple(_asked(form, question, counted, groups, mine or {}) for question in spoken),
                    tuple(question.text[form.reference] for question in asked if question not in spoken),
                )
            )
    return found


def _asked(
    form: Questionnaire,
    question: Question,
    counted: Mapping[str, Any],
    groups: Mapping[str, str],
    mine: Mapping[str, Value],
) -> Asked:
    figures = counted["questions"][question.key]
    own = mine.get(question.key)
    shown = [group for group in groups if group in figures["n"]]
    if "counts" in figures:
        lines = tuple(
            Line(
                choice.label[form.reference],
                tuple(_percent(counted, question, choice.code, group) for group in shown),
                own == choice.code or (isinstance(own, list) and choice.code in own),
                _percent(counted, question, choice.code, of=counted["coverage"]["all"]["counted"]) if question.when else "",
            )
            for choice in question.choices
        )
    else:
        ends = [figures["quartiles"].get(group) for group in shown]
        lines = tuple(
            Line(label, tuple(_unit(end[place], question) if end else HIDDEN for end in ends))
            for place, label in enumerate(_QUARTILES)
        )
        means = tuple(_unit(figures["means"][g], question) if g in figures["means"] else HIDDEN for g in shown)
        lines += (Line("Moyenne", means),)
    return Asked(
        question.key,
        question.text[form.reference],
        "Posée selon les réponses précédentes." if question.when else "",
        tuple(groups[group] for group in shown),
        tuple(figures["n"][group] for group in shown),
        lines,
    )


def _percent(counted: Mapping[str, Any], question: Question, code: str, group: str = "all", of: int | None = None) -> str:
    """The share of an answer in a group, of all its answers or of ``of``; what the coverage hides is hidden here too.

    One landlord or none, all or all but one: a bound, the same for both, so that no figure tells what each of them answered.
    """
    figures = counted["questions"][question.key]
    counts, whole = figures["counts"][code], figures["n"].get(group, 0)
    if group not in counts or _masked(counted, question, code):
        return HIDDEN
    count, of = counts[group], of or whole
    if count <= 1:
        return f"{-(-100 // of)} % ou moins"
    return f"{100 * (whole - 1) // of} % ou plus" if count >= whole - 1 else f"{share(count, of)} %"


def _masked(counted: Mapping[str, Any], question: Question, code: str) -> bool:
    """Whether an answer says how many are in a group that the coverage hides."""
    group: Mapping[str, Any] = counted["coverage"].get(f"status:{code}", {})
    return question.key == _STATUS and group.get("counted") is None


def _unit(value: float, question: Question) -> str:
    return f"{round(value):,}".replace(",", "\u202f") + (f" {question.unit}" if question.unit else "")


def rows(form: Questionnaire, counted: Mapping[str, Any], groups: Mapping[str, str]) -> Iterator[tuple[str | int | None, ...]]:
    """Every figure as a line of a file: theme, question, answer, group, how many answered, figure, and whether it is hidden."""
    for theme in told(form, counted, groups, None):
        for question in theme.questions:
            for line in question.lines:
                for name, answered, cell in zip(question.names, question.answered, line.cells, strict=True):
                    figure = (None, HIDDEN) if cell == HIDDEN else (cell, "")
                    yield theme.title, question.text, line.label, name, answered, *figure
        for text in theme.hidden:
            yield theme.title, text, "", "", None, None, HIDDEN


def messages(form: Questionnaire, counted: Mapping[str, Any]) -> dict[str, str]:
    """What the tables say of everybody, theme by theme, in sentences to begin with: the association rewrites them."""
    found = {}
    for theme in form.themes:
        sentences = [_sentence(form, question, counted) for question in theme.questions if question.key in counted["questions"]]
        found[theme.code] = "\n".join(filter(None, sentences))
    return found


def _sentence(form: Questionnaire, question: Question, counted: Mapping[str, Any]) -> str:
    figures = counted["questions"][question.key]
    text = question.text[form.reference].removesuffix("?").rstrip()
    if "counts" not in figures:
        quartiles = figures["quartiles"].get("all")
        return f"{text} : {_unit(quartiles[1], question)} en médiane." if quartiles else ""
    known = [
        (counts["all"], code)
        for code, counts in figures["counts"].items()
        if counts.get("all", 0) > 1 and not _masked(counted, question, code)
    ]
    best = sorted(known, key=lambda one: -one[0])[: 1 if question.kind is Kind.YES_NO else _TOP]
    said = ", ".join(
        f"{_inside(choice.label[form.reference])} ({_percent(counted, question, code)})"
        for _, code in best
        if (choice := question.choice(code))
    )
    return f"{text} : {said}." if said else ""


def _inside(label: str) -> str:
    """A label within a sentence: « Oui » is « oui », « À chaque fois » « à chaque fois », « OPH » stays."""
    return label if label[1:2].isupper() else label[0].lower() + label[1:]


@dataclass(frozen=True, slots=True)
class Place:
    """A landlord's own number among the others': the quartiles of everybody, and those of its size where they are shown."""

    text: str
    own: str
    low: str
    median: str
    high: str
    answered: int
    where: str
    size: str


def places(form: Questionnaire, counted: Mapping[str, Any], mine: Mapping[str, Value], size: str) -> list[Place]:
    """Where each of a landlord's own numbers stands. ``size`` is the code of its group."""
    found = []
    for question in form.questions:
        figures, own = counted["questions"].get(question.key, {}), mine.get(question.key)
        if "quartiles" not in figures or not isinstance(own, int) or "all" not in figures["quartiles"]:
            continue
        ends = figures["quartiles"]["all"]
        low, median, high = (_unit(end, question) for end in ends)
        alike = figures["quartiles"].get(size)
        where = ("dans le quart le plus bas", "dans la moitié basse", "dans la moitié haute", "dans le quart le plus haut")
        found.append(
            Place(
                question.text[form.reference],
                _unit(own, question),
                low,
                median,
                high,
                figures["n"]["all"],
                "à la médiane" if own == ends[1] else where[sum(own > end for end in ends)],
                _unit(alike[1], question) if alike else HIDDEN,
            )
        )
    return found
