"""The law of call-backs: what opens a case, how long one has to call, when it climbs, how it ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.calendar import add_working_days, days_left
from palier.directory.rules import Role, plain
from palier.verdict import YES, Verdict, no

MAX_TEXT = 2_000
# Calls without an answer before a case may be closed without having spoken to anybody.
ATTEMPTS = 3
# Working days late after which a case climbs: to the quality lead, then to the director.
CLIMBS = (1, 3)
# Who may be given a case, and to whom it climbs. All of them may open it and act: Thing.CALL_BACKS.
TEAM = frozenset({Role.QUALITY_LEAD, Role.CONTRIBUTOR, Role.DIRECTOR})
LEVELS = {1: Role.QUALITY_LEAD, 2: Role.DIRECTOR}
# A share of fewer answers would speak of people.
FEWEST = 5


class Danger(StrEnum):
    """What may hurt somebody."""

    GAS = "gas"
    LIFT = "lift"
    ELECTRICITY = "electricity"
    FIRE = "fire"
    WATER = "water"
    BUILDING = "building"
    HEALTH = "health"
    VIOLENCE = "violence"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "gas": "Gaz",
            "lift": "Ascenseur",
            "electricity": "Électricité",
            "fire": "Feu, fumée",
            "water": "Fuite d’eau",
            "building": "Chute, effondrement",
            "health": "Santé en danger",
            "violence": "Violence, menace",
        }[self]


# Beginnings of words, in plain letters. Rather one call too many: nothing tells « pas de gaz » from « gaz ».
_WORDS: dict[Danger, str] = {
    Danger.GAS: r"gaz\b|monoxyde",
    Danger.LIFT: "ascenseur",
    Danger.ELECTRICITY: "electri|electroc|court circuit|etincelle|fils? denude|prises? brul",
    Danger.FIRE: r"incendi|fumee|feu\b|brule",
    Danger.WATER: r"inond|fuites?\b(?! (?:de |du )?gaz\b)|degats? des eaux",
    Danger.BUILDING: "effondr|ecroul|fissur|garde corps|plafond tomb",
    Danger.HEALTH: r"amiante|plomb\b|legionel|moisi|intoxi",
    Danger.VIOLENCE: "agress|menac|violen|couteau",
}
_DANGERS = {danger: re.compile(rf"\b(?:{words})") for danger, words in _WORDS.items()}


def _flat(text: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", plain(text)))


def dangers_in(text: str) -> tuple[Danger, ...]:
    """The dangers that a text names."""
    flat = _flat(text)
    return tuple(danger for danger, words in _DANGERS.items() if words.search(flat))


class Urgency(StrEnum):
    """How fast somebody has to call."""

    DANGER = "danger"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        """In French."""
        return {"danger": "Danger", "ordinary": "Courant"}[self]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a landlord sets of its call-backs: the mark that alarms, its own words of danger, how long each thing may take.

    Delays are in working days. ``silence_days`` is how long a tenant has to say whether it is settled.
    """

    low_score: int = 4
    words: tuple[str, ...] = ()
    danger_days: int = 1
    ordinary_days: int = 3
    silence_days: int = 10

    def days(self, urgency: Urgency) -> int:
        """The working days that one has to call."""
        return self.danger_days if urgency is Urgency.DANGER else self.ordinary_days


@dataclass(frozen=True, slots=True)
class Said:
    """What a tenant says, as far as it may alarm: a mark from 0 to 10, what they are not satisfied with, words, a wish to be called.

    ``reasons`` are sentences. ``text`` is read for words of danger, and kept nowhere.
    """

    score: int | None = None
    reasons: tuple[str, ...] = ()
    text: str = ""
    wants_call: bool = False


@dataclass(frozen=True, slots=True)
class Alarm:
    """Why somebody should call, in words, and how fast; no reason when nobody should."""

    reasons: tuple[str, ...]
    urgency: Urgency

    def __bool__(self) -> bool:
        return bool(self.reasons)


# How many of the answers that are not favourable are told; the rest is for the call.
_TOLD = 4


def alarm(said: Said, terms: Terms) -> Alarm:
    """Whether an answer asks for a call, why and how fast. Any danger makes it urgent."""
    dangers = [danger.label for danger in dangers_in(said.text)]
    flat = f" {_flat(said.text)} "
    dangers += [word for word in terms.words if f" {_flat(word)}" in flat]
    reasons = [f"Mot d’alerte : {name.lower()}" for name in dangers]
    reasons += said.reasons[:_TOLD]
    if said.score is not None and said.score <= terms.low_score:
        reasons.append(f"Note de {said.score} sur 10")
    if said.wants_call:
        reasons.append("Demande à être rappelé")
    return Alarm(tuple(reasons), Urgency.DANGER if dangers else Urgency.ORDINARY)


