"""The figures of an edition: answers in, counts out, hidden where somebody's own answer could be worked out. No Django.

Each landlord counts once in a share, a median or a mean. A figure needs five contributors at least; none may bring more than
40 % of the dwellings behind a median, or of what a mean sums up. Groups stand beside the whole only when no sum or difference
of theirs leaves fewer (``disclosure.together``). And the counts of a choice are shown by group only while nobody's own answer
follows from them: a group that all chose, or none, says what each of its members answered (``untold``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from palier.directory.rules import LandlordType
from palier.disclosure.primary import Policy, hidden_because
from palier.disclosure.quantiles import Quartiles, quartiles, rounded
from palier.disclosure.together import Group, allowed
from palier.questionnaires.rules.engine import asked
from palier.questionnaires.rules.form import Escape, Kind, Question, Questionnaire, Value
from palier.studies.rules.editions import Size, coverage, size_of

# A landlord counts once: dwellings, or what it brings to a mean, only tell whether it is too large for the others.
POLICY = Policy(fewest=5, largest=0.4, together=None, closeness=None)
ALL = "all"
GROUPS = {
    ALL: "Ensemble",
    **{f"status:{one.value}": one.label for one in LandlordType},
    **{f"size:{one.value}": one.label.capitalize() for one in Size},
}
"""The groups of a study, by code: the whole, then by status, then by size."""
_COUNTED = frozenset({Kind.SCALE, Kind.YES_NO, Kind.CHOICE, Kind.CHOICES})
_MEASURED = frozenset({Kind.NUMBER, Kind.SCORE})

Members = Mapping[str, AbstractSet[int]]
"""Landlords by group."""


@dataclass(frozen=True, slots=True)
class Row:
    """A landlord invited: what it is, and what it answered when that is counted."""

    landlord: int
    status: str
    homes: int
    said: Mapping[str, Value] | None

    @property
    def groups(self) -> tuple[str, str, str]:
        """The groups it is in."""
        return (ALL, f"status:{self.status}", f"size:{size_of(self.homes)}")


def count(form: Questionnaire, rows: Sequence[Row]) -> dict[str, Any]:
    """All the figures of an edition, as plain JSON: its coverage by group, then each question's."""
    counted = [row for row in rows if row.said is not None]
    members = _members(counted, {row.landlord for row in counted})
    shown = _shown(members, {row.landlord: 1.0 for row in counted})
    called = {row.landlord: {question.key for question in asked(form, row.said or {})} for row in counted}
    members = {name: members[name] for name in shown}
    return {
        "coverage": _coverage(rows, shown),
        "questions": {
            question.key: _question(question, counted, called, members)
            for question in form.questions
            if question.kind in _COUNTED | _MEASURED
        },
    }


def shown_groups(counted: Mapping[str, Any], dimension: str = "") -> list[str]:
    """The groups that may stand beside the whole, in their order, the whole first: those of a dimension, or all."""
    known = counted["coverage"]
    return [
        code
        for code in GROUPS
        if code == ALL or (code.startswith(dimension) and code in known and known[code]["counted"] is not None)
    ]


