"""What one fills in to deposit a piece, or its next version."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.directory.models import Organisation
from palier.directory.rules import LANDLORD_ROLES, Role
from palier.documents.rules import AUDIENCE_LABELS, FORMATS, KINDS
from palier.ledger.rules import Audience

_BY_NAME = sorted(((code, kind.label) for code, kind in KINDS.items()), key=lambda pair: (pair[0] == "other", pair[1]))


def accept(extensions: tuple[str, ...] = tuple(FORMATS)) -> str:
    """What the browser's file dialog offers: « .pdf,.docx »."""
    return ",".join(f".{extension}" for extension in extensions)


class DepositForm(forms.Form):
    """A new piece."""

    title = forms.CharField(
        label="Titre", max_length=200, help_text="Ce que la pièce montre, par exemple « Contrôle du ménage, mars »."
    )
    kind = forms.ChoiceField(label="Nature", choices=[("", "Choisir"), *_BY_NAME])
    file = forms.FileField(label="Fichier", widget=forms.ClearableFileInput(attrs={"accept": accept()}))
    audience = forms.ChoiceField(label="Qui la lit", widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: frozenset[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [Audience.FILE, Audience.LANDLORD] if roles & LANDLORD_ROLES else [Audience.FILE]
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(audience.value, AUDIENCE_LABELS[audience]) for audience in offered]
        field.initial = Audience.FILE.value


class VersionForm(forms.Form):
    """The next version of a piece, in the formats of its kind."""

    file = forms.FileField(label="Fichier de la nouvelle version")

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        extensions = KINDS[kind].extensions
        self.fields["file"].widget.attrs["accept"] = accept(extensions)
        self.fields["file"].help_text = f"Formats pris : {', '.join(e for e in extensions if e != 'jpeg')}."


class FilterForm(forms.Form):
    """What a list is narrowed to."""

    q = forms.CharField(label="Titre", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    kind = forms.ChoiceField(label="Nature", required=False, choices=[("", "Toutes"), *_BY_NAME])
    withdrawn = forms.BooleanField(label="Pièces retirées", required=False)


class ShareForm(forms.Form):
    """The association a piece is opened to."""

    organisation = forms.ModelChoiceField(
        label="Association", queryset=Organisation.objects.none(), empty_label="Choisir une association"
    )

    def __init__(self, *args: Any, associations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = associations
