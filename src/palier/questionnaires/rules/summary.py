"""A questionnaire told in plain French: who is asked what, how long it takes, what it is for; and what a new version changes."""

from __future__ import annotations

from dataclasses import dataclass

from palier.questionnaires.rules.form import Condition, Escape, Kind, Pace, Question, Questionnaire, untranslated
from palier.questionnaires.rules.languages import LANGUAGES


def sentences(form: Questionnaire) -> list[str]:
    """What one must know of a questionnaire before using it, in a few sentences."""
    questions = form.questions
    always = sum(not question.when for question in questions)
    free = sum(question.kind is Kind.TEXT for question in questions)
    found = [
        f"Ce questionnaire est destiné {form.audience.label} : {_words(form, form.asked_of)}",
        f"Il sert à ceci : {_words(form, form.serves)}",
        f"Il compte {_count(len(questions), 'question')} en {_count(len(form.themes), 'thème')}.",
        f"Il prend environ {_count(form.minutes, 'minute')}.",
        "Toutes les questions sont posées à tout le monde."
        if always == len(questions)
        else f"{_count(always, 'question')} pour tout le monde ; le reste dépend des réponses déjà données.",
    ]
    if free:
        found.append(f"{_count(free, 'question')} à texte libre : ce qui s’y écrit est gardé à part des autres réponses.")
    if form.pace is Pace.TAP:
        found.append("La première question se répond d’un toucher, confirmé par un second ; les précisions sont facultatives.")
    found.append(_languages(form))
    return found


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number > 1 else ''}"


def _listed(words: list[str]) -> str:
    return " et ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _languages(form: Questionnaire) -> str:
    if len(form.languages) == 1:
        return f"Il se lit en {LANGUAGES[form.reference].in_french} seulement."
    lacking = untranslated(form)
    said = [
        f"en {LANGUAGES[language].in_french}"
        + (f" ({_count(len(lacking[language]), 'texte')} à traduire)" if lacking.get(language) else "")
        for language in form.languages
    ]
    return f"Il se lit {_listed(said)}."


def asked_when(form: Questionnaire, question: Question) -> str:
    """When a question is asked, in one sentence; empty when it always is."""
    if not question.when:
        return ""
    return f"Posée si {_listed([_condition(form, condition) for condition in question.when])}."


def _condition(form: Questionnaire, condition: Condition) -> str:
    asked = form.question(condition.question)
    if asked is None:
        return ""
    if condition.among:
        words = [_words(form, choice.label) for choice in asked.choices if choice.code in condition.among]
        words += [Escape(code).label for code in asked.escapes if code in condition.among]
        return f"la réponse {asked.number} est {' ou '.join(f'« {word} »' for word in words)}"
    bounds = [
        f"d’au moins {condition.at_least}" if condition.at_least is not None else "",
        f"d’au plus {condition.at_most}" if condition.at_most is not None else "",
    ]
    return f"la réponse {asked.number} est {_listed([bound for bound in bounds if bound])}"


def _words(form: Questionnaire, text: object) -> str:
    return str(text.get(form.reference, "")) if isinstance(text, dict) else ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a version does to one question. ``compares`` says whether its answers still compare with the former ones."""

    key: str
    text: str
    what: str
    compares: bool


def changes(old: Questionnaire, new: Questionnaire) -> list[Change]:
    """What changed between two versions: the questions that no longer compare first, those that did not change left out."""
    before, after = ({question.key: question for question in form.questions} for form in (old, new))
    found = []
    for key in [*after, *(key for key in before if key not in after)]:
        was, now = before.get(key), after.get(key)
        asked = now or was
        assert asked is not None
        what, compares = _difference(was, now)
        if what:
            found.append(Change(key, _words(new if now else old, asked.text), what, compares))
    return sorted(found, key=lambda change: change.compares)


def _difference(was: Question | None, now: Question | None) -> tuple[str, bool]:
    if was is None or now is None:
        return ("Question ajoutée" if was is None else "Question retirée"), False
    if was.kind is not now.kind or [c.code for c in was.choices] != [c.code for c in now.choices]:
        return "Les réponses possibles changent", False
    if was.when != now.when:
        return "Elle n’est plus posée aux mêmes personnes", False
    if was.text != now.text or was.help != now.help:
        return "Les mots changent", True
    if [c.label for c in was.choices] != [c.label for c in now.choices]:
        return "Les mots des réponses changent", True
    return "", True
