"""Forms of the stock pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms

from palier.directory.rules import plain
from palier.stock.models import Import
from palier.stock.operations import owners_in
from palier.stock.queries import Size
from palier.stock.reading.values import DATES
from palier.stock.rules.districts import Standing
from palier.stock.rules.fields import FIELDS, Unit
from palier.stock.rules.imports import SUFFIXES, Format

_YEAR = "Le patrimoine au 1er janvier de cette année."


def _offer(form: forms.Form, name: str, choices: Iterable[tuple[str | int, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)


def _likely_owners(item: Import) -> list[str]:
    """The landlords of the file whose name is the landlord's own."""
    own = plain(item.landlord.name)
    return [name for name in owners_in(item, {int(i): field for i, field in item.mapping.items()}) if plain(name) == own]


class ResidenceFilters(forms.Form):
    """What the list of residences is narrowed by."""

    q = forms.CharField(label="Résidence, code ou adresse", required=False, widget=forms.SearchInput)
    commune = forms.ChoiceField(label="Commune", required=False)
    qpv = forms.ChoiceField(
        label="Quartier prioritaire", required=False, choices=[("", "Tous"), *((s.value, s.label) for s in Standing)]
    )
    size = forms.ChoiceField(
        label="Taille, en logements", required=False, choices=[("", "Toutes"), *((s.value, s.label) for s in Size)]
    )
    gone = forms.BooleanField(label="Résidences sorties du patrimoine", required=False)

    def __init__(self, *args: Any, communes: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "commune", [("", "Toutes"), *((code, f"{name} ({code})" if name else code) for code, name in communes)])


class DepositForm(forms.Form):
    """A file of the stock to read."""

    file = forms.FileField(
        label="Fichier du patrimoine",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(SUFFIXES))}),
        help_text=f"Déclaration RPLS, fichier RPLS ouvert, GeoJSON par adresse, ou votre propre tableau (.csv, .xlsx, .ods). 150 Mo au plus. {DATES}",
        error_messages={"required": "Choisissez le fichier à déposer.", "empty": "Ce fichier est vide. Vérifiez l’export."},
    )
    year = forms.IntegerField(
        label="Millésime",
        required=False,
        min_value=1990,
        help_text=f"{_YEAR} Laissez vide pour le lire dans la déclaration RPLS.",
        error_messages={"invalid": "Indiquez une année sur quatre chiffres, par exemple 2025."},
    )


class CompletionForm(forms.Form):
    """What a file does not say: its year; for a table, its columns, whose lines to keep, its commune."""

    sheet = forms.ChoiceField(label="Feuille du classeur")
    year = forms.IntegerField(label="Millésime", min_value=1990, help_text=_YEAR)
    unit = forms.ChoiceField(
        label="Une ligne du fichier, c’est", choices=[(u.value, u.label) for u in Unit], widget=forms.RadioSelect
    )
    commune = forms.RegexField(
        r"^((0[1-9]|[1-8]\d|9[0-5]|2[AB])\d{3}|97[1-6]\d{2})$",
        label="Code INSEE de la commune",
        required=False,
        help_text="Pour un fichier d’une seule commune qui ne la dit pas, par exemple 93010.",
        error_messages={"invalid": "Un code INSEE compte 5 caractères et commence par son département, par exemple 93010."},
    )
    commune_name = forms.CharField(label="Nom de la commune", required=False, max_length=60)
    owners = forms.MultipleChoiceField(
        label="Les lignes de ces bailleurs sont les vôtres",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Ce fichier porte plusieurs bailleurs. Choisissez ceux dont les lignes sont les vôtres."},
    )
    save_as = forms.CharField(
        label="Garder cette correspondance sous le nom",
        required=False,
        max_length=120,
        help_text="Le prochain fichier aux mêmes colonnes sera lu sans rien redemander.",
    )

    def __init__(self, *args: Any, item: Import, **kwargs: Any) -> None:
        self.item = item
        kwargs.setdefault("initial", self.first_answers(item))
        super().__init__(*args, **kwargs)
        self.columns = item.profile.get("columns", []) if item.format in {Format.TABLE, Format.ADDRESSES} else []
        choices = [("", "ne pas lire"), *((name, field.label) for name, field in FIELDS.items())]
        for index, column in enumerate(self.columns):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=f"Colonne « {column['header'] or index + 1} »", choices=choices, required=False
            )
        sheets = item.profile.get("sheets", [])
        if len(sheets) > 1:
            _offer(self, "sheet", [(name, name) for name in sheets])
        else:
            del self.fields["sheet"]
        owners = self.named_owners
        if not self.columns:
            for name in ("unit", "commune", "commune_name", "owners", "save_as"):
                del self.fields[name]
        elif len(owners) > 1:
            _offer(self, "owners", [(owner, owner) for owner in owners])
        else:
            del self.fields["owners"]

    @staticmethod
    def first_answers(item: Import) -> dict[str, Any]:
        """What is already known: what was answered before, or what is proposed."""
        return {
            "sheet": item.profile.get("sheet", ""),
            "year": item.year,
            "unit": item.unit,
            "owners": item.options.get("owners") or _likely_owners(item),
            "commune": item.options.get("commune", ""),
            "commune_name": item.options.get("commune_name", ""),
            "save_as": item.profile.get("saved", ""),
            **{f"column_{index}": name for index, name in item.mapping.items()},
        }

    @property
    def mapping(self) -> dict[int, str]:
        """The field of each column that is read, as sent or as proposed."""
        given = self.data if self.is_bound else self.initial
        named = ((index, given.get(f"column_{index}", "")) for index in range(len(self.columns)))
        return {index: name for index, name in named if name}

    @property
    def named_owners(self) -> list[str]:
        """The landlords that the file names, by the column said to name them."""
        return owners_in(self.item, self.mapping)

    @property
    def rows(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Each column of the file beside the field to choose."""
        return [(column, self[f"column_{index}"]) for index, column in enumerate(self.columns)]

    @property
    def general(self) -> list[forms.BoundField]:
        """The fields that are not of a column."""
        return [self[name] for name in ("year", "unit", "owners", "commune", "commune_name", "save_as") if name in self.fields]


class NameForm(forms.Form):
    """The name of a residence."""

    name = forms.CharField(
        label="Nom", max_length=160, error_messages={"required": "Donnez un nom à la résidence, par exemple « Les Glycines »."}
    )


class PointForm(forms.Form):
    """Where a residence is."""

    lat = forms.FloatField(
        label="Latitude",
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Par exemple 48,9026.",
    )
    lon = forms.FloatField(
        label="Longitude",
        localize=True,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
        help_text="Par exemple 2,4871.",
    )


class MergeForm(forms.Form):
    """The residence to bring into this one."""

    other = forms.ChoiceField(
        label="Résidence à réunir à celle-ci",
        error_messages={
            "required": "Choisissez une résidence de la liste.",
            "invalid_choice": "Choisissez une résidence de la liste.",
        },
    )

    def __init__(self, *args: Any, others: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "other", [("", "Choisissez une résidence"), *others])


class MoveForm(forms.Form):
    """Addresses to send to another residence, or to a new one."""

    addresses = forms.MultipleChoiceField(
        label="Adresses à déplacer",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une adresse."},
    )
    to = forms.ChoiceField(label="Vers la résidence", required=False)
    new_name = forms.CharField(label="Ou vers une nouvelle résidence nommée", required=False, max_length=160)

    def __init__(self, *args: Any, addresses: list[tuple[str, str]], others: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "addresses", addresses)
        _offer(self, "to", [("", "Aucune"), *others])
