"""What each guard means: one pure function a guard, over the facts of a journey."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.directory.rules import Role
from palier.label.rules.dates import label_is_over, renewal_opens_on, verification_opens_on
from palier.label.rules.rulesets import Audit, RuleSet
from palier.label.rules.stages import Holder, Stage
from palier.label.rules.steps import BY_ACT, SWITCHABLE, Guard, Step
from palier.verdict import YES, Reason, Remedy, Verdict, no


class Milestone(StrEnum):
    """What the rooms above bring to a journey: facts of audits and hearings, each by its own operation."""

    HQS_AUDITOR = "auditor:hqs"
    IMPLEMENTATION_AUDITOR = "auditor:implementation"
    VERIFICATION_AUDITOR = "auditor:verification"
    AUDIT_PLAN = "audit_plan:hqs"
    HQS_REPORT = "report:hqs"
    HQS_APPROVED = "approved:hqs"
    IMPLEMENTATION_APPROVED = "approved:implementation"
    VERIFICATION_APPROVED = "approved:verification"
    OBSERVATIONS = "observations"


AUDIT_OF_STAGE: dict[Stage, Audit] = {
    Stage.AUDITOR_SELECTION: Audit.HQS,
    Stage.HQS_PLANNING: Audit.HQS,
    Stage.HQS_ON_SITE: Audit.HQS,
    Stage.HQS_REPORT: Audit.HQS,
    Stage.IMPLEMENTING: Audit.IMPLEMENTATION,
    Stage.IMPLEMENTATION_AUDIT: Audit.IMPLEMENTATION,
    Stage.LABELLED: Audit.VERIFICATION,
    Stage.VERIFICATION_AUDIT: Audit.VERIFICATION,
}


@dataclass(frozen=True, slots=True)
class MissingPiece:
    """A piece asked at this stage and not deposited."""

    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything the guards look at, gathered in a fixed number of queries by ``label.queries.facts``."""

    landlord: int
    stage: Stage
    cycle: int
    rules: RuleSet
    on: date
    gate: Verdict
    rating: Verdict
    plan: Verdict
    milestones: frozenset[Milestone] = frozenset()
    missing_pieces: tuple[MissingPiece, ...] = ()
    unchecked_pieces: int = 0
    open_corrections: int = 0
    note_delivered: bool = False
    decided: bool = False
    label_from: date | None = None
    label_until: date | None = None
    suspended: bool = False
    heard_on: date | None = None
    """Last day of the landlord's delay to present its observations, in a withdrawal procedure."""


def _page(name: str, label: str, facts: Facts) -> Remedy:
    return Remedy(label, name, {"landlord_id": facts.landlord})


def _audit(facts: Facts) -> Audit:
    return AUDIT_OF_STAGE[facts.stage]


def _pieces(facts: Facts) -> Verdict:
    return Verdict(
        tuple(
            Reason(
                "label.piece_missing",
                f"Il manque une pièce : {piece.label}.",
                _page("pieces", f"Déposer : {piece.label}", facts),
            )
            for piece in facts.missing_pieces
        )
    )


def _auditor(facts: Facts) -> Verdict:
    audit = _audit(facts)
    if Milestone(f"auditor:{audit}") in facts.milestones:
        return YES
    return no(
        "label.auditor_missing",
        f"Aucun auditeur n’a encore accepté la mission ({audit.label}) avec sa déclaration d’indépendance.",
        _page("missions", "Choisir un auditeur", facts),
    )


def _audit_plan(facts: Facts) -> Verdict:
    if Milestone.AUDIT_PLAN in facts.milestones:
        return YES
    if not (appointed := _auditor(facts)):
        return appointed
    return no(
        "label.audit_plan_missing",
        "Le plan de diagnostic n’est pas encore arrêté.",
        _page("missions", "Ouvrir la mission", facts),
    )


def _report(facts: Facts) -> Verdict:
    if Milestone.HQS_REPORT in facts.milestones:
        return YES
    if not (appointed := _auditor(facts)):
        return appointed
    return no(
        "label.report_missing",
        "Le rapport de diagnostic n’est pas encore rendu.",
        _page("missions", "Ouvrir la mission", facts),
    )


