"""What the larger components are given: plain shapes, so that a page prepares them and a template only draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Progress = Literal["done", "doing", "todo"]
LandingState = Literal["done", "doing", "todo", "deferred", "refused"]

_SPOKEN = {"done": "atteint", "doing": "en cours", "todo": "à venir", "deferred": "ajourné", "refused": "refusé"}
_SPOKEN_STEP = {"done": "fait", "doing": "en cours", "todo": "à venir"}


@dataclass(frozen=True, slots=True)
class Landing:
    """One landing of ``<c-staircase>``: how many steps lead to it, and how many are behind when it is under way.

    ``word`` says what stopped a refused one (« Refusé », « Retiré »). ``count``, ``late`` and ``url`` serve the staircase
    used as a count.
    """

    name: str
    state: LandingState = "todo"
    note: str = ""
    steps: int = 1
    passed: int = 0
    word: str = ""
    count: int = 0
    late: int = 0
    url: str = ""

    @property
    def spoken(self) -> str:
        """The state in words, for those who do not see the drawing."""
        return self.word.lower() or _SPOKEN[self.state]

    @property
    def marks(self) -> list[Progress]:
        """The steps of its flight, from the bottom."""
        here = min(self.passed, self.steps - 1) if self.state == "doing" else self.steps if self.state == "done" else 0
        marks: list[Progress] = ["done" if rank < here else "todo" for rank in range(self.steps)]
        if self.state == "doing":
            marks[here] = "doing"
        return marks


@dataclass(frozen=True, slots=True)
class FlightStep:
    """One step of the flight under way, in words, for ``<c-flight>``."""

    name: str
    state: Progress = "todo"
    note: str = ""

    @property
    def spoken(self) -> str:
        """The state in words, for those who do not see the shape."""
        return _SPOKEN_STEP[self.state]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The opinion of representatives, for ``<c-opinion>``: the text as it was given, never edited."""

    who: str
    verdict: str
    text: str
    on: date


@dataclass(frozen=True, slots=True)
class GateLine:
    """One association at the gate: ``done`` an opinion is given, ``doing`` read without answer, ``todo`` awaited."""

    name: str
    state: Progress
    word: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """The tenants' gate, for ``<c-gate>``: one line an association, and the day it opens by itself."""

    lines: tuple[GateLine, ...]
    open: bool = False
    opens_on: date | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One act, for ``<c-history>``. The summary, « a ajouté l’action A-18. », is a sentence without its subject."""

    when: datetime | date
    who: str
    summary: str
    number: int


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of ``<c-factors>``: what it brings to a score. ``share`` is in percent of the largest line; None when missing."""

    name: str
    value: str
    share: float | None
    note: str = ""
