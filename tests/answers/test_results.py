"""Results as they are told: never a figure alone, never a comparison without its circumstances."""

from __future__ import annotations

import io
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from pypdf import PdfReader

from palier.answers import printing
from palier.answers.statistics import files, telling
from palier.answers.statistics.counting import count
from palier.answers.statistics.results import Before, Results
from palier.estimates.shrinkage import Regime
from palier.estimates.waves import Move
from palier.questionnaires.rules.form import Condition, Kind
from tests.answers.waves import BAD, FORM, GOOD, question, wave

NAMES = {number: f"Résidence {number}" for number in range(1, 13)}


SPOKEN = {
    "lead": "120 sur 340 réponses libres vérifiées.",
    "lines": [{"name": "Ascenseur", "note": "", "count": 40, "portion": {"value": 33, "low": 26, "high": 40}, "waiting": 12}],
}


def counted(seed: int, **commitments: float) -> dict[str, Any]:
    return count(FORM, *wave(seed, answers=300), fewest=5, commitments=commitments)


def results(seed: int = 1, **more: Any) -> Results:
    found = counted(seed, cleanliness=0.95)
    groups = {key: one for key, one in found["questions"].items() if "residences" in one}
    return Results(FORM, found, groups, NAMES, {"cleanliness": 0.95}, **more)


def test_a_figure_cannot_be_made_without_what_is_read_with_it() -> None:
    needed = [field.name for field in fields(telling.Figure)][:6]
    assert needed == ["value", "low", "high", "answers", "invited", "regime"]
    with pytest.raises(TypeError):
        telling.Figure(value=70)  # type: ignore[call-arg]


def test_each_theme_has_its_questions_with_whole_figures() -> None:
    one = results()
    assert [title for title, _ in one.themes] == ["Thème overall", "Thème residence", "Thème home"]
    lines = [line for _, lines in one.themes for line in lines]
    assert all(line.figure and line.figure.low <= line.figure.value <= line.figure.high for line in lines)
    assert all(line.figure and 0 < line.figure.rate <= 100 for line in lines)
    assert one.overall is not None
    assert one.overall.key == "overall_satisfaction"
    assert sum(share for _, share in one.distribution("overall_satisfaction")) == pytest.approx(100, abs=2)


def test_a_distribution_is_in_the_order_of_the_questionnaire_whatever_order_it_was_stored_in() -> None:
    one = results()
    assert one.graded
    for key, names in {
        "overall_satisfaction": ["Très satisfait", "Plutôt satisfait", "Plutôt pas satisfait", "Pas du tout satisfait"],
        "overall_mark": [str(mark) for mark in range(11)],
    }.items():
        counts = one.counted["questions"][key]["distribution"]
        told = [(name, round(100 * share)) for name, share in zip(names, counts.values(), strict=True)]
        # As the database keeps an object: the shortest key first.
        one.counted["questions"][key]["distribution"] = dict(sorted(counts.items(), key=lambda item: (len(item[0]), item)))
        assert one.distribution(key) == told


def test_residences_come_from_the_lowest_with_their_regime_and_their_risk() -> None:
    agencies, sides, residences = results().groups_of("cleanliness")
    values = [line.figure.value for line in residences if line.figure]
    assert values == sorted(values)
    assert {line.figure.regime for line in residences if line.figure} <= set(Regime)
    assert all(line.figure and line.figure.risk for line in residences)
    assert [line.name for line in agencies] == sorted(line.name for line in agencies)
    assert all(line.name in telling.SIDES.values() for line in sides)


@pytest.mark.parametrize(
    ("under", "words"),
    [
        (None, ""),
        (0.999, "presque sûr (99 %)"),
        (0.85, "probable (85 %)"),
        (0.5, "incertain (50 %)"),
        (0.1, "peu probable (10 %)"),
        (0.0, "presque exclu (1 %)"),
    ],
)
def test_a_risk_is_said_in_words_and_is_never_nil(under: float | None, words: str) -> None:
    assert telling.Figure(70, 60, 80, 10, 20, Regime.MODELLED, 70, under).risk == words


