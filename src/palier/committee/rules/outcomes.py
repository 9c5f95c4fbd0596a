"""What the committee decides: matters, outcomes, and the step each outcome takes on a journey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from palier.audits.rules.accreditation import Standing
from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT, STEPS, Guard
from palier.plans.rules.conditions import Asked
from palier.verdict import Verdict, no


class Outcome(StrEnum):
    """A decision of the committee: on a journey, on an auditor's accreditation, on an evolution of the label, on minutes."""

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
    ACCREDITED = "accredited"
    ACCREDITATION_RENEWED = "accreditation_renewed"
    ACCREDITATION_REFUSED = "accreditation_refused"
    ACCREDITATION_SUSPENDED = "accreditation_suspended"
    ACCREDITATION_RESTORED = "accreditation_restored"
    ACCREDITATION_WITHDRAWN = "accreditation_withdrawn"
    EVOLUTION_ADOPTED = "evolution_adopted"
    EVOLUTION_REJECTED = "evolution_rejected"
    MINUTES_APPROVED = "minutes_approved"
    MINUTES_REJECTED = "minutes_rejected"

    @property
    def about(self) -> About:
        """Its words and its step."""
        return OUTCOMES[self]


@dataclass(frozen=True, slots=True)
class About:
    """An outcome's French words, the step it takes on a journey, and whether conditions or reasons must be written."""

    label: str
    act: str = ""
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
    Outcome.ACCREDITED: About("Agrément accordé"),
    Outcome.ACCREDITATION_RENEWED: About("Agrément renouvelé"),
    Outcome.ACCREDITATION_REFUSED: About("Agrément refusé", needs_reasons=True),
    Outcome.ACCREDITATION_SUSPENDED: About("Agrément suspendu", needs_reasons=True),
    Outcome.ACCREDITATION_RESTORED: About("Suspension de l’agrément levée"),
    Outcome.ACCREDITATION_WITHDRAWN: About("Agrément retiré", needs_reasons=True),
    Outcome.EVOLUTION_ADOPTED: About("Évolution adoptée"),
    Outcome.EVOLUTION_REJECTED: About("Évolution écartée", needs_reasons=True),
    Outcome.MINUTES_APPROVED: About("Procès-verbal approuvé"),
    Outcome.MINUTES_REJECTED: About("Procès-verbal non approuvé", needs_reasons=True),
}
SPARING = frozenset({Outcome.MAINTAINED, Outcome.SUSPENSION_LIFTED})
"""Those that leave a label as it is, or give it back, on a matter that could take it away."""
ON_JOURNEYS = tuple(outcome for outcome in Outcome if OUTCOMES[outcome].act)
DECIDED_ACTS = frozenset(step.act for step in STEPS if Guard.DECIDED in step.guards)


def possible(stage: Stage) -> tuple[Outcome, ...]:
    """The outcomes that the table of steps allows at a stage, in their order."""
    return tuple(outcome for outcome in ON_JOURNEYS if stage in BY_ACT[outcome.about.act].sources)


def of_accreditation(standing: Standing | None, *, dated: bool) -> tuple[Outcome, ...]:
    """The outcomes possible on an accreditation, by what it is worth (None for a first one); ``dated`` when dates are proposed."""
    if dated:
        return Outcome.ACCREDITATION_RENEWED if standing else Outcome.ACCREDITED, Outcome.ACCREDITATION_REFUSED
    if standing is Standing.GRANTED:
        return Outcome.ACCREDITATION_SUSPENDED, Outcome.ACCREDITATION_WITHDRAWN
    if standing is Standing.SUSPENDED:
        return Outcome.ACCREDITATION_RESTORED, Outcome.ACCREDITATION_WITHDRAWN
    return (Outcome.ACCREDITATION_WITHDRAWN,) if standing is Standing.TO_COME else ()


OF_EVOLUTION = (Outcome.EVOLUTION_ADOPTED, Outcome.EVOLUTION_REJECTED)
OF_MINUTES = (Outcome.MINUTES_APPROVED, Outcome.MINUTES_REJECTED)


def complete(outcome: Outcome, *, conditions: Sequence[Asked], reasons: str) -> Verdict:
    """Whether a decision says what it must: a reservation its conditions, an unfavourable decision its reasons."""
    found = []
    if outcome.about.needs_conditions and not conditions:
        found.append(no("committee.conditions_missing", "Écrivez les réserves : ce que l’organisme doit faire, et pour quand."))
    if conditions and not outcome.about.act:
        found.append(
            no("committee.conditions_stray", f"« {outcome.about.label} » ne s’accompagne pas de réserves : retirez-les.")
        )
    if outcome.about.needs_reasons and not reasons.strip():
        found.append(no("committee.reasons_missing", "Écrivez les motifs : l’organisme doit pouvoir les comprendre."))
    return Verdict.all(found)
