"""A small questionnaire that has every kind of question, and the objects of any text."""

from __future__ import annotations

from palier.questionnaires.rules.form import Questionnaire, build
from palier.questionnaires.rules.reading import Bank, read, read_bank

BANK_TEXT = """\
languages: [fr, en]
scales:
  satisfaction:
    favourable: 2
    choices:
      very_satisfied: {fr: Très satisfait, en: Very satisfied}
      rather_satisfied: {fr: Plutôt satisfait, en: Rather satisfied}
      rather_dissatisfied: {fr: Plutôt pas satisfait, en: Rather dissatisfied}
      very_dissatisfied: {fr: Pas du tout satisfait, en: Not satisfied at all}
questions:
  - key: overall
    kind: scale
    scale: satisfaction
    text: {fr: "Dans l’ensemble, vous êtes…", en: "Overall, you are…"}
"""
SMALL = """\
code: small
title: Petit questionnaire
audience: tenants
languages: [fr, en]
asked_of: tout le monde.
serves: essayer.
minutes: 2
themes:
  - code: first
    title: {fr: Pour commencer, en: To begin}
    questions:
      - {key: overall, required: true}
      - key: lift
        kind: yes_no
        text: "Un ascenseur ?"
      - key: lift_days
        kind: number
        least: 0
        most: 31
        unit: jours
        text: "En panne combien de jours ?"
        when: {lift: ["yes"]}
      - key: lift_word
        kind: text
        text: "Racontez."
        when: {lift_days: {at_least: 3}}
  - code: second
    title: {fr: Pour finir, en: To finish}
    questions:
      - key: mark
        kind: score
        text: "Une note ?"
        escapes: [dont_know]
      - key: places
        kind: choices
        at_most: 2
        text: "Quels endroits ?"
        choices: {hall: Le hall, stairs: Les escaliers, outside: Les abords}
      - key: since
        kind: date
        text: "Depuis quel jour ?"
      - key: why
        kind: text
        text: "Pourquoi ?"
        when: {overall: [rather_dissatisfied, very_dissatisfied]}
"""


def bank() -> Bank:
    """The bank of one question."""
    found, problems = read_bank(BANK_TEXT)
    assert problems == []
    return found


def written(text: str = SMALL) -> Questionnaire:
    """The objects of a text that holds."""
    body, problems = read(text, bank())
    assert problems == [], problems
    return build(body)