def test_waves_are_compared_only_once_the_circumstances_are_noted() -> None:
    before = Before("Enquête 2023", counted(2), same_version=False)
    silent, noted = results(before=before), results(before=before, note="Le gardien de trois résidences a changé.")
    assert silent.overall is not None
    assert noted.overall is not None
    assert silent.overall.change is None
    assert noted.overall.change is not None
    assert noted.overall.change.move in set(Move)
    said = noted.change_of(noted.overall)
    assert "depuis « Enquête 2023 »" in said
    assert said.endswith(noted.overall.change.move.label)
    assert any("version" in fact for fact in noted.facts_of_context)


def test_what_changed_by_itself_is_told() -> None:
    now, past = counted(1), counted(2)
    facts = telling.context_facts(now | {"modes": {"web": 10}}, past | {"modes": {"phone": 10}}, same_version=True)
    assert facts[0].startswith("Les réponses venaient par téléphone 100 % ; elles viennent en ligne 100 %.")


def test_a_mode_that_was_not_kept_is_neither_in_the_mix_nor_compared() -> None:
    assert telling.mode_mix({"web": 30, "phone": 10, "other": 12}) == (
        "en ligne 75 %, par téléphone 25 % ; moyen de réponse non gardé pour 12 réponses sur 52"
    )
    assert telling.mode_mix({"web": 23, "other": 77}) == "moyen de réponse non gardé pour 77 réponses sur 100"
    now = counted(1)
    same = telling.context_facts(now | {"modes": {"web": 40, "other": 12}}, now | {"modes": {"web": 40}}, same_version=True)
    assert same == []
    close = telling.context_facts(
        now | {"modes": {"web": 51, "phone": 49}}, now | {"modes": {"web": 52, "phone": 48}}, same_version=True
    )
    assert close == []
    few = telling.context_facts(now | {"modes": {"web": 23, "other": 77}}, now | {"modes": {"web": 40}}, same_version=True)
    assert few == ["Le moyen de réponse de la plupart des réponses n’a pas été gardé : il n’est pas comparé."]


def test_the_note_of_method_is_written_from_the_counts() -> None:
    note = telling.method_note(counted(1), drawn="tous les locataires", opened="2 mars 2026", closed="30 mars 2026")
    said = " ".join(sentence for _, sentences in note for sentence in sentences)
    assert "300 réponses, soit " in said
    assert "par agence et par quartier prioritaire (calage sur marges" in said
    assert "Aucun chiffre ne porte sur moins de 5 réponses" in said
    plain = counted(1)
    labels = {line["label"] for line in telling.margins(plain)}
    assert set(telling.SIDES.values()) < labels
    assert not labels & {"inside", "outside", ""}
    plain["method"] = {"weighted": False, "refused": ["Parce que.", "Personne dans « outside »."], "margins": []}
    said = " ".join(
        sentence for _, sentences in telling.method_note(plain, drawn="", opened="", closed="") for sentence in sentences
    )
    assert "ne sont pas redressées" in said
    assert "Parce que." in said
    assert "Personne dans « Hors quartier prioritaire »." in said


def test_priorities_weigh_themes_beside_their_satisfaction() -> None:
    found = results().priorities
    assert {one.name for one in found} == {"Thème residence", "Thème home"}
    assert sum(one.weight for one in found) == pytest.approx(100, abs=1)
    assert all(one.first == one.verdict.startswith("À traiter d’abord") for one in found)


def test_the_open_file_has_a_row_a_figure_and_a_word_for_each_column() -> None:
    one = results()
    rows = list(files.rows_of_file(one))
    assert {name for name, _ in files.DICTIONARY} == {*files.FILE_HEADER, *files.ANSWERS_HEADER}
    assert all(len(row) == len(files.FILE_HEADER) for row in rows)
    assert {row[10] for row in rows} <= {regime.label for regime in Regime}
    assert {row[2] for row in rows} == {"ensemble", "agence", "résidence"}
    assert all(row[7] >= 5 for row in rows)


