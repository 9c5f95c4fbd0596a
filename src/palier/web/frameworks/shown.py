"""What the pages show of an assessment: its answers gathered once, then laid out by theme and by criterion."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

from django.shortcuts import get_object_or_404

from palier.audits.queries import grid_writable
from palier.directory.models import Landlord
from palier.documents.models import Version
from palier.documents.rules import KINDS, extension_of
from palier.frameworks import queries
from palier.frameworks.models import Answer, AnswerEvidence, Assessment
from palier.frameworks.operations import Theirs
from palier.frameworks.rules import completeness, scoring
from palier.frameworks.rules.answering import still_open
from palier.frameworks.rules.grid import NOTHING, Criterion, EvidenceRule, Framework, Given, Theme
from palier.frameworks.rules.purposes import may_write
from palier.verdict import Verdict
from palier.web.doors import Request


def found(request: Request, landlord: Landlord, pk: int) -> Assessment:
    """An assessment of this file that the person may read. Raises Http404 for any other."""
    one = get_object_or_404(queries.assessments(landlord=landlord, roles=request.roles), pk=pk)
    one.landlord = landlord
    return one


def may_answer(request: Request, assessment: Assessment) -> Verdict:
    """Whether the person may write in this assessment now."""
    return right_to_answer(request, assessment) and still_open(assessment.status)


def right_to_answer(request: Request, assessment: Assessment) -> Verdict:
    """Whether answering is this person's part, open or not; nobody's in the grid of a delivered report."""
    entrusted = assessment.entrusted_to_id == request.user.pk
    return may_write(assessment.version.framework.purpose, request.roles, entrusted=entrusted) and grid_writable(assessment)


def place(assessment: Assessment) -> completeness.Place:
    """Where the remedies of an assessment lead."""
    return completeness.Place(assessment.landlord_id, assessment.pk)


@dataclass(frozen=True, slots=True)
class Attempt:
    """An answer as it was sent and not kept: what is shown again, and over which revision it would be kept."""

    value: int | None
    not_applicable: bool
    justification: str
    revision: int
    theirs: Theirs | None = None


@dataclass(frozen=True, slots=True)
class Both:
    """The two texts of a stale save, and the revision over which one of them would be kept."""

    mine: str
    theirs: str
    who: str
    at: datetime | None
    over: int


@dataclass(frozen=True, slots=True)
class Row:
    """One criterion on its theme's page."""

    criterion: Criterion
    given: Given
    complete: Verdict
    answer: Answer | None = None
    pieces: list[AnswerEvidence] = field(default_factory=list)
    attempt: Attempt | None = None
    carried: bool = False

    @property
    def chosen(self) -> int | str:
        """The step chosen, as the scale's component takes it."""
        said = self.attempt or self.given
        return "na" if said.not_applicable else "" if said.value is None else said.value

    @property
    def justification(self) -> str:
        """The words in the field."""
        return self.attempt.justification if self.attempt else self.answer.justification if self.answer else ""

    @property
    def revision(self) -> int:
        """The revision that the form was read at."""
        return self.attempt.revision if self.attempt else self.answer.revision if self.answer else 0

    @property
    def saved_at(self) -> datetime | None:
        """When the answer was last kept."""
        return self.answer.at if self.answer else None

    @property
    def conflict(self) -> Both | None:
        """Both texts, when somebody else changed the answer meanwhile."""
        if self.attempt is None or self.attempt.theirs is None:
            return None
        theirs = self.attempt.theirs
        mine = whole_text(self.criterion, self.attempt)
        return Both(mine, whole_text(self.criterion, theirs), theirs.who, theirs.at, theirs.revision)

    @property
    def levels(self) -> list[tuple[int, str]]:
        """The steps of the scale."""
        return [(level.value, level.label) for level in self.criterion.scale.levels]

    @property
    def meanings(self) -> list[tuple[str, str]]:
        """The steps that the grid explains, in words."""
        return [(f"{level.value} {level.label}", level.meaning) for level in self.criterion.scale.levels if level.meaning]

    @property
    def rated(self) -> str:
        """The rating in words."""
        return rating_in_words(self.criterion, self.given)

    @property
    def words_needed(self) -> bool:
        """Whether a justification is asked for, with this rating or with the one to come."""
        if self.given.rated:
            return completeness.justification_needed(self.criterion, self.given)
        return self.criterion.justification == "always"

    @property
    def evidence(self) -> list[tuple[AnswerEvidence, Version, str]]:
        """Each piece with its last file and what it is: « PDF, relevé de contrôle »."""
        found = [(piece, piece.document.versions.all()[0]) for piece in self.pieces]
        return [
            (piece, last, f"{extension_of(last.name).upper()}, {KINDS[piece.document.kind].label.lower()}")
            for piece, last in found
        ]

    @property
    def awaited(self) -> list[str]:
        """The types of evidence still expected, in words; « ou » when one of them is enough."""
        missing = completeness.missing_evidence(self.criterion, self.given)
        names = [KINDS[kind].label for kind in missing]
        return [" ou ".join(names)] if names and self.criterion.evidence_rule is EvidenceRule.ONE else names

    @property
    def useful(self) -> str:
        """The types of evidence that would help where none is demanded."""
        if self.criterion.evidence_rule is not EvidenceRule.NONE or self.pieces:
            return ""
        return ", ".join(KINDS[kind].label.lower() for kind in self.criterion.evidence)


