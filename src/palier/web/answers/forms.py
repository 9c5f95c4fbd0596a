"""What one says of results: the question looked at, the circumstances, the commitment, the word to tenants, themes of free answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms

from palier.answers.models import Remark
from palier.answers.operations import Decided
from palier.answers.rules.hot import By
from palier.answers.rules.themes import Theme
from palier.surveys.rules.waves import EventKind
from palier.web.ui.forms import offer


class QuestionForm(forms.Form):
    """The question whose agencies and residences are shown."""

    question = forms.ChoiceField(label="Question", required=False)

    def __init__(self, *args: Any, questions: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["question"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = questions


class ContextForm(forms.Form):
    """The circumstances of a wave."""

    context = forms.CharField(
        label="Ce qui a changé depuis la vague précédente",
        help_text="Mode d’enquête, saison, périmètre, travaux, grève, changement de prestataire… Ou : « rien n’a changé ».",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
    )


class CommitmentForm(forms.Form):
    """What a landlord commits itself to for one question; an empty percentage takes it back."""

    question = forms.CharField(widget=forms.HiddenInput, max_length=60)
    percent = forms.IntegerField(
        label="Réponses favorables visées, en %",
        min_value=1,
        max_value=99,
        required=False,
        help_text="Vide : aucun engagement.",
    )


class WordsForm(forms.Form):
    """The landlord's own words to its tenants."""

    words = forms.CharField(
        label="Votre mot aux locataires",
        help_text="Ce que vous retenez, ce que vous allez faire. Des phrases courtes.",
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        max_length=4000,
    )


class RemarkFilterForm(forms.Form):
    """Which free answers are read."""

    etat = forms.ChoiceField(
        label="Lesquelles", required=False, choices=[("", "À vérifier"), ("verifiees", "Vérifiées"), ("toutes", "Toutes")]
    )
    theme = forms.ChoiceField(label="Thème", required=False)
    q = forms.CharField(label="Mots", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))

    def __init__(self, *args: Any, themes: Sequence[Theme], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "theme", [("", "Tous"), *((theme.code, theme.label) for theme in themes)])


class HotForm(forms.Form):
    """After which event, by what, since when results are read."""

    evenement = forms.ChoiceField(label="Après", required=False, choices=[(kind.value, kind.label) for kind in EventKind])
    par = forms.ChoiceField(label="Par", required=False, choices=[(by.value, by.label) for by in By])
    depuis = forms.ChoiceField(label="Depuis", required=False, choices=[("", "Le début"), ("12", "12 mois"), ("3", "3 mois")])


class ThemesForm(forms.Form):
    """What one free answer speaks of, as a person decides; what was proposed is ticked beforehand."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput)
    themes = forms.MultipleChoiceField(
        label="Elle parle de", required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--columns"})
    )
    later = forms.BooleanField(label="Décider plus tard", required=False)

    def __init__(self, *args: Any, remark: Remark, themes: Sequence[Theme], **kwargs: Any) -> None:
        self.remark = remark
        kwargs["prefix"] = remark.row.hex
        kwargs["initial"] = {
            "seen": remark.verified_at.isoformat() if remark.verified_at else "",
            "themes": remark.proposed if remark.themes is None else remark.themes,
        }
        super().__init__(*args, **kwargs)
        offer(self, "themes", [(theme.code, theme.label) for theme in themes])

    def clean_seen(self) -> datetime | None:
        """When it was verified, as the page knew it; None when it was not."""
        try:
            return datetime.fromisoformat(self.cleaned_data["seen"])
        except ValueError:
            return None

    @property
    def decided(self) -> Decided | None:
        """What was decided; None when it is left for later."""
        said = self.cleaned_data
        return None if said["later"] else Decided(self.remark.row, frozenset(said["themes"]), said["seen"])


def rows_of(asked: Sequence[str]) -> list[uuid.UUID]:
    """The names of free answers that a page sent back; those that are no name are left out."""
    return [uuid.UUID(hex=text) for text in asked if len(text) == 32 and text.isalnum() and text.isascii()]
