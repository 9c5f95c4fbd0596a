"""What surveys keep of tenants, why, how long, and what erases it: one table that erasing, pages and notices all read.

Durations are in months. One that a landlord sets (``Terms.months_kept``) stands here as ``SET``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from palier.calendar import add_months

SET = 0
"""As many months as the landlord set."""
MONTHS_SET = (12, 36)
"""Between how many months the landlord sets."""


class Held(StrEnum):
    """One kind of data about tenants."""

    FILE = "file"
    HOUSEHOLD = "household"
    OBJECTION = "objection"
    LINK = "link"
    ASKED = "asked"
    EVENT = "event"
    DRAFT = "draft"
    SLIP = "slip"
    REMARK = "remark"
    ANSWER = "answer"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long one kind of data is kept. ``months`` is None when an act ends it, and not a term; ``since`` says from when."""

    held: Held
    what: str
    why: str
    months: int | None
    since: str
    how: str

    def term(self, months_set: int) -> str:
        """How long, in words."""
        if self.months is None:
            return self.since[0].upper() + self.since[1:]
        return f"{self.months or months_set} mois {self.since}"

    def before(self, on: date, months_set: int) -> date:
        """The day before which such data is past its term.

        Raises:
            ValueError: when no term ends it.
        """
        if self.months is None:
            raise ValueError(self.held)
        return add_months(on, -(self.months or months_set))


_TABLE = (
    Rule(
        Held.FILE,
        "Fichiers de locataires et d’événements, avant leur intégration",
        "Relire ce qui va entrer",
        1,
        "après le dépôt, et dès que le fichier est intégré ou abandonné",
        "Le fichier quitte le disque dans la journée, ses exemples de cellules quittent la base",
    ),
    Rule(
        Held.HOUSEHOLD,
        "Nom, e-mail, téléphone, adresse d’un ménage",
        "Lui envoyer son lien",
        6,
        "après son départ, ou à la clôture de la vague qui l’interroge encore",
        "La ligne est supprimée",
    ),
    Rule(
        Held.OBJECTION,
        "Opposition d’un ménage",
        "Ne plus jamais le solliciter",
        None,
        "tant qu’elle n’est pas levée",
        "Une empreinte illisible sans la clé de l’installation reste ; le ménage, lui, suit sa propre durée",
    ),
    Rule(
        Held.LINK,
        "Lien d’un ménage",
        "Envoyer les rappels",
        None,
        "jusqu’à la réponse, au refus ou à la clôture",
        "Le lien chiffré est effacé par l’acte même",
    ),
    Rule(
        Held.ASKED,
        "Qui a été interrogé, sollicité, appelé",
        "Tenir le budget de sollicitations, répondre aux réclamations",
        SET,
        "après la clôture de la vague, ou après l’événement pour une enquête à chaud",
        "L’invitation perd son ménage, les envois et les appels sont supprimés",
    ),
    Rule(
        Held.EVENT,
        "Événements reçus pour les enquêtes à chaud",
        "Ne pas interroger deux fois, dire pourquoi un ménage ne l’a pas été",
        SET,
        "après leur réception",
        "La ligne est supprimée",
    ),
    Rule(
        Held.DRAFT,
        "Réponse en cours",
        "Reprendre là où l’on s’est arrêté",
        None,
        "jusqu’à l’envoi ou à la clôture",
        "La ligne, chiffrée sous le lien du ménage, est supprimée",
    ),
    Rule(
        Held.SLIP,
        "Réponse envoyée, dans l’urne",
        "La mêler à d’autres avant que quiconque la lise",
        None,
        "jusqu’à ce que l’urne soit vidée, dans l’heure qui suit la clôture",
        "Le bulletin chiffré est supprimé",
    ),
    Rule(
        Held.REMARK,
        "Réponses libres",
        "Agir sur ce qu’elles disent",
        24,
        "après la sortie de l’urne",
        "Le texte est effacé, les thèmes restent comptés",
    ),
    Rule(
        Held.ANSWER,
        "Réponses sorties de l’urne",
        "Compter, comparer les vagues",
        None,
        "sans terme : elles ne mènent à personne",
        "Rien : aucune clé, aucune heure, aucun groupe de moins de cinq",
    ),
    Rule(
        Held.CASE,
        "Coordonnées et mots d’un locataire à rappeler",
        "Le rappeler, avec son accord",
        12,
        "après la fin du rappel",
        "Nom, coordonnées, mots et liens sont effacés, le rappel reste compté",
    ),
)
RULES = {rule.held: rule for rule in _TABLE}
