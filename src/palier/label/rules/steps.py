"""The steps: one table gives the check, the button, the refusal, the ledger line and the diagram of the docs."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from palier.directory.rules import Role
from palier.label.rules.stages import LIVE, Stage


class Guard(StrEnum):
    """A condition that a step asks for. What it means stands in ``guards.py``."""

    GATE = "gate"
    PIECES = "pieces"
    RATING_CLOSED = "rating_closed"
    AUDITOR_APPOINTED = "auditor_appointed"
    AUDIT_PLAN_AGREED = "audit_plan_agreed"
    REPORT_DELIVERED = "report_delivered"
    REPORT_APPROVED = "report_approved"
    PLAN_READY = "plan_ready"
    CORRECTIONS_CLOSED = "corrections_closed"
    PIECES_CHECKED = "pieces_checked"
    NOTE_DELIVERED = "note_delivered"
    DECIDED = "decided"
    FIRST_CYCLE = "first_cycle"
    LATER_CYCLE = "later_cycle"
    WITH_CONFIRMATION = "with_confirmation"
    WITHOUT_CONFIRMATION = "without_confirmation"
    WINDOW_OPEN = "window_open"
    LABEL_LIVE = "label_live"
    NOT_SUSPENDED = "not_suspended"
    SUSPENDED = "suspended"
    HEARD = "heard"
    LABEL_OVER = "label_over"


# What a rule set may switch off. The tenants' gate, decisions and validity are the label itself: they never are.
SWITCHABLE = frozenset(
    {
        Guard.PIECES,
        Guard.RATING_CLOSED,
        Guard.AUDIT_PLAN_AGREED,
        Guard.PIECES_CHECKED,
        Guard.NOTE_DELIVERED,
        Guard.WINDOW_OPEN,
    }
)


GUARD_WORDS = {
    Guard.PIECES: "Les pièces demandées sont déposées",
    Guard.RATING_CLOSED: "La cotation du patrimoine est close",
    Guard.AUDIT_PLAN_AGREED: "Le plan de diagnostic est arrêté",
    Guard.PIECES_CHECKED: "Les pièces sont contrôlées avant le comité",
    Guard.NOTE_DELIVERED: "La note d’instruction est rendue",
    Guard.WINDOW_OPEN: "Les fenêtres d’audit et de renouvellement sont ouvertes",
}


class Effect(StrEnum):
    """What a step does to the label itself, besides moving."""

    NONE = "none"
    AWARD = "award"
    CONFIRM = "confirm"
    RENEW = "renew"
    SUSPEND = "suspend"
    LIFT = "lift"
    END = "end"
    NEXT_CYCLE = "next_cycle"


@dataclass(frozen=True, slots=True)
class Step:
    """One row: an act, from where to where, by whom, under which conditions.

    ``target`` None keeps the stage (a suspension) or, with ``returns``, goes back to where a procedure began.
    ``roles`` empty means the clock alone, or the committee through a recorded decision (``Guard.DECIDED``).
    """

    act: str
    label: str
    done: str
    sources: frozenset[Stage]
    target: Stage | None
    roles: frozenset[Role]
    guards: tuple[Guard, ...] = ()
    effect: Effect = Effect.NONE
    returns: bool = False
    sad: bool = field(default=False)


_LANDLORD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
_DIRECTOR = frozenset({Role.DIRECTOR})
_AUDITOR = frozenset({Role.AUDITOR})
_REFERENT = frozenset({Role.REFERENT})
_COMMITTEE: frozenset[Role] = frozenset()
_CLOCK: frozenset[Role] = frozenset()
S, G = Stage, Guard


def _from(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


# Stages at which a label awarded earlier may still be running (a renewal is prepared under the label's validity).
_MAY_HOLD_LABEL = LIVE - {
    S.ENGAGEMENT,
    S.IMPLEMENTING,
    S.IMPLEMENTATION_AUDIT,
    S.INSTRUCTION_AWARD,
    S.DECISION_AWARD,
    S.AWARD_DEFERRED,
}

STEPS: tuple[Step, ...] = (
    Step("engage", "Formaliser l’engagement", "a formalisé l’engagement de l’organisme",
         _from(S.ENGAGEMENT), S.AUDITOR_SELECTION, _DIRECTOR, (G.PIECES, G.GATE)),
    Step("choose_auditor", "Retenir l’auditeur", "a retenu l’auditeur du diagnostic",
         _from(S.AUDITOR_SELECTION), S.SELF_ASSESSMENT, _LANDLORD, (G.AUDITOR_APPOINTED, G.PIECES, G.GATE)),
    Step("close_rating", "Clore la cotation", "a clos la cotation du patrimoine",
         _from(S.SELF_ASSESSMENT), S.HQS_PLANNING, _LANDLORD, (G.RATING_CLOSED, G.PIECES, G.GATE)),
    Step("agree_audit_plan", "Arrêter le plan de diagnostic", "a arrêté le plan de diagnostic",
         _from(S.HQS_PLANNING), S.HQS_ON_SITE, _AUDITOR, (G.AUDIT_PLAN_AGREED, G.PIECES, G.GATE)),
    Step("deliver_report", "Rendre le rapport", "a rendu le rapport de diagnostic",
         _from(S.HQS_ON_SITE), S.HQS_REPORT, _AUDITOR, (G.REPORT_DELIVERED, G.PIECES, G.GATE)),
    Step("approve_report", "Passer au plan d’actions", "a ouvert le plan d’actions après le rapport approuvé",
         _from(S.HQS_REPORT), S.PLAN_DRAFTING, _LANDLORD, (G.REPORT_APPROVED, G.PIECES, G.GATE)),
    Step("submit_plan", "Transmettre le plan", "a transmis le plan d’actions",
         _from(S.PLAN_DRAFTING), S.INSTRUCTION_ADMISSIBILITY, _LANDLORD, (G.PLAN_READY, G.PIECES, G.GATE)),
    Step("resubmit_plan", "Transmettre à nouveau le plan", "a transmis à nouveau le plan d’actions",
         _from(S.PLAN_DEFERRED), S.INSTRUCTION_ADMISSIBILITY, _LANDLORD, (G.PLAN_READY, G.PIECES, G.GATE)),
    Step("present_admissibility", "Présenter au comité", "a présenté le dossier au comité",
         _from(S.INSTRUCTION_ADMISSIBILITY), S.DECISION_ADMISSIBILITY, _REFERENT,
         (G.PIECES_CHECKED, G.CORRECTIONS_CLOSED, G.NOTE_DELIVERED, G.GATE)),
    Step("declare_admissible", "Déclarer admissible", "a déclaré l’organisme admissible",
         _from(S.DECISION_ADMISSIBILITY), S.IMPLEMENTING, _COMMITTEE, (G.DECIDED, G.FIRST_CYCLE, G.GATE)),
    Step("renew_label", "Renouveler le label", "a renouvelé le label",
         _from(S.DECISION_ADMISSIBILITY), S.LABELLED, _COMMITTEE, (G.DECIDED, G.LATER_CYCLE, G.GATE), Effect.RENEW),
    Step("defer_plan", "Ajourner", "a ajourné le dossier", _from(S.DECISION_ADMISSIBILITY), S.PLAN_DEFERRED, _COMMITTEE,
         (G.DECIDED,), sad=True),
    Step("refuse_admissibility", "Refuser", "a refusé l’admissibilité", _from(S.DECISION_ADMISSIBILITY), S.REFUSED, _COMMITTEE,
         (G.DECIDED,), Effect.END, sad=True),
    Step("call_implementation_audit", "Demander l’audit de mise en œuvre", "a demandé l’audit de mise en œuvre",
         _from(S.IMPLEMENTING), S.IMPLEMENTATION_AUDIT, _LANDLORD, (G.AUDITOR_APPOINTED, G.PIECES, G.GATE)),
    Step("close_implementation_audit", "Clore l’audit de mise en œuvre", "a clos l’audit de mise en œuvre",
         _from(S.IMPLEMENTATION_AUDIT), S.INSTRUCTION_AWARD, _AUDITOR, (G.REPORT_APPROVED, G.PIECES, G.GATE)),
    Step("resubmit_award", "Transmettre à nouveau", "a transmis à nouveau le dossier de labellisation",
         _from(S.AWARD_DEFERRED), S.INSTRUCTION_AWARD, _LANDLORD, (G.PIECES, G.GATE)),
    Step("present_award", "Présenter au comité", "a présenté le dossier au comité",
         _from(S.INSTRUCTION_AWARD), S.DECISION_AWARD, _REFERENT,
         (G.PIECES_CHECKED, G.CORRECTIONS_CLOSED, G.NOTE_DELIVERED, G.GATE)),
    Step("award_label", "Attribuer le label", "a attribué le label",
         _from(S.DECISION_AWARD), S.LABELLED, _COMMITTEE, (G.DECIDED, G.GATE), Effect.AWARD),
    Step("defer_award", "Ajourner", "a ajourné la labellisation", _from(S.DECISION_AWARD), S.AWARD_DEFERRED, _COMMITTEE,
         (G.DECIDED,), sad=True),
    Step("refuse_award", "Refuser", "a refusé le label", _from(S.DECISION_AWARD), S.REFUSED, _COMMITTEE,
         (G.DECIDED,), Effect.END, sad=True),
    Step("call_verification_audit", "Demander l’audit de vérification", "a demandé l’audit de vérification",
         _from(S.LABELLED), S.VERIFICATION_AUDIT, _LANDLORD,
         (G.WITH_CONFIRMATION, G.WINDOW_OPEN, G.NOT_SUSPENDED, G.AUDITOR_APPOINTED, G.PIECES, G.GATE)),
    Step("close_verification_audit", "Clore l’audit de vérification", "a clos l’audit de vérification",
         _from(S.VERIFICATION_AUDIT), S.INSTRUCTION_CONFIRMATION, _AUDITOR, (G.REPORT_APPROVED, G.PIECES, G.GATE)),
    Step("resubmit_confirmation", "Transmettre à nouveau", "a transmis à nouveau le dossier de confirmation",
         _from(S.CONFIRMATION_DEFERRED), S.INSTRUCTION_CONFIRMATION, _LANDLORD, (G.PIECES, G.GATE)),
    Step("present_confirmation", "Présenter au comité", "a présenté le dossier au comité",
         _from(S.INSTRUCTION_CONFIRMATION), S.DECISION_CONFIRMATION, _REFERENT,
         (G.PIECES_CHECKED, G.CORRECTIONS_CLOSED, G.NOTE_DELIVERED, G.GATE)),
    Step("confirm_label", "Confirmer le label", "a confirmé le label",
         _from(S.DECISION_CONFIRMATION), S.CONFIRMED, _COMMITTEE, (G.DECIDED, G.GATE), Effect.CONFIRM),
    Step("defer_confirmation", "Ajourner", "a ajourné la confirmation", _from(S.DECISION_CONFIRMATION), S.CONFIRMATION_DEFERRED,
         _COMMITTEE, (G.DECIDED,), sad=True),
    Step("decline_confirmation", "Ne pas confirmer", "n’a pas confirmé le label et a ouvert une procédure de retrait",
         _from(S.DECISION_CONFIRMATION), S.HEARING, _COMMITTEE, (G.DECIDED,), sad=True),
    Step("start_renewal", "Préparer le renouvellement", "a ouvert la préparation du renouvellement",
         _from(S.CONFIRMED), S.AUDITOR_SELECTION, _LANDLORD, (G.WINDOW_OPEN, G.NOT_SUSPENDED, G.GATE), Effect.NEXT_CYCLE),
    Step("start_direct_renewal", "Préparer le renouvellement", "a ouvert la préparation du renouvellement",
         _from(S.LABELLED), S.AUDITOR_SELECTION, _LANDLORD,
         (G.WITHOUT_CONFIRMATION, G.WINDOW_OPEN, G.NOT_SUSPENDED, G.GATE), Effect.NEXT_CYCLE),
    Step("suspend_label", "Suspendre le label", "a suspendu le label", _MAY_HOLD_LABEL - {S.HEARING}, None, _COMMITTEE,
         (G.DECIDED, G.LABEL_LIVE, G.NOT_SUSPENDED), Effect.SUSPEND, sad=True),
    Step("lift_suspension", "Lever la suspension", "a levé la suspension du label", _MAY_HOLD_LABEL - {S.HEARING}, None, _COMMITTEE,
         (G.DECIDED, G.SUSPENDED), Effect.LIFT),
    Step("open_withdrawal", "Ouvrir une procédure de retrait", "a ouvert une procédure de retrait",
         _MAY_HOLD_LABEL - {S.HEARING}, S.HEARING, _REFERENT, (G.LABEL_LIVE,), sad=True),
    Step("withdraw_label", "Retirer le label", "a retiré le label", _from(S.HEARING), S.WITHDRAWN, _COMMITTEE,
         (G.DECIDED, G.HEARD), Effect.END, sad=True),
    Step("keep_label", "Maintenir le label", "a maintenu le label", _from(S.HEARING), None, _COMMITTEE,
         (G.DECIDED, G.HEARD), returns=True),
    Step("expire", "Constater l’expiration", "a constaté que le label a expiré", _MAY_HOLD_LABEL, S.EXPIRED, _CLOCK,
         (G.LABEL_OVER,), Effect.END, sad=True),
    Step("resign", "Quitter le parcours", "a quitté le parcours", LIVE, S.RESIGNED, _DIRECTOR, (), Effect.END, sad=True),
    Step("merge", "Constater une fusion", "a constaté la fusion de l’organisme", LIVE, S.MERGED, _REFERENT, (), Effect.END, sad=True),
)  # fmt: skip
BY_ACT = {step.act: step for step in STEPS}


def steps_from(stage: Stage) -> tuple[Step, ...]:
    """The steps that leave a stage, in the order of the table."""
    return tuple(step for step in STEPS if stage in step.sources)


def forward(stage: Stage) -> tuple[Step, ...]:
    """The steps that climb from a stage: what one works towards, sad paths apart."""
    return tuple(step for step in steps_from(stage) if not step.sad and step.target is not None)


def diagram() -> str:
    """The table as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2", f"    [*] --> {S.ENGAGEMENT}"]
    everywhere = [step for step in STEPS if len(step.sources) > 1]
    for step in STEPS:
        if step in everywhere:
            continue
        for source in sorted(step.sources):
            target = step.target or f"{source}"
            lines.append(f"    {source} --> {target}: {step.label}")
    lines += [f"    {stage} --> [*]" for stage in S if stage.is_over]
    lines.append("    note right of engagement")
    lines += [
        f"        {step.label} : depuis {len(step.sources)} étapes, vers {step.target or 'la même étape'}"
        for step in everywhere
    ]
    lines.append("    end note")
    return "\n".join(lines) + "\n"
