"""The law of visits: who checks what, what may be sent when, what counts as a fault, what changed between two visits."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.frameworks.rules.grid import NOTHING, Criterion, Framework, Given
from palier.verdict import YES, Verdict, no

PRIORITIES = 5
MAX_PHOTOS = 60
MAX_TEXT = 2_000


class Kind(StrEnum):
    """What is visited, and with which grid: its value is the grid's code."""

    SHEET = "residence_sheet"
    ROUND = "cleanliness_round"

    @property
    def label(self) -> str:
        """In French."""
        return {"residence_sheet": "Fiche résidence", "cleanliness_round": "Contrôle de propreté"}[self]


class State(StrEnum):
    """Where a visit stands."""

    PLANNED = "planned"
    UNDER_WAY = "under_way"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """In French."""
        return {"planned": "Prévue", "under_way": "En cours", "done": "Faite", "cancelled": "Annulée"}[self]


class Cleaner(StrEnum):
    """Who cleans a staircase."""

    EMPLOYEE = "employee"
    CARETAKER = "caretaker"
    CONTRACTOR = "contractor"

    @property
    def label(self) -> str:
        """In French."""
        return {"employee": "Employé d’immeuble", "caretaker": "Gardien", "contractor": "Entreprise"}[self]


class Function(StrEnum):
    """What somebody of the landlord's team is on the spot."""

    EMPLOYEE = "employee"
    CARETAKER = "caretaker"
    SECTOR_MANAGER = "sector_manager"
    OUTSIDE_FIRM = "outside_firm"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "employee": "Employé d’immeuble",
            "caretaker": "Gardien",
            "sector_manager": "Responsable de secteur",
            "outside_firm": "Cabinet de contrôle extérieur",
        }[self]


# Who checks what, by who cleans: whoever checks is never whoever cleans.
CHECKERS: dict[Cleaner, Function] = {
    Cleaner.EMPLOYEE: Function.CARETAKER,
    Cleaner.CARETAKER: Function.SECTOR_MANAGER,
    Cleaner.CONTRACTOR: Function.OUTSIDE_FIRM,
}


def may_check(staircase: str, cleaned_by: Cleaner, function: Function | None, *, cleans_it: bool) -> Verdict:
    """Whether somebody of this function may check a staircase that is cleaned so; never whoever cleans it."""
    if cleans_it:
        return no(
            "visits.checker_cleans", f"« {staircase} » est nettoyé par cette personne : une autre personne fait le contrôle."
        )
    wanted = CHECKERS[cleaned_by]
    if function is wanted:
        return YES
    said = f"« {function.label.lower()} »" if function else "sans fonction déclarée"
    return no(
        "visits.wrong_checker",
        f"« {staircase} » est nettoyé par : {cleaned_by.label.lower()}. Son contrôle revient à la fonction "
        f"« {wanted.label.lower()} » ; cette personne est {said}.",
    )


def may_take(state: State, *, entrusted: bool, nobody: bool) -> Verdict:
    """Whether somebody may take a visit in charge: theirs, or nobody's."""
    if state in {State.DONE, State.CANCELLED}:
        return no("visits.over", f"Cette visite est {state.label.lower()}.")
    if entrusted or nobody:
        return YES
    return no("visits.not_yours", "Cette visite est confiée à une autre personne.")


def may_fill(state: State, *, entrusted: bool) -> Verdict:
    """Whether somebody may write in a visit now."""
    if state in {State.DONE, State.CANCELLED}:
        return no("visits.over", f"Cette visite est {state.label.lower()} : ses réponses ne changent plus.")
    if not entrusted:
        return no("visits.not_yours", "Cette visite est confiée à une autre personne.")
    return YES if state is State.UNDER_WAY else no("visits.not_taken", "Prenez d’abord cette visite en charge.")


def may_change(state: State) -> Verdict:
    """Whether the day, the person or the very existence of a visit may still change."""
    if state in {State.DONE, State.CANCELLED}:
        return no("visits.over", f"Cette visite est {state.label.lower()}.")
    return YES