def test_every_question_has_its_answers_before_its_mean() -> None:
    one = results()
    found = {question.key: question for _, questions in one.answered for question in questions}
    assert set(found) == {q.key for q in FORM.questions if q.kind is not Kind.TEXT}
    marks = found["overall_mark"]
    assert [part.name for part in marks.parts] == [str(mark) for mark in range(11)]
    assert marks.mean is not None
    assert marks.mean.low < marks.mean.value < marks.mean.high
    assert marks.mean.high - marks.mean.low < 1.5
    asked = found["asked"]
    assert [part.name for part in asked.parts] == ["Gaz", "Eau"]
    assert asked.parts[0].value == asked.parts[0].high == 100
    assert asked.remark == "plusieurs réponses possibles"
    assert dict(found["lift"].escaped).keys() == {"Je ne suis pas concerné ou concernée"}
    rows = list(files.rows_of_answers(one))
    assert all(len(row) == len(files.ANSWERS_HEADER) for row in rows)
    assert {row[2] for row in rows} == {"part en %", "moyenne", "nombre"}


def test_too_few_answers_to_a_question_are_not_shown() -> None:
    one = results()
    one.counted["questions"]["asked"] = {"answers": None, "hidden": True}
    (asked,) = [question for _, questions in one.answered for question in questions if question.key == "asked"]
    assert (asked.answers, asked.parts) == (None, ())
    assert not [row for row in files.rows_of_answers(one) if row[0] == "asked"]


def test_everybody_reads_a_bound_where_nearly_all_answered_the_same() -> None:
    one = replace(results(), public=True)
    counts = one.counted["questions"]["heating"] | {"answers": 40}
    for spread, told in {
        (0.95, 0.05, 0.0, 0.0): [(90, "ou plus"), (10, "ou moins"), (10, "ou moins"), (10, "ou moins")],
        (0.6, 0.35, 0.05, 0.0): [(60, ""), (35, ""), (5, ""), (0, "")],
        # Rounded to 90 %, and not « 90 ou plus ».
        (0.896, 0.104, 0.0, 0.0): [(90, ""), (10, ""), (0, ""), (0, "")],
    }.items():
        one = replace(
            one,
            counted=one.counted
            | {"questions": {"heating": counts | {"distribution": dict(zip((*GOOD, *BAD), spread, strict=True))}}},
        )
        ((_, (heating,)),) = one.answered
        assert [(part.value, part.bound) for part in heating.parts] == told


@pytest.mark.parametrize(
    ("satisfied", "verdicts"),
    [
        (
            (0.741, 0.739),
            [
                "À égalité : pèse plus que les autres, satisfait autant.",
                "À égalité : pèse moins que les autres, satisfait autant.",
            ],
        ),
        (
            (0.55, 0.75),
            [
                "À traiter d’abord : pèse plus que les autres, satisfait moins.",
                "Acquis : pèse moins que les autres, satisfait plus.",
            ],
        ),
        (
            (0.75, 0.55),
            [
                "À préserver : pèse plus que les autres, satisfait plus.",
                "À suivre : pèse moins que les autres, satisfait moins.",
            ],
        ),
    ],
)
def test_themes_are_told_apart_only_beyond_chance(satisfied: tuple[float, float], verdicts: list[str]) -> None:
    themes = [
        {"theme": code, "share": share, "satisfied": good}
        for code, share, good in zip(("residence", "home"), (0.6, 0.4), satisfied, strict=True)
    ]
    found = telling.priorities(FORM, {"importance": {"answers": 400, "explained": 0.5, "themes": themes}})
    assert [one.verdict for one in found] == verdicts
    assert [one.first for one in found] == [verdict.startswith("À traiter") for verdict in verdicts]
    themes[0]["share"] = themes[1]["share"] = 0.5
    assert all(
        "pèse autant" in one.verdict for one in telling.priorities(FORM, {"importance": {"answers": 400, "themes": themes}})
    )


