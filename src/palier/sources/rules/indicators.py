"""The registry of indicators: what each one counts, of what, and how it reads.

A table of sober defaults, for someone of the field to read. No official list is published; a landlord brings what it has.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from palier.sources.rules.vocabulary import Denominator, Direction, Family, Kind, Source


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator. ``least`` and ``most`` bound its value; ``freshness_months`` is the age from which it is stale.

    ``smallest`` is the least denominator under which the figure would speak of people, and is refused.
    """

    key: str
    label: str
    source: Source
    family: Family
    unit: str
    direction: Direction
    denominator: Denominator
    kind: Kind
    freshness_months: int
    definition: str
    least: Decimal = Decimal(0)
    most: Decimal = Decimal(100_000)
    smallest: int = 1

    @property
    def from_stock(self) -> bool:
        """Whether the stock gives the denominator when nobody does: the homes of the residence."""
        return self.denominator is Denominator.DWELLINGS


_WORSE, _BETTER = Direction.MORE_IS_WORSE, Direction.MORE_IS_BETTER
_PER_HOMES = "pour 100 logements et par an"
_CENT = Decimal(100)


def _rate(key: str, label: str, source: Source, family: Family, definition: str, months: int = 6) -> Indicator:
    return Indicator(key, label, source, family, _PER_HOMES, _WORSE, Denominator.DWELLINGS, Kind.RATE, months, definition)


def _share(
    key: str,
    label: str,
    source: Source,
    family: Family,
    of: Denominator,
    definition: str,
    *,
    months: int = 15,
    direction: Direction = _WORSE,
    smallest: int = 1,
) -> Indicator:
    return Indicator(
        key, label, source, family, "%", direction, of, Kind.SHARE, months, definition, most=_CENT, smallest=smallest
    )


def _figure(key: str, label: str, source: Source, unit: str, direction: Direction, months: int, definition: str) -> Indicator:
    return Indicator(
        key,
        label,
        source,
        Family.OPEN_DATA,
        unit,
        direction,
        Denominator.INHABITANTS,
        Kind.FIGURE,
        months,
        definition,
        most=Decimal(1_000_000),
    )


# A household of a small group can be recognised: the statistical secret of the social-occupancy survey.
SMALLEST_GROUP = 11

