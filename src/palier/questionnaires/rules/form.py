"""What a questionnaire is made of: themes, questions, choices, and when a question is asked.

A questionnaire is data: it is kept as a plain JSON body (``QuestionnaireVersion.body``), which ``build`` turns into these
objects. Its words are kept by language; the first language of the version is the one it was written in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Text = Mapping[str, str]
"""Words by language code; the reference language is always there."""

Value = str | int | list[str]
"""An answer as it is kept: the code of a choice or of an escape, a whole number, several codes, a text, an ISO date."""


class Kind(StrEnum):
    """How a question is answered."""

    SCALE = "scale"
    SCORE = "score"
    YES_NO = "yes_no"
    CHOICE = "choice"
    CHOICES = "choices"
    NUMBER = "number"
    TEXT = "text"
    DATE = "date"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "scale": "échelle",
            "score": "note de 0 à 10",
            "yes_no": "oui ou non",
            "choice": "un choix",
            "choices": "plusieurs choix",
            "number": "nombre",
            "text": "texte libre",
            "date": "date",
        }[self]

    @property
    def listed(self) -> bool:
        """Whether the question says its choices."""
        return self in {Kind.SCALE, Kind.YES_NO, Kind.CHOICE, Kind.CHOICES}


class Escape(StrEnum):
    """What one may say instead of an answer. It is kept, and counted apart from those who gave none."""

    DONT_KNOW = "dont_know"
    NOT_CONCERNED = "not_concerned"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "dont_know": "Je ne sais pas",
            "not_concerned": "Je ne suis pas concerné ou concernée",
            "refused": "Je ne souhaite pas répondre",
        }[self]


class Audience(StrEnum):
    """Who is asked."""

    TENANTS = "tenants"
    LANDLORDS = "landlords"

    @property
    def label(self) -> str:
        """In French, after « destiné »."""
        return {"tenants": "aux locataires", "landlords": "aux organismes"}[self]


class Pace(StrEnum):
    """How the questions are laid out: a theme a page, a question a page, or one question answered at the first tap.

    At the first tap, the answer is confirmed by a second one; every other question then comes as an optional detail.
    """

    THEME = "theme"
    QUESTION = "question"
    TAP = "tap"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "theme": "un thème par page",
            "question": "une question par page",
            "tap": "une question, confirmée, puis des précisions facultatives",
        }[self]


YES_OR_NO = ("yes", "no")
SCORES = range(11)
# « Satisfied » on a mark out of ten, as the profession's own surveys count it.
SATISFIED_FROM = 7


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer. ``favourable`` is the good side of a scale; None where there is no good side."""

    code: str
    label: Text
    favourable: bool | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """What another, earlier question must have been answered: one of these codes, or a number between two bounds."""

    question: str
    among: frozenset[str] = frozenset()
    at_least: int | None = None
    at_most: int | None = None

    def met(self, value: Value | None) -> bool:
        """Whether the answer meets it. No answer meets nothing."""
        if isinstance(value, int):
            return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
        if isinstance(value, str):
            return value in self.among
        return bool(self.among & set(value or ()))


@dataclass(frozen=True, slots=True)
class Question:
    """One question. ``key`` is what answers are kept under, the same in every wave and every questionnaire.

    Every condition of ``when`` must be met for it to be asked. ``at_most`` bounds the choices one may take, ``least`` and
    ``most`` a number.
    """

    key: str
    number: int
    kind: Kind
    text: Text
    help: Text
    choices: tuple[Choice, ...]
    escapes: tuple[Escape, ...]
    required: bool
    when: tuple[Condition, ...]
    at_most: int | None = None
    least: int | None = None
    most: int | None = None
    unit: str = ""

    def choice(self, code: object) -> Choice | None:
        """The choice with this code, if there is one."""
        return next((choice for choice in self.choices if choice.code == code), None)

    def favourable(self, value: Value) -> bool | None:
        """Whether an answer is on the good side; None for an escape and where there is no good side."""
        if self.kind is Kind.SCORE and isinstance(value, int):
            return value >= SATISFIED_FROM
        found = self.choice(value)
        return found.favourable if found else None


@dataclass(frozen=True, slots=True)
class Theme:
    """A group of questions."""

    code: str
    number: int
    title: Text
    introduction: Text
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Questionnaire:
    """A version of a questionnaire. ``asked_of`` and ``serves`` say in plain words who is asked, and what it is for."""

    code: str
    title: str
    audience: Audience
    asked_of: Text
    serves: Text
    minutes: int
    pace: Pace
    languages: tuple[str, ...]
    themes: tuple[Theme, ...]

    @property
    def questions(self) -> tuple[Question, ...]:
        """All of them, in the order they are asked."""
        return tuple(question for theme in self.themes for question in theme.questions)

    def question(self, key: str) -> Question | None:
        """The question with this key, if there is one."""
        return next((question for question in self.questions if question.key == key), None)

    @property
    def reference(self) -> str:
        """The language it was written in."""
        return self.languages[0]


def build(body: Mapping[str, Any]) -> Questionnaire:
    """The objects of a questionnaire from its stored body, which ``reading.read`` has checked."""
    themes: list[Theme] = []
    number = 0
    for place, theme in enumerate(body["themes"], 1):
        questions = []
        for question in theme["questions"]:
            number += 1
            questions.append(_question(question, number))
        themes.append(Theme(theme["code"], place, theme["title"], theme["introduction"], tuple(questions)))
    return Questionnaire(
        code=body["code"],
        title=body["title"],
        audience=Audience(body["audience"]),
        asked_of=body["asked_of"],
        serves=body["serves"],
        minutes=body["minutes"],
        pace=Pace(body["pace"]),
        languages=tuple(body["languages"]),
        themes=tuple(themes),
    )


def _question(body: Mapping[str, Any], number: int) -> Question:
    return Question(
        key=body["key"],
        number=number,
        kind=Kind(body["kind"]),
        text=body["text"],
        help=body["help"],
        choices=tuple(Choice(c["code"], c["label"], c["favourable"]) for c in body["choices"]),
        escapes=tuple(Escape(code) for code in body["escapes"]),
        required=body["required"],
        when=tuple(Condition(c["question"], frozenset(c["is"]), c["at_least"], c["at_most"]) for c in body["when"]),
        at_most=body["at_most"],
        least=body["least"],
        most=body["most"],
        unit=body["unit"],
    )


def said_in(text: Text, language: str, reference: str) -> tuple[str, str]:
    """The words in a language, or those of the reference when they were not translated; then the language they are in."""
    return (text[language], language) if language in text else (text.get(reference, ""), reference)


def untranslated(form: Questionnaire) -> dict[str, list[str]]:
    """For each other language, the words of the reference that it lacks, in the order they are read."""
    found: dict[str, list[str]] = {language: [] for language in form.languages[1:]}
    for text in words(form):
        for language, missing in found.items():
            if language not in text and (own := text.get(form.reference)):
                missing.append(own)
    return {language: list(dict.fromkeys(missing)) for language, missing in found.items()}


def words(form: Questionnaire) -> list[Text]:
    """Everything that a person who answers may read, in order."""
    texts: list[Text] = [form.asked_of, form.serves]
    for theme in form.themes:
        texts += [theme.title, theme.introduction]
        for question in theme.questions:
            texts += [question.text, question.help, *(choice.label for choice in question.choices)]
    return texts
