"""What one fills in: figures of an indicator, an incident, the columns of a file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.http import QueryDict

from palier.sources.models import Intake, Reading
from palier.sources.operations import Answers
from palier.sources.reading.targets import choices
from palier.sources.reading.values import count, number, period
from palier.sources.reading.words import MEANINGS
from palier.sources.rules.incidents import TEXT_MOST, Complaint, IncidentKind, Place, Recurrence, Told, Victim
from palier.sources.rules.indicators import Indicator
from palier.sources.rules.intake import Layout
from palier.sources.rules.readings import Entry, Given, may_stand, shown, with_homes
from palier.sources.rules.vocabulary import Kind
from palier.stock.reading.values import DATES, BadValue
from palier.stock.rules.imports import SUFFIXES

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def offer(form: forms.Form, name: str, offered: Iterable[tuple[str, str]]) -> None:
    """Give a field its choices."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(offered)


class PeriodForm(forms.Form):
    """The period that figures bear on, as people name it."""

    periode = forms.CharField(
        label="Période",
        max_length=30,
        help_text="Par exemple 2025, T1 2026 ou 03/2026.",
        error_messages={"required": "Indiquez une période, par exemple 2025."},
    )

    def clean_periode(self) -> tuple[date, date]:
        """First and last day of the period."""
        try:
            return period(self.cleaned_data["periode"])
        except BadValue as problem:
            raise forms.ValidationError(f"Cette période {problem.problem}.") from problem


class FigureForm(forms.Form):
    """One figure of a residence: what was counted, of how many, or the value. What was shown is sent back.

    ``name`` is what tells it from the other figures of its page: the residence, or the indicator; ``prefix`` its fields.
    """

    count = forms.CharField(required=False, max_length=20, show_hidden_initial=True)
    of = forms.CharField(required=False, max_length=20, show_hidden_initial=True)
    value = forms.CharField(required=False, max_length=20, show_hidden_initial=True)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(
        self,
        posted: QueryDict | None,
        *,
        residence: Any,
        indicator: Indicator,
        span: tuple[date, date],
        reading: Reading | None,
        prefix: str,
        name: str,
    ) -> None:
        self.residence, self.indicator, self.span, self.name = residence, indicator, span, name
        counted = indicator.kind in {Kind.SHARE, Kind.RATE}
        given = {
            "count": _said(reading.numerator if reading else None),
            "of": _said(reading.denominator if reading else None),
            "value": _said(reading.value if reading and reading.numerator is None else None),
            "seen": reading.pk if reading else 0,
        }
        super().__init__(posted, initial=given, prefix=prefix)
        for field in () if counted else ("count", "of"):
            del self.fields[field]
        if indicator.from_stock:
            self.fields["of"].widget.attrs["placeholder"] = str(residence.homes or "")
        labels = {"count": "Compte", "of": f"Sur combien de {indicator.denominator.label}", "value": "Valeur"}
        for field, label in labels.items():
            if field in self.fields:
                self.fields[field].label = label
                attributes = {"inputmode": "decimal", "aria-label": f"{label}, {name}", "size": "7"}
                self.fields[field].widget.attrs |= attributes

    def clean(self) -> dict[str, Any]:
        """Numbers as French people write them, that hold together."""
        said = super().clean() or {}
        if not self.is_changed:
            return said
        numbers: dict[str, Decimal] = {}
        for name in ("count", "of", "value"):
            text = (said.get(name) or "").strip()
            if not text:
                continue
            try:
                exact = name != "value"
                numbers[name] = count(text, exact=False) if exact else number(text, exact=False, percent=self._percent)
            except BadValue as problem:
                self.add_error(name, f"« {text} » {problem.problem}.")
        if not self.errors:
            given = Given(*self.span, numbers.get("count"), numbers.get("of"), numbers.get("value"))
            homes = {self.residence.pk: self.residence.homes} if self.residence.homes else {}
            (said["entry"],) = with_homes([Entry(self.residence.pk, self.indicator.key, given, said["seen"])], homes)
        return said

    def check(self, today: date) -> None:
        """Add why the figure cannot stand, beside the first field that was filled."""
        entry = self.cleaned_data.get("entry")
        if entry is None:
            return
        field = next((name for name in ("count", "value") if name in self.changed_data and name in self.fields), "value")
        for reason in may_stand(self.indicator, entry.given, today=today).reasons:
            self.add_error(
                field if field in self.fields else None, reason.sentence.removeprefix(f"{self.indicator.label} : ").capitalize()
            )

    @property
    def _percent(self) -> bool:
        return self.indicator.kind is Kind.SHARE

    @property
    def is_changed(self) -> bool:
        """Whether the person touched the row."""
        return bool(set(self.changed_data) - {"seen"})

    @property
    def cells(self) -> list[tuple[str, forms.BoundField]]:
        """The fields of the row, with the head of their column."""
        heads = {"count": "Compte", "of": "Sur", "value": "Ou la valeur" if "count" in self.fields else "Valeur"}
        return [(head, self[name]) for name, head in heads.items() if name in self.fields]


