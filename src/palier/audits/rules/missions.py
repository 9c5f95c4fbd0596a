"""A mission: its states, the one table of its steps, where on the journey it may go on, and the auditor's independence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.calendar import add_months, in_words
from palier.directory.rules import Role
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.verdict import YES, Reason, Remedy, Verdict, no


class State(StrEnum):
    """Where a mission stands."""

    CONSULTED = "consulted"
    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    PLANNED = "planned"
    ON_SITE = "on_site"
    REPORT_DRAFTED = "report_drafted"
    REPORT_DELIVERED = "report_delivered"
    APPROVED = "approved"
    DECLINED = "declined"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """In French, beside its shape."""
        return _STATES[self][0]

    @property
    def shape(self) -> str:
        """The state shape it is drawn with."""
        return _STATES[self][1]


_STATES = {
    State.CONSULTED: ("Consultation envoyée", "todo"),
    State.PROPOSED: ("Proposition reçue", "doing"),
    State.ACCEPTED: ("Auditeur retenu", "doing"),
    State.PLANNED: ("Plan arrêté", "doing"),
    State.ON_SITE: ("Sur place", "doing"),
    State.REPORT_DRAFTED: ("Rapport en rédaction", "doing"),
    State.REPORT_DELIVERED: ("Rapport rendu", "doing"),
    State.APPROVED: ("Rapport approuvé", "done"),
    State.DECLINED: ("Sans suite", "todo"),
    State.CANCELLED: ("Interrompue", "refused"),
}
OFFERED = frozenset({State.CONSULTED, State.PROPOSED})
AT_WORK = frozenset({State.ACCEPTED, State.PLANNED, State.ON_SITE, State.REPORT_DRAFTED, State.REPORT_DELIVERED})
# At most one such mission for an audit of a cycle.
HELD = AT_WORK | {State.APPROVED}
OVER = frozenset({State.APPROVED, State.DECLINED, State.CANCELLED})
# The auditor may still write: a delivered report is fixed, until it is reopened with a reason.
WRITING = frozenset({State.PLANNED, State.ON_SITE, State.REPORT_DRAFTED})


class Side(StrEnum):
    """Who takes a step: the landlord, the auditor of the mission, or the label's team."""

    LANDLORD = "landlord"
    AUDITOR = "auditor"
    SCHEME = "scheme"

    @property
    def label(self) -> str:
        """In French, after « la main est »."""
        return {"landlord": "à l’organisme", "auditor": "à l’auditeur", "scheme": "au référent du label"}[self.value]


@dataclass(frozen=True, slots=True)
class Step:
    """One row: an act, from which states, to which, by which roles. An auditor's step is for the mission's own auditor."""

    act: str
    label: str
    sources: frozenset[State]
    target: State
    roles: frozenset[Role]


_LANDLORD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
_DIRECTOR = frozenset({Role.DIRECTOR})
_AUDITOR = frozenset({Role.AUDITOR})
STEPS: tuple[Step, ...] = (
    Step("propose", "Envoyer la proposition", OFFERED, State.PROPOSED, _AUDITOR),
    Step("decline", "Décliner la consultation", OFFERED, State.DECLINED, _AUDITOR),
    Step("set_aside", "Ne pas retenir", OFFERED, State.DECLINED, _LANDLORD),
    Step("accept", "Retenir cet auditeur", frozenset({State.PROPOSED}), State.ACCEPTED, _LANDLORD),
    Step("agree_plan", "Arrêter le plan", frozenset({State.ACCEPTED}), State.PLANNED, _DIRECTOR),
    Step("open_on_site", "Ouvrir la mission sur place", frozenset({State.PLANNED}), State.ON_SITE, _AUDITOR),
    Step("draft_report", "Rédiger le rapport", frozenset({State.ON_SITE}), State.REPORT_DRAFTED, _AUDITOR),
    Step("deliver", "Rendre le rapport", frozenset({State.REPORT_DRAFTED}), State.REPORT_DELIVERED, _AUDITOR),
    Step("reopen", "Reprendre le rapport", frozenset({State.REPORT_DELIVERED}), State.REPORT_DRAFTED, _AUDITOR),
    Step("approve", "Approuver le rapport", frozenset({State.REPORT_DELIVERED}), State.APPROVED, _DIRECTOR),
    Step("interrupt", "Interrompre la mission", AT_WORK, State.CANCELLED, _LANDLORD | _AUDITOR),
)
BY_ACT = {step.act: step for step in STEPS}
HOLDER = {
    State.CONSULTED: Side.AUDITOR,
    State.PROPOSED: Side.LANDLORD,
    State.ACCEPTED: Side.AUDITOR,
    State.PLANNED: Side.AUDITOR,
    State.ON_SITE: Side.AUDITOR,
    State.REPORT_DRAFTED: Side.AUDITOR,
    State.REPORT_DELIVERED: Side.LANDLORD,
}
"""Who acts next; nobody once a mission is over. A plan proposed and remarks sent turn it, see ``holder``."""

