"""What a grid is made of: themes, criteria, scales with their direction, what each criterion asks for.

A grid is data: it is kept as a plain JSON body (``FrameworkVersion.body``), which ``build`` turns into these objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any


class Direction(StrEnum):
    """Which end of a scale is the best; stored, never guessed."""

    HIGHER = "higher_is_better"
    LOWER = "lower_is_better"

    @property
    def label(self) -> str:
        """In French."""
        return {"higher_is_better": "la plus haute est la meilleure", "lower_is_better": "la plus basse est la meilleure"}[self]


class Justification(StrEnum):
    """When a rating needs words."""

    ALWAYS = "always"
    WEAK = "weak"
    NEVER = "never"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "always": "justification demandée",
            "weak": "justification demandée quand la note est dans la moitié faible de l’échelle",
            "never": "justification libre",
        }[self]


class EvidenceRule(StrEnum):
    """What must be attached: nothing, one piece of any expected type, or one of each."""

    NONE = "none"
    ONE = "one"
    ALL = "all"

    @property
    def label(self) -> str:
        """In French."""
        return {"none": "preuve utile, non exigée", "one": "une preuve exigée", "all": "une preuve de chaque type exigée"}[self]


class Form(StrEnum):
    """The four forms of a charter's commitment."""

    MEANS = "means"
    RESULT = "result"
    SATISFACTION = "satisfaction"
    INTENTION = "intention"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "means": "engagement de moyens",
            "result": "engagement de résultat",
            "satisfaction": "engagement de satisfaction",
            "intention": "déclaration d’intention",
        }[self]


@dataclass(frozen=True, slots=True)
class Level:
    """One step of a scale."""

    value: int
    label: str
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Scale:
    """The steps one may choose from, lowest value first."""

    code: str
    direction: Direction
    levels: tuple[Level, ...]

    @property
    def best(self) -> int:
        """The value of the best step."""
        return self.levels[-1 if self.direction is Direction.HIGHER else 0].value

    @property
    def worst(self) -> int:
        """The value of the worst step."""
        return self.levels[0 if self.direction is Direction.HIGHER else -1].value

    @property
    def descending(self) -> bool:
        """Whether the best step is the lowest value."""
        return self.direction is Direction.LOWER

    def level(self, value: int) -> Level | None:
        """The step with this value, if there is one."""
        return next((level for level in self.levels if level.value == value), None)

    def quality(self, value: int) -> Fraction:
        """Where a value stands between the worst (0) and the best (1), whatever the direction."""
        return Fraction(value - self.worst, self.best - self.worst)

    def at(self, quality: Fraction) -> Fraction:
        """The place on the scale of a quality: the inverse of ``quality``."""
        return self.worst + quality * (self.best - self.worst)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a grid. ``number`` is its place (« 4.1 »); ``code`` is what answers are kept under, across versions.

    ``replaces`` names the criteria of earlier versions whose answers it takes over: one that was renamed, several that were
    merged.
    """

    code: str
    number: str
    title: str
    expected: str
    guidance: str
    weight: Decimal
    scale: Scale
    evidence: tuple[str, ...]
    evidence_rule: EvidenceRule
    na_allowed: bool
    justification: Justification
    form: Form | None
    replaces: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of criteria, rated on one page."""

    code: str
    number: int
    title: str
    introduction: str
    weight: Decimal
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Framework:
    """A version of a grid. ``notice`` says where it comes from and who may change it; it is shown wherever the grid is."""

    code: str
    title: str
    purpose: str
    notice: str
    scales: Mapping[str, Scale]
    themes: tuple[Theme, ...]
    criteria: Mapping[str, Criterion]

    @property
    def scale(self) -> Scale | None:
        """The scale of every criterion, when there is only one."""
        return next(iter(self.scales.values())) if len(self.scales) == 1 else None

    def theme(self, code: str) -> Theme | None:
        """The theme with this code, if there is one."""
        return next((theme for theme in self.themes if theme.code == code), None)

    def theme_of(self, criterion: str) -> Theme:
        """The theme a criterion stands in. Raises StopIteration for a code of another grid."""
        return next(theme for theme in self.themes if any(c.code == criterion for c in theme.criteria))


@dataclass(frozen=True, slots=True)
class Given:
    """What an assessment says of one criterion, reduced to what scores and completeness need."""

    value: int | None = None
    not_applicable: bool = False
    justified: bool = False
    kinds: frozenset[str] = field(default_factory=frozenset)

    @property
    def rated(self) -> bool:
        """Whether a step or « sans objet » was chosen."""
        return self.value is not None or self.not_applicable


NOTHING = Given()


def build(body: Mapping[str, Any]) -> Framework:
    """The objects of a grid from its stored body, which ``reading.read`` has checked."""
    scales = {
        code: Scale(
            code,
            Direction(scale["direction"]),
            tuple(Level(level["value"], level["label"], level["meaning"]) for level in scale["levels"]),
        )
        for code, scale in body["scales"].items()
    }
    themes = tuple(_theme(number, theme, scales) for number, theme in enumerate(body["themes"], 1))
    return Framework(
        code=body["code"],
        title=body["title"],
        purpose=body["purpose"],
        notice=body["notice"],
        scales=scales,
        themes=themes,
        criteria={criterion.code: criterion for theme in themes for criterion in theme.criteria},
    )


def _theme(number: int, theme: Mapping[str, Any], scales: Mapping[str, Scale]) -> Theme:
    criteria = tuple(
        Criterion(
            code=c["code"],
            number=f"{number}.{place}",
            title=c["title"],
            expected=c["expected"],
            guidance=c["guidance"],
            weight=Decimal(c["weight"]),
            scale=scales[c["scale"]],
            evidence=tuple(c["evidence"]),
            evidence_rule=EvidenceRule(c["evidence_rule"]),
            na_allowed=c["na_allowed"],
            justification=Justification(c["justification"]),
            form=Form(c["form"]) if c["form"] else None,
            replaces=tuple(c.get("replaces", ())),
        )
        for place, c in enumerate(theme["criteria"], 1)
    )
    return Theme(theme["code"], number, theme["title"], theme["introduction"], Decimal(theme["weight"]), criteria)
