"""What auditors see and what landlords do about it, theme by theme: the stuff of findings and actions."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from palier.plans.rules.terms import Direction


@dataclass(frozen=True, slots=True)
class Matter:
    """A theme as met in the field: what goes well, what does not, what is advised and done, and how it is measured."""

    theme: str
    strength: str
    weakness: str
    advice: str
    action: str
    lever: str
    indicator: str
    unit: str
    baseline: Decimal
    target: Decimal

    @property
    def direction(self) -> Direction:
        """Which way the indicator gets better."""
        return Direction.UP if self.target > self.baseline else Direction.DOWN


def _matter(theme: str, lever: str, *texts: str, measured: tuple[str, str, str, str]) -> Matter:
    strength, weakness, advice, action = texts
    indicator, unit, baseline, target = measured
    return Matter(theme, strength, weakness, advice, action, lever, indicator, unit, Decimal(baseline), Decimal(target))


MATTERS = (
    _matter(
        "reception_information", "information",
        "L’accueil téléphonique est organisé avec des plages claires et un rappel en cas d’absence.",
        "Les locataires ne savent pas à qui s’adresser après 17 h ; l’affichage des halls n’est pas à jour dans trois résidences sur huit.",
        "Tenir à jour l’affichage des interlocuteurs dans chaque hall",
        "Remettre à jour l’affichage de tous les halls et le vérifier chaque trimestre",
        measured=("Halls dont l’affichage est à jour", "%", "62", "95"),
    ),
    _matter(
        "cleanliness", "reinforced_cleaning",
        "La propreté est contrôlée cage par cage, par une personne qui ne fait pas le ménage.",
        "Les contrôles de propreté existent mais leurs résultats ne sont ni partagés ni suivis d’effet.",
        "Faire des contrôles de propreté un outil de pilotage partagé",
        "Contrôler chaque cage tous les mois et afficher le résultat",
        measured=("Cages conformes au contrôle mensuel", "%", "71", "90"),
    ),
    _matter(
        "technical_requests", "organisation",
        "Chaque demande reçoit un numéro et une date d’intervention, communiqués au locataire.",
        "Le délai entre la demande et l’intervention n’est pas mesuré ; un quart des demandes est relancé.",
        "Mesurer le délai réel de traitement des demandes techniques",
        "Mesurer et publier le délai de traitement des demandes techniques",
        measured=("Délai médian de traitement", "jours", "19", "10"),
    ),
    _matter(
        "admin_neighbour_requests", "training",
        "Les troubles de voisinage font l’objet d’une procédure connue des gardiens.",
        "Les troubles de voisinage sont traités au cas par cas, sans retour au plaignant.",
        "Formaliser la réponse aux troubles de voisinage",
        "Former les équipes à la médiation et répondre par écrit sous dix jours",
        measured=("Réclamations avec réponse écrite sous dix jours", "%", "48", "85"),
    ),
    _matter(
        "technical_interventions", "suppliers",
        "Les prestataires sont évalués sur trois critères, deux fois par an, avec eux.",
        "La qualité des interventions n’est vérifiée que sur réclamation.",
        "Vérifier un échantillon d’interventions chaque mois",
        "Rappeler dix locataires par mois et par prestataire après intervention",
        measured=("Interventions jugées satisfaisantes au rappel", "%", "74", "88"),
    ),
    _matter(
        "charges_control", "information",
        "La régularisation des charges est expliquée lors d’une réunion par secteur.",
        "Les locataires reçoivent la régularisation sans explication ; les réclamations doublent à cette période.",
        "Expliquer la régularisation des charges avant l’envoi",
        "Joindre une notice d’une page à la régularisation et tenir une permanence",
        measured=("Réclamations sur charges après régularisation", "par an", "310", "180"),
    ),
    _matter(
        "equipment_operation", "suppliers",
        "Les pannes d’ascenseur sont suivies appareil par appareil, avec une alerte à la troisième.",
        "Deux résidences cumulent plus de dix pannes d’ascenseur par an sans plan de remise en état.",
        "Traiter les ascenseurs aux pannes répétées",
        "Engager la remise en état des ascenseurs les plus en panne",
        measured=("Pannes par ascenseur et par an", "pannes", "7.5", "3"),
    ),
    _matter(
        "living_environment", "team_presence",
        "Les abords sont entretenus avec la commune, selon un calendrier commun.",
        "Les encombrants restent plusieurs jours au pied des immeubles, faute de circuit établi avec la commune.",
        "Convenir avec la commune d’un circuit pour les encombrants",
        "Signer une convention d’enlèvement des encombrants sous 48 heures",
        measured=("Encombrants enlevés sous 48 heures", "%", "55", "90"),
    ),
    _matter(
        "move_in", "tools",
        "Un état des lieux préparé avant la visite évite les réserves à l’entrée.",
        "Un logement sur cinq est livré avec des réserves levées plus d’un mois après.",
        "Vérifier le logement avant l’entrée dans les lieux",
        "Instaurer une visite de conformité avant chaque remise des clés",
        measured=("Entrées sans réserve", "%", "79", "93"),
    ),
    _matter(
        "quality_management", "organisation",
        "Le projet qualité est porté par la direction et connu des équipes rencontrées.",
        "Les indicateurs existent mais aucune instance ne les examine.",
        "Examiner les indicateurs de qualité en comité de direction",
        "Tenir une revue trimestrielle des indicateurs, avec ses décisions",
        measured=("Revues tenues dans l’année", "revues", "1", "4"),
    ),
    _matter(
        "tenant_consultation", "information",
        "Le conseil de concertation reçoit les documents dix jours avant, et ses demandes sont suivies.",
        "Les associations reçoivent les documents tard et sans retour sur leurs demandes.",
        "Donner suite par écrit aux demandes du conseil de concertation",
        "Tenir un registre public des demandes des associations et de leurs suites",
        measured=("Demandes avec une suite écrite", "%", "30", "100"),
    ),
)  # fmt: skip
SITE = (
    ("{site} : renforcer la présence", "team_presence", "Heures de présence par semaine", "heures", "12", "35"),
    ("{site} : reprendre les halls et les boîtes aux lettres", "building_works", "Halls remis en état", "%", "0", "100"),
    ("{site} : doubler le nettoyage des parties communes", "reinforced_cleaning", "Contrôles conformes", "%", "54", "88"),
    ("{site} : installer une médiation de soirée", "tranquillity", "Faits signalés par mois", "faits", "14", "6"),
)
DIFFICULTIES = (
    "Halls occupés en soirée et dégradations répétées depuis l’an dernier.",
    "Propreté dégradée et encombrants, malgré un renfort de nettoyage.",
    "Pannes d’ascenseur répétées, locataires âgés isolés aux étages.",
    "Troubles de voisinage persistants, équipe de proximité en sous-effectif.",
    "Rotation forte, logements refusés, bâti à bout de souffle.",
)
JUSTIFICATIONS = (
    "Vu lors de la visite et confirmé en entretien avec l’équipe de proximité.",
    "Procédure écrite, connue des agents rencontrés ; application inégale selon les agences.",
    "Indicateur suivi depuis deux ans, présenté au comité de direction.",
    "Pratique constatée sur deux sites, sans trace écrite.",
    "Résultats de la dernière enquête et relevés de contrôle concordants.",
)
