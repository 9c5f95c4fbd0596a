"""Sessions and what may be put on their agenda."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

from palier.calendar import days_left, in_words
from palier.committee.rules.outcomes import Outcome, possible
from palier.committee.rules.terms import Matter, Terms
from palier.label.rules.stages import Stage
from palier.verdict import YES, Remedy, Verdict, no


class SessionState(StrEnum):
    """Where a session stands."""

    PREPARED = "prepared"
    CONVENED = "convened"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "prepared": "en préparation",
            "convened": "convoquée",
            "open": "ouverte",
            "closed": "close",
            "cancelled": "annulée",
        }[self.value]


class Coming(StrEnum):
    """What a member answers to a convocation."""

    PRESENT = "present"
    REMOTE = "remote"
    ABSENT = "absent"

    @property
    def label(self) -> str:
        """In French."""
        return {"present": "viendra", "remote": "viendra à distance", "absent": "ne viendra pas"}[self.value]


def session_state(*, convened: bool, opened: bool, closed: bool, cancelled: bool) -> SessionState:
    """Where a session stands, from the moments that it went through."""
    if cancelled:
        return SessionState.CANCELLED
    if closed:
        return SessionState.CLOSED
    if opened:
        return SessionState.OPEN
    return SessionState.CONVENED if convened else SessionState.PREPARED


AWAITED: dict[Stage, Matter] = {
    Stage.DECISION_ADMISSIBILITY: Matter.ADMISSIBILITY,
    Stage.DECISION_AWARD: Matter.AWARD,
    Stage.DECISION_CONFIRMATION: Matter.CONFIRMATION,
    Stage.HEARING: Matter.WITHDRAWAL,
}
"""The stages at which a journey waits for the committee, and the matter that it is there."""


def matter_of(stage: Stage, *, cycle: int) -> Matter | None:
    """What a journey asks of the committee at a stage; None when nothing can be decided there.

    From the second cycle on, admissibility is the renewal. A label in force may be suspended, or its suspension lifted,
    wherever the table of steps lets it be.
    """
    if stage is Stage.DECISION_ADMISSIBILITY and cycle > 1:
        return Matter.RENEWAL
    if stage in AWAITED:
        return AWAITED[stage]
    return Matter.WITHDRAWAL if set(possible(stage)) & {Outcome.SUSPENDED, Outcome.SUSPENSION_LIFTED} else None


def reminder_due(opened_at: datetime, ends_at: datetime) -> datetime:
    """When those who have not voted in writing are reminded: two days before the term, or half-way to it when that is later."""
    return max(ends_at - timedelta(days=2), opened_at + (ends_at - opened_at) / 2)


def notice(terms: Terms, *, on: date, session_on: date, second: bool, move: Remedy | None = None) -> Verdict:
    """Whether a convocation sent on a day leaves the notice that the terms ask for; ``move`` is where the session is moved."""
    asked = terms.second_notice_days if second else terms.notice_days
    left = days_left(session_on, on)
    if left >= asked:
        return YES
    return no(
        "committee.notice_short",
        f"La convocation part au moins {asked} jour{'s' if asked > 1 else ''} avant la séance du {in_words(session_on)} : "
        f"il en reste {max(left, 0)}. Reportez la séance, ou changez le délai dans les règles du comité.",
        move,
    )