def _approved(facts: Facts) -> Verdict:
    audit = _audit(facts)
    if Milestone(f"approved:{audit}") in facts.milestones:
        return YES
    if not (appointed := _auditor(facts)):
        return appointed
    if _undelivered(facts):
        return no(
            "label.report_undelivered",
            "Le rapport est entre les mains de l’auditeur : il le rend, puis la direction l’approuve.",
            _page("missions", "Ouvrir la mission", facts),
        )
    return no(
        "label.report_not_approved",
        f"Le rapport ({audit.label}) n’est pas encore approuvé.",
        _page("missions", "Ouvrir la mission", facts),
    )


def _undelivered(facts: Facts) -> bool:
    """Whether the report is with an auditor again: the one who took it back, or the next one after an interruption."""
    held = {Milestone.HQS_AUDITOR, Milestone.HQS_REPORT} & facts.milestones
    return facts.stage is Stage.HQS_REPORT and held == {Milestone.HQS_AUDITOR}


def _corrections(facts: Facts) -> Verdict:
    if not facts.open_corrections:
        return YES
    some = (
        "Une demande de correction attend"
        if facts.open_corrections == 1
        else f"{facts.open_corrections} demandes de correction attendent"
    )
    return no("label.corrections_open", f"{some} une réponse.", _page("file_review", "Voir les demandes", facts))


def _checked(facts: Facts) -> Verdict:
    if not facts.unchecked_pieces:
        return YES
    some = "Une pièce reste" if facts.unchecked_pieces == 1 else f"{facts.unchecked_pieces} pièces restent"
    return no("label.pieces_unchecked", f"{some} à contrôler.", _page("file_review", "Contrôler les pièces", facts))


def _note(facts: Facts) -> Verdict:
    if facts.note_delivered:
        return YES
    return no(
        "label.note_missing", "La note d’instruction n’est pas encore rendue.", _page("file_review", "Rédiger la note", facts)
    )


def _decided(facts: Facts) -> Verdict:
    if facts.decided:
        return YES
    return no(
        "label.not_decided",
        "Cela relève du comité : aucune décision n’est enregistrée.",
        _page("decisions", "Voir les décisions", facts),
    )


def _window(facts: Facts) -> Verdict:
    if facts.label_from is None or facts.label_until is None:
        return no("label.no_label", "Aucun label n’est en cours.")
    verifying = facts.stage is Stage.LABELLED and facts.rules.confirms
    opens = (
        verification_opens_on(facts.rules, facts.label_from) if verifying else renewal_opens_on(facts.rules, facts.label_until)
    )
    if facts.on >= opens:
        return YES
    what = "L’audit de vérification" if verifying else "Le renouvellement"
    return no("label.too_early", f"{what} s’ouvre le {opens:%d/%m/%Y}.")


def _live(facts: Facts) -> Verdict:
    if facts.label_until is not None and facts.on <= facts.label_until:
        return YES
    return no("label.no_label", "Aucun label n’est en cours.")


def _heard(facts: Facts) -> Verdict:
    if Milestone.OBSERVATIONS in facts.milestones:
        return YES
    if facts.heard_on is not None and facts.on > facts.heard_on:
        return YES
    until = f" : il le peut jusqu’au {facts.heard_on:%d/%m/%Y}" if facts.heard_on else ""
    return no("label.not_heard", f"L’organisme n’a pas encore présenté ses observations{until}.")


def _over(facts: Facts) -> Verdict:
    if facts.label_until is not None and label_is_over(
        facts.rules, facts.label_until, renewing=facts.stage not in _RESTING, on=facts.on
    ):
        return YES
    return no("label.not_over", "Le label n’est pas arrivé à son terme.")


# A label that rests ends on its day; one whose file is under way has the rule set's days of grace.
_RESTING = frozenset({Stage.LABELLED, Stage.CONFIRMED})

