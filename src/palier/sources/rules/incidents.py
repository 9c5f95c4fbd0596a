"""The typology of incidents: what happened, where, to whom, how often, whether a complaint was filed.

Never who did it: no field takes an alleged author, and the short text is moderated (``rules.moderation``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from palier.calendar import add_months
from palier.verdict import YES, Verdict, no


class IncidentKind(StrEnum):
    """What happened."""

    ASSAULT_VERBAL = "assault_verbal"
    ASSAULT_PHYSICAL = "assault_physical"
    THREAT = "threat"
    PROPERTY_DAMAGE = "property_damage"
    DUMPING_BULKY = "dumping_bulky"
    GRAFFITI = "graffiti"
    GATHERING = "gathering_hall_occupation"
    TRAFFICKING = "trafficking"
    NOISE_NEIGHBOUR = "noise_neighbour"
    ANIMAL = "animal"
    PARKING_WRECK = "parking_wreck"
    THEFT_BURGLARY = "theft_burglary"
    FIRE = "fire"
    SQUAT = "squat"
    CONTRACTOR_BLOCKED = "contractor_blocked"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return _KINDS[self]


_KINDS = {
    IncidentKind.ASSAULT_VERBAL: "Agression verbale",
    IncidentKind.ASSAULT_PHYSICAL: "Agression physique",
    IncidentKind.THREAT: "Menace",
    IncidentKind.PROPERTY_DAMAGE: "Dégradation",
    IncidentKind.DUMPING_BULKY: "Dépôt, encombrants",
    IncidentKind.GRAFFITI: "Tag",
    IncidentKind.GATHERING: "Regroupement, occupation de hall",
    IncidentKind.TRAFFICKING: "Trafic",
    IncidentKind.NOISE_NEIGHBOUR: "Bruit, trouble de voisinage",
    IncidentKind.ANIMAL: "Animal gênant",
    IncidentKind.PARKING_WRECK: "Stationnement, épave",
    IncidentKind.THEFT_BURGLARY: "Vol, cambriolage",
    IncidentKind.FIRE: "Incendie volontaire",
    IncidentKind.SQUAT: "Squat",
    IncidentKind.CONTRACTOR_BLOCKED: "Prestataire empêché",
    IncidentKind.OTHER: "Autre",
}
# The indicators that an incident counts in, besides « incidents », which counts them all.
COUNTED_IN: dict[str, frozenset[IncidentKind]] = {
    "incidents": frozenset(IncidentKind),
    "assaults": frozenset({IncidentKind.ASSAULT_VERBAL, IncidentKind.ASSAULT_PHYSICAL, IncidentKind.THREAT}),
    "occupations": frozenset({IncidentKind.GATHERING, IncidentKind.TRAFFICKING, IncidentKind.SQUAT}),
    "damage": frozenset({IncidentKind.PROPERTY_DAMAGE, IncidentKind.DUMPING_BULKY, IncidentKind.GRAFFITI, IncidentKind.FIRE}),
    "neighbour_disputes": frozenset({IncidentKind.NOISE_NEIGHBOUR, IncidentKind.ANIMAL}),
}


class Place(StrEnum):
    """Where it happened in the residence."""

    HALL = "hall"
    STAIRS = "stairs"
    LIFT = "lift"
    CELLAR = "cellar"
    PARKING = "parking"
    OUTSIDE = "outside"
    HOME = "home"
    AGENCY = "agency"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "hall": "Hall",
            "stairs": "Escalier, palier",
            "lift": "Ascenseur",
            "cellar": "Cave",
            "parking": "Parking",
            "outside": "Extérieur",
            "home": "Logement",
            "agency": "Agence, loge",
            "unknown": "Non précisé",
        }[self.value]


class Victim(StrEnum):
    """Who suffered it, as a group, never as a person."""

    UNKNOWN = "unknown"
    NOBODY = "nobody"
    STAFF = "staff"
    CONTRACTOR = "contractor"
    TENANT = "tenant"
    VISITOR = "visitor"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "unknown": "Non précisé",
            "nobody": "Personne, le bâti seul",
            "staff": "Personnel de l’organisme",
            "contractor": "Personnel d’un prestataire",
            "tenant": "Locataires",
            "visitor": "Autres personnes",
        }[self.value]


class Recurrence(StrEnum):
    """How often it happens there."""

    UNKNOWN = "unknown"
    ISOLATED = "isolated"
    REPEATED = "repeated"
    CONSTANT = "constant"

    @property
    def label(self) -> str:
        """In French."""
        return {"unknown": "Non précisé", "isolated": "Isolé", "repeated": "Se répète", "constant": "Permanent"}[self.value]


class Complaint(StrEnum):
    """Whether a complaint was filed with the police."""

    UNKNOWN = "unknown"
    NO = "no"
    YES = "yes"

    @property
    def label(self) -> str:
        """In French, after « Plainte »."""
        return {"unknown": "Non précisé", "no": "Non", "yes": "Oui"}[self.value]


@dataclass(frozen=True, slots=True)
class Told:
    """An incident as somebody tells it. ``reference`` is the landlord's own number, if any."""

    residence: int
    on: date
    kind: IncidentKind
    place: Place
    victim: Victim = Victim.UNKNOWN
    recurrence: Recurrence = Recurrence.UNKNOWN
    complaint: Complaint = Complaint.UNKNOWN
    text: str = ""
    reference: str = ""


TEXT_MOST = 300
# How long the words of an incident stay; what is counted stays without them.
TEXT_MONTHS = 12
_OLDEST = date(2000, 1, 1)
SHORTEST_LOG_DAYS = 90
"""Days, both ends included, under which a log of incidents says nothing of a year."""


def counted_since(on: date) -> date:
    """The first day of the year of incidents that ends on a day: always the first of a month.

    A log kept by month dates all its incidents on the first: a month that counts counts whole.
    """
    return add_months(on + timedelta(days=1), -12).replace(day=1)


def text_until(on: date) -> date:
    """The last day on which the words of an incident of that day are kept."""
    return add_months(on, TEXT_MONTHS)


def may_have_happened(day: date, today: date) -> Verdict:
    """Whether an incident may bear this date."""
    if day > today:
        return no("sources.future", "La date est dans le futur. Vérifiez le jour de l’incident.")
    if day < _OLDEST:
        return no("sources.too_old", f"La date est avant {_OLDEST.year}. Vérifiez l’année de l’incident.")
    return YES
