"""A sheet of questions as a page shows it and as a form sends it back: the tenant's page, the telephone, the preview."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from palier.questionnaires.rules.engine import Said
from palier.questionnaires.rules.form import SCORES, Kind, Question, Questionnaire, Text, Value, said_in
from palier.questionnaires.rules.holding import MAX_WORDS, hold
from palier.questionnaires.rules.languages import LANGUAGES
from palier.web.questionnaires.words import Around


@dataclass(frozen=True, slots=True)
class Words:
    """Words, and the language they are in when it is not the page's."""

    text: str
    lang: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose. ``rank`` is its step among those of a scale, from the top; 0 for what is no step."""

    code: str
    words: Words
    chosen: bool
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """One question as it is drawn. ``note`` says where an answer shown beforehand comes from."""

    question: Question
    legend: Words
    help: Words
    hint: str
    options: tuple[Option, ...]
    escapes: tuple[Option, ...]
    text: str
    error: str
    note: str = ""

    @property
    def kind(self) -> str:
        """How it is drawn: ``scale``, ``score``, ``choice``, ``choices``, ``number``, ``text`` or ``date``."""
        return Kind.CHOICE.value if self.question.kind is Kind.YES_NO else self.question.kind.value

    @property
    def steps(self) -> int:
        """How many steps its scale has."""
        return len(self.options) if self.question.kind is Kind.SCALE else 0

    @property
    def grouped(self) -> bool:
        """Whether several controls make it, which a legend then names."""
        return bool(self.options or self.escapes)


def read(questions: Iterable[Question], sent: QueryDict, around: Around) -> tuple[dict[str, Value], dict[str, str]]:
    """The answers that a form sent, and what is wrong by key. A question left blank has neither."""
    said: dict[str, Value] = {}
    errors: dict[str, str] = {}
    for question in questions:
        value, verdict = hold(question, sent.getlist(question.key))
        if not verdict:
            errors[question.key] = around.error(verdict.reasons[0].code, verdict.sentence, question)
        elif value is not None:
            said[question.key] = value
    return said, errors


def fields(
    form: Questionnaire,
    questions: Iterable[Question],
    said: Said,
    *,
    language: str,
    around: Around,
    sent: QueryDict | None = None,
    errors: Mapping[str, str] | None = None,
    notes: Mapping[str, str] | None = None,
) -> list[Field]:
    """The questions to draw, with what was answered; what was just sent stands, even where it does not hold."""
    return [
        replace(
            _field(form, question, said, language, around, sent, (errors or {}).get(question.key, "")),
            note=(notes or {}).get(question.key, ""),
        )
        for question in questions
    ]


def _field(
    form: Questionnaire, question: Question, said: Said, language: str, around: Around, sent: QueryDict | None, error: str
) -> Field:
    value = said.get(question.key)
    chosen: list[str] = sent.getlist(question.key) if sent is not None else _texts(value)
    if question.kind is Kind.SCORE:
        listed = [(str(score), Words(str(score))) for score in SCORES]
    else:
        listed = [(choice.code, words(form, choice.label, language)) for choice in question.choices]
    ranked = question.kind is Kind.SCALE
    return Field(
        question=question,
        legend=words(form, question.text, language),
        help=words(form, question.help, language),
        hint=_hint(question, around),
        options=tuple(
            Option(code, text, code in chosen, len(listed) - place if ranked else 0)
            for place, (code, text) in enumerate(listed)
        ),
        escapes=tuple(
            Option(e.value, Words(around[e.value], _other(around.own, language)), e.value in chosen) for e in question.escapes
        ),
        text="" if listed or set(chosen) & set(question.escapes) else (chosen or [""])[0],
        error=error,
    )


def _texts(value: Value | None) -> list[str]:
    return [] if value is None else value if isinstance(value, list) else [str(value)]


def _hint(question: Question, around: Around) -> str:
    if question.kind is not Kind.CHOICES:
        return ""
    return around["at_most"].format(n=question.at_most) if question.at_most else around["choose_many"]


def words(form: Questionnaire, text: Text, language: str) -> Words:
    """Words of a questionnaire in a language; in the one it was written in, and marked so, where they are not translated."""
    found, own = said_in(text, language, form.reference)
    return Words(found, _other(own, language))


def _other(own: str, language: str) -> str:
    return "" if own == language else own


def page(form: Questionnaire, *, language: str, around: Around) -> dict[str, Any]:
    """What every page of a questionnaire needs: its languages, the words around, the side one reads from."""
    spoken = LANGUAGES[language]
    return {
        "questionnaire": form,
        "language": language,
        "direction": "rtl" if spoken.right_to_left else "ltr",
        "languages": [LANGUAGES[code] for code in form.languages],
        "around": around,
        "max_words": MAX_WORDS,
    }


def language_of(form: Questionnaire, *wished: str) -> str:
    """The first of these languages that the questionnaire is written in, or its own."""
    return next((language for language in wished if language in form.languages), form.reference)
