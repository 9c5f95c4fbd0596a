"""The words of a plan: natures, responsibilities, outcomes, and the lists that the label's owner may edit."""

from __future__ import annotations

from enum import StrEnum


class Nature(StrEnum):
    """Whether an action repairs or forestalls."""

    REMEDIAL = "remedial"
    PREVENTIVE = "preventive"

    @property
    def label(self) -> str:
        """In French."""
        return {"remedial": "Réparer", "preventive": "Prévenir"}[self.value]


class Scope(StrEnum):
    """Where an action bears: the whole stock, or named sites."""

    TRANSVERSAL = "transversal"
    SITE = "site"

    @property
    def label(self) -> str:
        """In French."""
        return {"transversal": "Tout le patrimoine", "site": "Un ou plusieurs sites"}[self.value]


class Direction(StrEnum):
    """Which way an indicator gets better."""

    UP = "up"
    DOWN = "down"

    @property
    def label(self) -> str:
        """In French."""
        return {"up": "Plus haut, c’est mieux", "down": "Plus bas, c’est mieux"}[self.value]


class Status(StrEnum):
    """How far an action is, as its owner says."""

    NOT_STARTED = "not_started"
    UNDER_WAY = "under_way"
    DONE = "done"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """In French."""
        return {"not_started": "À venir", "under_way": "En cours", "done": "Faite", "dropped": "Abandonnée"}[self.value]


class Outcome(StrEnum):
    """What an auditor finds of an action."""

    DONE = "done"
    UNDER_WAY = "under_way"
    LATE = "late"
    NOT_STARTED = "not_started"
    DROPPED_WITH_REASON = "dropped_with_reason"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "done": "Réalisée",
            "under_way": "En cours",
            "late": "En retard",
            "not_started": "Non commencée",
            "dropped_with_reason": "Abandonnée, avec motif",
        }[self.value]


class Effect(StrEnum):
    """What an auditor finds of an action's effect. « Not measurable » is an answer."""

    EFFECTIVE = "effective"
    PARTLY = "partly"
    NOT_MEASURABLE = "not_measurable"
    INEFFECTIVE = "ineffective"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "effective": "Efficace",
            "partly": "Efficace en partie",
            "not_measurable": "Effet non mesurable",
            "ineffective": "Sans effet",
        }[self.value]


class Source(StrEnum):
    """Where a recommendation comes from."""

    HQS = "hqs"
    AUDIT = "audit"
    COMMITTEE = "committee"
    SITE_RATING = "site_rating"
    SURVEY = "survey"
    INCIDENTS = "incidents"
    TENANTS_OPINION = "tenants_opinion"
    TFPB = "tfpb"
    CHARTER = "charter"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "hqs": "Diagnostic HQS",
            "audit": "Audit",
            "committee": "Condition du comité",
            "site_rating": "Cotation des sites",
            "survey": "Enquête de satisfaction",
            "incidents": "Incidents répétés",
            "tenants_opinion": "Avis des représentants de locataires",
            "tfpb": "Abattement de TFPB",
            "charter": "Écart à la charte",
            "other": "Autre origine",
        }[self.value]


class Vocabulary(StrEnum):
    """Lists that the label's owner may edit; what follows is the default."""

    THEME = "theme"
    LEVER = "lever"
    TFPB_AXIS = "tfpb_axis"

    @property
    def label(self) -> str:
        """In French."""
        return {"theme": "Thèmes", "lever": "Leviers", "tfpb_axis": "Axes de l’abattement de TFPB"}[self.value]


DEFAULT_TERMS: dict[Vocabulary, dict[str, str]] = {
    Vocabulary.THEME: {
        "reception_information": "Accueil, communication et information du locataire",
        "cleanliness": "Propreté des parties communes et des espaces extérieurs",
        "technical_requests": "Traitement de la demande technique",
        "admin_neighbour_requests": "Demande administrative, locative et trouble de voisinage",
        "technical_interventions": "Interventions techniques",
        "charges_control": "Maîtrise des charges locatives",
        "equipment_operation": "Fonctionnement des équipements",
        "internal_moves": "Mutations",
        "living_environment": "Cadre de vie et tranquillité",
        "move_in": "Entrée dans les lieux",
        "quality_management": "Pilotage de la qualité",
        "tenant_consultation": "Association des représentants de locataires",
        "complex_sites": "Situations complexes",
    },
    Vocabulary.LEVER: {
        "building_works": "Travaux sur le bâti",
        "reinforced_cleaning": "Nettoyage renforcé",
        "team_presence": "Présence des équipes renforcée",
        "social_development": "Développement social, animation",
        "tranquillity": "Tranquillité, médiation",
        "integration": "Insertion par l’activité",
        "private_security": "Sécurité privée",
        "organisation": "Organisation et procédures",
        "training": "Formation des équipes",
        "information": "Information des locataires",
        "suppliers": "Suivi des prestataires",
        "tools": "Outils et systèmes d’information",
        "other": "Autre levier",
    },
    Vocabulary.TFPB_AXIS: {
        "staff_presence": "Renforcement de la présence du personnel de proximité",
        "staff_training_support": "Formation et soutien des personnels de proximité",
        "extra_maintenance": "Sur-entretien",
        "waste_bulky": "Gestion des déchets, encombrants et épaves",
        "residential_tranquillity": "Tranquillité résidentielle",
        "tenant_engagement": "Concertation et sensibilisation des locataires",
        "social_life": "Animation, lien social, vivre ensemble",
        "minor_works": "Petits travaux d’amélioration de la qualité de service",
    },
}
