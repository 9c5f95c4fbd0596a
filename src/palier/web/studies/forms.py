"""What an association says: a new edition, its key messages, which groups to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from palier.directory.models import Organisation
from palier.questionnaires.models import QuestionnaireVersion


class OpenForm(forms.Form):
    """A new edition."""

    name = forms.CharField(label="Nom de l’étude", max_length=120, initial="Engagements et sites complexes")
    year = forms.IntegerField(label="Année", min_value=2000, max_value=2100, help_text="Une édition par an.")
    closes_on = forms.DateField(
        label="Dernier jour pour répondre", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(
        self, *args: Any, associations: Iterable[Organisation], versions: Iterable[QuestionnaireVersion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        houses = [(str(one.pk), one.name) for one in associations]
        self.fields["association"] = forms.ChoiceField(
            label="Association",
            choices=houses,
            widget=forms.HiddenInput if len(houses) == 1 else forms.Select,
            initial=houses[0][0],
        )
        self.fields["questionnaire"] = forms.ChoiceField(
            label="Questionnaire",
            choices=[(str(one.pk), str(one)) for one in versions],
            help_text="L’édition garde cette version jusqu’au bout.",
        )


class GroupsForm(forms.Form):
    """Which groups stand beside the whole."""

    par = forms.ChoiceField(
        label="Comparer", required=False, choices=[("status", "par famille d’organisme"), ("size", "par taille d’organisme")]
    )


class WordsForm(forms.Form):
    """The key messages, a field a theme."""

    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, themes: Mapping[str, str], words: Mapping[str, str], revision: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revision"].initial = revision
        for code, title in themes.items():
            self.fields[code] = forms.CharField(
                label=title,
                required=False,
                max_length=4000,
                initial=words.get(code, ""),
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    @property
    def words(self) -> dict[str, str]:
        """The messages by theme."""
        return {name: text for name, text in self.cleaned_data.items() if name != "revision"}
