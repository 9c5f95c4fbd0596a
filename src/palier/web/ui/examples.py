"""Invented organisations and figures of the components page."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator

from palier.verdict import YES, Reason, Remedy, Verdict, no
from palier.web.ui.shapes import Factor, FlightStep, Gate, GateLine, HistoryEntry, Landing, Opinion

_HERE = Remedy("Compléter A-18", "ui_components")


class ExampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(
        label="Intitulé de l’action", help_text="Un verbe et son objet, par exemple « Reprendre le hall du 4 »."
    )
    held_on = forms.DateField(label="Date de la réunion", help_text="Par exemple 24/02/2026.")
    budget = forms.IntegerField(label="Budget en euros", required=False, min_value=0)
    nature = forms.ChoiceField(label="Nature", choices=[("", "Choisir"), ("works", "Travaux"), ("service", "Service")])
    outcome = forms.ChoiceField(
        label="Avis rendu", choices=[("for", "Favorable"), ("against", "Défavorable")], widget=forms.RadioSelect
    )
    places = forms.MultipleChoiceField(
        label="Résidences concernées",
        choices=[("a", "Les Glycines"), ("b", "Les Tilleuls")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    why = forms.CharField(label="Justification", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    minutes = forms.FileField(label="Compte rendu", required=False, help_text="PDF ou image, 20 Mo au plus.")
    agreed = forms.BooleanField(label="Les représentants ont été invités", help_text="La convocation sera jointe au dossier.")


def context(at: datetime) -> dict[str, Any]:
    """What the specimens are drawn with."""
    refused = ExampleForm({"title": "Reprendre le hall du 4", "held_on": "hier", "nature": "works"})
    refused.add_error(None, "La réunion précède l’ouverture de la consultation.")
    reasons = (
        Reason(
            "a", "L’action A-18, hall du 4, résidence des Glycines", _HERE, "Il lui manque la valeur de départ et la cible."
        ),
        Reason(
            "b",
            "La préconisation P-07, accueil téléphonique",
            Remedy("Relier P-07", "ui_components"),
            "Elle n’est reliée à rien.",
        ),
    )
    return {
        "at": at,
        "yes": YES,
        "no": no("plan.incomplete", "Le plan part quand les trois points ci-dessus sont réglés."),
        "no_turn": no("turn", "La main est à l’auditeur depuis le 3 mars. Vous pourrez modifier le plan après son rapport."),
        "no_many": Verdict(
            (
                Reason("a", "Il manque la cible de l’action A-18.", _HERE),
                Reason("b", "Un site prioritaire n’a pas d’action.", Remedy("Couvrir le site", "ui_components")),
            )
        ),
        "reasons": reasons,
        "form": ExampleForm(),
        "refused": refused,
        "landings": _LANDINGS,
        "deferred": _deferred(),
        "counted": _COUNTED,
        "steps": _STEPS,
        "bars": ["done", "done", "doing", "todo", "todo", "todo"],
        "bars_labelled": ["done"] * 4 + ["todo"] * 2,
        "opinion": Opinion(
            "Les Locataires de l’Étang",
            "Favorable, avec une demande",
            "Nous approuvons la reprise des halls. Nous demandons que le contrôle du ménage soit fait par une autre personne "
            "que celle qui nettoie, et que le numéro du gardien soit affiché dans chaque escalier.",
            date(2026, 3, 2),
        ),
        "gate": Gate(_AT_THE_GATE, opens_on=date(2026, 4, 2)),
        "gate_open": Gate(_AT_THE_GATE[:1], open=True, sentence="Tous ont répondu : l’étape peut être passée."),
        "levels": [(1, "Faible"), (2, "À améliorer"), (3, "Satisfaisant"), (4, "Solide")],
        "site_levels": [
            {"rank": rank, "label": label} for rank, label in enumerate(("Sans difficulté", "Moyenne", "Importante", "Extrême"))
        ],
        "levels_down": [(0, "Aucune"), (1, "Moyenne"), (2, "Importante"), (3, "Extrême")],
        "factors": _FACTORS,
        "entries": _ENTRIES,
        "receipt": [
            ("Décision", "Confirmation, Les Toits d’Ardoise"),
            ("Siège", "1, USH, présidence"),
            ("Signé", "12 mars 2026, 14:09:41"),
        ],
        "page": Paginator(range(97), 20).page(2),
        "mine": "Les résultats sont affichés dans tous les halls de l’agence Nord. Pas de restitution en conseil de concertation en 2025.",
        "theirs": "Les résultats sont affichés dans 14 halls sur 22. Pas de restitution en conseil de concertation, prévue en mai.",
    }


_LANDINGS = [
    Landing("Engagement", "done", "le 3 juin 2025"),
    Landing("Diagnostic HQS", "done", "le 28 nov. 2025", steps=3),
    Landing("Admissibilité", "doing", "avant le 14 avril 2026", steps=5, passed=2),
    Landing("Labellisation", note="vers mars 2027", steps=3),
    Landing("Confirmation", note="18 mois après"),
    Landing("Renouvellement", note="36 mois après"),
]
_COUNTED = [
    Landing("vers l’engagement", steps=1, count=6, late=1, url="?palier=engagement"),
    Landing("vers le diagnostic HQS", steps=3, count=14, late=2, url="?palier=diagnostic"),
    Landing("vers l’admissibilité", steps=4, count=17, late=4, url="?palier=admissibilite"),
    Landing("vers la labellisation", steps=2, count=19, late=2, url="?palier=labellisation"),
    Landing("vers la confirmation", steps=2, count=23, late=1, url="?palier=confirmation"),
    Landing("vers le renouvellement", steps=1, count=18, url="?palier=renouvellement"),
]
_STEPS = [
    FlightStep("Rédiger le plan", "done", "48 actions, le 20 février"),
    FlightStep("Informer les représentants", "done", "le 24 février"),
    FlightStep("Recueillir leurs avis et transmettre", "doing", "à vous, avant le 14 avril"),
    FlightStep("Instruction", note="par la référente du label"),
    FlightStep("Décision", note="comité du 11 juin"),
]
_AT_THE_GATE = (
    GateLine("Les Locataires de l’Étang", "done", "Avis donné le 2 mars"),
    GateLine("Amicale des Trois-Cours", "todo", "Avis attendu", "Pas encore ouvert. Relance le 13 mars."),
    GateLine("Union locale des habitants", "doing", "Lu, sans réponse", "Dossier lu le 4 mars. Relance le 13 mars."),
)
_FACTORS = [
    Factor("Occupation des halls 4 et 6", "3,0", 100, "depuis mars 2025, 104 incidents"),
    Factor("Demandes sur les parties communes", "1,1", 37, "1,8 fois la médiane de l’agence"),
    Factor("Rotation", "0,6", 20, "14 % en 2025, 9 % en 2024"),
    Factor("Retours des fournisseurs", "inconnu", None, "aucune donnée ; avec elle, l’intervalle perdrait environ 3 rangs"),
]
_ENTRIES = [
    HistoryEntry(datetime(2026, 3, 10, 13, 32, tzinfo=UTC), "Mme B., responsable qualité,", "a modifié l’action A-18.", 48190),
    HistoryEntry(datetime(2026, 3, 6, 8, 0, tzinfo=UTC), "", "Relance envoyée à l’Amicale des Trois-Cours.", 47961),
    HistoryEntry(date(2026, 3, 2), "Les Locataires de l’Étang", "ont donné un avis favorable, avec une demande.", 47702),
]


def _deferred() -> list[Landing]:
    return [
        Landing("Engagement", "done", "le 3 juin 2025"),
        Landing("Diagnostic HQS", "done", "le 28 nov. 2025", steps=3),
        Landing("Admissibilité", "deferred", "revient au comité du 10 sept. 2026", steps=5),
        Landing("Labellisation", "refused", "le 9 oct. 2025", steps=3, word="Retiré"),
        Landing("Confirmation"),
    ]


def _place(rank: int) -> dict[str, Any]:
    point = [2.47 + (rank * 37 % 101) / 2600, 48.895 + (rank * 53 % 97) / 4000]
    properties = {"name": f"Résidence {rank}", "level": rank % 4, "note": f"{20 + rank * 7 % 180} logements"}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": point}, "properties": properties}


_DISTRICT = [[[2.478, 48.899], [2.494, 48.898], [2.497, 48.909], [2.484, 48.913], [2.478, 48.899]]]
PLACES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": _DISTRICT},
            "properties": {"name": "QPV Les Acacias"},
        },
        *(_place(rank) for rank in range(1, 41)),
    ],
}
