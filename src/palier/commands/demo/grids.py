"""Grids filled as an auditor or a team would: most criteria fair, a few weak, evidence where the grid asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from palier.commands.demo import papers
from palier.commands.demo.matters import JUSTIFICATIONS
from palier.commands.demo.world import Household
from palier.directory.models import Person
from palier.documents.models import Document
from palier.frameworks import queries
from palier.frameworks.models import Answer, Assessment
from palier.frameworks.operations import Entry, fill
from palier.frameworks.rules.grid import Criterion, EvidenceRule


def answer(home: Household, assessment: Assessment, level: float, by: Person, at: datetime, *, sittings: int = 2) -> None:
    """Fill what a grid still lacks in a few sittings; ``level`` is the quality aimed at, 0 the worst and 1 the best."""
    answered = set(Answer.objects.filter(assessment=assessment, revision__gt=0).values_list("criterion", flat=True))
    themes = queries.framework(assessment.version).themes
    for sitting in range(sittings):
        when = at + timedelta(minutes=50 * sitting)
        entries = [
            _entry(home, c, level, when)
            for theme in themes[sitting::sittings]
            for c in theme.criteria
            if c.code not in answered
        ]
        fill(assessment=assessment, entries=entries, by=by, at=when)


def _entry(home: Household, criterion: Criterion, level: float, at: datetime) -> Entry:
    rng = home.rng
    if criterion.na_allowed and rng.random() < 0.04:
        return Entry(criterion.code, not_applicable=True, justification="Sans objet dans ce patrimoine.")
    documents: list[Document] = []
    if criterion.evidence_rule is not EvidenceRule.NONE:
        wanted = criterion.evidence if criterion.evidence_rule is EvidenceRule.ALL else criterion.evidence[:1]
        documents = [papers.held(home, kind, at) for kind in wanted]
    return Entry(
        criterion.code,
        value=_value(criterion, level, rng),
        justification=rng.choice(JUSTIFICATIONS),
        documents=tuple(documents),
    )


def _value(criterion: Criterion, level: float, rng: Random) -> int:
    """The step nearest to a quality drawn around ``level``."""
    drawn = min(max(rng.gauss(level, 0.22), 0), 1)
    return min(criterion.scale.levels, key=lambda step: abs(float(criterion.scale.quality(step.value)) - drawn)).value