def _members(rows: Iterable[Row], among: AbstractSet[int]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {group: set() for group in GROUPS}
    for row in rows:
        if row.landlord in among:
            for group in row.groups:
                found[group].add(row.landlord)
    return {group: who for group, who in found.items() if who}


def _shown(members: Members, weights: Mapping[int, float]) -> list[str]:
    """The groups that may stand beside one another: enough in each, none too large, in what is left between them too."""
    return [g.name for g in allowed([Group(name, {(w, ""): weights[w] for w in who}) for name, who in members.items()], POLICY)]


def _coverage(rows: Sequence[Row], shown: Sequence[str]) -> dict[str, Any]:
    found = {}
    for group, invited in _members(rows, {row.landlord for row in rows}).items():
        here = coverage((row.homes, row.said is not None) for row in rows if row.landlord in invited)
        kept = group == ALL or group in shown
        found[group] = {
            "invited": here.invited,
            "homes_invited": here.homes_invited,
            "counted": here.counted if kept else None,
            "homes_counted": here.homes_counted if kept else None,
        }
    return found


def _question(
    question: Question, counted: Sequence[Row], called: Mapping[int, AbstractSet[str]], members: Members
) -> dict[str, Any]:
    given = {
        row.landlord: value
        for row in counted
        if question.key in called[row.landlord]
        and (value := (row.said or {}).get(question.key)) is not None
        and value not in tuple(Escape)
    }
    # Who is asked a question says what they answered to the one before it.
    speakable = untold(members, {who for who, keys in called.items() if question.key in keys}) if question.when else members
    groups = {name: who for name, who in _members(counted, set(given)).items() if name in speakable}
    if question.kind in _MEASURED:
        return _measured({who: float(value) for who, value in given.items() if isinstance(value, int)}, groups, counted)
    groups = {name: groups[name] for name in _shown(groups, dict.fromkeys(given, 1.0))}
    several = question.kind in {Kind.CHOICES, Kind.YES_NO}
    ticked = {
        choice.code: {
            who for who, value in given.items() if value == choice.code or (isinstance(value, list) and choice.code in value)
        }
        for choice in question.choices
    }
    kept = {code: untold(groups, who, none_tells=several) for code, who in ticked.items()}
    if question.kind is not Kind.CHOICES:  # the counts of one answer each add up: one hidden is had from the others
        common = [name for name in groups if all(name in names for names in kept.values())]
        kept = dict.fromkeys(kept, common)
    return {
        "n": {name: len(who) for name, who in groups.items()},
        "counts": {code: {name: len(groups[name] & who) for name in kept[code]} for code, who in ticked.items()},
    }


def _measured(given: Mapping[int, float], groups: Members, counted: Sequence[Row]) -> dict[str, Any]:
    homes = {row.landlord: float(row.homes) for row in counted}
    kept = _shown(groups, homes)
    found: dict[str, Any] = {"n": {name: len(groups[name]) for name in kept}, "quartiles": {}, "means": {}}
    for name in kept:
        figures = {who: given[who] for who in groups[name]}
        shown = quartiles(figures, homes, step=_step(median(figures.values())), policy=POLICY)
        if isinstance(shown, Quartiles):
            found["quartiles"][name] = [shown.low, shown.median, shown.high]
    for name in _shown({name: groups[name] for name in kept}, given):
        if not hidden_because({who: given[who] for who in groups[name]}, POLICY):
            mean = sum(given[who] for who in groups[name]) / len(groups[name])
            found["means"][name] = rounded(mean, _step(mean))
    return found


def _step(figure: float) -> float:
    """What a figure is rounded to: two digits that count, so that one that falls on a landlord is not its exact own."""
    return 10.0 ** max(len(str(int(figure))) - 2, 0)


def untold(groups: Members, ticked: AbstractSet[int], *, none_tells: bool = True) -> list[str]:
    """The groups for which one may say how many of their members are ``ticked`` without telling it of any of them.

    Landlords in the same groups cannot be told apart: an attacker who reads the counts knows how many of them are ticked
    within bounds. When these leave no doubt that all are (or none, where ``none_tells``), groups are hidden: those that say it
    first, then the smallest. What the whole says by itself hides nothing.
    """
    kept = list(groups)

    def speaks(name: str) -> bool:
        here = len(groups[name] & ticked)
        return here == len(groups[name]) or (none_tells and not here)

    if ALL not in groups or speaks(ALL):
        return kept
    while len(kept) > 1 and _told({name: groups[name] for name in kept}, ticked, none_tells=none_tells):
        kept.remove(min((name for name in kept if name != ALL), key=lambda name: (not speaks(name), len(groups[name]))))
    return kept


def _told(groups: Members, ticked: AbstractSet[int], *, none_tells: bool) -> bool:
    """Whether the counts of these groups tell of some bundle that all of it is ticked, or none.

    A linear program: the largest margin by which every bundle may be thought away from its ends at once. The points that
    keep each bundle away from one end average into one that keeps all of them away, so that one program answers for all.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - scipy, which no web process starts with

    bundles: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for who in set().union(*groups.values()):
        bundles[tuple(name for name, mine in groups.items() if who in mine)].add(who)
    if all(len(who & ticked) < len(who) and (who & ticked or not none_tells) for who in bundles.values()):
        return False
    many, sizes = len(bundles), [float(len(who)) for who in bundles.values()]
    margin = np.ones((many, 1))
    away, ends = [np.hstack([np.eye(many), margin])], list(sizes)
    if none_tells:
        away, ends = [*away, np.hstack([-np.eye(many), margin])], ends + [0.0] * many
    found = linprog(
        [0.0] * many + [-1.0],
        A_ub=np.vstack(away),
        b_ub=ends,
        A_eq=[[*(1.0 if name in where else 0.0 for where in bundles), 0.0] for name in groups],
        b_eq=[len(who & ticked) for who in groups.values()],
        bounds=[(0.0, size) for size in sizes] + [(0.0, 0.5)],
    )
    return not found.success or -found.fun < 1e-6
