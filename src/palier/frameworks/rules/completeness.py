"""One definition of « complete »: of a criterion, hence of a theme, hence of an assessment.

Pages, exports, lists and the button « Terminer » all ask here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from palier.documents.rules import KINDS
from palier.frameworks.rules.grid import NOTHING, Criterion, EvidenceRule, Framework, Given, Justification, Theme
from palier.verdict import YES, Reason, Remedy, Verdict, no

NOT_RATED, NOT_JUSTIFIED, NO_EVIDENCE = "frameworks.not_rated", "frameworks.not_justified", "frameworks.no_evidence"
_COUNTED = {
    NOT_RATED: ("critère à noter", "critères à noter"),
    NOT_JUSTIFIED: ("justification à écrire", "justifications à écrire"),
    NO_EVIDENCE: ("preuve à déposer", "preuves à déposer"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The assessment in hand: where remedies lead."""

    landlord: int
    assessment: int

    def criterion(self, label: str, code: str) -> Remedy:
        """The place of a criterion."""
        return Remedy(label, "assessment_criterion", self._args(criterion=code))

    def theme(self, label: str, code: str) -> Remedy:
        """The page of a theme."""
        return Remedy(label, "assessment_theme", self._args(theme=code))

    def _args(self, **more: str) -> dict[str, int | str]:
        return {"landlord_id": self.landlord, "assessment_id": self.assessment, **more}


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an assessment, or a theme, is: criteria rated, criteria complete, criteria in all."""

    rated: int
    complete: int
    total: int

    @property
    def done(self) -> bool:
        """Whether every criterion is complete."""
        return self.complete == self.total


def justification_needed(criterion: Criterion, given: Given) -> bool:
    """Whether this answer needs words: « sans objet » always does, unless the grid never asks for any."""
    if criterion.justification is Justification.NEVER:
        return False
    if given.not_applicable or criterion.justification is Justification.ALWAYS:
        return True
    return given.value is not None and criterion.scale.quality(given.value) * 2 < 1


def missing_evidence(criterion: Criterion, given: Given) -> tuple[str, ...]:
    """The types of evidence still needed; with the rule « one », any of them would do. Nothing is needed for « sans objet »."""
    if given.not_applicable or criterion.evidence_rule is EvidenceRule.NONE:
        return ()
    missing = tuple(kind for kind in criterion.evidence if kind not in given.kinds)
    if criterion.evidence_rule is EvidenceRule.ONE and len(missing) < len(criterion.evidence):
        return ()
    return missing


def criterion_complete(criterion: Criterion, given: Given, place: Place) -> Verdict:
    """Whether a criterion is rated, justified and proven as the grid asks."""
    name = f"{criterion.number} {criterion.title}"
    if not given.rated:
        return no(NOT_RATED, f"« {name} » n’est pas noté.", place.criterion(f"Noter {criterion.number}", criterion.code))
    found = YES
    if justification_needed(criterion, given) and not given.justified:
        found &= no(
            NOT_JUSTIFIED,
            f"« {name} » est noté sans justification.",
            place.criterion(f"Justifier {criterion.number}", criterion.code),
        )
    if missing := missing_evidence(criterion, given):
        joined = (" ou " if criterion.evidence_rule is EvidenceRule.ONE else " et ").join(
            f"« {KINDS[kind].label} »" for kind in missing
        )
        found &= no(
            NO_EVIDENCE,
            f"« {name} » attend une preuve : {joined}.",
            place.criterion(f"Déposer une preuve pour {criterion.number}", criterion.code),
        )
    return found


def theme_complete(theme: Theme, answers: Mapping[str, Given], place: Place) -> Verdict:
    """Whether every criterion of a theme is complete; otherwise every reason."""
    return Verdict.all(criterion_complete(c, answers.get(c.code, NOTHING), place) for c in theme.criteria)


def theme_in_short(theme: Theme, answers: Mapping[str, Given], place: Place) -> Verdict:
    """The same answer with one reason a sort: « 3 critères à noter », each leading to the first of them."""
    verdict = theme_complete(theme, answers, place)
    first = {reason.code: reason for reason in reversed(verdict.reasons)}
    return Verdict(tuple(Reason(code, f"{counted}.", first[code].remedy) for code, counted in _counts(verdict).items()))


def assessment_complete(framework: Framework, answers: Mapping[str, Given], place: Place) -> Verdict:
    """Whether every theme is complete; otherwise one reason a theme that is not, with what it misses."""
    reasons = []
    for theme in framework.themes:
        verdict = theme_complete(theme, answers, place)
        if not verdict:
            missing = ", ".join(_counts(verdict).values())
            reasons.append(
                Reason(
                    "frameworks.theme_incomplete",
                    f"Thème {theme.number}, {theme.title} : {missing}.",
                    place.theme(f"Compléter le thème {theme.number}", theme.code),
                )
            )
    return Verdict(tuple(reasons))


def theme_progress(theme: Theme, answers: Mapping[str, Given]) -> Progress:
    """How far a theme is."""
    given = [(criterion, answers.get(criterion.code, NOTHING)) for criterion in theme.criteria]
    nowhere = Place(0, 0)
    return Progress(
        rated=sum(answer.rated for _, answer in given),
        complete=sum(bool(criterion_complete(criterion, answer, nowhere)) for criterion, answer in given),
        total=len(given),
    )


def progress(framework: Framework, answers: Mapping[str, Given]) -> Progress:
    """How far an assessment is."""
    themes = [theme_progress(theme, answers) for theme in framework.themes]
    return Progress(sum(t.rated for t in themes), sum(t.complete for t in themes), sum(t.total for t in themes))


def _counts(verdict: Verdict) -> dict[str, str]:
    """What is missing, by sort, in words and in a steady order."""
    counts = Counter(reason.code for reason in verdict.reasons)
    return {code: f"{counts[code]} {words[counts[code] > 1]}" for code, words in _COUNTED.items() if counts[code]}
