"""Conditions of a decision: what the committee asks, for when, who shows that it is done, and what was said of it since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from palier.calendar import days_left, in_words
from palier.verdict import Reason, Remedy, Verdict, no


class ShownBy(StrEnum):
    """Who shows that a condition is met."""

    LANDLORD = "landlord"
    AUDIT = "audit"

    @property
    def label(self) -> str:
        """In French, after « à montrer par »."""
        return {"landlord": "l’organisme, pièce à l’appui", "audit": "le prochain audit"}[self.value]


class Said(StrEnum):
    """What is said of a condition: by the landlord that it is met, then by the label's team what it finds."""

    SHOWN = "shown"
    MET = "met"
    UNMET = "unmet"

    @property
    def label(self) -> str:
        """In French."""
        return {"shown": "Présentée comme remplie", "met": "Remplie", "unmet": "Non remplie"}[self.value]


class Standing(StrEnum):
    """Where a condition stands on a day."""

    OPEN = "open"
    LATE = "late"
    SHOWN = "shown"
    MET = "met"

    @property
    def label(self) -> str:
        """In French, beside its shape."""
        return {"open": "À remplir", "late": "En retard", "shown": "À vérifier", "met": "Remplie"}[self.value]

    @property
    def shape(self) -> str:
        """The state shape it is drawn with."""
        return {"open": "todo", "late": "late", "shown": "doing", "met": "done"}[self.value]


def standing(last: Said | None, *, due_on: date, on: date) -> Standing:
    """Where a condition stands on a day, from what was said of it last. Its due day itself is not late."""
    if last is Said.MET:
        return Standing.MET
    if last is Said.SHOWN:
        return Standing.SHOWN
    return Standing.LATE if due_on < on else Standing.OPEN


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition as it is put to the vote, or recorded."""

    text: str
    due_on: date
    shown_by: ShownBy = ShownBy.LANDLORD

    @property
    def plain(self) -> dict[str, str]:
        """As plain data."""
        return {"text": self.text.strip(), "due_on": self.due_on.isoformat(), "shown_by": self.shown_by.value}


def parse(data: Mapping[str, Any]) -> Asked:
    """A condition from its plain data."""
    return Asked(data["text"], date.fromisoformat(data["due_on"]), ShownBy(data["shown_by"]))


def words(asked: Sequence[Asked]) -> str:
    """The conditions as the decision says them, one a line, numbered when they are several."""
    lines = [
        f"{one.text.strip().rstrip('.')}, au plus tard le {in_words(one.due_on)} (à montrer par {one.shown_by.label})."
        for one in asked
    ]
    return "\n".join(lines if len(lines) < 2 else [f"{number}. {line}" for number, line in enumerate(lines, 1)])


REMINDERS = (30, 7, -1)
"""Days before the due day on which the landlord is reminded of a condition that it has not shown; the last, the day after."""


def reminder(*, asked_on: date, due_on: date, on: date) -> int | None:
    """Which reminder is due on a day: the last whose day has come, unless the condition was asked after it."""
    come = [days for days in REMINDERS if days_left(due_on, on) <= days]
    return come[-1] if come and days_left(due_on, asked_on) >= come[-1] else None


def to_do(landlord: int, code: str, text: str, due_on: date, now: Standing) -> Reason:
    """A condition that is not met yet, as a thing that is missing."""
    when = (
        f"était attendue le {in_words(due_on)}" if now is Standing.LATE else f"est à remplir au plus tard le {in_words(due_on)}"
    )
    if now is Standing.SHOWN:
        when = "attend d’être vérifiée par l’équipe du label"
    remedy = Remedy(f"Voir {code}", "conditions", {"landlord_id": landlord})
    return Reason("plans.condition_unmet", f"La réserve {code} du comité {when}.", remedy, text)


def sound(asked: Sequence[Asked], *, decided_on: date) -> Verdict:
    """Whether each condition says what is asked, for a day after the decision."""
    found = []
    for number, one in enumerate(asked, 1):
        if not one.text.strip():
            found.append(no("plans.condition_empty", f"Réserve {number} : écrivez ce que l’organisme doit faire."))
        if one.due_on <= decided_on:
            found.append(
                no("plans.condition_past", f"Réserve {number} : l’échéance suit la décision du {in_words(decided_on)}.")
            )
    return Verdict.all(found)
