"""A grid is read whole or not at all, and every error names its line."""

from __future__ import annotations

import json
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.frameworks.rules.grid import Direction, Form, build
from palier.frameworks.rules.reading import read
from palier.frameworks.rules.written import as_verdict
from tests.frameworks.samples import SMALL, body, grid


def said(text: str) -> list[tuple[int, str]]:
    _, problems = read(text)
    return [(p.line, p.sentence) for p in problems]


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


def test_where_no_scale_is_sound_none_is_listed() -> None:
    start, end = SMALL.index("scales:"), SMALL.index("themes:")
    without = SMALL[:start].replace("weak", "weak, scale: four") + "scales: {}\n" + SMALL[end:]
    told = " ".join(sentence for _, sentence in said(without))
    assert "Aucune valeur valable n’est définie dans le fichier." in told
    assert "Valeurs prises : ." not in told


def test_a_grid_is_read_with_its_defaults_written_out() -> None:
    control = body()["themes"][0]["criteria"][0]
    assert control == {
        "code": "control",
        "title": "Contrôle",
        "expected": "",
        "guidance": "",
        "weight": "2",
        "scale": "four",
        "evidence": ["procedure", "control_sheet"],
        "evidence_rule": "one",
        "na_allowed": True,
        "justification": "weak",
        "form": None,
    }
    assert json.loads(json.dumps(body())) == body()
    assert [c.number for c in grid().criteria.values()] == ["1.1", "1.2", "1.3", "2.1", "2.2"]


@pytest.mark.parametrize(
    ("old", "new", "line", "sentence"),
    [
        ("title: Petite grille", "tilte: Petite grille", 2, "Vouliez-vous dire « title » ?"),
        ("title: Petite grille\n", "", 1, "il manque la clé « title » de la grille."),
        ("title: Petite grille", "title: ''", 2, "« title » est vide."),
        ("charter_review", "charter_revue", 3, "Vouliez-vous dire « charter_review » ?"),
        ("higher_is_better", "up", 8, "Valeurs prises : higher_is_better, lower_is_better."),
        ("value: 2,", "value: deux,", 11, "un nombre entier de 0 à 100"),
        ("value: 2,", "value: 1,", 11, "de la plus petite valeur à la plus grande"),
        ("weight: 2, evidence", "weight: zéro, evidence", 18, "plus grand que 0"),
        ("weight: 2, evidence", "weight: -1, evidence", 18, "plus grand que 0"),
        ("weight: 2, evidence", "weight: 1e3, evidence", 18, "plus grand que 0"),
        ("evidence: [procedure, control_sheet]", "evidence: [procedures, control_sheet]", 18, "« procedure »"),
        ("evidence: [procedure, control_sheet]", "evidence: [procedure, procedure]", 18, "écrit deux fois"),
        ("evidence: [procedure, control_sheet], ", "", 18, "exige une preuve sans dire de quel type"),
        ("{code: sharing", "{code: control", 19, "déjà celui du critère de la ligne 18"),
        ("{code: desk", "{code: control", 26, "déjà celui du critère de la ligne 18"),
        ("code: welcome", "code: cleaning", 21, "déjà celui du thème de la ligne 15"),
        ("code: small", "code: Petite-Grille", 1, "lettres minuscules"),
        ("na_allowed: false", "na_allowed: non", 25, "Valeurs prises : false, true."),
        ("    weight: 2\n", "    weight: 2\n    weight: 3\n", 24, "écrite deux fois"),
        ("notice: Exemple.", "notice: [a]", 4, "« notice » est un texte"),
        ("defaults: {justification: weak}", "defaults: {scale: five}", 5, "n’est pas une valeur de « scale »"),
        ("{code: desk", "{code: desk, replaces: [control]", 26, "encore un critère de cette grille, ligne 18"),
        ("{code: desk", "{code: desk, replaces: guichet", 26, "« replaces » : on attend une liste"),
        ("{code: desk", "{code: [a, b]", 26, "« code » est un texte"),
        ("code: cleaning", "code: {a: b}", 15, "« code » est un texte"),
        (
            "themes:\n",
            "  two: {direction: lower_is_better, levels: [{value: 0, label: A}, {value: 1, label: B}]}\nthemes:\n",
            14,
            "l’échelle « two » ne sert à aucun critère",
        ),
    ],
)
def test_an_error_names_its_line_in_french(old: str, new: str, line: int, sentence: str) -> None:
    problems = said(changed(old, new))
    assert [n for n, s in problems if sentence in s] == [line], problems


