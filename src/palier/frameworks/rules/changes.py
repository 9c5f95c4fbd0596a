"""What changed between two versions of a grid, criterion by criterion, and what an answer becomes when it is carried over."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from palier.documents.rules import KINDS
from palier.frameworks.rules.grid import Criterion, Framework
from palier.frameworks.rules.scoring import in_words


class Sort(StrEnum):
    """How a criterion stands in the new version, the most serious change first."""

    ADDED = "added"
    REMOVED = "removed"
    MERGED = "merged"
    RESCALED = "rescaled"
    REWORDED = "reworded"
    ADJUSTED = "adjusted"
    SAME = "same"

    @property
    def label(self) -> str:
        """In French."""
        return _LABELS[self]

    @property
    def fate(self) -> str:
        """What becomes of the answer when an assessment is carried over."""
        return _FATES[self]

    @property
    def keeps_rating(self) -> bool:
        """Whether the rating is carried over."""
        return self in {Sort.SAME, Sort.ADJUSTED, Sort.REWORDED}


_LABELS = {
    Sort.ADDED: "Nouveau",
    Sort.REMOVED: "Supprimé",
    Sort.MERGED: "Critères réunis",
    Sort.RESCALED: "Échelle changée",
    Sort.REWORDED: "Libellé modifié",
    Sort.ADJUSTED: "Règles ajustées",
    Sort.SAME: "Identique",
}
_FATES = {
    Sort.ADDED: "À noter.",
    Sort.REMOVED: "La réponse reste dans l’ancienne évaluation.",
    Sort.MERGED: "Les justifications et les preuves sont réunies ; la note est à refaire.",
    Sort.RESCALED: "La justification et les preuves sont reprises ; la note est à refaire.",
    Sort.REWORDED: "La réponse est reprise ; relisez-la.",
    Sort.ADJUSTED: "La réponse est reprise ; vérifiez ce qui est demandé.",
    Sort.SAME: "La réponse est reprise.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion in both versions (or in one of them), and what differs, in French sentences.

    ``old`` holds what it was: nothing, one criterion, or the several that it replaces.
    """

    sort: Sort
    code: str
    old: tuple[Criterion, ...]
    new: Criterion | None
    details: tuple[str, ...] = ()

    @property
    def criterion(self) -> Criterion:
        """The criterion as it stands now, or as it last stood."""
        return self.new or self.old[0]

    @property
    def before(self) -> str:
        """What the criterion said: title, what is expected, guidance."""
        return " ".join(map(_words, self.old))

    @property
    def after(self) -> str:
        """What it now says."""
        return _words(self.new) if self.new else ""


def _words(criterion: Criterion) -> str:
    return " ".join(filter(None, (f"{criterion.title}.", criterion.expected, criterion.guidance)))


def compare(old: Framework, new: Framework) -> tuple[Change, ...]:
    """Every criterion of the new version in its order, then those that are gone."""
    changes = [_change(former(old, criterion), criterion) for criterion in new.criteria.values()]
    kept = {criterion.code for change in changes for criterion in change.old}
    gone = [Change(Sort.REMOVED, code, (criterion,), None) for code, criterion in old.criteria.items() if code not in kept]
    return (*changes, *gone)


def former(old: Framework, criterion: Criterion) -> tuple[Criterion, ...]:
    """What a criterion was in an earlier version: itself, and those that it replaces."""
    codes = dict.fromkeys((criterion.code, *criterion.replaces))
    return tuple(old.criteria[code] for code in codes if code in old.criteria)


def _change(olds: tuple[Criterion, ...], new: Criterion) -> Change:
    if not olds:
        return Change(Sort.ADDED, new.code, (), new)
    if len(olds) > 1:
        names = ", ".join(f"{c.number} « {c.title} »" for c in olds)
        return Change(Sort.MERGED, new.code, olds, new, (f"Réunit {names}.",))
    [old] = olds
    worded = tuple(
        f"{name} : le texte change."
        for name, before, after in (
            ("Intitulé", old.title, new.title),
            ("Attendu", old.expected, new.expected),
            ("Guide", old.guidance, new.guidance),
            ("Sens des niveaux", _meanings(old), _meanings(new)),
        )
        if before != after
    )
    details = (*_scale(old, new), *worded, *_settings(old, new))
    if _steps(old) != _steps(new):
        return Change(Sort.RESCALED, new.code, olds, new, details)
    if worded:
        return Change(Sort.REWORDED, new.code, olds, new, details)
    return Change(Sort.ADJUSTED if details else Sort.SAME, new.code, olds, new, details)


def _steps(criterion: Criterion) -> tuple[object, ...]:
    scale = criterion.scale
    return scale.direction, tuple((level.value, level.label) for level in scale.levels)


def _meanings(criterion: Criterion) -> str:
    return "\n".join(level.meaning for level in criterion.scale.levels)


def _scale(old: Criterion, new: Criterion) -> tuple[str, ...]:
    if _steps(old) == _steps(new):
        return ()

    def said(criterion: Criterion) -> str:
        steps = ", ".join(f"{level.value} {level.label.lower()}" for level in criterion.scale.levels)
        return f"{steps} ({criterion.scale.direction.label})"

    return (f"Échelle : {said(old)} devient {said(new)}.",)


def _settings(old: Criterion, new: Criterion) -> tuple[str, ...]:
    """What the grid asks for, besides its words and its scale."""

    def kinds(criterion: Criterion) -> str:
        return ", ".join(KINDS[kind].label.lower() for kind in criterion.evidence) or "aucune"

    pairs = (
        ("Poids", *(in_words(Fraction(c.weight)) for c in (old, new))),
        ("Preuves attendues", kinds(old), kinds(new)),
        ("Preuve", old.evidence_rule.label, new.evidence_rule.label),
        ("Justification", old.justification.label, new.justification.label),
        ("« Sans objet »", *("possible" if c.na_allowed else "impossible" for c in (old, new))),
        ("Forme", *(c.form.label if c.form else "aucune" for c in (old, new))),
    )
    return tuple(f"{name} : {before} devient {after}." for name, before, after in pairs if before != after)