MEANING: dict[Guard, Callable[[Facts], Verdict]] = {
    Guard.GATE: lambda f: f.gate,
    Guard.PIECES: _pieces,
    Guard.RATING_CLOSED: lambda f: f.rating,
    Guard.AUDITOR_APPOINTED: _auditor,
    Guard.AUDIT_PLAN_AGREED: _audit_plan,
    Guard.REPORT_DELIVERED: _report,
    Guard.REPORT_APPROVED: _approved,
    Guard.PLAN_READY: lambda f: f.plan,
    Guard.CORRECTIONS_CLOSED: _corrections,
    Guard.PIECES_CHECKED: _checked,
    Guard.NOTE_DELIVERED: _note,
    Guard.DECIDED: _decided,
    Guard.FIRST_CYCLE: lambda f: YES if f.cycle == 1 else no("label.later_cycle", "Ce parcours est un renouvellement : le comité renouvelle le label."),
    Guard.LATER_CYCLE: lambda f: YES if f.cycle > 1 else no("label.first_cycle", "C’est un premier parcours : le comité déclare l’organisme admissible."),
    Guard.WITH_CONFIRMATION: lambda f: YES if f.rules.confirms else no("label.no_confirmation", "Ces règles du label ne prévoient pas de confirmation."),
    Guard.WITHOUT_CONFIRMATION: lambda f: no("label.confirmation_first", "Le label doit d’abord être confirmé.") if f.rules.confirms else YES,
    Guard.WINDOW_OPEN: _window,
    Guard.LABEL_LIVE: _live,
    Guard.NOT_SUSPENDED: lambda f: no("label.suspended", "Le label est suspendu : le comité doit d’abord lever la suspension.", _page("decisions", "Lire la décision", f)) if f.suspended else YES,
    Guard.SUSPENDED: lambda f: YES if f.suspended else no("label.not_suspended", "Le label n’est pas suspendu."),
    Guard.HEARD: _heard,
    Guard.LABEL_OVER: _over,
}  # fmt: skip
# These say that a step is not for this journey at all: its button is not shown, rather than greyed.
OF_ANOTHER_PATH = frozenset(
    {
        Guard.FIRST_CYCLE,
        Guard.LATER_CYCLE,
        Guard.WITH_CONFIRMATION,
        Guard.WITHOUT_CONFIRMATION,
        Guard.SUSPENDED,
        Guard.LABEL_OVER,
    }
)


def conditions(step: Step, facts: Facts) -> Verdict:
    """Whether every guard of a step holds, with all that is missing at once."""
    if facts.stage not in step.sources:
        return no("label.not_there", f"« {step.label} » n’est pas possible à l’étape « {facts.stage.label} ».")
    off = facts.rules.guards_off & SWITCHABLE
    return Verdict.all(MEANING[guard](facts) for guard in step.guards if guard not in off)


def by_whom(step: Step, roles: frozenset[Role]) -> Verdict:
    """Whether one of these roles may take a step; the committee's steps are taken by its recorded decision alone."""
    if step.roles & roles:
        return YES
    if not step.roles:
        who = "au comité" if Guard.DECIDED in step.guards else "à Palier, à la date dite"
        return no("label.not_yours", f"« {step.label} » revient {who}.")
    names = ", ".join(sorted(role.label for role in step.roles))
    return no("label.not_yours", f"« {step.label} » revient à : {names}.")


def concerns(step: Step, facts: Facts) -> bool:
    """Whether a step is on this journey's path at all, whatever it still misses."""
    return facts.stage in step.sources and all(MEANING[g](facts) for g in step.guards if g in OF_ANOTHER_PATH)


def next_step(facts: Facts) -> Step | None:
    """The step that climbs from here on this journey's path; None where the journey rests or is over."""
    found = [step for step in BY_ACT.values() if not step.sad and step.target is not None and concerns(step, facts)]
    return found[0] if found else None


def missing(facts: Facts) -> Verdict:
    """What the step that climbs from here still asks for, whoever takes it; of a landlord not heard yet, to be heard first."""
    if facts.stage is Stage.HEARING and not (heard := _heard(facts)):
        return heard
    step = BY_ACT["withdraw_label"] if facts.stage is Stage.HEARING else next_step(facts)
    return conditions(step, facts) if step else YES


def holder(facts: Facts) -> Holder:
    """Who has to act: the stage's holder, or whoever the next step waits for instead.

    The landlord while a correction waits, the auditor while the report is not delivered again, the landlord where only
    the tenants' part is missing and nobody could answer yet, or where no auditor has accepted; the tenants' representatives
    where nothing but their answer is missing; the committee once a landlord is heard.
    """
    if facts.open_corrections:
        return Holder.LANDLORD
    if _undelivered(facts):
        return Holder.AUDITOR
    if facts.stage is Stage.HEARING:
        return Holder.COMMITTEE if MEANING[Guard.HEARD](facts) else Holder.LANDLORD
    codes = {reason.code for reason in missing(facts).reasons}
    if codes == {"consultation.awaited"}:
        return Holder.REPRESENTATIVES
    tenants_alone = codes and all(code.startswith("consultation.") for code in codes)
    whose = facts.stage.about.holder
    return Holder.LANDLORD if tenants_alone or (whose is Holder.AUDITOR and not _auditor(facts)) else whose
