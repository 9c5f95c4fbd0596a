"""The results of a wave as files: a row a figure, and what their columns mean. No Django, no clock."""

from __future__ import annotations

from collections.abc import Iterable

from palier.answers.statistics.results import Results
from palier.answers.statistics.telling import Figure, said

Cell = str | int | float | None
FILE_HEADER = (
    *("question", "libelle", "maille", "groupe", "favorables_pct", "borne_basse_pct", "borne_haute_pct"),
    *("reponses", "invites", "taux_reponse_pct", "regime"),
)
ANSWERS_HEADER = ("question", "libelle", "mesure", "reponse", "valeur", "borne_basse", "borne_haute", "reponses")
"""Of the file of what was answered to each question."""
DICTIONARY = (
    ("question", "Clé stable de la question, la même d’une vague à l’autre"),
    ("libelle", "La question, telle qu’elle a été posée"),
    ("maille", "ensemble, agence, quartier (prioritaire ou non) ou résidence"),
    (
        "groupe",
        "L’agence, le côté du quartier prioritaire, la résidence ou les résidences lues ensemble ; vide pour l’ensemble",
    ),
    (
        "favorables_pct",
        (
            "Part des réponses favorables, en %, redressée pour l’ensemble, les agences et les quartiers ; dans les données "
            "ouvertes, « 90 ou plus » ou « 10 ou moins » quand presque toutes les réponses vont du même côté (99 et 1 à partir "
            "de 100 réponses)"
        ),
    ),
    ("borne_basse_pct", "Borne basse de l’intervalle, en % (19 fois sur 20 ; 9 fois sur 10 par résidence)"),
    ("borne_haute_pct", "Borne haute du même intervalle, en %"),
    ("reponses", "Réponses favorables ou défavorables ; les autres ne comptent pas"),
    ("invites", "Ménages invités à répondre ; vide quand la question n’est posée qu’à une partie d’entre eux"),
    ("taux_reponse_pct", "Réponses pour cent invités ; vide quand on ne sait pas combien ont été interrogés"),
    ("regime", "mesuré directement, estimé par un modèle, ou groupé : plusieurs résidences lues ensemble"),
    ("mesure", "Répartitions : part en %, moyenne, ou nombre de ceux qui n’ont pas voulu ou pu répondre"),
    ("reponse", "Répartitions : le choix, dans les mots et l’ordre du questionnaire ; vide pour une moyenne"),
    ("valeur", "Répartitions : la part, la moyenne ou le nombre ; parts et moyennes sont redressées"),
    ("borne_basse", "Répartitions : borne basse de l’intervalle, 19 fois sur 20, quand il est connu"),
    ("borne_haute", "Répartitions : borne haute du même intervalle"),
)


def figures(one: Results) -> Iterable[tuple[str, str, str, str, Figure]]:
    """Every figure of a wave, in the order of the questionnaire: question, its words, level, group, figure."""
    lines = {line.key: line for _, lines in one.themes for line in lines}
    for question in one.form.questions:
        line = lines.get(question.key)
        if line is None or line.figure is None:
            continue
        text = said(question.text)
        yield question.key, text, "ensemble", "", line.figure
        for level, group in zip(("agence", "quartier", "résidence"), one.groups_of(question.key), strict=True):
            for part in group:
                if part.figure:
                    name = part.note if part.name.endswith("lues ensemble") else part.name
                    yield question.key, text, level, name, part.figure


def rows_of_file(one: Results) -> Iterable[list[Cell]]:
    """The file of figures, a row each."""
    for key, text, level, group, figure in figures(one):
        value = f"{figure.value} {figure.bound}" if figure.bound else figure.value
        yield [key, text, level, group, value, figure.low, figure.high, *counts(figure)]


def counts(figure: Figure) -> list[Cell]:
    """The last columns of a figure in a file: answers, invited, response rate, how it was made."""
    return [figure.answers, figure.invited or None, figure.rate, figure.regime.label]


def rows_of_answers(one: Results) -> Iterable[list[Cell]]:
    """The file of what was answered to each question: a row a choice, then the mean, then those who gave no answer."""
    for question in (question for _, questions in one.answered for question in questions):
        head: list[Cell] = [question.key, question.name]
        for part in question.parts:
            value = f"{part.value} {part.bound}" if part.bound else part.value
            yield [*head, "part en %", part.name, value, part.low, part.high, question.answers]
        if mean := question.mean:
            yield [*head, "moyenne", "", *(round(value, 2) for value in (mean.value, mean.low, mean.high)), question.answers]
        for name, number in question.escaped:
            yield [*head, "nombre", name, number, None, None, question.answers]
