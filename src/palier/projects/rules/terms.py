"""The words of local projects: kinds, stages, levers, partners, traces of residents."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from palier.visits.rules import Responsibility


class Kind(StrEnum):
    """What a local project is."""

    PGS = "pgs"
    PIL = "pil"

    @property
    def label(self) -> str:
        """In French."""
        return {"pgs": "Projet de gestion de site (PGS)", "pil": "Projet d’initiative locale (PIL)"}[self.value]

    @property
    def short(self) -> str:
        """The letters that people say."""
        return self.value.upper()


class Stage(StrEnum):
    """Where a project stands. Residents take part in each of the first four."""

    DIAGNOSIS = "diagnosis"
    DEFINITION = "definition"
    IMPLEMENTATION = "implementation"
    EVALUATION = "evaluation"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "diagnosis": "Diagnostic",
            "definition": "Définition",
            "implementation": "Mise en œuvre",
            "evaluation": "Évaluation",
            "closed": "Terminé",
        }[self.value]

    @property
    def following(self) -> Stage:
        """The stage that comes after; a closed project stays closed."""
        stages = list(Stage)
        return stages[min(stages.index(self) + 1, len(stages) - 1)]

    @property
    def before(self) -> Stage:
        """The stage that comes before; the first one stays first."""
        stages = list(Stage)
        return stages[max(stages.index(self) - 1, 0)]


LIVE = tuple(stage for stage in Stage if stage is not Stage.CLOSED)


class Family(StrEnum):
    """A family of causes, as in the grid of the detailed diagnosis."""

    BUILDING = "building"
    CLEANLINESS = "cleanliness"
    TRANQUILLITY = "tranquillity"
    NEIGHBOURS = "neighbours"
    PRESENCE = "presence"
    SUPPLIERS = "suppliers"
    OCCUPANCY = "occupancy"
    SOCIAL_LIFE = "social_life"
    SURROUNDINGS = "surroundings"
    PARTNERSHIP = "partnership"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "building": "Bâti, équipements et espaces",
            "cleanliness": "Propreté et déchets",
            "tranquillity": "Tranquillité et sécurité",
            "neighbours": "Voisinage",
            "presence": "Présence et organisation de l’équipe",
            "suppliers": "Prestataires",
            "occupancy": "Occupation et attractivité",
            "social_life": "Vie sociale et confiance",
            "surroundings": "Abords, ville et services",
            "partnership": "Partenariat local",
        }[self.value]


AORIF = "AORIF, « Engagements qualité et sites complexes en Île-de-France », 2017"


@dataclass(frozen=True, slots=True)
class Lever:
    """What is said of a lever, of those the action plan's list names, that landlords use or consider on complex sites."""

    example: str
    usual: Responsibility


# The levers named by landlords in the survey cited by ``AORIF``; examples and usual responsibility are ours.
LEVERS: dict[str, Lever] = {
    "building_works": Lever("Refaire un hall, l’éclairage, les accès, les locaux de déchets.", Responsibility.LANDLORD),
    "reinforced_cleaning": Lever(
        "Ajouter des passages, contrôler par cage d’escalier, enlever plus vite.", Responsibility.LANDLORD
    ),
    "team_presence": Lever("Loge rouverte, binôme, horaires élargis, bureau sur place.", Responsibility.LANDLORD),
    "social_development": Lever("Jardin partagé, local associatif, rencontres de pied d’immeuble.", Responsibility.SHARED),
    "tranquillity": Lever("Médiateurs, correspondants de nuit, suivi des troubles de voisinage.", Responsibility.SHARED),
    "integration": Lever("Régie de quartier, chantier d’insertion pour l’entretien du site.", Responsibility.SHARED),
    "private_security": Lever("Rondes, présence ponctuelle, avec les forces de l’ordre informées.", Responsibility.SHARED),
}


class Trace(StrEnum):
    """How residents took part in a stage."""

    MEETING = "meeting"
    WALK = "walk"
    OPINION = "opinion"

    @property
    def label(self) -> str:
        """In French."""
        return {"meeting": "Réunion d’habitants", "walk": "Diagnostic en marchant", "opinion": "Avis recueilli"}[self.value]


class Body(StrEnum):
    """What a partner of a project is."""

    STATE = "state"
    TOWN = "town"
    LANDLORD = "landlord"
    POLICE = "police"
    ASSOCIATION = "association"
    CONTRACTOR = "contractor"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "state": "État",
            "town": "Commune, intercommunalité",
            "landlord": "Autre organisme Hlm",
            "police": "Police, gendarmerie, justice",
            "association": "Association",
            "contractor": "Prestataire",
            "other": "Autre partenaire",
        }[self.value]


class Desk(StrEnum):
    """Where a landlord may carry a situation that it cannot settle with its partners."""

    SUPPORT = "support"
    CONCILIATION = "conciliation"

    @property
    def label(self) -> str:
        """In French."""
        return {"support": "Pôle d’appui solidarité", "conciliation": "Mission de conciliation confédérale"}[self.value]

    @property
    def meant_for(self) -> str:
        """When one turns to it."""
        return {
            "support": "Un conseil, un appui d’expérience, une mise en relation.",
            "conciliation": "Une urgence ou un blocage que les acteurs locaux ne lèvent pas.",
        }[self.value]


class Standing(StrEnum):
    """How far a request for help is."""

    ASKED = "asked"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """In French."""
        return {"asked": "Envoyée", "acknowledged": "Prise en charge", "answered": "Répondue", "closed": "Close"}[self.value]


def round_stage(project: int, stage: Stage) -> str:
    """The code under which consultation keeps the round of a project's stage."""
    return f"project:{project}:{stage.value}"


def round_words(code: str) -> str:
    """What people read for the round of a project's stage; empty for any other round."""
    parts = code.split(":")
    return f"Projet local, {Stage(parts[2]).label.lower()}" if len(parts) == 3 and parts[0] == "project" else ""
