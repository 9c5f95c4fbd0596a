"""The rating of the stock: levels, what a grid's score suggests, when a rating may be closed, how alerts are answered.

A score never decides: it suggests a level, and a person confirms one with reasons. The thresholds are sober defaults,
not an official text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from palier.verdict import YES, Reason, Remedy, Verdict, no

GRID, SUBJECT = "complex_sites", "residence"
"""The common grid, and what it is held against: the diagnosis of a residence."""


class Level(StrEnum):
    """How far the quality of service of a residence has drifted, from nothing to report to the worst."""

    NONE = "none"
    MEDIUM = "medium"
    IMPORTANT = "important"
    EXTREME = "extreme"

    @property
    def label(self) -> str:
        """In French, alone in a cell headed « Situation »."""
        return {"none": "Sans difficulté", "medium": "Moyenne", "important": "Importante", "extreme": "Extrême"}[self.value]

    @property
    def meaning(self) -> str:
        """In one sentence, for the legend."""
        return _MEANINGS[self]

    @property
    def rank(self) -> int:
        """0 for nothing to report, 3 for the worst."""
        return list(Level).index(self)

    @property
    def standing(self) -> Standing:
        """What it makes of the residence."""
        if self is Level.NONE:
            return Standing.ORDINARY
        return Standing.AT_RISK if self is Level.MEDIUM else Standing.COMPLEX


class Standing(StrEnum):
    """The two outcomes that the common grid looks for, and the absence of both."""

    ORDINARY = "ordinary"
    AT_RISK = "at_risk"
    COMPLEX = "complex"

    @property
    def label(self) -> str:
        """In French, after « site »."""
        return {"ordinary": "ordinaire", "at_risk": "à risque", "complex": "complexe"}[self.value]


_MEANINGS = {
    Level.NONE: "Le service ordinaire suffit.",
    Level.MEDIUM: "Des difficultés reviennent : le site est à risque, il se surveille.",
    Level.IMPORTANT: "Le service est durablement dégradé : le site est complexe, il demande des moyens dédiés.",
    Level.EXTREME: "La situation est en crise : le site est complexe et demande un traitement immédiat.",
}
# Share of the grid's worst possible score from which a level is suggested.
THRESHOLDS: tuple[tuple[Fraction, Level], ...] = (
    (Fraction(3, 4), Level.EXTREME),
    (Fraction(1, 2), Level.IMPORTANT),
    (Fraction(1, 4), Level.MEDIUM),
)


def suggested(severity: Fraction | None) -> Level | None:
    """The level that a severity suggests (0 nothing, 1 the worst on every criterion); None while nothing is scored."""
    if severity is None:
        return None
    return next((level for threshold, level in THRESHOLDS if severity >= threshold), Level.NONE)


def reasoned(level: Level, reasons: str) -> Verdict:
    """Whether a level comes with its reasons; « sans difficulté » may go without."""
    if level is Level.NONE or reasons.strip():
        return YES
    return no("sites.reasons_missing", f"Dites en une phrase pourquoi la situation est « {level.label.lower()} ».")


@dataclass(frozen=True, slots=True)
class RatingFacts:
    """Where a landlord's rating stands in one cycle."""

    landlord: int
    opened: bool = False
    closed: bool = False
    residences: int = 0
    """Residences of the latest vintage."""
    rated: int = 0
    """Those of them whose level somebody confirmed."""
    priority: int = 0
    list_confirmed: bool = False

    @property
    def left(self) -> int:
        """Residences still to rate."""
        return self.residences - self.rated


def may_rate(facts: RatingFacts) -> Verdict:
    """Whether levels and priority sites may still change."""
    if facts.closed:
        return no("sites.rating_closed", "La cotation de ce cycle est arrêtée : elle ne change plus.")
    if not facts.opened:
        return no(
            "sites.not_opened",
            "La cotation du patrimoine n’est pas encore ouverte.",
            _page("sites", "Ouvrir la cotation", facts),
        )
    return YES


def rating_complete(facts: RatingFacts) -> Verdict:
    """Whether the rating may be closed: every residence has a confirmed level, the list of priority sites is confirmed."""
    if not facts.residences:
        return no("sites.no_stock", "Le patrimoine n’est pas encore importé.", _page("stock", "Importer le patrimoine", facts))
    if not facts.opened:
        return may_rate(facts)
    reasons = []
    if facts.left:
        verb = "n’est pas encore cotée" if facts.left == 1 else "ne sont pas encore cotées"
        one = f"{facts.left} résidence" + ("s" if facts.left > 1 else "")
        reasons.append(
            Reason(
                "sites.unrated", f"{one} sur {facts.residences} {verb}.", _page("sites_to_rate", "Coter les résidences", facts)
            )
        )
    if not facts.list_confirmed:
        reasons.append(
            Reason(
                "sites.list_not_confirmed",
                "La liste des sites prioritaires n’est pas encore confirmée.",
                _page("priority_sites", "Confirmer la liste", facts),
            )
        )
    return Verdict(tuple(reasons))