CHOICE_STAGES: dict[Audit, frozenset[Stage]] = {
    Audit.HQS: frozenset(
        {Stage.AUDITOR_SELECTION, Stage.SELF_ASSESSMENT, Stage.HQS_PLANNING, Stage.HQS_ON_SITE, Stage.HQS_REPORT}
    ),
    Audit.IMPLEMENTATION: frozenset({Stage.IMPLEMENTING, Stage.IMPLEMENTATION_AUDIT}),
    Audit.VERIFICATION: frozenset({Stage.LABELLED, Stage.VERIFICATION_AUDIT}),
}
"""Where on the journey an auditor may be consulted and chosen: from the stage of the choice until the report is approved."""
ON_SITE_STAGES: dict[Audit, tuple[Stage, ...]] = {
    Audit.HQS: (Stage.HQS_ON_SITE, Stage.HQS_REPORT),
    Audit.IMPLEMENTATION: (Stage.IMPLEMENTATION_AUDIT,),
    Audit.VERIFICATION: (Stage.VERIFICATION_AUDIT,),
}
"""Where on the journey the audit is held: at its own stage, or later for a mission that follows an interrupted one."""
# Days for which the auditor still opens the file once the report is approved: to close the audit on the journey.
STAYS_DAYS = 90
AUDITOR_MILESTONE = {audit: Milestone(f"auditor:{audit}") for audit in Audit}
APPROVED_MILESTONE = {audit: Milestone(f"approved:{audit}") for audit in Audit}


def audit_to_choose(stage: Stage | None) -> Audit | None:
    """The audit whose auditor is chosen at a stage, if any."""
    return next((audit for audit, stages in CHOICE_STAGES.items() if stage in stages), None)


def by_whom(act: str, roles: frozenset[Role], *, own: bool) -> Verdict:
    """Whether these roles may take a step; ``own`` says that the person is the mission's auditor."""
    step = BY_ACT[act]
    held = roles if own else roles - {Role.AUDITOR}
    if step.roles & held:
        return YES
    names = ", ".join(sorted(role.label for role in step.roles))
    return no("audits.not_yours", f"« {step.label} » revient à : {names}.")


def follows(act: str, state: State) -> Verdict:
    """Whether an act may be done from a state."""
    step = BY_ACT[act]
    if state in step.sources:
        return YES
    return no("audits.not_there", f"« {step.label} » n’est pas possible : la mission est à l’état « {state.label.lower()} ».")


def unfixed(state: State, *, landlord: int, mission: int) -> Verdict:
    """Whether what a report says may change: once it is delivered, its auditor takes it back first, with a reason."""
    if state is not State.REPORT_DELIVERED:
        return YES
    page = Remedy("Voir le rapport", "mission_report", {"landlord_id": landlord, "mission_id": mission})
    fixed = "Le rapport est rendu : il ne change plus. Reprenez-le, avec un motif, pour en rendre une nouvelle version."
    return no("audits.report_fixed", fixed, page)


def holder(state: State, *, plan_proposed: bool, unanswered: bool) -> Side | None:
    """Who acts next: a proposed plan waits for the landlord, unanswered remarks wait for the auditor."""
    if state is State.ACCEPTED and plan_proposed:
        return Side.LANDLORD
    if state is State.REPORT_DELIVERED and unanswered:
        return Side.AUDITOR
    return HOLDER.get(state)


