"""The words of the registry: sources, families, directions, denominators, kinds of figures."""

from __future__ import annotations

from enum import StrEnum


class Source(StrEnum):
    """Where a figure comes from: the ten sources of the field, the figures of management, the open data."""

    STAFF = "staff"
    CONSULTATION = "consultation"
    SURVEYS = "surveys"
    PSP = "psp"
    SAFETY = "safety"
    INCIDENTS = "incidents"
    OCCUPANCY = "occupancy"
    SUPPLIERS = "suppliers"
    GRADING = "grading"
    REQUESTS = "requests"
    MANAGEMENT = "management"
    DISTRICTS = "districts"
    OFFENCES = "offences"
    INCOMES = "incomes"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return _SOURCES[self][0]

    @property
    def bring(self) -> str:
        """How it is brought, in one sentence, for who does not have it yet."""
        return _SOURCES[self][1]

    @property
    def is_open(self) -> bool:
        """Whether it is public data, read once for all landlords."""
        return self in OPEN_SOURCES


_SOURCES = {
    Source.STAFF: (
        "Remontées du personnel de proximité",
        "Comptez les remontées par résidence, chaque mois ou chaque trimestre.",
    ),
    Source.CONSULTATION: ("Concertation locative", "Reportez les points soulevés en conseil de concertation, par résidence."),
    Source.SURVEYS: (
        "Enquêtes de satisfaction",
        "Reprenez du prestataire les parts de satisfaits et le nombre de réponses par résidence.",
    ),
    Source.PSP: ("Classement du PSP", "Exportez la classe de chaque résidence de votre plan stratégique de patrimoine."),
    Source.SAFETY: (
        "Fiches de sécurité et de tranquillité",
        "Comptez les fiches par résidence, chaque mois ou chaque trimestre.",
    ),
    Source.INCIDENTS: ("Observatoire des incidents", "Saisissez les incidents au fil de l’eau, ou importez leur liste."),
    Source.OCCUPANCY: ("Occupation sociale", "Reprenez de l’enquête OPS les effectifs par résidence, jamais par ménage."),
    Source.SUPPLIERS: (
        "Retours des prestataires",
        "Demandez à vos prestataires les interventions refusées ou empêchées, par résidence.",
    ),
    Source.GRADING: ("Mise en gamme du patrimoine", "Exportez la gamme de chaque résidence."),
    Source.REQUESTS: (
        "Demandes sur les parties communes",
        "Exportez de votre outil de réclamations les demandes par résidence.",
    ),
    Source.MANAGEMENT: ("Chiffres de gestion", "Exportez vacance, rotation, impayés, refus et pétitions par résidence."),
    Source.DISTRICTS: ("Quartiers prioritaires (QPV)", "Donnez un point ou une adresse à chaque résidence du patrimoine."),
    Source.OFFENCES: (
        "Délinquance enregistrée par commune",
        "L’équipe du label charge le fichier du ministère de l’Intérieur.",
    ),
    Source.INCOMES: ("Revenus par IRIS", "L’équipe du label charge les contours des IRIS et le fichier de l’Insee."),
}
OPEN_SOURCES = frozenset({Source.DISTRICTS, Source.OFFENCES, Source.INCOMES})


class Family(StrEnum):
    """What an indicator speaks of: the families of criteria met in practice."""

    TRANQUILLITY = "tranquillity"
    DAMAGE = "damage"
    CLEANLINESS = "cleanliness"
    NEIGHBOURS = "neighbours"
    SERVICE = "service"
    BUILDING = "building"
    PARTNERSHIP = "partnership"
    OCCUPANCY = "occupancy"
    VOICE = "voice"
    SETTING = "setting"
    OPEN_DATA = "open_data"

    @property
    def label(self) -> str:
        """In French."""
        return {
            "tranquillity": "Tranquillité et sécurité",
            "damage": "Dégradations volontaires",
            "cleanliness": "Propreté",
            "neighbours": "Troubles de voisinage",
            "service": "Service rendu",
            "building": "Bâti",
            "partnership": "Partenariat",
            "occupancy": "Occupation et attractivité",
            "voice": "Voix des locataires",
            "setting": "Situation",
            "open_data": "Données publiques",
        }[self.value]


class Direction(StrEnum):
    """Which way an indicator worsens."""

    MORE_IS_WORSE = "more_is_worse"
    MORE_IS_BETTER = "more_is_better"

    @property
    def label(self) -> str:
        """In French."""
        return "plus c’est haut, pire c’est" if self is Direction.MORE_IS_WORSE else "plus c’est haut, mieux c’est"


class Denominator(StrEnum):
    """Of what an indicator is counted."""

    DWELLINGS = "dwellings"
    HOUSEHOLDS = "households"
    ANSWERS = "answers"
    OFFERS = "offers"
    REQUESTS = "requests"
    ORDERS = "orders"
    CHECKS = "checks"
    DAYS = "days"
    INHABITANTS = "inhabitants"
    NONE = "none"

    @property
    def label(self) -> str:
        """In French, plural, after a number."""
        return {
            "dwellings": "logements",
            "households": "ménages",
            "answers": "réponses",
            "offers": "propositions",
            "requests": "demandes",
            "orders": "interventions commandées",
            "checks": "contrôles",
            "days": "jours de poste",
            "inhabitants": "habitants",
            "none": "",
        }[self.value]


class Kind(StrEnum):
    """How a value comes from what is counted.

    ``SHARE``: numerator of denominator, in %. ``RATE``: events for 100 of the denominator and a year, whatever the length of
    the period. ``MEAN``: an average, over the denominator. ``LEVEL``: a step of an ordered scale. ``FIGURE``: as published.
    """

    SHARE = "share"
    RATE = "rate"
    MEAN = "mean"
    LEVEL = "level"
    FIGURE = "figure"
