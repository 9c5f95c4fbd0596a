"""Whether an answer holds: what a form or a file gives for a question, turned into the value to keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from palier.questionnaires.rules.engine import missing, settled
from palier.questionnaires.rules.form import SCORES, Escape, Kind, Question, Questionnaire, Value
from palier.verdict import YES, Reason, Verdict, no

MAX_WORDS = 2_000


def hold(question: Question, given: Sequence[str]) -> tuple[Value | None, Verdict]:
    """The value to keep, None when nothing was answered; and whether it holds.

    An escape is taken only where the question offers it, and alone.
    """
    texts = [text.strip() for text in given if text.strip()]
    if not texts:
        required = no("questionnaires.required", "Choisissez une réponse.") if question.required else YES
        return None, required
    if len(texts) == 1 and texts[0] in question.escapes:
        return texts[0], YES
    if question.kind is Kind.CHOICES:
        return _choices(question, texts)
    if len(texts) > 1:
        return None, no("questionnaires.one_answer", "Gardez une seule réponse.")
    return _ONE[question.kind](question, texts[0])


def _choices(question: Question, texts: list[str]) -> tuple[Value | None, Verdict]:
    if any(text in tuple(Escape) for text in texts):
        return None, no("questionnaires.one_answer", "Gardez une seule réponse, ou vos choix sans elle.")
    codes = [choice.code for choice in question.choices if choice.code in texts]
    if set(texts) - set(codes):
        return None, _UNKNOWN
    if question.at_most and len(codes) > question.at_most:
        return None, no("questionnaires.too_many", f"Gardez {question.at_most} réponses au plus.")
    return codes, YES


def _listed(question: Question, text: str) -> tuple[Value | None, Verdict]:
    return (text, YES) if question.choice(text) else (None, _UNKNOWN)


def _number(question: Question, text: str) -> tuple[Value | None, Verdict]:
    least, most = (SCORES[0], SCORES[-1]) if question.kind is Kind.SCORE else (question.least, question.most)
    digits = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if not (digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) <= 10):
        return None, no("questionnaires.number", "Écrivez un nombre entier, en chiffres.")
    value = int(digits)
    if (least is not None and value < least) or (most is not None and value > most):
        bounds = (
            f"de {least} à {most}"
            if least is not None and most is not None
            else (f"d’au moins {least}" if least is not None else f"d’au plus {most}")
        )
        return None, no("questionnaires.out_of_bounds", f"Écrivez un nombre {bounds}.")
    return value, YES


def _text(question: Question, text: str) -> tuple[Value | None, Verdict]:
    if len(text) > MAX_WORDS:
        return None, no(
            "questionnaires.too_long", f"Votre texte compte {len(text)} caractères ; gardez-en {MAX_WORDS} au plus."
        )
    return text, YES


def _date(question: Question, text: str) -> tuple[Value | None, Verdict]:
    for shape in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, shape).date().isoformat(), YES  # noqa: DTZ007 - a day, no instant
    return None, no("questionnaires.date", "Écrivez une date, par exemple 24/02/2026.")


_UNKNOWN = no("questionnaires.unknown_choice", "Choisissez une des réponses proposées.")
_ONE = {
    Kind.SCALE: _listed,
    Kind.YES_NO: _listed,
    Kind.CHOICE: _listed,
    Kind.SCORE: _number,
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.DATE: _date,
}


def holds(question: Question, value: Any) -> bool:
    """Whether a value as it is kept is one that the question can have given."""
    if isinstance(value, bool) or not isinstance(value, (str, int, list)):
        return False
    if isinstance(value, list) and not all(isinstance(item, str) for item in value):
        return False
    kept, verdict = hold(question, value if isinstance(value, list) else [str(value)])
    return bool(verdict) and kept == value and kept not in ([], "")


def whole(form: Questionnaire, said: Mapping[str, Any]) -> tuple[dict[str, Value], Verdict]:
    """The answers to keep of a questionnaire sent at once, those no longer asked left out; and whether they hold together."""
    wrong = [key for key, value in said.items() if (question := form.question(key)) is None or not holds(question, value)]
    if wrong:
        return {}, Verdict(
            tuple(Reason("questionnaires.unreadable_answer", f"La réponse « {key} » ne se lit pas.") for key in wrong)
        )
    kept = settled(form, said)
    lacking = missing(form, kept)
    return kept, Verdict(
        tuple(
            Reason("questionnaires.required", f"Il manque une réponse : {question.text[form.reference]}")
            for question in lacking
        )
    )
