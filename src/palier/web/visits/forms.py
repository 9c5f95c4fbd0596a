"""What one fills in to plan visits, move them, share them."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.directory.models import Person
from palier.visits.rules import Cleaner, Function, Kind, State
from palier.web.ui.forms import DayInput, offer

LATE, MINE = "late", "mine"


class FilterForm(forms.Form):
    """What the list of visits is narrowed to."""

    q = forms.CharField(label="Résidence", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    visite = forms.ChoiceField(label="Visite", required=False, choices=[("", "Toutes"), *((k.value, k.label) for k in Kind)])
    etat = forms.ChoiceField(
        label="Où elle en est",
        required=False,
        choices=[("", "Toutes"), (LATE, "En retard"), *((s.value, s.label) for s in State)],
    )
    qui = forms.ChoiceField(label="Confiée à", required=False)

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), person.name) for pk, person in team.items()]
        offer(self, "qui", [("", "Tout le monde"), (MINE, "À moi"), *people])
        if not team:
            del self.fields["qui"]


class _WhoAndWhen(forms.Form):
    """The day of a visit and whom it is entrusted to."""

    planned_on = forms.DateField(label="Jour prévu", widget=DayInput())
    entrusted_to = forms.ChoiceField(label="Confiée à", required=False)

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        people = [(str(pk), person.name) for pk, person in team.items()]
        offer(self, "entrusted_to", [("", "Personne : qui est disponible la prend"), *people])

    @property
    def person(self) -> Person | None:
        """Whom it is entrusted to."""
        return self.team.get(int(self.cleaned_data["entrusted_to"] or 0))


class MoveForm(_WhoAndWhen):
    """Another day, another person."""


class PlanForm(_WhoAndWhen):
    """Visits of many places at once; ``chosen`` is the agency whose places come ticked, or ``ALL``."""

    ALL = "tout"
    places = forms.MultipleChoiceField(
        label="Lieux", widget=forms.CheckboxSelectMultiple, error_messages={"required": "Cochez au moins un lieu."}
    )

    def __init__(self, *args: Any, places: list[tuple[str, int, str]], label: str, chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        groups: dict[str, list[tuple[str, str]]] = {}
        for group, pk, name in places:
            groups.setdefault(group, []).append((str(pk), name))
        self.groups = sorted(groups.items())
        offer(self, "places", self.groups)
        self.fields["places"].label = label
        self.fields["places"].initial = [pk for name, rows in self.groups if chosen in {name, self.ALL} for pk, _ in rows]


class BecauseForm(forms.Form):
    """Why a visit is given up."""

    because = forms.CharField(label="Pourquoi", max_length=300, widget=forms.Textarea(attrs={"rows": 2}))


class RemarkForm(forms.Form):
    """What whoever cleans says of a check."""

    text = forms.CharField(
        label="Remarque de la personne qui nettoie",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Dans ses mots, par exemple ce qui a empêché de nettoyer ce jour-là. Sans nom.",
    )


# --- Cleanliness ----------------------------------------------------------------------------------------------------


class PeriodForm(forms.Form):
    """How far back the checks are read."""

    USUAL = 12
    mois = forms.ChoiceField(
        label="Période",
        required=False,
        choices=[("3", "3 derniers mois"), ("6", "6 derniers mois"), ("12", "12 derniers mois"), ("36", "3 dernières années")],
        initial=str(USUAL),
    )


class StaircaseForm(forms.Form):
    """Who cleans a staircase."""

    cleaned_by = forms.ChoiceField(label="Nettoyé par", choices=[(c.value, c.label) for c in Cleaner])
    provider = forms.CharField(
        label="Nom de l’entreprise", required=False, max_length=120, help_text="Pour une entreprise, et elle seule."
    )
    cleaner = forms.ChoiceField(
        label="Personne qui nettoie",
        required=False,
        help_text="Si elle a un compte ici : elle ne pourra pas être le contrôleur.",
    )

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team = team
        offer(self, "cleaner", [("", "Personne de cette liste"), *((str(pk), one.name) for pk, one in team.items())])

    @property
    def cleaning(self) -> dict[str, Any]:
        """Who cleans, as the operations take it."""
        given = self.cleaned_data
        return {
            "cleaned_by": Cleaner(given["cleaned_by"]),
            "provider": given["provider"],
            "cleaner": self.team.get(int(given["cleaner"] or 0)),
        }


class AddStaircasesForm(StaircaseForm):
    """Staircases of one residence, all cleaned alike."""

    residence = forms.ChoiceField(label="Résidence")
    names = forms.CharField(
        label="Escaliers",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Un par ligne, par exemple « Bâtiment A Escalier 2 ».",
    )
    field_order = ("residence", "names", "cleaned_by", "provider", "cleaner")

    def __init__(self, *args: Any, residences: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "residence", [("", "Choisir une résidence"), *((str(one.pk), one.name) for one in residences)])


class FunctionsForm(forms.Form):
    """What each person of the team is on the spot: one field a person."""

    def __init__(self, *args: Any, team: dict[int, Person], held: dict[int, Function], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "Aucune"), *((f.value, f.label) for f in Function)]
        for pk, person in team.items():
            self.fields[f"p{pk}"] = forms.ChoiceField(
                label=person.name, required=False, choices=choices, initial=held[pk].value if pk in held else ""
            )