def _said(number_: Decimal | None) -> str:
    return "" if number_ is None else shown(number_)


# What is met most comes first under the thumb.
_USUAL = (
    IncidentKind.DUMPING_BULKY,
    IncidentKind.PROPERTY_DAMAGE,
    IncidentKind.GATHERING,
    IncidentKind.NOISE_NEIGHBOUR,
    IncidentKind.GRAFFITI,
    IncidentKind.PARKING_WRECK,
)


class IncidentForm(forms.Form):
    """An incident, told with a thumb: what, where, which residence. The rest may be left as it is."""

    kind = forms.ChoiceField(
        label="Que s’est-il passé ?",
        choices=[(k.value, k.label) for k in dict.fromkeys((*_USUAL, *IncidentKind))],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce qui s’est passé."},
    )
    place = forms.ChoiceField(
        label="Où ?",
        choices=[(p.value, p.label) for p in Place if p is not Place.UNKNOWN],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites où."},
    )
    residence = forms.ChoiceField(
        label="Dans quelle résidence ?",
        error_messages={
            "required": "Choisissez la résidence.",
            "invalid_choice": "Choisissez une résidence de la liste.",
        },
    )
    on = forms.DateField(
        label="Quel jour ?", widget=_DAY, error_messages={"required": "Indiquez le jour.", "invalid": "Indiquez un jour."}
    )
    recurrence = forms.ChoiceField(
        label="Cela s’est déjà produit ici ?",
        choices=[(r.value, r.label) for r in (Recurrence.ISOLATED, Recurrence.REPEATED, Recurrence.CONSTANT)],
        widget=forms.RadioSelect,
        initial=Recurrence.ISOLATED,
    )
    victim = forms.ChoiceField(
        label="Qui l’a subi ?",
        choices=[(v.value, v.label) for v in Victim if v is not Victim.UNKNOWN],
        widget=forms.RadioSelect,
        initial=Victim.NOBODY,
    )
    complaint = forms.ChoiceField(
        label="Une plainte est déposée ?",
        choices=[(c.value, c.label) for c in (Complaint.NO, Complaint.YES, Complaint.UNKNOWN)],
        widget=forms.RadioSelect,
        initial=Complaint.UNKNOWN,
    )
    text = forms.CharField(
        label="Précisions",
        required=False,
        max_length=TEXT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les faits seulement : ni nom, ni logement, ni plaque, ni téléphone. Ce texte est effacé au bout d’un an.",
    )

    def __init__(self, *args: Any, residences: list[tuple[str, list[tuple[str, str]]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "residence", [("", "Choisir la résidence"), *residences])  # type: ignore[list-item]
        for name in ("kind", "place", "recurrence", "victim", "complaint"):
            self.fields[name].error_messages["invalid_choice"] = "Choisissez l’une des réponses."

    @property
    def told(self) -> Told:
        """The incident as told."""
        said = self.cleaned_data
        return Told(
            residence=int(said["residence"]),
            on=said["on"],
            kind=IncidentKind(said["kind"]),
            place=Place(said["place"]),
            victim=Victim(said["victim"]),
            recurrence=Recurrence(said["recurrence"]),
            complaint=Complaint(said["complaint"]),
            text=said["text"],
        )


class IncidentFilters(forms.Form):
    """What the list of incidents is narrowed by."""

    residence = forms.ChoiceField(label="Résidence", required=False)
    nature = forms.ChoiceField(
        label="Nature", required=False, choices=[("", "Toutes"), *((k.value, k.label) for k in IncidentKind)]
    )
    depuis = forms.DateField(label="Depuis le", required=False, widget=_DAY)
    annules = forms.BooleanField(label="Montrer aussi les incidents annulés", required=False)

    def __init__(self, *args: Any, residences: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "residence", [("", "Toutes"), *residences])


class VoidForm(forms.Form):
    """Why an incident was a mistake."""

    reason = forms.CharField(
        label="Pourquoi",
        max_length=200,
        help_text="Par exemple « saisi deux fois ». L’incident reste dans la liste, avec cette raison, et ne compte plus.",
        error_messages={"required": "Dites en quelques mots pourquoi cet incident est annulé."},
    )


class DepositForm(forms.Form):
    """A file of figures or of incidents."""

    file = forms.FileField(
        label="Fichier de chiffres ou d’incidents",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(SUFFIXES - {".geojson", ".json"}))}),
        help_text=f"Votre propre tableau (.csv, .xlsx, .ods). 30 Mo au plus. {DATES}",
        error_messages={"required": "Choisissez le fichier à déposer.", "empty": "Ce fichier est vide. Vérifiez l’export."},
    )