def finishable(kind: Kind, grid: Framework, said: Mapping[str, Given], priorities: Collection[str]) -> Verdict:
    """Whether a visit may end: every point seen or said « non vu », and for a sheet five priorities among its points."""
    left = sum(not said.get(code, NOTHING).rated for code in grid.criteria)
    found = YES
    if left:
        points = "1 point reste" if left == 1 else f"{left} points restent"
        found &= no("visits.points_left", f"{points} à renseigner ; « non vu » convient pour ce qui n’a pas pu l’être.")
    if kind is Kind.SHEET:
        chosen = set(priorities)
        if chosen - set(grid.criteria):
            found &= no("visits.unknown_priority", "Une priorité n’est pas un point de cette fiche.")
        elif len(chosen) != PRIORITIES or len(priorities) != PRIORITIES:
            found &= no("visits.five_priorities", f"Choisissez {PRIORITIES} priorités ; {len(chosen)} choisie(s).")
    return found


def is_late(planned_on: date, state: State, on: date) -> bool:
    """Whether a visit should have been done."""
    return state in {State.PLANNED, State.UNDER_WAY} and planned_on < on


def is_fault(criterion: Criterion, given: Given) -> bool:
    """Whether a point stands in the weak half of its scale."""
    return given.value is not None and criterion.scale.quality(given.value) * 2 < 1


class Move(StrEnum):
    """What became of a point between two visits."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "worse": "Dégradé",
            "better": "Amélioré",
            "same": "Stable",
            "unknown": "Sans comparaison",
        }[self]


@dataclass(frozen=True, slots=True)
class Change:
    """One point in two visits. ``before`` is what the same code said then, on the scale of then."""

    criterion: Criterion
    before: Given
    after: Given
    move: Move


def gap(was: Framework, before: Mapping[str, Given], grid: Framework, after: Mapping[str, Given]) -> list[Change]:
    """Point by point, what got worse or better since the visit before, whatever the versions of the grid."""
    found = []
    for code, criterion in grid.criteria.items():
        then, now = before.get(code, NOTHING), after.get(code, NOTHING)
        move = Move.UNKNOWN
        if code in was.criteria and then.value is not None and now.value is not None:
            old, new = was.criteria[code].scale.quality(then.value), criterion.scale.quality(now.value)
            move = Move.SAME if old == new else Move.BETTER if new > old else Move.WORSE
        found.append(Change(criterion, then, now, move))
    return found


# --- Walks ----------------------------------------------------------------------------------------------------------


class Public(StrEnum):
    """Who takes part in a walk. People are counted, never named."""

    RESIDENTS = "residents"
    REPRESENTATIVES = "representatives"
    STAFF = "staff"
    ELECTED = "elected"
    PARTNERS = "partners"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "residents": "Habitants",
            "representatives": "Représentants des locataires",
            "staff": "Équipe du bailleur",
            "elected": "Élus",
            "partners": "Partenaires",
        }[self]


class Theme(StrEnum):
    """What an observation is about."""

    UPKEEP = "upkeep"
    BUILDING = "building"
    OUTSIDE = "outside"
    LIGHTING = "lighting"
    WASTE = "waste"
    MOBILITY = "mobility"
    TRANQUILLITY = "tranquillity"
    SOCIAL_LIFE = "social_life"
    SERVICES = "services"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "upkeep": "Propreté et entretien",
            "building": "Bâti et parties communes",
            "outside": "Espaces extérieurs et jeux",
            "lighting": "Éclairage",
            "waste": "Déchets et encombrants",
            "mobility": "Cheminements et stationnement",
            "tranquillity": "Tranquillité",
            "social_life": "Vie sociale et usages",
            "services": "Commerces, transports, services",
        }[self]


class Responsibility(StrEnum):
    """Who can act on what was observed, or on a cause: what is seen on the spot and what a plan does say it alike."""

    LANDLORD = "landlord"
    OTHER = "other"
    SHARED = "shared"

    @property
    def label(self) -> str:
        """In French."""
        return {"landlord": "L’organisme", "other": "Un autre acteur", "shared": "Partagée"}[self]


def walk_open(*, closed: bool) -> Verdict:
    """Whether a walk still takes stops and observations."""
    return no("visits.walk_closed", "Ce diagnostic en marchant est restitué : il ne change plus.") if closed else YES


def may_close(observations: int) -> Verdict:
    """Whether the restitution of a walk may be given."""
    if observations:
        return YES
    return no("visits.walk_empty", "Notez au moins une observation avant de restituer ce diagnostic.")


def said(text: str, what: str) -> Verdict:
    """Whether a text that must be there is there, and short enough."""
    if not text.strip():
        return no("visits.text_missing", f"Écrivez {what}.")
    if len(text) > MAX_TEXT:
        return no("visits.text_long", f"Ce texte compte {len(text)} caractères ; la limite est {MAX_TEXT}.")
    return YES