# --- The life of a case ----------------------------------------------------------------------------------------------


class State(StrEnum):
    """Where a case stands."""

    TO_CALL = "to_call"
    CALLED = "called"
    ASKED = "asked"
    SETTLED = "settled"
    SILENT = "silent"
    UNREACHED = "unreached"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "to_call": "À rappeler",
            "called": "Rappelé, en cours",
            "asked": "Traité, le locataire dit si c’est réglé",
            "settled": "Réglé, selon le locataire",
            "silent": "Sans réponse du locataire",
            "unreached": "Injoignable",
        }[self]


OPEN = frozenset({State.TO_CALL, State.CALLED, State.ASKED})
CLOSED = frozenset(State) - OPEN


class Step(StrEnum):
    """What happens to a case."""

    OPENED = "opened"
    HANDED = "handed"
    MISSED = "missed"
    CALLED = "called"
    HANDLED = "handled"
    SETTLED = "settled"
    UNSETTLED = "unsettled"
    SILENT = "silent"
    CLIMBED = "climbed"
    UNREACHED = "unreached"
    UNSENT = "unsent"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "opened": "Ouvert",
            "handed": "Confié",
            "missed": "Appel sans réponse",
            "called": "Rappelé",
            "handled": "Traité",
            "settled": "Réglé, selon le locataire",
            "unsettled": "Pas réglé, selon le locataire",
            "silent": "Le locataire n’a pas répondu",
            "climbed": "Remonté",
            "unreached": "Clos sans avoir joint le locataire",
            "unsent": "Le lien n’est pas parti : adresse refusée",
        }[self]


# From which states a step may be taken, and where it leads; None stays where one is.
STEPS: dict[Step, tuple[frozenset[State], State | None]] = {
    Step.HANDED: (OPEN, None),
    Step.MISSED: (frozenset({State.TO_CALL}), None),
    Step.CALLED: (frozenset({State.TO_CALL}), State.CALLED),
    Step.HANDLED: (frozenset({State.CALLED}), State.ASKED),
    Step.SETTLED: (frozenset({State.ASKED, State.SILENT, State.CALLED}), State.SETTLED),
    Step.UNSETTLED: (frozenset({State.ASKED, State.SILENT, State.SETTLED}), State.TO_CALL),
    Step.SILENT: (frozenset({State.ASKED}), State.SILENT),
    Step.CLIMBED: (frozenset({State.TO_CALL}), None),
    Step.UNREACHED: (frozenset({State.TO_CALL}), State.UNREACHED),
}


def may(step: Step, state: State, *, attempts: int = 0) -> Verdict:
    """Whether a step may be taken on a case that stands so."""
    if state not in STEPS[step][0]:
        return no(
            "cases.not_now", f"Ce cas est « {state.label.lower()} » : rechargez la page pour voir ce qui se fait ensuite."
        )
    if step is Step.UNREACHED and attempts < ATTEMPTS:
        return no(
            "cases.too_few_calls",
            f"Appelez {ATTEMPTS} fois avant de clore : {attempts} appel{'s' if attempts > 1 else ''} sans réponse pour l’instant.",
        )
    return YES


def said(text: str, what: str) -> Verdict:
    """Whether words that must be there are there, and short enough."""
    if not text.strip():
        return no("cases.words_missing", f"Écrivez {what}.")
    if len(text) > MAX_TEXT:
        return no("cases.words_long", f"Ce texte compte {len(text)} caractères ; la limite est {MAX_TEXT}.")
    return YES


def reachable(*, phone: str, email: str) -> Verdict:
    """Whether somebody who asks to be called left a way to."""
    if phone.strip() or email.strip():
        return YES
    return no("cases.no_contact", "Laissez un numéro de téléphone ou une adresse électronique pour être rappelé.")


def call_by(opened_on: date, urgency: Urgency, terms: Terms) -> date:
    """The last day to call."""
    return add_working_days(opened_on, terms.days(urgency))


def level_due(due_on: date, on: date) -> int:
    """How high a case that nobody called has to stand on a day: 0 with its owner, 1 the quality lead, 2 the director."""
    return sum(add_working_days(due_on, late) <= on for late in CLIMBS)


@dataclass(frozen=True, slots=True)
class Clock:
    """How much time is left to call, in days: negative when it is late."""

    due_on: date
    left: int

    @classmethod
    def of(cls, due_on: date, on: date) -> Clock:
        """The clock of a case on a day."""
        return cls(due_on, days_left(due_on, on))

    @property
    def words(self) -> str:
        """« aujourd’hui », « dans 2 jours », « en retard de 3 jours »."""
        days = abs(self.left)
        plural = "s" if days > 1 else ""
        if self.left < 0:
            return f"en retard de {days} jour{plural}"
        return f"dans {days} jour{plural}" if days else "aujourd’hui"
