"""Findings and the report: their words, who reads them and when, what a report needs to be delivered and approved."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palier.audits.rules.missions import State
from palier.directory.rules import Right, Role, Thing, may
from palier.label.rules.rulesets import Audit
from palier.verdict import YES, Reason, Remedy, Verdict, no


class FindingKind(StrEnum):
    """What a finding is."""

    STRENGTH = "strength"
    IMPROVEMENT = "improvement"
    SENSITIVE = "sensitive"
    GAP = "gap"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "strength": "Point fort",
            "improvement": "Piste d’amélioration",
            "sensitive": "Point sensible",
            "gap": "Écart",
        }[self.value]

    @property
    def plural(self) -> str:
        """Heading of a list of them."""
        return {
            "strength": "Points forts",
            "improvement": "Pistes d’amélioration",
            "sensitive": "Points sensibles",
            "gap": "Écarts",
        }[self.value]

    @property
    def meaning(self) -> str:
        """In plain words, beside the choice."""
        return {
            "strength": "Une pratique solide, à garder ou à partager.",
            "improvement": "Ce qui marche et peut mieux marcher.",
            "sensitive": "Ce qui tient aujourd’hui mais peut se dégrader.",
            "gap": "Ce qui est annoncé et n’est pas fait, ou n’est pas prouvé.",
        }[self.value]


class Treatment(StrEnum):
    """What an audit says of a priority site's treatment."""

    TREATED = "treated"
    UNDER_WAY = "under_way"
    NOT_TREATED = "not_treated"

    @property
    def label(self) -> str:
        """In French."""
        return {"treated": "Traité", "under_way": "En cours de traitement", "not_treated": "Pas encore traité"}[self.value]


# Who reads findings as soon as they are written: the mission's own auditor, and the label's team.
_ALWAYS = frozenset({Role.REFERENT, Role.ADMINISTRATOR})
_FROM_DELIVERY = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})
_DELIVERED = frozenset({State.REPORT_DELIVERED, State.APPROVED})


def reads_findings(roles: frozenset[Role], state: State, *, own: bool) -> bool:
    """Whether somebody reads a mission's findings, verdicts and report at this state.

    Its auditor and the label's team always; the landlord from delivery; all others whom the matrix lets read, once
    the report is approved.
    """
    if not may(roles, Right.READ, Thing.FINDINGS):
        return False
    if own or roles & _ALWAYS or state is State.APPROVED:
        return True
    return bool(roles & _FROM_DELIVERY) and state in _DELIVERED


def unexplained(*, outcome: str, status: str, note: str) -> bool:
    """Whether a verdict is not what the landlord says of the action, and has no observation."""
    return outcome != status and not note.strip()


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What a report is made of, counted."""

    landlord: int
    mission: int
    audit: Audit
    findings: int = 0
    unlinked: tuple[str, ...] = ()
    """Codes of the recommendations that rest on no finding."""
    summary: str = ""
    grid: Verdict = YES
    """Whether the grid is complete (diagnosis only)."""
    grid_open: bool = False
    """Whether the grid may still be answered (diagnosis only): a delivered report closes it."""
    unjudged_actions: int = 0
    unexplained: tuple[str, ...] = ()
    """Codes of the actions whose verdict is ``unexplained`` today."""
    unchecked_sites: tuple[str, ...] = ()
    """Names of the priority sites without a check (implementation and verification)."""
    unheld: int = 0
    """Moments of the plan neither held nor given up."""
    unanswered: int = 0
    """Remarks of the landlord without an answer."""


def deliverable(facts: ReportFacts) -> Verdict:
    """Whether the report may be delivered to the landlord, with all that it misses at once."""
    reasons: list[Reason] = []
    if facts.unheld:
        text = "Un moment du plan reste" if facts.unheld == 1 else f"{facts.unheld} moments du plan restent"
        reasons.append(
            Reason(
                "audits.plan_open", f"{text} à noter comme tenu ou non tenu.", _page("mission_on_site", "Tenir le plan", facts)
            )
        )
    if not facts.findings:
        reasons.append(
            Reason(
                "audits.no_finding",
                "Le rapport ne porte encore aucun constat.",
                _page("mission_findings", "Écrire un constat", facts),
            )
        )
    reasons += [
        Reason(
            "audits.unlinked",
            f"La préconisation {code} ne repose sur aucun constat.",
            _page("mission_findings", f"Relier {code}", facts),
        )
        for code in facts.unlinked
    ]
    if facts.audit is Audit.HQS:
        reasons += facts.grid.reasons
    else:
        if facts.unjudged_actions:
            some = "action du plan n’a" if facts.unjudged_actions == 1 else "actions du plan n’ont"
            text = f"{facts.unjudged_actions} {some} pas encore de verdict."
            reasons.append(Reason("audits.unjudged", text, _page("mission_verdicts", "Donner les verdicts", facts)))
        reasons += [
            Reason(
                "audits.unexplained",
                f"Votre verdict sur l’action {code} n’est pas ce qu’en dit l’organisme : écrivez ce que vous avez vu.",
                _page("mission_verdicts", f"Revoir {code}", facts),
            )
            for code in facts.unexplained
        ]
        reasons += [
            Reason(
                "audits.site_unchecked",
                f"Le site prioritaire {name} n’est pas contrôlé.",
                _page("mission_verdicts", f"Contrôler {name}", facts),
            )
            for name in facts.unchecked_sites
        ]
    if not facts.summary.strip():
        reasons.append(
            Reason(
                "audits.no_summary", "La synthèse du rapport est vide.", _page("mission_report", "Écrire la synthèse", facts)
            )
        )
    return Verdict(tuple(reasons))


def approvable(facts: ReportFacts) -> Verdict:
    """Whether the landlord's direction may approve: each of its remarks has had an answer, the grid is closed."""
    if facts.grid_open:
        return no(
            "audits.grid_left_open",
            "La grille du diagnostic est restée ouverte : seul l’auditeur peut la fermer. "
            "Demandez-lui de reprendre son rapport et de le rendre de nouveau.",
        )
    if not facts.unanswered:
        return YES
    some = "Une remarque attend" if facts.unanswered == 1 else f"{facts.unanswered} remarques attendent"
    return no(
        "audits.remarks_open", f"{some} une réponse de l’auditeur.", _page("mission_remarks", "Voir les remarques", facts)
    )


def _page(name: str, label: str, facts: ReportFacts) -> Remedy:
    return Remedy(label, name, {"landlord_id": facts.landlord, "mission_id": facts.mission})


# --- Feedback on the auditor ---------------------------------------------------------------------------------------

FEEDBACK_CRITERIA = {
    "listening": "Écoute des équipes et des locataires",
    "method": "Méthode et tenue du calendrier",
    "clarity": "Clarté du rapport",
    "usefulness": "Utilité des préconisations",
}
FEEDBACK_SCALE = {1: "Insuffisant", 2: "À améliorer", 3: "Satisfaisant", 4: "Très satisfaisant"}


def feedback_complete(marks: dict[str, int]) -> Verdict:
    """Whether each criterion has a mark of the scale."""
    missing = [label for code, label in FEEDBACK_CRITERIA.items() if marks.get(code) not in FEEDBACK_SCALE]
    if not missing:
        return YES
    return no("audits.feedback_incomplete", f"Donnez une note à : {', '.join(missing)}.")