def rating_in_words(criterion: Criterion, given: Given | Attempt | Theirs) -> str:
    """« 2 À améliorer », « Sans objet », or « Pas de note »."""
    if given.not_applicable:
        return "Sans objet"
    level = criterion.scale.level(given.value) if given.value is not None else None
    return f"{level.value} {level.label}" if level else "Pas de note"


def whole_text(criterion: Criterion, given: Attempt | Theirs) -> str:
    """A rating and its justification in one text, to be compared with another."""
    return f"{rating_in_words(criterion, given)}. {given.justification}".strip()


@dataclass(frozen=True, slots=True)
class ThemeLine:
    """One theme in the list of themes."""

    theme: Theme
    progress: completeness.Progress
    score: scoring.ThemeScore

    @property
    def on_scale(self) -> str:
        """The score as written, on its scale when it has one."""
        return score_in_words(self.score)


def score_in_words(score: scoring.ThemeScore | scoring.Score) -> str:
    """« 2,6 sur 4 », « 63 % » when scales differ, nothing while nothing counts."""
    if score.value is None:
        return ""
    if score.scale and score.on_scale is not None:
        top = max(score.scale.levels, key=lambda level: level.value).value
        return f"{scoring.in_words(score.on_scale)} sur {top}"
    return f"{scoring.in_words(score.value * 100, 0)} %"


def stored_in_words(assessment: Assessment) -> str:
    """The stored score of an assessment, as lists write it: on the grid's scale when it has only one."""
    if assessment.score is None:
        return ""
    scale = queries.framework(assessment.version).scale
    value = Fraction(assessment.score)
    if scale is None:
        return f"{scoring.in_words(value * 100, 0)} %"
    top = max(level.value for level in scale.levels)
    return f"{scoring.in_words(scale.at(value), 1)} sur {top}"


@dataclass(frozen=True, slots=True)
class Shown:
    """An assessment with its grid and its answers."""

    assessment: Assessment
    framework: Framework
    answers: Mapping[str, Answer]
    pieces: Mapping[str, list[AnswerEvidence]]
    given: Mapping[str, Given]

    def row(self, criterion: Criterion, attempt: Attempt | None = None) -> Row:
        """One criterion."""
        given = self.given.get(criterion.code, NOTHING)
        answer = self.answers.get(criterion.code)
        started = self.assessment.started_at
        return Row(
            criterion=criterion,
            given=given,
            complete=completeness.criterion_complete(criterion, given, place(self.assessment)),
            answer=answer,
            pieces=self.pieces.get(criterion.code, []),
            attempt=attempt,
            carried=bool(self.assessment.carried_from_id and answer and answer.at and answer.at < started),
        )

    def theme_lines(self) -> list[ThemeLine]:
        """Every theme with its progress and its score."""
        return theme_lines(self.framework, self.given)

    @property
    def score(self) -> scoring.Score:
        """The score with every line that makes it."""
        return scoring.score(self.framework, self.given)

    @property
    def complete(self) -> Verdict:
        """Whether it may be finished."""
        return completeness.assessment_complete(self.framework, self.given, place(self.assessment))


def theme_lines(framework: Framework, given: Mapping[str, Given]) -> list[ThemeLine]:
    """Every theme of a grid with its progress and its score."""
    return [
        ThemeLine(theme, completeness.theme_progress(theme, given), scoring.theme_score(theme, given))
        for theme in framework.themes
    ]


def shown(assessment: Assessment) -> Shown:
    """Gather an assessment's answers and evidence. Three SQL queries, plus one the first time its grid is read."""
    answers, pieces = queries.answers(assessment), queries.evidence(assessment)
    given = {
        code: Given(
            answer.value,
            answer.not_applicable,
            bool(answer.justification),
            frozenset(piece.document.kind for piece in pieces.get(code, [])),
        )
        for code, answer in answers.items()
    }
    return Shown(assessment, queries.framework(assessment.version), answers, pieces, given)
