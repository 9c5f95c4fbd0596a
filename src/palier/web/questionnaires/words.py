"""What the pages of a questionnaire say around its questions, in the languages Palier speaks itself.

A questionnaire may be written in more languages than these: around its questions, French then stands, marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping

from palier.questionnaires.rules.form import Question

_FRENCH = {
    "skip": "Aller au contenu",
    "optional": "facultatif",
    "choose": "Une seule réponse.",
    "choose_many": "Plusieurs réponses possibles.",
    "at_most": "{n} réponses au plus.",
    "score_low": "0 : très mauvais",
    "score_high": "10 : excellent",
    "next": "Continuer",
    "back": "Revenir",
    "step": "Étape {n} sur {total}",
    "language": "Langue",
    "untranslated": "Une partie du texte n’est pas traduite : elle est en français.",
    "errors": "Il reste à corriger",
    "dont_know": "Je ne sais pas",
    "not_concerned": "Je ne suis pas concerné ou concernée",
    "refused": "Je ne souhaite pas répondre",
}
_ENGLISH = {
    "skip": "Skip to content",
    "optional": "optional",
    "choose": "One answer only.",
    "choose_many": "You may choose several answers.",
    "at_most": "At most {n} answers.",
    "score_low": "0: very bad",
    "score_high": "10: excellent",
    "next": "Continue",
    "back": "Back",
    "step": "Step {n} of {total}",
    "language": "Language",
    "untranslated": "Part of the text is not translated: it is in French.",
    "errors": "Please correct",
    "dont_know": "I don’t know",
    "not_concerned": "This does not concern me",
    "refused": "I would rather not answer",
    "questionnaires.required": "Choose an answer.",
    "questionnaires.one_answer": "Keep one answer only.",
    "questionnaires.unknown_choice": "Choose one of the answers shown.",
    "questionnaires.too_many": "Keep at most {at_most} answers.",
    "questionnaires.number": "Write a whole number, in figures.",
    "questionnaires.out_of_bounds": "This number is out of bounds.",
    "questionnaires.too_long": "Your text is too long.",
    "questionnaires.date": "Write a date, for instance 24/02/2026.",
}
_WORDS = {"fr": _FRENCH, "en": _ENGLISH}


class Around:
    """The words around the questions in one language, by name; ``own`` is the language they are really in."""

    def __init__(self, language: str, more: Mapping[str, Mapping[str, str]] | None = None) -> None:
        self.own = language if language in _WORDS else "fr"
        self._words = {**_WORDS[self.own], **(more or {}).get(self.own, {})}

    def __getitem__(self, name: str) -> str:
        """The words under this name."""
        return self._words[name]

    def step(self, n: int, total: int) -> str:
        """Where one is."""
        return self["step"].format(n=n, total=total)

    def error(self, code: str, sentence: str, question: Question | None = None) -> str:
        """What is wrong with an answer, in this language when it is known there."""
        return self._words[code].format(at_most=question and question.at_most) if code in self._words else sentence
