"""How Django's forms are drawn and what they say: our templates, our words, no style of their own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.forms.renderers import TemplatesSetting
from django.forms.utils import ErrorDict
from django.http import QueryDict


class PalierRenderer(TemplatesSetting):
    """Forms and fields through ``ui/fields/``; widgets through the project's templates."""

    form_template_name = "ui/fields/form.html"
    formset_template_name = "ui/fields/formset.html"
    field_template_name = "ui/fields/field.html"


_WORDS: Final[dict[type[forms.Field], dict[str, str]]] = {
    forms.Field: {"required": "Indiquez une réponse."},
    forms.CharField: {"required": "Ce champ est à remplir."},
    forms.DateField: {"required": "Indiquez une date.", "invalid": "Indiquez une date, par exemple 24/02/2026."},
    forms.TimeField: {"invalid": "Indiquez une heure, par exemple 14:30."},
    forms.IntegerField: {"required": "Indiquez un nombre.", "invalid": "Indiquez un nombre entier, par exemple 12500."},
    forms.DecimalField: {"required": "Indiquez un nombre.", "invalid": "Indiquez un nombre, par exemple 12,5."},
    forms.EmailField: {"required": "Indiquez une adresse électronique."},
    forms.FileField: {
        "required": "Choisissez un fichier.",
        "invalid": "Le fichier n’est pas arrivé : choisissez-le à nouveau.",
        "missing": "Choisissez un fichier.",
        "empty": "Le fichier est vide : choisissez-en un autre.",
    },
    forms.ChoiceField: {"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une réponse de la liste."},
    forms.MultipleChoiceField: {"required": "Choisissez au moins une réponse."},
    forms.ModelChoiceField: {"required": "Choisissez une réponse.", "invalid_choice": "Choisissez une réponse de la liste."},
    forms.BooleanField: {"required": "Cochez la case pour continuer."},
}


def speak() -> None:
    """Give every field that is declared from now on the words of Palier for what it refuses, and for no choice yet."""
    cast(dict[str, Any], forms.ModelChoiceField.__init__.__kwdefaults__)["empty_label"] = "Choisir"
    for field, words in _WORDS.items():
        field.default_error_messages = {**field.default_error_messages, **words}


def typed_so_far(*shown: forms.Form) -> None:
    """Show forms again as they were typed, nothing checked: a row was added, nobody said it was done."""
    for form in shown:
        form._errors = ErrorDict()  # type: ignore[attr-defined]  # noqa: SLF001 - what Django fills at the first look


class DayInput(forms.DateInput):
    """A day, through the browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class HourInput(forms.TimeInput):
    """An hour, through the browser's own field."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


SAME = "Le même, mot pour mot."
"""What is said of two drafts that turn out alike."""


class DraftForm(forms.Form):
    """A draft that several people may write: it is saved over the one that was read, or not at all."""

    over = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_over(self) -> datetime | None:
        """When the draft that was read had been written; None when there was none."""
        try:
            return datetime.fromisoformat(self.cleaned_data["over"])
        except ValueError:
            return None

    def stand_on(self, written_at: datetime) -> None:
        """After a conflict, with both texts in sight: saved again, it replaces the draft of that instant."""
        self.data = given = cast(QueryDict, self.data).copy()
        given["over"] = written_at.isoformat()


def offer(form: forms.Form, name: str, choices: Any, words: Callable[[Any], str] | None = None) -> None:
    """Give a field what it offers: rows with their words, or pairs of a value and its words."""
    field = form.fields[name]
    if isinstance(field, forms.ModelChoiceField):
        field.queryset = choices
        if words:
            # Django calls it with one argument, named or not as one likes.
            field.label_from_instance = words  # type: ignore[method-assign, assignment]
    elif isinstance(field, forms.ChoiceField):
        field.choices = choices