def row_of(satisfied: int, answers: int, regime: str = "modelled") -> dict[str, Any]:
    """A residence as it is counted."""
    return {
        "residences": [1],
        "agency": "Nord",
        "value": 0.88 if regime == "modelled" else satisfied / answers,
        "low": 0.7,
        "high": 0.97,
        "satisfied": satisfied,
        "answers": answers,
        "invited": 40,
        "regime": regime,
    }


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (row_of(12, 12), (90, 90, 100, "ou plus", Regime.MEASURED)),
        (row_of(11, 12), (90, 90, 100, "ou plus", Regime.MEASURED)),
        (row_of(0, 30, "grouped"), (10, 0, 10, "ou moins", Regime.GROUPED)),
        (row_of(10, 12), (88, 70, 97, "", Regime.MODELLED)),
        (row_of(200, 200, "measured"), (99, 99, 100, "ou plus", Regime.MEASURED)),
        (row_of(190, 200, "measured"), (95, 70, 97, "", Regime.MEASURED)),
    ],
)
def test_no_group_where_all_say_the_same_is_told_bare_to_everybody(row: dict[str, Any], told: tuple[Any, ...]) -> None:
    (line,) = telling.residence_lines([row], NAMES, None, public=True)
    one = line.figure
    assert one is not None
    assert (one.value, one.low, one.high, one.bound, one.regime) == told
    (inside,) = telling.residence_lines([row], NAMES, None)
    assert inside.figure is not None
    assert not inside.figure.bound


def test_a_question_put_to_some_has_no_response_rate_and_is_not_told_to_tenants_first() -> None:
    asked = replace(FORM.questions[2], when=(Condition("lift", frozenset({"very"})),))
    place = FORM.themes[1]
    form = replace(FORM, themes=(FORM.themes[0], replace(place, questions=(asked, place.questions[1])), FORM.themes[2]))
    one = replace(results(), form=form)
    line = next(line for _, lines in one.themes for line in lines if line.key == "cleanliness")
    assert line.figure is not None
    assert (line.figure.invited, line.figure.rate) == (0, None)
    assert line.note == "posée à une partie des locataires"
    assert all(group.figure and group.figure.rate is None for lines in one.groups_of("cleanliness") for group in lines)
    assert {row[8] for row in files.rows_of_file(one) if row[0] == "cleanliness"} == {None}
    # Half of those who answered have no lift.
    common = {line.key for line in one.common}
    assert "cleanliness" not in common
    assert "overall_satisfaction" not in common
    assert {"overall_mark", "heating"} <= common


def test_what_counts_as_good_is_said_where_it_is_not_satisfaction() -> None:
    trend = question(
        "evolution",
        choices=(("better", "S’est améliorée", True), ("same", "Est restée la même", True), ("worse", "S’est dégradée", False)),
    )
    counts = {"satisfied": row_of(10, 20, "measured") | {"satisfied": 10}}
    told = telling.question_line(trend, counts, invited=40, target=None, before=None)
    assert told.note == "favorables : « S’est améliorée » ou « Est restée la même »"
    marks, plain = (line.note for _, lines in results().themes[:1] for line in reversed(lines))
    assert (marks, plain) == ("favorables : de 7 à 10", "")


def test_a_wave_with_too_few_answers_says_so() -> None:
    found = count(FORM, *wave(1, answers=3), fewest=5, commitments={})
    one = Results(FORM, found, {}, NAMES, {})
    assert one.hidden
    assert one.overall is None
    assert one.lead.startswith("Trop peu de réponses")
    assert one.priorities == []


def test_the_report_prints_what_the_page_says() -> None:
    before = Before("Enquête 2023", counted(2), same_version=True)
    one = results(before=before, note="Le gardien a changé.")
    method = telling.method_note(one.counted, drawn="tous les locataires", opened="2 mars 2026", closed="30 mars 2026")
    content = one.report(
        title="Enquête 2026", landlord="OPH de Bondy", facts="Du 2 au 30 mars 2026", method=method, remarks=SPOKEN
    )
    pdf = printing.report(content, fonts=settings.PRINT_FONTS, at=datetime(2026, 4, 2, tzinfo=UTC))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert one.overall is not None
    assert one.overall.figure is not None
    assert "Enquête 2026" in text
    assert f"{one.overall.figure.answers} réponses sur {one.overall.figure.invited} invités" in " ".join(text.split())
    assert "Le gardien a changé." in text
    assert "120 sur 340 réponses libres vérifiées." in text
    assert "26 à 40" in text.replace("\u202f", " ")
    assert "Note de méthode" in text
    assert "Toutes les réponses" in text
    assert "Gaz" in text
    assert "Moyenne" in text
