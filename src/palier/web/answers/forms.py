"""What one says of results: the question looked at, the circumstances, the commitment, the word to tenants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms


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