class LookForm(forms.Form):
    """Which sheet to read, and what a line stands for."""

    layout = forms.ChoiceField(
        label="Une ligne du fichier, c’est", choices=[(x.value, x.label) for x in Layout], widget=forms.RadioSelect
    )
    sheet = forms.ChoiceField(label="Feuille du classeur", required=False)

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"layout": intake.layout, "sheet": intake.profile.get("sheet", "")})
        super().__init__(*args, **kwargs)
        sheets = intake.profile.get("sheets", [])
        if len(sheets) > 1:
            offer(self, "sheet", [(name, name) for name in sheets])
        else:
            del self.fields["sheet"]


class ColumnsForm(forms.Form):
    """What each column is, the period of the whole file, what the file's own words mean."""

    starts_on = forms.DateField(label="Début de la période", required=False, widget=_DAY)
    ends_on = forms.DateField(label="Fin de la période", required=False, widget=_DAY)
    skip_unknown = forms.BooleanField(
        label="Laisser de côté les lignes dont la résidence n’est pas dans le patrimoine",
        required=False,
        help_text="Elles sont montrées dans l’aperçu. Sans cette case, une seule suffit à refuser le fichier.",
    )
    save_as = forms.CharField(
        label="Garder cette correspondance sous le nom",
        required=False,
        max_length=120,
        help_text="Le prochain fichier aux mêmes colonnes sera proposé de même.",
    )

    def __init__(self, *args: Any, intake: Intake, **kwargs: Any) -> None:
        self.intake = intake
        kwargs.setdefault("initial", self.known(intake))
        super().__init__(*args, **kwargs)
        self.columns = intake.profile.get("columns", [])
        offered = [("", "ne pas lire"), *choices(Layout(intake.layout))]
        for index, column in enumerate(self.columns):
            label = f"Colonne « {column['header'] or index + 1} »"
            self.fields[f"column_{index}"] = forms.ChoiceField(label=label, choices=offered, required=False)
        self.unknown = [
            (f"word_{target}_{rank}", target, word, times)
            for target, words in intake.report.get("unknown", {}).items()
            for rank, (word, times) in enumerate(words)
        ]
        for name, target, word, times in self.unknown:
            self.fields[name] = forms.ChoiceField(
                label=f"« {word} », {times} ligne{'s' if times > 1 else ''}",
                choices=[("", "à préciser"), *MEANINGS[target]],
                required=False,
            )
        if intake.layout == Layout.INCIDENTS:
            for name in ("starts_on", "ends_on"):
                del self.fields[name]

    @staticmethod
    def known(intake: Intake) -> dict[str, Any]:
        """What is proposed, or was answered before."""
        options = intake.options
        return {
            "starts_on": options.get("starts_on") or None,
            "ends_on": options.get("ends_on") or None,
            "skip_unknown": options.get("skip_unknown", False),
            "save_as": intake.profile.get("saved", ""),
            **{f"column_{index}": name for index, name in intake.mapping.items()},
        }

    def clean(self) -> dict[str, Any]:
        """A period has its two ends, in order."""
        said = super().clean() or {}
        starts_on, ends_on = said.get("starts_on"), said.get("ends_on")
        if bool(starts_on) != bool(ends_on):
            self.add_error("ends_on" if starts_on else "starts_on", "Indiquez les deux dates de la période, ou aucune.")
        elif starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", "La période finit avant de commencer. Vérifiez les deux dates.")
        return said

    @property
    def answers(self) -> Answers:
        """What the person said of the file; words explained before stay explained."""
        said = self.cleaned_data
        words = {name: dict(meanings) for name, meanings in self.intake.options.get("words", {}).items()}
        for name, target, word, _ in self.unknown:
            if said.get(name):
                words.setdefault(target, {})[word] = said[name]
        return Answers(
            layout=Layout(self.intake.layout),
            mapping={index: said[f"column_{index}"] for index in range(len(self.columns)) if said.get(f"column_{index}")},
            sheet=self.intake.profile.get("sheet", ""),
            starts_on=said.get("starts_on"),
            ends_on=said.get("ends_on"),
            words=words,
            skip_unknown=said["skip_unknown"],
        )

    @property
    def rows(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Each column of the file beside what it is."""
        return [(column, self[f"column_{index}"]) for index, column in enumerate(self.columns)]

    @property
    def general(self) -> list[forms.BoundField]:
        """The fields of the whole file."""
        return [self[name] for name in ("starts_on", "ends_on", "skip_unknown", "save_as") if name in self.fields]

    @property
    def words(self) -> list[forms.BoundField]:
        """The words to explain."""
        return [self[name] for name, *_ in self.unknown]


class OpenDataForm(forms.Form):
    """A public file to load for everybody."""

    what = forms.ChoiceField(
        label="Ce que le fichier contient",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce que contient le fichier."},
    )
    year = forms.IntegerField(
        label="Millésime",
        min_value=1990,
        max_value=2100,
        required=False,
        help_text="Laissez vide si le fichier le dit, et pour les quartiers prioritaires.",
    )
    file = forms.FileField(
        label="Fichier", error_messages={"required": "Choisissez le fichier à charger.", "empty": "Ce fichier est vide."}
    )
