"""What becomes of each landlord: its pace, its rules, and the accidents of some."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palier.commands.demo.timeline import chance
from palier.committee.rules.outcomes import Outcome
from palier.label.rules.stages import Stage


class Turn(StrEnum):
    """What happens to a label once it is held, or to a journey on its way."""

    NONE = "none"
    RESIGNS = "resigns"
    MERGES = "merges"
    EXPIRES = "expires"
    SUSPENDED_THEN_LIFTED = "suspended_then_lifted"
    WITHDRAWN = "withdrawn"
    HEARD_THEN_KEPT = "heard_then_kept"
    DRAFTS_TODAY = "drafts_today"
    SUSPENDED_TODAY = "suspended_today"
    HEARD_TODAY = "heard_today"


@dataclass(frozen=True, slots=True)
class Fate:
    """``pace`` multiplies the days that the rules give; ``level`` is the quality of what is done, 0 to 1.

    ``silent_at`` is the stage where the landlord does nothing more, so that it is late today.
    """

    pace: float
    level: float
    rules: str
    admissibility: tuple[Outcome, ...] = (Outcome.ADMISSIBLE,)
    award: tuple[Outcome, ...] = (Outcome.LABEL_AWARDED,)
    confirmation: tuple[Outcome, ...] = (Outcome.CONFIRMED,)
    turn: Turn = Turn.NONE
    silent_at: Stage | None = None


ONE_GRANT, TWO_GRANTS = "one_year_then_three", "eighteen_eighteen"
# Those whose way is not straight, by number.
_ACCIDENTS = {
    2: Fate(0.9, 0.7, TWO_GRANTS, turn=Turn.DRAFTS_TODAY),
    3: Fate(0.4, 0.55, ONE_GRANT, turn=Turn.SUSPENDED_THEN_LIFTED),
    5: Fate(0.4, 0.5, ONE_GRANT, turn=Turn.WITHDRAWN),
    6: Fate(0.4, 0.6, TWO_GRANTS, turn=Turn.EXPIRES),
    8: Fate(0.45, 0.6, ONE_GRANT, turn=Turn.HEARD_THEN_KEPT),
    9: Fate(0.7, 0.55, TWO_GRANTS, admissibility=(Outcome.PLAN_DEFERRED, Outcome.ADMISSIBLE_WITH_RESERVATIONS)),
    11: Fate(0.8, 0.5, ONE_GRANT, admissibility=(Outcome.NOT_ADMISSIBLE,)),
    12: Fate(0.7, 0.5, ONE_GRANT, turn=Turn.HEARD_TODAY),
    13: Fate(0.55, 0.6, ONE_GRANT, award=(Outcome.AWARD_DEFERRED, Outcome.LABEL_AWARDED)),
    14: Fate(0.55, 0.5, TWO_GRANTS, award=(Outcome.AWARD_REFUSED,)),
    15: Fate(0.7, 0.5, ONE_GRANT, turn=Turn.SUSPENDED_TODAY),
    16: Fate(0.42, 0.65, TWO_GRANTS, confirmation=(Outcome.CONFIRMATION_DEFERRED, Outcome.CONFIRMED_WITH_RESERVATIONS)),
    17: Fate(0.45, 0.5, TWO_GRANTS, confirmation=(Outcome.NOT_CONFIRMED,)),
    18: Fate(0.8, 0.5, TWO_GRANTS, silent_at=Stage.ENGAGEMENT),
    21: Fate(0.9, 0.6, ONE_GRANT, turn=Turn.RESIGNS),
    22: Fate(0.7, 0.6, TWO_GRANTS, turn=Turn.MERGES),
    24: Fate(0.8, 0.5, ONE_GRANT, silent_at=Stage.AUDITOR_SELECTION),
    27: Fate(0.8, 0.6, TWO_GRANTS, silent_at=Stage.AUDITOR_SELECTION),
    33: Fate(0.8, 0.6, ONE_GRANT, silent_at=Stage.ENGAGEMENT),
    40: Fate(0.8, 0.6, ONE_GRANT, admissibility=(Outcome.PLAN_DEFERRED, Outcome.ADMISSIBLE)),
}


def of(number: int) -> Fate:
    """The fate of a landlord. The first ones are brisk: they show what comes after four years."""
    rng = chance("fate", number)
    pace = rng.uniform(0.36, 0.46) if number <= 10 else rng.uniform(0.6, 1.15)
    rules = TWO_GRANTS if number == 1 else rng.choice((ONE_GRANT, TWO_GRANTS))
    return _ACCIDENTS.get(number, Fate(pace, rng.uniform(0.5, 0.85), rules))
