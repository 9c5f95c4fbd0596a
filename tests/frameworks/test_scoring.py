"""A score is exact, explained, bounded, and moves the right way."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from palier.frameworks.rules.grid import (
    Criterion,
    Direction,
    EvidenceRule,
    Framework,
    Given,
    Justification,
    Level,
    Scale,
    Theme,
)
from palier.frameworks.rules.scoring import in_words, rounded, score, theme_score
from tests.frameworks.samples import grid


@st.composite
def scales(draw: st.DrawFn) -> Scale:
    values = sorted(draw(st.sets(st.integers(0, 10), min_size=2, max_size=6)))
    return Scale("s", draw(st.sampled_from(Direction)), tuple(Level(v, str(v)) for v in values))


weights = st.decimals("0.1", "10", places=1)


@st.composite
def assessed(draw: st.DrawFn) -> tuple[Framework, dict[str, Given]]:
    """A grid of any scales and weights, and answers: rated, not applicable or missing."""
    themes, answers = [], {}
    for t in range(draw(st.integers(1, 4))):
        criteria = []
        for c in range(draw(st.integers(1, 5))):
            scale = draw(scales())
            code = f"t{t}c{c}"
            criteria.append(
                Criterion(
                    code=code,
                    number=f"{t}.{c}",
                    title=code,
                    expected="",
                    guidance="",
                    weight=draw(weights),
                    scale=scale,
                    evidence=(),
                    evidence_rule=EvidenceRule.NONE,
                    na_allowed=True,
                    justification=Justification.NEVER,
                    form=None,
                )
            )
            value = draw(st.one_of(st.none(), st.just("na"), st.sampled_from([level.value for level in scale.levels])))
            answers[code] = Given(None if value == "na" else value, value == "na")  # type: ignore[arg-type]
        themes.append(Theme(f"t{t}", t, "", "", draw(weights), tuple(criteria)))
    by_code = {c.code: c for theme in themes for c in theme.criteria}
    return Framework("g", "g", "charter_review", "", {"s": next(iter(by_code.values())).scale}, tuple(themes), by_code), answers


@given(assessed())
def test_a_score_is_between_the_worst_and_the_best(case: tuple[Framework, dict[str, Given]]) -> None:
    found = score(*case)
    for part in (found, *found.themes):
        assert part.value is None or 0 <= part.value <= 1
    values = [theme.value for theme in found.themes if theme.value is not None]
    assert found.value is None or min(values) <= found.value <= max(values)
    assert (found.value is None) == (not values)


@given(assessed())
def test_the_extremes_are_reached(case: tuple[Framework, dict[str, Given]]) -> None:
    framework, _ = case
    for end, expected in (("best", 1), ("worst", 0)):
        answers = {code: Given(getattr(c.scale, end)) for code, c in framework.criteria.items()}
        assert score(framework, answers).value == expected


@given(assessed(), st.data())
def test_a_better_rating_never_lowers_the_score(case: tuple[Framework, dict[str, Given]], data: st.DataObject) -> None:
    framework, answers = case
    rated = [code for code, said in answers.items() if said.value is not None]
    if not rated:
        return
    code = data.draw(st.sampled_from(rated))
    scale = framework.criteria[code].scale
    before = score(framework, answers)
    better = data.draw(
        st.sampled_from([v.value for v in scale.levels if scale.quality(v.value) >= scale.quality(answers[code].value or 0)])
    )
    after = score(framework, {**answers, code: Given(better)})
    assert before.value is not None
    assert after.value is not None
    assert after.value >= before.value
    if better != answers[code].value:
        assert after.value > before.value


@given(assessed(), weights)
def test_only_the_proportion_of_weights_counts(case: tuple[Framework, dict[str, Given]], factor: Decimal) -> None:
    framework, answers = case
    themes = tuple(
        replace(t, weight=t.weight * 3, criteria=tuple(replace(c, weight=c.weight * factor) for c in t.criteria))
        for t in framework.themes
    )
    assert score(replace(framework, themes=themes), answers).value == score(framework, answers).value


@given(assessed())
def test_not_applicable_counts_as_if_the_criterion_were_not_there(case: tuple[Framework, dict[str, Given]]) -> None:
    framework, answers = case
    themes = [replace(t, criteria=tuple(c for c in t.criteria if not answers[c.code].not_applicable)) for t in framework.themes]
    without = replace(framework, themes=tuple(t for t in themes if t.criteria))
    assert score(without, answers).value == score(framework, answers).value


@given(assessed())
def test_a_mirrored_scale_gives_the_same_score(case: tuple[Framework, dict[str, Given]]) -> None:
    framework, answers = case

    def mirrored(scale: Scale) -> Scale:
        other = Direction.LOWER if scale.direction is Direction.HIGHER else Direction.HIGHER
        return Scale(scale.code, other, tuple(Level(10 - v.value, v.label) for v in reversed(scale.levels)))

    themes = tuple(
        replace(t, criteria=tuple(replace(c, scale=mirrored(c.scale)) for c in t.criteria)) for t in framework.themes
    )
    turned = {code: replace(said, value=None if said.value is None else 10 - said.value) for code, said in answers.items()}
    assert score(replace(framework, themes=themes), turned).value == score(framework, answers).value


@given(assessed())
def test_a_missing_rating_makes_the_score_provisional(case: tuple[Framework, dict[str, Given]]) -> None:
    framework, answers = case
    assert score(framework, answers).provisional == any(not said.rated for said in answers.values())


@given(assessed())
def test_the_lines_make_the_score(case: tuple[Framework, dict[str, Given]]) -> None:
    for theme in score(*case).themes:
        if theme.value is not None:
            total = sum((line.weight for line in theme.counted), Fraction(0))
            assert theme.value == sum(((line.quality or 0) * line.weight for line in theme.counted), Fraction(0)) / total
            assert theme.formula.endswith(in_words(theme.on_scale if theme.on_scale is not None else theme.value))


def test_the_formula_reads_as_one_writes_it() -> None:
    found = theme_score(grid().themes[0], {"control": Given(2), "sharing": Given(3), "waste": Given(3)})
    assert found.formula == "(2 × 2 + 3 + 3) ÷ 4 = 2,5"
    assert found.on_scale == Fraction(5, 2)


def test_a_mean_that_does_not_fall_right_says_so() -> None:
    found = theme_score(grid().themes[0], {"control": Given(2), "sharing": Given(3)})
    assert found.formula == "(2 × 2 + 3) ÷ 3 ≈ 2,33"


def test_the_whole_is_the_mean_of_the_themes_by_their_weights() -> None:
    found = score(grid(), {"control": Given(4), "phone": Given(1), "desk": Given(None, True)})
    assert found.value == Fraction(1, 3)
    assert found.formula == "(4 + 1 × 2) ÷ 3 = 2"
    assert found.stored == Decimal("0.333333")
    assert found.severity == Fraction(2, 3)


def test_nothing_rated_gives_no_score_rather_than_zero() -> None:
    found = score(grid(), {"desk": Given(None, True)})
    assert found.value is None
    assert found.stored is None
    assert found.severity is None
    assert found.formula == ""


def test_numbers_are_written_in_french() -> None:
    assert in_words(Fraction(13, 5)) == "2,6"
    assert in_words(Fraction(3)) == "3"
    assert rounded(Fraction(2, 3)) == Decimal("0.666667")