def choosable(audit: Audit, stage: Stage | None, landlord: int) -> Verdict:
    """Whether an auditor may be consulted or chosen for an audit at this stage of the journey."""
    if stage in CHOICE_STAGES[audit]:
        return YES
    journey = Remedy("Voir le parcours", "journey", {"landlord_id": landlord})
    if stage is None:
        return no(
            "audits.no_journey", "Aucun parcours n’est ouvert : l’auditeur se choisit une fois l’engagement formalisé.", journey
        )
    return no("audits.not_the_moment", f"L’auditeur ({audit.label}) ne se choisit pas à l’étape « {stage.label} ».", journey)


def on_site_now(audit: Audit, stage: Stage | None, landlord: int) -> Verdict:
    """Whether the journey has come to the stage of the audit itself."""
    wanted = ON_SITE_STAGES[audit]
    if stage in wanted:
        return YES
    return no(
        "audits.journey_not_there",
        f"Le parcours n’est pas encore à l’étape « {wanted[0].label} » : elle s’ouvre depuis la page du parcours.",
        Remedy("Voir le parcours", "journey", {"landlord_id": landlord}),
    )


# --- Independence --------------------------------------------------------------------------------------------------

# Until the label's owner sets another number (``audits.Terms``).
INDEPENDENCE_YEARS = 3
STATEMENT = (
    "Je déclare n’avoir, à ma connaissance, ni moi-même ni mon cabinet, aucun lien avec l’organisme qui puisse influencer "
    "l’audit, hors ce qui est déclaré ici. Je signale sans attendre tout lien qui apparaîtrait pendant la mission."
)


@dataclass(frozen=True, slots=True)
class Declaration:
    """What an auditor declares of past advice to this landlord, by the person or the firm, and of other ties."""

    signed_on: date | None = None
    advised_until: date | None = None
    ties: str = ""


@dataclass(frozen=True, slots=True)
class Clue:
    """Something Palier knows that may be a conflict of interest: shown, never decided on."""

    sentence: str


def independent(declaration: Declaration, years: int, on: date) -> Verdict:
    """Whether the declaration is signed, and no advice was given to the landlord in the last ``years`` years."""
    if declaration.signed_on is None:
        return no("audits.independence_missing", "La déclaration d’indépendance n’est pas signée par l’auditeur.")
    advised = declaration.advised_until
    if advised is not None and advised > add_months(on, -12 * years):
        return no(
            "audits.not_independent",
            f"L’auditeur ou son cabinet a conseillé l’organisme jusqu’au {in_words(advised)} : "
            f"il faut {years} ans entre le conseil et l’audit.",
        )
    return YES


# --- The plan ------------------------------------------------------------------------------------------------------


class ItemKind(StrEnum):
    """A moment of an audit plan."""

    OPENING = "opening"
    DOCUMENT_STUDY = "document_study"
    INTERVIEW = "interview"
    TENANTS = "tenants"
    VISIT = "visit"
    CLOSING = "closing"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "opening": "Réunion d’ouverture",
            "document_study": "Étude des documents",
            "interview": "Entretien",
            "tenants": "Rencontre des représentants de locataires",
            "visit": "Visite de site",
            "closing": "Réunion de clôture",
            "other": "Autre moment",
        }[self.value]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One moment of the plan, as the rules see it."""

    kind: ItemKind
    day: date
    in_priority_area: bool = False


def plan_ready(items: Collection[PlannedItem], mission: int, landlord: int) -> Verdict:
    """Whether a plan holds the moments that no audit goes without."""
    kinds = {item.kind for item in items}
    wanted = {
        ItemKind.OPENING: "Il manque la réunion d’ouverture.",
        ItemKind.VISIT: "Il manque au moins une visite de site.",
        ItemKind.TENANTS: "Il manque la rencontre des représentants de locataires.",
        ItemKind.CLOSING: "Il manque la réunion de clôture.",
    }
    add = Remedy("Ajouter au plan", "mission_plan", {"landlord_id": landlord, "mission_id": mission})
    return Verdict(tuple(Reason(f"audits.plan_no_{kind}", text, add) for kind, text in wanted.items() if kind not in kinds))


def plan_advice(items: Collection[PlannedItem]) -> str:
    """What the plan would gain, without holding it back; empty when nothing."""
    visits = [item for item in items if item.kind is ItemKind.VISIT]
    if visits and not any(item.in_priority_area for item in visits):
        return "Aucune des visites n’est connue en quartier prioritaire ni sur un site prioritaire : pensez à en ajouter une."
    return ""