_ALL = (
    _rate(
        "staff_reports",
        "Remontées du personnel de proximité",
        Source.STAFF,
        Family.SERVICE,
        "Difficultés signalées par les gardiens et les équipes de proximité, quelles qu’elles soient.",
    ),
    _share(
        "staff_days_uncovered",
        "Jours sans personnel de proximité",
        Source.STAFF,
        Family.SERVICE,
        Denominator.DAYS,
        "Jours où le poste de gardien ou d’employé d’immeuble n’est tenu par personne, sur les jours où il devait l’être.",
        months=6,
    ),
    _share(
        "cleanliness_faults",
        "Contrôles de propreté non conformes",
        Source.STAFF,
        Family.CLEANLINESS,
        Denominator.CHECKS,
        "Contrôles de propreté qui relèvent au moins un défaut, sur les contrôles faits.",
        months=6,
    ),
    _rate(
        "consultation_points",
        "Points soulevés en concertation",
        Source.CONSULTATION,
        Family.VOICE,
        "Points sur la qualité de service de la résidence soulevés par les représentants des locataires.",
        months=12,
    ),
    _share(
        "satisfied",
        "Locataires satisfaits",
        Source.SURVEYS,
        Family.VOICE,
        Denominator.ANSWERS,
        "Réponses « très » ou « plutôt satisfait » à la question de satisfaction globale.",
        months=40,
        direction=_BETTER,
    ),
    _share(
        "satisfied_cleanliness",
        "Satisfaits de la propreté",
        Source.SURVEYS,
        Family.CLEANLINESS,
        Denominator.ANSWERS,
        "Réponses « très » ou « plutôt satisfait » sur la propreté des parties communes et des abords.",
        months=40,
        direction=_BETTER,
    ),
    _share(
        "satisfied_tranquillity",
        "Satisfaits de la tranquillité",
        Source.SURVEYS,
        Family.TRANQUILLITY,
        Denominator.ANSWERS,
        "Réponses « très » ou « plutôt satisfait » sur la tranquillité et la sécurité de la résidence.",
        months=40,
        direction=_BETTER,
    ),
    Indicator(
        "psp_class",
        "Classe du PSP",
        Source.PSP,
        Family.BUILDING,
        "classe de 1 à 5",
        _WORSE,
        Denominator.NONE,
        Kind.LEVEL,
        36,
        "Classe du plan stratégique de patrimoine, ramenée de 1 (à entretenir) à 5 (à restructurer ou à démolir).",
        least=Decimal(1),
        most=Decimal(5),
    ),
    _rate(
        "safety_reports",
        "Fiches de sécurité et de tranquillité",
        Source.SAFETY,
        Family.TRANQUILLITY,
        "Fiches de constat ou signalements de sécurité, de sûreté ou de tranquillité.",
    ),
    _rate(
        "incidents",
        "Incidents",
        Source.INCIDENTS,
        Family.TRANQUILLITY,
        "Tous les incidents de l’observatoire, quelle que soit leur nature.",
    ),
    _rate(
        "assaults",
        "Agressions et menaces",
        Source.INCIDENTS,
        Family.TRANQUILLITY,
        "Agressions verbales ou physiques et menaces, envers le personnel, les prestataires ou les locataires.",
    ),
    _rate(
        "occupations",
        "Occupations de hall et trafics",
        Source.INCIDENTS,
        Family.TRANQUILLITY,
        "Regroupements gênants, occupations de hall, trafics et squats.",
    ),
    _rate(
        "damage",
        "Dégradations et dépôts",
        Source.INCIDENTS,
        Family.DAMAGE,
        "Dégradations, tags, incendies volontaires et dépôts d’encombrants.",
    ),
    _rate(
        "neighbour_disputes",
        "Troubles de voisinage",
        Source.INCIDENTS,
        Family.NEIGHBOURS,
        "Bruit, conflits entre voisins et animaux gênants.",
    ),
    _share(
        "low_income_households",
        "Ménages aux ressources très faibles",
        Source.OCCUPANCY,
        Family.OCCUPANCY,
        Denominator.HOUSEHOLDS,
        "Ménages dont les ressources sont sous 20 % des plafonds, sur les ménages qui ont répondu à l’enquête OPS.",
        months=30,
        smallest=SMALLEST_GROUP,
    ),
    _share(
        "lone_parent_households",
        "Familles monoparentales",
        Source.OCCUPANCY,
        Family.OCCUPANCY,
        Denominator.HOUSEHOLDS,
        "Ménages d’un seul adulte avec enfant à charge, sur les ménages qui ont répondu à l’enquête OPS.",
        months=30,
        smallest=SMALLEST_GROUP,
    ),
    _share(
        "blocked_orders",
        "Interventions refusées ou empêchées",
        Source.SUPPLIERS,
        Family.SERVICE,
        Denominator.ORDERS,
        "Interventions que le prestataire a refusées ou n’a pas pu faire sur place, sur les interventions commandées.",
        months=12,
    ),
    Indicator(
        "grade",
        "Gamme de la résidence",
        Source.GRADING,
        Family.BUILDING,
        "gamme de 1 à 5",
        _BETTER,
        Denominator.NONE,
        Kind.LEVEL,
        36,
        "Mise en gamme du patrimoine, ramenée de 1 (entrée de gamme) à 5 (haut de gamme).",
        least=Decimal(1),
        most=Decimal(5),
    ),
    _rate(
        "common_requests",
        "Demandes sur les parties communes",
        Source.REQUESTS,
        Family.VOICE,
        "Demandes et réclamations de locataires sur les parties communes et les espaces extérieurs.",
    ),
    _share(
        "late_answers",
        "Demandes répondues hors délai",
        Source.REQUESTS,
        Family.SERVICE,
        Denominator.REQUESTS,
        "Demandes sur les parties communes sans réponse dans le délai que l’organisme s’est fixé, sur les demandes closes.",
        months=6,
    ),
    _share(
        "vacancy",
        "Vacance de plus de 3 mois",
        Source.MANAGEMENT,
        Family.OCCUPANCY,
        Denominator.DWELLINGS,
        "Logements proposés à la location et vides depuis plus de 3 mois, au dernier jour de la période, sur les logements.",
        months=12,
    ),
    _rate(
        "turnover",
        "Rotation",
        Source.MANAGEMENT,
        Family.OCCUPANCY,
        "Départs de locataires.",
        months=15,
    ),
    _share(
        "arrears",
        "Ménages en impayé de plus de 3 mois",
        Source.MANAGEMENT,
        Family.OCCUPANCY,
        Denominator.HOUSEHOLDS,
        "Ménages qui doivent plus de 3 mois de loyer, au dernier jour de la période, sur les ménages logés.",
        months=12,
        smallest=SMALLEST_GROUP,
    ),
    _share(
        "refused_offers",
        "Propositions refusées",
        Source.MANAGEMENT,
        Family.OCCUPANCY,
        Denominator.OFFERS,
        "Propositions de logement refusées par les candidats, sur les propositions faites.",
        months=15,
    ),
    _rate(
        "petitions",
        "Pétitions",
        Source.MANAGEMENT,
        Family.VOICE,
        "Pétitions et courriers collectifs reçus.",
        months=15,
    ),
    Indicator(
        "qpv_share",
        "Logements en QPV",
        Source.DISTRICTS,
        Family.SETTING,
        "%",
        _WORSE,
        Denominator.DWELLINGS,
        Kind.SHARE,
        24,
        "Logements dans un quartier prioritaire, sur ceux dont le lieu est connu, d’après la liste en vigueur.",
        most=_CENT,
    ),
    _figure(
        "commune_violence",
        "Violences hors famille dans la commune",
        Source.OFFENCES,
        "pour 1 000 habitants",
        _WORSE,
        30,
        "Coups et blessures volontaires hors du cadre familial, enregistrés dans la commune, d’après le ministère de l’Intérieur.",
    ),
    _figure(
        "commune_vandalism",
        "Destructions et dégradations dans la commune",
        Source.OFFENCES,
        "pour 1 000 habitants",
        _WORSE,
        30,
        "Destructions et dégradations volontaires enregistrées dans la commune, d’après le ministère de l’Intérieur.",
    ),
    _figure(
        "commune_trafficking",
        "Trafic de stupéfiants dans la commune",
        Source.OFFENCES,
        "pour 1 000 habitants",
        _WORSE,
        30,
        "Infractions de trafic de stupéfiants enregistrées dans la commune, d’après le ministère de l’Intérieur.",
    ),
    _figure(
        "iris_income",
        "Revenu médian de l’IRIS",
        Source.INCOMES,
        "€ par an",
        _BETTER,
        60,
        "Revenu disponible médian par unité de consommation de l’IRIS de la résidence, d’après Filosofi (Insee).",
    ),
    _figure(
        "iris_poverty",
        "Taux de pauvreté de l’IRIS",
        Source.INCOMES,
        "%",
        _WORSE,
        60,
        "Part des habitants de l’IRIS sous 60 % du revenu médian national, d’après Filosofi (Insee).",
    ),
)
INDICATORS: Mapping[str, Indicator] = {indicator.key: indicator for indicator in _ALL}
# Those that a landlord brings; the others come from what was loaded for everybody.
BROUGHT: Mapping[str, Indicator] = {key: found for key, found in INDICATORS.items() if not found.source.is_open}


def of_source(source: Source) -> tuple[Indicator, ...]:
    """The indicators of a source, in the order of the table."""
    return tuple(indicator for indicator in _ALL if indicator.source is source)
