"""What one fills in on minutes: the texts added to the record, a comment and its answer, a correction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

from palier.committee.models import Item

_ROWS = forms.Textarea(attrs={"rows": 4})


class TextsForm(forms.Form):
    """A preamble, and the debates of each matter."""

    preamble = forms.CharField(
        label="Préambule",
        required=False,
        widget=_ROWS,
        help_text="Tout le monde le lit, même qui ne siège pas sur un point : n’y dites rien d’un dossier.",
    )

    def __init__(self, *args: Any, items: Iterable[Item], debates: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._items = list(items)
        for item in self._items:
            self.fields[f"debates_{item.pk}"] = forms.CharField(
                label=f"Débats, point {item.position} : {item.title}",
                required=False,
                widget=forms.Textarea(attrs={"rows": 4}),
                initial=debates.get(item.pk, ""),
            )

    def debates(self) -> dict[int, str]:
        """The debates as given, by matter."""
        return {item.pk: self.cleaned_data[f"debates_{item.pk}"] for item in self._items}


class CommentForm(forms.Form):
    """A comment on one matter, or on the session."""

    item = forms.TypedChoiceField(
        label="Sur",
        required=False,
        coerce=int,
        empty_value=None,
        help_text="Choisissez le point dont vous parlez : qui n’y siège pas ne lira pas la remarque.",
    )
    text = forms.CharField(label="Votre remarque", widget=_ROWS, error_messages={"required": "Écrivez votre remarque."})

    def __init__(self, *args: Any, items: Iterable[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["item"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [
            ("", "La séance dans son ensemble"),
            *((item.pk, f"Point {item.position} : {item.title}") for item in items),
        ]


class AnswerForm(forms.Form):
    """What is made of a comment."""

    taken = forms.TypedChoiceField(
        label="Suite",
        choices=[("yes", "Le texte est changé"), ("no", "Le texte reste tel quel")],
        widget=forms.RadioSelect,
        coerce=lambda value: value == "yes",
        error_messages={"required": "Dites si le texte est changé."},
    )
    text = forms.CharField(
        label="Réponse", widget=_ROWS, error_messages={"required": "Écrivez la réponse : son auteur la lira."}
    )


class CorrectForm(forms.Form):
    """Why signed minutes are corrected."""

    because = forms.CharField(
        label="Ce que la correction change, et pourquoi",
        widget=_ROWS,
        error_messages={"required": "Écrivez ce que la correction change, et pourquoi."},
    )