def rating_closed(facts: RatingFacts) -> Verdict:
    """Whether the journey may leave the rating: it is closed by the landlord's direction, or else what it still misses."""
    if facts.closed:
        return YES
    if not (complete := rating_complete(facts)):
        return complete
    return no(
        "sites.not_closed",
        "La cotation est complète : il reste à la direction à l’arrêter.",
        _page("sites", "Arrêter la cotation", facts),
    )


def list_confirmable(facts: RatingFacts, empty_because: str) -> Verdict:
    """Whether the list of priority sites may be confirmed: an empty one says why."""
    if facts.priority or empty_because.strip():
        return YES
    return no("sites.empty_list", "Aucun site n’est prioritaire : dites pourquoi, ou ajoutez un site.")


def diagnosed(lacking: Mapping[int, str], *, landlord: int) -> Verdict:
    """Whether people held every priority site against the grid before its list is confirmed; ``lacking`` names the others."""
    return Verdict(
        tuple(
            Reason(
                "sites.undiagnosed",
                f"{name} : le diagnostic n’est pas terminé. Un site se confirme après lui.",
                Remedy("Ouvrir le diagnostic", "site", {"landlord_id": landlord, "residence_id": residence}),
            )
            for residence, name in lacking.items()
        )
    )


def _page(name: str, label: str, facts: RatingFacts) -> Remedy:
    return Remedy(label, name, {"landlord_id": facts.landlord})


class AlertState(StrEnum):
    """What became of an alert."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    EXPLAINED = "explained"
    DIAGNOSIS = "diagnosis"

    @property
    def label(self) -> str:
        """In French, in a cell headed « Réponse »."""
        return {
            "open": "À examiner",
            "acknowledged": "Prise en compte",
            "explained": "Expliquée",
            "diagnosis": "Diagnostic ouvert",
        }[self.value]


# An answered alert opens again once its monthly counts are this many times what they were when it was answered.
WORSENED = 1.5


def worsened(*, answered_at_rate: float, rate: float) -> bool:
    """Whether a residence got worse since its alert was answered: half as much again, and one more a month at least."""
    return rate >= answered_at_rate * WORSENED and rate >= answered_at_rate + 1


def concluded(state: AlertState, *, diagnosed: bool) -> str:
    """What a diagnosis opened from an alert led to, in French; empty while it did not. ``diagnosed``: the answer rests on one."""
    if not diagnosed:
        return ""
    return {AlertState.ACKNOWLEDGED: "Site prioritaire", AlertState.EXPLAINED: "Pas de suite"}.get(state, "")


def may_conclude(state: AlertState, *, finished: bool, reason: str) -> Verdict:
    """Whether the diagnosis opened from an alert may be concluded: it is finished, and one says why."""
    if state is not AlertState.DIAGNOSIS:
        return no("sites.alert_no_diagnosis", "Cette alerte n’attend pas la conclusion d’un diagnostic.")
    if not finished:
        return no("sites.alert_unfinished", "Le diagnostic n’est pas terminé : il se conclut après la dernière question.")
    return (
        YES
        if reason.strip()
        else no("sites.alert_reason", "Dites en une phrase pourquoi : l’auditeur et le comité vous lisent.")
    )


def may_answer(state: AlertState, answer: AlertState, reason: str, *, ended: bool) -> Verdict:
    """Whether an alert may be answered so. An explanation says its reason; an answer may be changed while the alert is up."""
    if ended:
        return no("sites.alert_over", "Cette alerte est retombée d’elle-même : elle n’attend plus de réponse.")
    if answer is AlertState.OPEN:
        return no("sites.alert_answer", "Choisissez une réponse : prise en compte, expliquée, ou diagnostic.")
    if answer is AlertState.EXPLAINED and not reason.strip():
        return no("sites.alert_reason", "Dites en une phrase ce qui explique ce mouvement.")
    if state is AlertState.DIAGNOSIS and answer is not AlertState.DIAGNOSIS:
        return no("sites.alert_diagnosis", "Un diagnostic est ouvert sur cette alerte : c’est lui qui conclut.")
    return YES
