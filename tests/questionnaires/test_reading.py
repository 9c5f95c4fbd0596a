"""A questionnaire is read whole or not at all: every fault at once, each with its line."""

from __future__ import annotations

import pytest

from palier.questionnaires.rules.form import Escape, untranslated
from palier.questionnaires.rules.reading import Bank, read, read_bank
from palier.questionnaires.rules.summary import asked_when, changes, sentences
from tests.questionnaires.samples import BANK_TEXT, SMALL, bank, written


def faults(text: str) -> list[tuple[int, str]]:
    return [(problem.line, problem.sentence) for problem in read(text, bank())[1]]


def test_the_bank_gives_a_question_its_words_its_scale_and_its_good_side() -> None:
    question = written().questions[0]
    assert question.text["en"] == "Overall, you are…"
    assert [choice.favourable for choice in question.choices] == [True, True, False, False]
    assert question.favourable("rather_satisfied") is True
    assert question.favourable("dont_know") is None
    assert question.escapes == (Escape.DONT_KNOW, Escape.NOT_CONCERNED, Escape.REFUSED)


def test_a_question_that_must_be_answered_may_always_be_refused() -> None:
    assert Escape.REFUSED in written().questions[0].escapes


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("kind: yes_no", "kind: yes_non", "Vouliez-vous dire « yes_no » ?"),
        ('text: "Un ascenseur ?"', 'texte: "Un ascenseur ?"', "la clé « texte » est inconnue"),
        ('when: {lift: ["yes"]}', 'when: {mark: ["yes"]}', "n’est pas une question posée avant"),
        ('when: {lift: ["yes"]}', "when: {lift: [oui]}", "n’est pas une valeur de « when »"),
        ("when: {lift_days: {at_least: 3}}", "when: {lift: {at_least: 3}}", "par un nombre"),
        ("{key: overall, required: true}", "{key: overall, kind: score}", "la banque, qui dit déjà « kind »"),
        ("- key: since", "- key:  mark", "est déjà celui de la question de la ligne 30"),
        ("at_most: 2", "at_most: 0", "« at_most » est un nombre entier"),
        ("hall: Le hall", "refused: Le hall", "réservé"),
        ("languages: [fr, en]", "languages: [fr, klingon]", "n’est pas une valeur de « languages »"),
        ("unit: jours", "scale: satisfaction", "« scale » ne va pas"),
    ],
)
def test_each_fault_is_said_with_its_line(before: str, after: str, words: str) -> None:
    text = SMALL.replace(before, after, 1)
    assert text != SMALL
    line = next(number for number, written in enumerate(text.splitlines(), 1) if after in written)
    assert [at for at, sentence in faults(text) if words in sentence] == [line]


def test_a_key_that_is_missing_is_said() -> None:
    assert (1, "il manque la clé « audience » du questionnaire.") in faults(SMALL.replace("audience: tenants\n", ""))


def test_a_missing_translation_is_said_and_never_blank() -> None:
    lacking = untranslated(written())
    assert "Une note ?" in lacking["en"]
    assert "Pour finir" not in lacking["en"]
    assert any("textes à traduire" in sentence for sentence in sentences(written()))


def test_words_in_a_language_that_the_questionnaire_does_not_have_are_left_out() -> None:
    form = written(
        SMALL.replace("languages: [fr, en]", "languages: [fr]").replace(", en: To begin", "").replace(", en: To finish", "")
    )
    assert list(form.questions[0].text) == ["fr"]
    assert untranslated(form) == {}


def test_the_first_question_of_a_tap_is_one_to_tap() -> None:
    found = faults(
        SMALL.replace("minutes: 2", "minutes: 2\npace: tap").replace("{key: overall, required: true}", "{key: overall}")
    )
    assert ["au premier toucher" in sentence for _, sentence in found] == [True]


def test_no_other_question_of_a_tap_is_due() -> None:
    tap = SMALL.replace("minutes: 2", "minutes: 2\npace: tap")
    assert faults(tap) == []
    [(line, sentence)] = faults(tap.replace("kind: score", "kind: score\n        required: true"))
    assert line
    assert "seule la première question est « required »" in sentence


def test_a_bank_says_its_own_faults() -> None:
    _, problems = read_bank(BANK_TEXT.replace("favourable: 2", "favourable: 9"))
    assert [problem.line for problem in problems] == [4]
    assert read("", Bank())[1][0].sentence == "le fichier est vide."


def test_a_condition_is_told_in_words() -> None:
    form = written()
    said = {question.key: asked_when(form, question) for question in form.questions}
    assert said["lift_days"] == "Posée si la réponse 2 est « Oui »."
    assert said["lift_word"] == "Posée si la réponse 3 est d’au moins 3."
    assert said["why"].endswith("« Plutôt pas satisfait » ou « Pas du tout satisfait ».")
    assert said["overall"] == ""


def test_what_no_longer_compares_comes_first() -> None:
    new = written(
        SMALL.replace('"Une note ?"', '"Quelle note ?"').replace("hall: Le hall, ", "").replace("key: since", "key: since_when")
    )
    found = {change.key: (change.what, change.compares) for change in changes(written(), new)}
    assert found == {
        "places": ("Les réponses possibles changent", False),
        "since_when": ("Question ajoutée", False),
        "since": ("Question retirée", False),
        "mark": ("Les mots changent", True),
    }
    assert [change.compares for change in changes(written(), new)] == [False, False, False, True]
    assert changes(written(), written()) == []
