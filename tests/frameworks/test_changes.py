"""What changed between two versions is told criterion by criterion."""

from __future__ import annotations

import pytest

from palier.frameworks.rules.changes import Sort, compare
from tests.frameworks.samples import SMALL, grid


@pytest.mark.parametrize(
    ("old", "new", "code", "sort", "detail"),
    [
        ("title: Guichet", "title: Accueil physique", "desk", Sort.REWORDED, "Intitulé : le texte change."),
        ("title: Guichet,", "title: Guichet, expected: Ouvert,", "desk", Sort.REWORDED, "Attendu : le texte change."),
        ("weight: 2, evidence", "weight: 3, evidence", "control", Sort.ADJUSTED, "Poids : 2 devient 3."),
        (
            "evidence_rule: one",
            "evidence_rule: all",
            "control",
            Sort.ADJUSTED,
            "Preuve : une preuve exigée devient une preuve de chaque type exigée.",
        ),
        ("na_allowed: false", "na_allowed: true", "phone", Sort.ADJUSTED, "« Sans objet » : impossible devient possible."),
        ("label: Solide", "label: Excellent", "desk", Sort.RESCALED, "Échelle : 1 faible"),
        ("higher_is_better", "lower_is_better", "desk", Sort.RESCALED, "la plus basse est la meilleure"),
    ],
)
def test_a_change_is_sorted_and_told(old: str, new: str, code: str, sort: Sort, detail: str) -> None:
    assert old in SMALL
    found = {c.code: c for c in compare(grid(), grid(SMALL.replace(old, new, 1)))}
    assert found[code].sort is sort
    assert any(detail in d for d in found[code].details)


def test_what_comes_and_goes_is_told_and_what_goes_comes_last() -> None:
    new = SMALL.replace("{code: sharing, title: Partage", "{code: display, title: Affichage")
    found = compare(grid(), grid(new))
    assert [(c.code, c.sort) for c in found] == [
        ("control", Sort.SAME),
        ("display", Sort.ADDED),
        ("waste", Sort.SAME),
        ("phone", Sort.SAME),
        ("desk", Sort.SAME),
        ("sharing", Sort.REMOVED),
    ]
    assert found[-1].criterion.title == "Partage"


def test_a_renamed_criterion_is_the_same_and_merged_ones_are_one() -> None:
    renamed = SMALL.replace("{code: sharing, title: Partage", "{code: display, replaces: [sharing], title: Affichage")
    found = {c.code: c for c in compare(grid(), grid(renamed))}
    assert "sharing" not in found
    assert found["display"].sort is Sort.REWORDED
    assert found["display"].before.startswith("Partage")
    merged = SMALL.replace("      - {code: sharing, title: Partage, justification: always}\n", "").replace(
        "{code: waste,", "{code: waste, replaces: [sharing, unknown],"
    )
    found = {c.code: c for c in compare(grid(), grid(merged))}
    assert (found["waste"].sort, [c.code for c in found["waste"].old]) == (Sort.MERGED, ["waste", "sharing"])
    assert found["waste"].details == ("Réunit 1.3 « Encombrants », 1.2 « Partage ».",)
    assert not any(c.sort is Sort.REMOVED for c in found.values())


def test_only_what_still_means_the_same_keeps_its_rating() -> None:
    assert {s for s in Sort if s.keeps_rating} == {Sort.SAME, Sort.ADJUSTED, Sort.REWORDED}