def test_every_error_is_told_at_once_in_the_order_of_the_lines() -> None:
    text = (
        SMALL.replace("title: Petite grille", "titre: x").replace("title: Guichet", "titel: y").replace("value: 3", "value: x")
    )
    verdict = as_verdict(read(text)[1], "frameworks.unreadable")
    lines = [int(reason.detail) for reason in verdict.reasons]
    assert lines == sorted(lines)
    assert {2, 12, 26} <= set(lines)
    assert verdict.reasons[0].sentence.startswith("Ligne 1 : ")


def test_text_that_is_not_yaml_names_its_line() -> None:
    assert said("code: small\ntitle: [a\nb: c\n")[0][0] in {2, 3}
    assert said("code: a\n\ttitle: b") == [(2, "cette ligne commence par une tabulation. Alignez avec des espaces.")]
    assert said("code: a\ntitle: Le hall : propre\n")[0][0] == 2
    assert "entre guillemets" in said("code: a\ntitle: Le hall : propre\n")[0][1]
    assert said("code: a\ntitle: b\0c\n")[0][0] == 2
    assert said("")[0] == (1, "le fichier est vide.")
    assert said("- a\n- b")[0][0] == 1
    assert said("x" * 1_000_001)[0][0] == 1


def test_references_that_multiply_a_text_are_refused() -> None:
    bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"
    assert said(bomb) == [(2, "les renvois YAML (« * ») ne sont pas pris. Répétez le texte.")]


def test_lists_without_end_are_refused_before_they_cost_anything() -> None:
    assert said("[\n" * 50_000)[0] == (
        11,
        "trop de listes sont ici l’une dans l’autre. Vérifiez les crochets et l’alignement.",
    )


def test_words_stay_words() -> None:
    text = changed("title: Guichet", "title: Non").replace("label: Faible", "label: off")
    criterion = grid(text).criteria["desk"]
    assert criterion.title == "Non"
    assert criterion.scale.levels[0].label == "off"


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    found, problems = read(text)
    assert problems or found


@given(st.integers(0, len(SMALL) - 1), st.text(max_size=5))
def test_no_small_change_makes_the_reader_fail(at: int, put: str) -> None:
    text = SMALL[:at] + put + SMALL[at + 1 :]
    found, problems = read(text)
    if not problems:
        build(found)


def test_the_shipped_grids_read_and_never_pass_for_official() -> None:
    folder = resources.files("palier.frameworks").joinpath("grids")
    grids = {f.name: grid(f.read_text()) for f in folder.iterdir() if f.name.endswith(".yaml")}
    assert set(grids) == {
        *("hqs.yaml", "complex_sites.yaml", "charter_review.yaml", "site_diagnosis.yaml"),
        *("residence_sheet.yaml", "cleanliness_round.yaml"),
    }
    for shipped in grids.values():
        assert "rien d’officiel" in shipped.notice
        assert "modifiables par le propriétaire du label" in shipped.notice
    hqs = grids["hqs.yaml"]
    assert len(hqs.themes) == 13
    assert [(level.value, level.label) for level in hqs.scale.levels if hqs.scale] == [
        (1, "Faible"),
        (2, "À améliorer"),
        (3, "Satisfaisant"),
        (4, "Solide"),
    ]
    sites = grids["complex_sites.yaml"]
    assert sites.scale
    assert sites.scale.direction is Direction.LOWER
    assert (sites.scale.best, sites.scale.worst) == (0, 3)
    assert {c.form for c in grids["charter_review.yaml"].criteria.values()} == set(Form)
