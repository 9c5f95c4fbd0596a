"""The stages of a journey and the landings they climb to: who holds each, and its words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palier.directory.rules import Role


class Holder(StrEnum):
    """Who has to act at a stage."""

    LANDLORD = "landlord"
    AUDITOR = "auditor"
    REFERENT = "referent"
    COMMITTEE = "committee"
    REPRESENTATIVES = "representatives"
    NOBODY = "nobody"

    @property
    def label(self) -> str:
        """In French, after « la main est »."""
        return {
            "landlord": "au bailleur",
            "auditor": "à l’auditeur",
            "referent": "au référent du label",
            "committee": "au comité",
            "representatives": "aux représentants de locataires",
            "nobody": "à personne",
        }[self.value]


class Landing(StrEnum):
    """The landings of the staircase: each is reached by a decision or by an approved report."""

    ENGAGEMENT = "engagement"
    DIAGNOSIS = "diagnosis"
    ADMISSIBILITY = "admissibility"
    AWARD = "award"
    CONFIRMATION = "confirmation"
    RENEWAL = "renewal"

    @property
    def label(self) -> str:
        """Its name on the staircase."""
        return {
            "engagement": "Engagement",
            "diagnosis": "Diagnostic HQS",
            "admissibility": "Admissibilité",
            "award": "Labellisation",
            "confirmation": "Confirmation",
            "renewal": "Renouvellement",
        }[self.value]

    @property
    def towards(self) -> str:
        """« vers … », on the board."""
        return {
            "engagement": "vers l’engagement",
            "diagnosis": "vers le diagnostic HQS",
            "admissibility": "vers l’admissibilité",
            "award": "vers la labellisation",
            "confirmation": "vers la confirmation",
            "renewal": "vers le renouvellement",
        }[self.value]


class Stage(StrEnum):
    """Where a journey stands. The terminal ones close it."""

    ENGAGEMENT = "engagement"
    AUDITOR_SELECTION = "auditor_selection"
    SELF_ASSESSMENT = "self_assessment"
    HQS_PLANNING = "hqs_planning"
    HQS_ON_SITE = "hqs_on_site"
    HQS_REPORT = "hqs_report"
    PLAN_DRAFTING = "plan_drafting"
    INSTRUCTION_ADMISSIBILITY = "instruction_admissibility"
    DECISION_ADMISSIBILITY = "decision_admissibility"
    PLAN_DEFERRED = "plan_deferred"
    IMPLEMENTING = "implementing"
    IMPLEMENTATION_AUDIT = "implementation_audit"
    INSTRUCTION_AWARD = "instruction_award"
    DECISION_AWARD = "decision_award"
    AWARD_DEFERRED = "award_deferred"
    LABELLED = "labelled"
    VERIFICATION_AUDIT = "verification_audit"
    INSTRUCTION_CONFIRMATION = "instruction_confirmation"
    DECISION_CONFIRMATION = "decision_confirmation"
    CONFIRMATION_DEFERRED = "confirmation_deferred"
    CONFIRMED = "confirmed"
    HEARING = "hearing"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    RESIGNED = "resigned"
    MERGED = "merged"

    @property
    def about(self) -> About:
        """Its holder, its words and the landing it climbs to."""
        return STAGES[self]

    @property
    def label(self) -> str:
        """Its name in French."""
        return STAGES[self].label

    @property
    def is_over(self) -> bool:
        """Whether the journey ends there."""
        return STAGES[self].holder is Holder.NOBODY


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a stage: its name, what is done there (« Et maintenant : … »), its holder, its landing."""

    label: str
    now: str
    holder: Holder
    towards: Landing | None


