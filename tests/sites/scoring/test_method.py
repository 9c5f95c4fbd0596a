"""The method is dated data: each indicator of the registry has its place, a version is found again by its name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from palier.sites.scoring.classes import assign
from palier.sites.scoring.composite import composite
from palier.sites.scoring.method import in_force, read, versions
from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.vocabulary import Direction


def test_the_shipped_method_weighs_every_indicator_of_the_registry_in_its_own_direction_and_family() -> None:
    method = in_force(date(2026, 3, 10))
    assert sorted(method.keys) == sorted(INDICATORS)
    for one in method.weighings:
        indicator = INDICATORS[one.key]
        assert one.family == indicator.family.value
        assert one.worse_when_high == (indicator.direction is Direction.MORE_IS_WORSE), one.key


def test_a_version_is_found_again_by_its_name_and_the_latest_one_is_in_force(tmp_path: Path) -> None:
    shipped = next(iter(versions()))
    text = (Path(read.__code__.co_filename).parents[1] / "methods" / f"{shipped}.yaml").read_text(encoding="utf-8")
    for since in ("2026-01-01", "2027-05-01"):
        (tmp_path / f"sober-{since}.yaml").write_text(text.replace("since: 2026-01-01", f"since: {since}"), encoding="utf-8")
    assert in_force(date(2025, 1, 1), tmp_path).version == "sober-2026-01-01"
    assert in_force(date(2027, 4, 30), tmp_path).version == "sober-2026-01-01"
    assert in_force(date(2027, 5, 1), tmp_path).version == "sober-2027-05-01"
    assert list(versions(tmp_path)) == ["sober-2026-01-01", "sober-2027-05-01"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("vacancy: {family: x, weight: 1, levels: [0, 6, 3, 12], q: 0, p: 1}", "vacancy: four levels"),
        ("vacancy: {family: x, weight: 0, levels: [0, 3, 6, 12], q: 0, p: 1}", "vacancy: a weight"),
        ("vacancy: {family: x, weight: 1, levels: [0, 3, 6, 12], q: 2, p: 1}", "vacancy: q, p and v"),
    ],
)
def test_a_method_that_does_not_hold_together_is_refused_with_its_indicator(tmp_path: Path, wrong: str, said: str) -> None:
    head = "title: T\ncode: t\nsince: 2026-01-01\nnormalisation: min_max\naggregation: arithmetic\nscale: 10\ncut: 0.7\ncoverage: 0\n"
    path = tmp_path / "t-2026-01-01.yaml"
    path.write_text(f"{head}indicators:\n  {wrong}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=said):
        read(path)


def test_nothing_to_report_is_no_point_and_the_worst_is_all_of_them() -> None:
    method = in_force(date(2026, 3, 10))
    values = np.array([[one.ordinary for one in method.weighings], [one.profiles[-1] for one in method.weighings]])
    assert composite(values, method.criteria, method.method).scores.tolist() == pytest.approx([0, 10])


def test_the_context_alone_never_makes_a_situation() -> None:
    method = in_force(date(2026, 3, 10))
    context = {"setting", "open_data"}
    values = np.array([[(one.profiles[-1] if one.family in context else one.ordinary) for one in method.weighings]])
    found = assign(values, method.thresholds)
    assert (found.pessimistic[0], found.optimistic[0]) == (0, 0)


def test_halls_held_all_year_are_never_called_no_difficulty_by_the_cautious_reading() -> None:
    method = in_force(date(2026, 3, 10))
    values = np.array([[60.0 if one.key == "occupations" else one.ordinary for one in method.weighings]])
    found = assign(values, method.thresholds)
    assert found.pessimistic[0] >= 2
    assert found.optimistic[0] == 0


def test_taking_figures_away_never_clears_a_residence() -> None:
    method = in_force(date(2026, 3, 10))
    bad = {
        "satisfied": 10,
        "satisfied_tranquillity": 10,
        "satisfied_cleanliness": 10,
        "vacancy": 20,
        "arrears": 50,
        "psp_class": 5,
    }
    bad |= {"turnover": 30, "refused_offers": 90}
    known = np.array([[bad.get(one.key, one.ordinary) for one in method.weighings]])
    hidden = np.where([one.key in bad for one in method.weighings], np.nan, known)
    seen, unseen = assign(known, method.thresholds), assign(hidden, method.thresholds)
    assert seen.pessimistic[0] == unseen.pessimistic[0] == 3
    assert seen.gap[0] <= unseen.gap[0]


def test_what_hardly_counts_may_be_missing_without_a_doubt() -> None:
    method = in_force(date(2026, 3, 10))
    values = np.array([[np.nan if one.family == "open_data" else one.ordinary for one in method.weighings]])
    found = assign(values, method.thresholds)
    assert (found.pessimistic[0], found.optimistic[0]) == (0, 0)
