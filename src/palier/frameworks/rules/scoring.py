"""The score of an assessment: exact, explained line by line, never a verdict.

Each value is placed between the worst (0) and the best (1) of its scale, whatever its direction; a theme is the mean of its
criteria by their weights, the whole is the mean of the themes by theirs. What is not applicable leaves the mean; what is
not yet rated leaves it too, and the score is then provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction

from palier.frameworks.rules.grid import NOTHING, Criterion, Framework, Given, Scale, Theme

_STORED = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion in a theme's score. ``quality`` is None when it does not count."""

    criterion: Criterion
    given: Given
    quality: Fraction | None

    @property
    def weight(self) -> Fraction:
        """Its weight in the mean."""
        return Fraction(self.criterion.weight)


@dataclass(frozen=True, slots=True)
class ThemeScore:
    """The score of a theme: ``value`` from 0 (worst) to 1 (best), or None while nothing counts."""

    theme: Theme
    value: Fraction | None
    lines: tuple[Line, ...]

    @property
    def counted(self) -> tuple[Line, ...]:
        """The lines that make the mean."""
        return tuple(line for line in self.lines if line.quality is not None)

    @property
    def provisional(self) -> bool:
        """Whether some criterion is not rated yet."""
        return not all(line.given.rated for line in self.lines)

    @property
    def scale(self) -> Scale | None:
        """The scale of the counted criteria, when they share one."""
        scales = {line.criterion.scale for line in self.counted}
        return next(iter(scales)) if len(scales) == 1 else None

    @property
    def on_scale(self) -> Fraction | None:
        """The score as a place on that scale."""
        return self.scale.at(self.value) if self.scale and self.value is not None else None

    @property
    def formula(self) -> str:
        """The mean written out: « (2 × 2 + 3 + 3 + 3) ÷ 5 = 2,6 ». Exact, but for a final « ≈ »."""
        if self.value is None:
            return ""
        if self.scale and self.on_scale is not None:
            return mean_in_words(((Fraction(line.given.value or 0), line.weight) for line in self.counted), self.on_scale)
        return mean_in_words(((line.quality or Fraction(0), line.weight) for line in self.counted), self.value)


@dataclass(frozen=True, slots=True)
class Score:
    """The score of an assessment: ``value`` from 0 (worst) to 1 (best), or None while nothing counts."""

    value: Fraction | None
    themes: tuple[ThemeScore, ...]
    scale: Scale | None

    @property
    def severity(self) -> Fraction | None:
        """The same, from the other end: 0 nothing to report, 1 the worst everywhere."""
        return None if self.value is None else 1 - self.value

    @property
    def provisional(self) -> bool:
        """Whether some criterion is not rated yet."""
        return any(theme.provisional for theme in self.themes)

    @property
    def on_scale(self) -> Fraction | None:
        """The score as a place on the grid's scale, when it has only one."""
        return self.scale.at(self.value) if self.scale and self.value is not None else None

    @property
    def formula(self) -> str:
        """The mean of the themes written out."""
        if self.value is None:
            return ""
        counted = [theme for theme in self.themes if theme.value is not None]
        scale = self.scale
        place = scale.at if scale else (lambda quality: quality)
        return mean_in_words(
            ((place(theme.value or Fraction(0)), Fraction(theme.theme.weight)) for theme in counted), place(self.value)
        )

    @property
    def stored(self) -> Decimal | None:
        """The value as the database keeps it: six decimals, ties to even."""
        return None if self.value is None else rounded(self.value)


def theme_score(theme: Theme, answers: Mapping[str, Given]) -> ThemeScore:
    """The score of one theme from what is given for its criteria."""
    lines = []
    for criterion in theme.criteria:
        given = answers.get(criterion.code, NOTHING)
        counts = given.value is not None and not given.not_applicable
        lines.append(
            Line(criterion, given, criterion.scale.quality(given.value) if counts and given.value is not None else None)
        )
    return ThemeScore(theme, _mean((line.quality, line.weight) for line in lines), tuple(lines))


def score(framework: Framework, answers: Mapping[str, Given]) -> Score:
    """The score of an assessment from what is given for each criterion, by code."""
    themes = tuple(theme_score(theme, answers) for theme in framework.themes)
    return Score(_mean((theme.value, Fraction(theme.theme.weight)) for theme in themes), themes, framework.scale)


def rounded(value: Fraction) -> Decimal:
    """Six decimals, ties to even: one spelling for one fraction."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(_STORED, ROUND_HALF_EVEN)


def mean_in_words(terms: Iterable[tuple[Fraction, Fraction]], result: Fraction) -> str:
    """A weighted mean as one writes it, values before weights, weights of 1 left out."""
    pairs = list(terms)
    total = sum((weight for _, weight in pairs), Fraction(0))
    written = " + ".join(_exact(value) if weight == 1 else f"{_exact(value)} × {_exact(weight)}" for value, weight in pairs)
    if len(pairs) > 1:
        written = f"({written})"
    sign = "=" if _is_short(result) else "≈"
    return f"{written} ÷ {_exact(total)} {sign} {in_words(result)}"


def in_words(value: Fraction, digits: int = 2) -> str:
    """A number in French, at most ``digits`` decimals: « 2,6 »."""
    decimal = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    text = f"{decimal:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def _exact(value: Fraction) -> str:
    return in_words(value) if _is_short(value) else f"{value.numerator}/{value.denominator}"


def _is_short(value: Fraction) -> bool:
    return (value * 100).denominator == 1


def _mean(terms: Iterable[tuple[Fraction | None, Fraction]]) -> Fraction | None:
    counted = [(value, weight) for value, weight in terms if value is not None]
    if not counted:
        return None
    return sum((value * weight for value, weight in counted), Fraction(0)) / sum((weight for _, weight in counted), Fraction(0))