_L, _A, _R, _C, _N = Holder.LANDLORD, Holder.AUDITOR, Holder.REFERENT, Holder.COMMITTEE, Holder.NOBODY
STAGES: dict[Stage, About] = {
    Stage.ENGAGEMENT: About("Engagement", "formaliser l’engagement", _L, Landing.ENGAGEMENT),
    Stage.AUDITOR_SELECTION: About("Choix de l’auditeur", "choisir l’auditeur", _L, Landing.DIAGNOSIS),
    Stage.SELF_ASSESSMENT: About("Cotation du patrimoine", "coter le patrimoine", _L, Landing.DIAGNOSIS),
    Stage.HQS_PLANNING: About("Préparation du diagnostic", "arrêter le plan de diagnostic", _A, Landing.DIAGNOSIS),
    Stage.HQS_ON_SITE: About("Diagnostic sur place", "mener le diagnostic et rendre le rapport", _A, Landing.DIAGNOSIS),
    Stage.HQS_REPORT: About("Rapport de diagnostic", "approuver le rapport", _L, Landing.DIAGNOSIS),
    Stage.PLAN_DRAFTING: About("Plan d’actions", "transmettre le plan", _L, Landing.ADMISSIBILITY),
    Stage.INSTRUCTION_ADMISSIBILITY: About("Instruction", "instruire le dossier", _R, Landing.ADMISSIBILITY),
    Stage.DECISION_ADMISSIBILITY: About("Décision", "décider en comité", _C, Landing.ADMISSIBILITY),
    Stage.PLAN_DEFERRED: About("Plan ajourné", "compléter et transmettre à nouveau", _L, Landing.ADMISSIBILITY),
    Stage.IMPLEMENTING: About("Mise en œuvre", "mettre le plan en œuvre", _L, Landing.AWARD),
    Stage.IMPLEMENTATION_AUDIT: About("Audit de mise en œuvre", "mener l’audit de mise en œuvre", _A, Landing.AWARD),
    Stage.INSTRUCTION_AWARD: About("Instruction", "instruire le dossier", _R, Landing.AWARD),
    Stage.DECISION_AWARD: About("Décision", "décider en comité", _C, Landing.AWARD),
    Stage.AWARD_DEFERRED: About("Labellisation ajournée", "compléter et transmettre à nouveau", _L, Landing.AWARD),
    Stage.LABELLED: About("Labellisé", "tenir les engagements et préparer la suite", _L, Landing.CONFIRMATION),
    Stage.VERIFICATION_AUDIT: About("Audit de vérification", "mener l’audit de vérification", _A, Landing.CONFIRMATION),
    Stage.INSTRUCTION_CONFIRMATION: About("Instruction", "instruire le dossier", _R, Landing.CONFIRMATION),
    Stage.DECISION_CONFIRMATION: About("Décision", "décider en comité", _C, Landing.CONFIRMATION),
    Stage.CONFIRMATION_DEFERRED: About("Confirmation ajournée", "compléter et transmettre à nouveau", _L, Landing.CONFIRMATION),
    Stage.CONFIRMED: About("Label confirmé", "préparer le renouvellement", _L, Landing.RENEWAL),
    Stage.HEARING: About("Procédure de retrait", "présenter ses observations", _L, None),
    Stage.REFUSED: About("Refusé", "", _N, None),
    Stage.WITHDRAWN: About("Label retiré", "", _N, None),
    Stage.EXPIRED: About("Label expiré", "", _N, None),
    Stage.RESIGNED: About("Parcours quitté", "", _N, None),
    Stage.MERGED: About("Organisme fusionné", "", _N, None),
}


def now(stage: Stage, holder: Holder) -> str:
    """What is to be done at a stage by whoever holds it.

    A report not delivered, or taken back, is its auditor's to deliver; an audit is not the landlord's to carry out.
    """
    if stage is Stage.HQS_REPORT and holder is Holder.AUDITOR:
        return "rendre le rapport"
    if stage.about.holder is Holder.AUDITOR and holder is Holder.LANDLORD:
        return "réunir ce qui manque pour que l’audit avance"
    return stage.about.now


LIVE = frozenset(stage for stage in Stage if not stage.is_over)
DECISIONS = frozenset(stage for stage in Stage if STAGES[stage].holder is _C)
INSTRUCTIONS = frozenset(stage for stage in Stage if STAGES[stage].holder is _R)
# Whose to-do list a stage fills. For the committee, the référent keeps the minutes and the chair answers for them.
ROLES_OF_HOLDER: dict[Holder, frozenset[Role]] = {
    Holder.LANDLORD: frozenset({Role.QUALITY_LEAD, Role.DIRECTOR}),
    Holder.AUDITOR: frozenset({Role.AUDITOR}),
    Holder.REFERENT: frozenset({Role.REFERENT}),
    Holder.COMMITTEE: frozenset({Role.REFERENT, Role.COMMITTEE_CHAIR}),
    Holder.REPRESENTATIVES: frozenset({Role.TENANT_REPRESENTATIVE}),
    Holder.NOBODY: frozenset({Role.QUALITY_LEAD, Role.DIRECTOR}),
}
