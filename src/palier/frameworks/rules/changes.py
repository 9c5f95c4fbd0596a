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
    Sort.RESCALED: "Échelle changée",
    Sort.REWORDED: "Libellé modifié",
    Sort.ADJUSTED: "Règles ajustées",
    Sort.SAME: "Identique",
}
_FATES = {
    Sort.ADDED: "À noter.",
    Sort.REMOVED: "La réponse reste dans l’ancienne évaluation.",
    Sort.RESCALED: "La justification et les preuves sont reprises ; la note est à refaire.",
    Sort.REWORDED: "La réponse est reprise ; relisez-la.",
    Sort.ADJUSTED: "La réponse est reprise ; vérifiez ce qui est demandé.",
    Sort.SAME: "La réponse est reprise.",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One criterion in both versions (or in one of them), and what differs, in French sentences."""

    sort: Sort
    code: str
    old: Criterion | None
    new: Criterion | None
    details: tuple[str, ...] = ()

    @property
    def criterion(self) -> Criterion:
        """The criterion as it stands now, or as it last stood."""
        found = self.new or self.old
        if found is None:
            raise ValueError("a change bears on a criterion")
        return found

    @property
    def before(self) -> str:
        """What the criterion said: title, what is expected, guidance."""
        return _words(self.old)

    @property
    def after(self) -> str:
        """What it now says."""
        return _words(self.new)


def _words(criterion: Criterion | None) -> str:
    return " ".join(filter(None, (f"{criterion.title}.", criterion.expected, criterion.guidance))) if criterion else ""


def compare(old: Framework, new: Framework) -> tuple[Change, ...]:
    """Every criterion of the new version in its order, then those that are gone."""
    changes = [_change(old.criteria.get(code), criterion) for code, criterion in new.criteria.items()]
    gone = [Change(Sort.REMOVED, code, criterion, None) for code, criterion in old.criteria.items() if code not in new.criteria]
    return (*changes, *gone)


def _change(old: Criterion | None, new: Criterion) -> Change:
    if old is None:
        return Change(Sort.ADDED, new.code, None, new)
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
        return Change(Sort.RESCALED, new.code, old, new, details)
    if worded:
        return Change(Sort.REWORDED, new.code, old, new, details)
    return Change(Sort.ADJUSTED if details else Sort.SAME, new.code, old, new, details)


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
