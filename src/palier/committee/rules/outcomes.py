"""What the committee decides: matters, outcomes, and the step each outcome takes on a journey."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT, STEPS, Guard
from palier.verdict import Verdict, no


class Outcome(StrEnum):
    """A decision of the committee on a journey."""

    ADMISSIBLE = "admissible"
    ADMISSIBLE_WITH_RESERVATIONS = "admissible_with_reservations"
    PLAN_DEFERRED = "plan_deferred"
    NOT_ADMISSIBLE = "not_admissible"
    RENEWED = "renewed"
    LABEL_AWARDED = "label_awarded"
    AWARD_DEFERRED = "award_deferred"
    AWARD_REFUSED = "award_refused"
    CONFIRMED = "confirmed"
    CONFIRMED_WITH_RESERVATIONS = "confirmed_with_reservations"
    CONFIRMATION_DEFERRED = "confirmation_deferred"
    NOT_CONFIRMED = "not_confirmed"
    SUSPENDED = "suspended"
    SUSPENSION_LIFTED = "suspension_lifted"
    WITHDRAWN = "withdrawn"
    MAINTAINED = "maintained"

    @property
    def about(self) -> About:
        """Its words and its step."""
        return OUTCOMES[self]


@dataclass(frozen=True, slots=True)
class About:
    """An outcome's French words, the step it takes, and whether conditions or reasons must be written."""

    label: str
    act: str
    needs_conditions: bool = False
    needs_reasons: bool = False


OUTCOMES: dict[Outcome, About] = {
    Outcome.ADMISSIBLE: About("Admissible", "declare_admissible"),
    Outcome.ADMISSIBLE_WITH_RESERVATIONS: About("Admissible avec réserves", "declare_admissible", needs_conditions=True),
    Outcome.PLAN_DEFERRED: About("Ajourné, complément demandé", "defer_plan", needs_reasons=True),
    Outcome.NOT_ADMISSIBLE: About("Non admissible", "refuse_admissibility", needs_reasons=True),
    Outcome.RENEWED: About("Label renouvelé", "renew_label"),
    Outcome.LABEL_AWARDED: About("Label attribué", "award_label"),
    Outcome.AWARD_DEFERRED: About("Attribution ajournée", "defer_award", needs_reasons=True),
    Outcome.AWARD_REFUSED: About("Attribution refusée", "refuse_award", needs_reasons=True),
    Outcome.CONFIRMED: About("Label confirmé", "confirm_label"),
    Outcome.CONFIRMED_WITH_RESERVATIONS: About("Label confirmé avec réserves", "confirm_label", needs_conditions=True),
    Outcome.CONFIRMATION_DEFERRED: About("Confirmation ajournée", "defer_confirmation", needs_reasons=True),
    Outcome.NOT_CONFIRMED: About("Non confirmé, procédure de retrait", "decline_confirmation", needs_reasons=True),
    Outcome.SUSPENDED: About("Label suspendu", "suspend_label", needs_reasons=True),
    Outcome.SUSPENSION_LIFTED: About("Suspension levée", "lift_suspension"),
    Outcome.WITHDRAWN: About("Label retiré", "withdraw_label", needs_reasons=True),
    Outcome.MAINTAINED: About("Label maintenu", "keep_label", needs_reasons=True),
}
DECIDED_ACTS = frozenset(step.act for step in STEPS if Guard.DECIDED in step.guards)


def possible(stage: Stage) -> tuple[Outcome, ...]:
    """The outcomes that the table of steps allows at a stage, in their order."""
    return tuple(outcome for outcome in Outcome if stage in BY_ACT[outcome.about.act].sources)


def complete(outcome: Outcome, *, conditions: str, reasons: str) -> Verdict:
    """Whether a decision says what it must: a reservation its conditions, an unfavourable decision its reasons."""
    found = []
    if outcome.about.needs_conditions and not conditions.strip():
        found.append(no("committee.conditions_missing", "Écrivez les réserves : ce que l’organisme doit faire, et pour quand."))
    if outcome.about.needs_reasons and not reasons.strip():
        found.append(no("committee.reasons_missing", "Écrivez les motifs : l’organisme doit pouvoir les comprendre."))
    return Verdict.all(found)
