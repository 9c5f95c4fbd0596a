"""What the figures of a wave are made of: its answers as columns, and what is known of everybody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress, repeat
from typing import Any

import numpy as np
import numpy.typing as npt

from palier.estimates.designs import Floats, Labels
from palier.questionnaires.rules.form import Escape, Kind, Question, Questionnaire, Value

Ints = npt.NDArray[np.int_]
Held = npt.NDArray[np.bool_]
_ESCAPES = {escape.value for escape in Escape}


@dataclass(frozen=True, slots=True)
class Answers:
    """One row an answer: what it says, and the few groups that it keeps."""

    said: Sequence[Mapping[str, Value]]
    residence: Ints
    stratum: Labels
    qpv: Labels
    mode: Labels

    def __len__(self) -> int:
        return len(self.said)


@dataclass(frozen=True, slots=True)
class Home:
    """What is known of a residence: its agency, its households, those in a priority district, how many were invited.

    ``members`` are the residences that answers no longer tell apart, when it stands for several (``placed``); ``unknown`` the
    households that may be in a priority district or not.
    """

    residence: int
    agency: str
    homes: int
    inside: int
    invited: int
    members: tuple[int, ...] = ()
    unknown: int = 0

    @property
    def residences(self) -> tuple[int, ...]:
        """The residences that it stands for."""
        return self.members or (self.residence,)


@dataclass(frozen=True, slots=True)
class Frame:
    """Everybody: residences, households by stratum, how many were invited and may have answered."""

    homes: tuple[Home, ...]
    strata: Mapping[Any, int]
    invited: int
    sides: Mapping[str, int] = field(default_factory=dict)
    """How many were invited inside and outside the priority districts."""

    @property
    def households(self) -> int:
        """All households."""
        return sum(self.strata.values())


def placed(said: Sequence[tuple[int | None, str]], homes: Sequence[Home]) -> tuple[Ints, tuple[Home, ...]]:
    """Where each answer is, and the residences as answers still tell them apart.

    An answer may say its agency alone, or neither, because too few answered there: such answers are put together, in one
    place that stands for the residences (of this agency, or of the agencies that no answer names) without answers of their own.
    """
    told_apart = {residence for residence, _ in said if residence is not None}
    agencies = {agency for _, agency in said if agency}
    left: dict[str, list[Home]] = {}
    kept = [home for home in homes if home.residence in told_apart]
    blurred = {agency for residence, agency in said if residence is None}
    for home in homes:
        if home.residence not in told_apart:
            left.setdefault(home.agency if home.agency in agencies or "" not in blurred else "", []).append(home)
    places = {agency: -number for number, agency in enumerate(sorted({*left, *blurred}), 1)}
    for agency, place in places.items():
        here = left.get(agency, [])
        members = tuple(home.residence for home in here)
        if agency in blurred:
            sums = (sum(home.homes for home in here), sum(home.inside for home in here), sum(home.invited for home in here))
            kept.append(Home(place, agency, *sums, members, sum(home.unknown for home in here)))
        else:
            kept += here
    return np.array([places[agency] if residence is None else residence for residence, agency in said], dtype=int), tuple(kept)


@dataclass(frozen=True, slots=True)
class Told:
    """The answers to one question: the place of the choice of each row (-1: none), who is satisfied (NaN: cannot be said)."""

    question: Question
    codes: tuple[str, ...]
    chosen: Ints
    satisfied: Floats
    escaped: Mapping[str, int]

    @property
    def answered(self) -> Held:
        """Which rows answered."""
        return self.chosen >= 0

    @property
    def rated(self) -> bool:
        """Whether the question has a good side."""
        return bool((~np.isnan(self.satisfied)).any())


def told(question: Question, answers: Answers) -> Told | None:
    """The answers to a question with choices or a mark; None for the others (text, date, number, several choices)."""
    if question.kind is Kind.SCORE:
        codes: tuple[Any, ...] = tuple(range(11))
    elif question.kind in {Kind.SCALE, Kind.YES_NO, Kind.CHOICE}:
        codes = tuple(choice.code for choice in question.choices)
    else:
        return None
    place = {code: index for index, code in enumerate(codes)}
    key = question.key
    values = [said.get(key) for said in answers.said]
    chosen = np.fromiter(map(place.get, values, repeat(-1)), dtype=int, count=len(values))
    good = np.array([_favourable(question, code) for code in codes] or [np.nan], dtype=float)
    satisfied = np.where(chosen >= 0, good[np.maximum(chosen, 0)], np.nan)
    escaped = Counter(value for value in compress(values, chosen < 0) if isinstance(value, str) and value in _ESCAPES)
    return Told(question, tuple(str(code) for code in codes), chosen, satisfied, escaped)


def _favourable(question: Question, code: str | int) -> float:
    good = question.favourable(code)
    return np.nan if good is None else float(good)


def several(question: Question, answers: Answers) -> tuple[Held, Floats] | None:
    """Who answered a question with several choices, and what was taken (rows × choices); None for any other question."""
    if question.kind is not Kind.CHOICES:
        return None
    values = [said.get(question.key) for said in answers.said]
    answered = np.array([isinstance(value, list) for value in values], dtype=bool)
    taken = np.zeros((len(values), len(question.choices)))
    place = {choice.code: index for index, choice in enumerate(question.choices)}
    for row, value in enumerate(values):
        if isinstance(value, list):
            taken[row, [place[code] for code in value if code in place]] = 1.0
    return answered, taken


def by_theme(form: Questionnaire, every: Iterable[Told], without: Collection[str]) -> tuple[list[str], Floats]:
    """The share of good answers of each person in each theme (rows × themes; NaN where it said nothing).

    ``without`` are the questions left out. A theme with a single question that has a good side is that question.
    """
    columns = {one.question.key: one.satisfied for one in every if one.rated and one.question.key not in without}
    names, kept = [], []
    for theme in form.themes:
        mine = [columns[question.key] for question in theme.questions if question.key in columns]
        if mine:
            stacked = np.column_stack(mine)
            counted = (~np.isnan(stacked)).sum(axis=1)
            kept.append(np.where(counted > 0, np.nansum(stacked, axis=1) / np.maximum(counted, 1), np.nan))
            names.append(theme.code)
    return names, np.column_stack(kept) if kept else np.zeros((0, 0))
