"""The life of a wave: how it is drawn, where it stands, what may be done with it, which steps it takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Any

from palier.surveys.rules.contact import SENT, Channel
from palier.verdict import YES, Verdict, no


class Design(StrEnum):
    """Who is asked."""

    CENSUS = "census"
    SAMPLE = "sample"
    PANEL = "panel"
    HOT = "hot"

    @property
    def label(self) -> str:
        """In French, after « Qui est interrogé : »."""
        return {
            "census": "tous les locataires",
            "sample": "un échantillon tiré au sort, par strate",
            "panel": "les mêmes locataires qu’à une vague passée",
            "hot": "à chaud, après un événement",
        }[self.value]


class Split(StrEnum):
    """What a sample is stratified by."""

    NONE = "none"
    AGENCY = "agency"
    RESIDENCE = "residence"
    QPV = "qpv"

    @property
    def label(self) -> str:
        """In French, after « Une précision par »."""
        return {
            "none": "organisme, sans strate",
            "agency": "agence",
            "residence": "résidence",
            "qpv": "situation en QPV ou hors QPV",
        }[self.value]


class State(StrEnum):
    """Where a wave stands. Nothing leaves before ``RUNNING``, nor while ``STOPPED``."""

    DRAFT = "draft"
    DRAWN = "drawn"
    RUNNING = "running"
    STOPPED = "stopped"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "draft": "En préparation",
            "drawn": "Échantillon tiré",
            "running": "Sur le terrain",
            "stopped": "Envois arrêtés",
            "closed": "Close",
        }[self.value]

    def label_of(self, design: Design) -> str:
        """In French, for a wave of this design: a hot one draws nobody."""
        return "Prête à écouter" if (self, design) == (State.DRAWN, Design.HOT) else self.label


class EventKind(StrEnum):
    """What happened to a household that a hot survey asks about."""

    INTERVENTION = "intervention"
    MOVE_IN = "move_in"
    CONTACT = "contact"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "intervention": "Intervention terminée",
            "move_in": "Entrée dans les lieux",
            "contact": "Contact avec l’agence",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Told:
    """An event as told. ``household`` is the landlord's reference of it, ``reference`` that of the event."""

    kind: EventKind
    reference: str
    household: str
    on: date
    supplier: str = ""
    theme: str = ""


@dataclass(frozen=True, slots=True)
class Pace:
    """One sending of a wave: so many days after it opens, by the first of these channels that the household has."""

    day: int
    channels: tuple[Channel, ...]

    def kept(self) -> dict[str, int | list[str]]:
        """As plain JSON values."""
        return {"day": self.day, "channels": [str(channel) for channel in self.channels]}


def paces_of(kept: Iterable[Mapping[str, Any]]) -> tuple[Pace, ...]:
    """The sendings of a wave, from their plain JSON values."""
    return tuple(Pace(pace["day"], tuple(Channel(channel) for channel in pace["channels"])) for pace in kept)


# A first message and three reminders: whoever did not answer four times does not want to.
MOST_PACES = 4
LEAST_DAYS = 3


def paces_hold(paces: Sequence[Pace]) -> Verdict:
    """Whether the sendings of a wave are few, apart, and by channels that send."""
    if not paces:
        return no("surveys.no_pace", "Prévoyez au moins un envoi : sans lui, personne ne reçoit son lien.")
    if len(paces) > MOST_PACES:
        return no("surveys.too_many_paces", "Trois rappels au plus : qui n’a pas répondu quatre fois ne le souhaite pas.")
    if any(not pace.channels or set(pace.channels) - set(SENT) for pace in paces):
        return no("surveys.pace_channel", "Un envoi part par e-mail ou par SMS.")
    if paces[0].day != 0:
        return no("surveys.first_pace", "Le premier envoi part le jour de l’ouverture.")
    if any(after.day - before.day < LEAST_DAYS for before, after in pairwise(paces)):
        return no("surveys.close_paces", f"Laissez au moins {LEAST_DAYS} jours entre deux envois.")
    return YES


def may_edit(state: State) -> Verdict:
    """Whether the wave may still be changed: until its sample is drawn."""
    if state is State.DRAFT:
        return YES
    return no("surveys.drawn", "L’échantillon est tiré : la vague ne change plus. Défaites d’abord le tirage.")


def may_draw(state: State) -> Verdict:
    """Whether a sample may be drawn."""
    if state is State.DRAFT:
        return YES
    return no("surveys.already_drawn", "L’échantillon de cette vague est déjà tiré.")


def may_undraw(state: State) -> Verdict:
    """Whether a draw may be undone: as long as nobody was asked."""
    if state is State.DRAWN:
        return YES
    return no("surveys.asked", "Des locataires ont déjà été sollicités : le tirage ne se défait plus.")


def may_launch(state: State, *, has_questionnaire: bool) -> Verdict:
    """Whether messages may start to leave."""
    if state is State.DRAWN and has_questionnaire:
        return YES
    if state is State.DRAWN:
        return no("surveys.no_questionnaire", "Cette vague n’a pas de questionnaire : défaites le tirage, puis choisissez-le.")
    if state is State.DRAFT:
        return no("surveys.not_drawn", "Tirez d’abord l’échantillon : on ne lance qu’une vague dont le nombre est connu.")
    return no("surveys.launched", "Cette vague est déjà lancée.")


def may_stop(state: State) -> Verdict:
    """Whether there is something to stop."""
    if state is State.RUNNING:
        return YES
    return no("surveys.nothing_leaves", "Rien ne part pour cette vague : il n’y a rien à arrêter.")


def may_resume(state: State) -> Verdict:
    """Whether messages may leave again."""
    if state is State.STOPPED:
        return YES
    return no("surveys.not_stopped", "Les envois de cette vague ne sont pas arrêtés.")


def may_close(state: State) -> Verdict:
    """Whether the wave may take its last answer."""
    if state in {State.RUNNING, State.STOPPED}:
        return YES
    return no("surveys.not_running", "Cette vague n’est pas sur le terrain : il n’y a rien à clore.")
