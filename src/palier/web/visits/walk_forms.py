"""What one fills in along a walk: its stops, what is seen there, what is then promised and done."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.visits.rules import MAX_TEXT, Public, Responsibility, Theme
from palier.web.documents.forms import accept
from palier.web.ui.forms import DayInput, offer

NO_NAMES = "Parlez de lieux et de faits, jamais de personnes."


class WalkForm(forms.Form):
    """A walk to prepare."""

    residence = forms.ChoiceField(label="Résidence")
    title = forms.CharField(label="Titre", max_length=160, help_text="Par exemple « Diagnostic en marchant du printemps ».")
    held_on = forms.DateField(label="Date", widget=DayInput())

    def __init__(self, *args: Any, residences: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "residence", [("", "Choisir une résidence"), *((str(one.pk), one.name) for one in residences)])


class StopForm(forms.Form):
    """A stop; its point is for the map and may be left out."""

    place = forms.CharField(label="Lieu", max_length=160, help_text="Par exemple « Devant le hall 3 ».")
    lat = forms.FloatField(label="Latitude", required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(label="Longitude", required=False, min_value=-180, max_value=180)

    def clean(self) -> dict[str, Any]:
        """Both coordinates, or none."""
        given = super().clean() or {}
        if (given.get("lat") is None) != (given.get("lon") is None):
            self.add_error("lon", "Donnez les deux coordonnées, ou aucune.")
        return given

    @property
    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, when they are known."""
        given = self.cleaned_data
        return None if given["lon"] is None else (given["lon"], given["lat"])


class ParticipantsForm(forms.Form):
    """How many people of each kind took part, over the count that was read."""

    revision = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for public in Public:
            self.fields[public.value] = forms.IntegerField(label=public.label, required=False, min_value=0, max_value=999)

    @property
    def counts(self) -> dict[Public, int]:
        """The numbers given, by kind."""
        return {public: self.cleaned_data[public.value] or 0 for public in Public}


class ObservationForm(forms.Form):
    """What is seen at a stop."""

    sign = forms.ChoiceField(
        label="Ce que vous voyez", widget=forms.RadioSelect, choices=[("+", "Un point fort"), ("-", "Un point faible")]
    )
    theme = forms.ChoiceField(label="Thème", choices=[("", "Choisir un thème"), *((t.value, t.label) for t in Theme)])
    text = forms.CharField(
        label="Observation", max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3}), help_text=NO_NAMES
    )
    responsible = forms.ChoiceField(
        label="Qui en répond", widget=forms.RadioSelect, choices=[(r.value, r.label) for r in Responsibility]
    )
    photo = forms.FileField(
        label="Photo", required=False, widget=forms.ClearableFileInput(attrs={"accept": accept(("jpg", "jpeg", "png", "webp"))})
    )

    @property
    def given(self) -> dict[str, Any]:
        """What is noted, as the operation takes it."""
        said = self.cleaned_data
        return {
            "theme": Theme(said["theme"]),
            "positive": said["sign"] == "+",
            "text": said["text"],
            "responsible": Responsibility(said["responsible"]),
        }


class FollowUpForm(forms.Form):
    """What is promised on an observation."""

    text = forms.CharField(label="Ce qui sera fait", max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
    who = forms.CharField(label="Qui s’en charge", max_length=120, help_text="Un service, une entreprise, la ville.")
    due_on = forms.DateField(label="Pour le", widget=DayInput())


class OutcomeForm(forms.Form):
    """What was done of it."""

    done_on = forms.DateField(label="Fait le", widget=DayInput())
    outcome = forms.CharField(label="Ce qui a été fait", max_length=MAX_TEXT, widget=forms.Textarea(attrs={"rows": 3}))
