"""What one fills in to rate residences, entrust them, and keep the list of priority sites."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict

from palier.sites.operations import Given
from palier.sites.rules import AlertState, Level, reasoned

LEVELS = [(level.value, level.label) for level in Level]
TO_RATE = "a-coter"


def _districts() -> forms.ChoiceField:
    choices = [("", "Tous"), ("oui", "En QPV"), ("non", "Hors QPV")]
    return forms.ChoiceField(label="Quartier prioritaire", required=False, choices=choices)


class FilterForm(forms.Form):
    """What the list of residences is narrowed to."""

    q = forms.CharField(label="Résidence", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    niveau = forms.ChoiceField(
        label="Situation",
        required=False,
        choices=[("", "Toutes"), (TO_RATE, "À coter"), *LEVELS, ("prioritaire", "Sites prioritaires")],
    )
    qpv = _districts()
    commune = forms.ChoiceField(label="Commune", required=False)
    confie = forms.ChoiceField(label="Confiée à", required=False)
    alerte = forms.ChoiceField(label="Alerte", required=False, choices=[("", "Toutes"), ("oui", "Avec une alerte en cours")])
    iris = forms.CharField(required=False, max_length=9, widget=forms.HiddenInput)

    def __init__(self, *args: Any, communes: list[str], team: dict[int, str], alerts: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not alerts:
            del self.fields["alerte"]
        choices = {
            "commune": [("", "Toutes"), *((name, name) for name in communes)],
            "confie": [("", "Tout le monde"), *((str(pk), name) for pk, name in team.items())],
        }
        for name, offered in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = offered
            if len(offered) < 2:
                del self.fields[name]


class AcrossForm(forms.Form):
    """What the priority sites of many landlords are narrowed to."""

    q = forms.CharField(
        label="Site, organisme ou commune", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    region = forms.ChoiceField(label="Association régionale", required=False)
    niveau = forms.ChoiceField(
        label="Situation", required=False, choices=[("", "Toutes"), *((x.value, x.label) for x in Level if x.rank)]
    )
    qpv = _districts()

    def __init__(self, *args: Any, regions: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if len(regions) < 2:
            del self.fields["region"]
            return
        field = self.fields["region"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Toutes"), *((str(pk), name) for pk, name in regions.items())]


def _ask_reasons(form: forms.Form, given: dict[str, Any]) -> None:
    for reason in reasoned(Level(given["level"]), given.get("reasons", "")).reasons:
        form.add_error("reasons", reason.sentence)


def one_line(text: str) -> str:
    """A text as a field of one line shows it: browsers glue what stands on either side of a line end."""
    return " ".join(text.split())


class RatingForm(forms.Form):
    """The level of one residence of the list, with its reasons. What was shown is sent back, so that only changes count."""

    level = forms.ChoiceField(label="Situation", required=False, choices=[("", "À coter"), *LEVELS], show_hidden_initial=True)
    reasons = forms.CharField(label="Raisons", required=False, max_length=2000, show_hidden_initial=True)
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, posted: QueryDict | None, *, residence: Any) -> None:
        shown = {"level": residence.level, "reasons": one_line(residence.reasons), "revision": residence.revision}
        super().__init__(posted, initial=shown, prefix=str(residence.pk))
        self.residence = residence
        self.fields["level"].widget.attrs["aria-label"] = f"Situation, {residence.name}"
        self.fields["reasons"].widget.attrs["aria-label"] = f"Raisons, {residence.name}"

    def clean(self) -> dict[str, Any]:
        """Every level but the first comes with its reasons; a level given is not taken back to nothing."""
        given = super().clean() or {}
        if not (set(self.changed_data) - {"revision"}):
            return given
        if not given.get("level"):
            self.add_error("level", "Choisissez une situation.")
        else:
            _ask_reasons(self, given)
        return given

    @property
    def is_changed(self) -> bool:
        """Whether the person touched the row."""
        return bool(set(self.changed_data) - {"revision"})

    @property
    def given(self) -> Given:
        """What the person says of the residence; reasons left untouched stay as they are kept, lines and all."""
        said = self.cleaned_data
        reasons = said["reasons"] if "reasons" in self.changed_data else self.residence.reasons
        return Given(self.residence.pk, Level(said["level"]), reasons, said["revision"])


class LevelForm(forms.Form):
    """The level of one residence, on its own page."""

    level = forms.ChoiceField(
        label="Situation",
        choices=[(level.value, f"{level.label}. {level.meaning}") for level in Level],
        widget=forms.RadioSelect,
    )
    reasons = forms.CharField(
        label="Raisons",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Demandées dès la situation moyenne : ce qui se passe, depuis quand, et ce qui le montre. Elles sont lues par l’auditeur et par le comité.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Every level but the first comes with its reasons."""
        given = super().clean() or {}
        if given.get("level"):
            _ask_reasons(self, given)
        return given


class EntrustForm(forms.Form):
    """Who rates which residences, by agency or town; ``chosen`` is the one whose residences come ticked, or ``ALL``."""

    ALL, NOBODY = "tout", "personne"
    to = forms.ChoiceField(label="Confier à", error_messages={"required": "Choisissez à qui confier les résidences."})
    residences = forms.MultipleChoiceField(
        label="Résidences",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une résidence."},
    )

    def __init__(self, *args: Any, team: dict[int, str], residences: list[Any], chosen: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people, offered = self.fields["to"], self.fields["residences"]
        assert isinstance(people, forms.ChoiceField)
        assert isinstance(offered, forms.MultipleChoiceField)
        people.choices = [
            ("", "Choisir une personne"),
            *((str(pk), name) for pk, name in team.items()),
            (self.NOBODY, "Personne : reprendre ces résidences"),
        ]
        sectors: dict[str, list[tuple[str, str]]] = {}
        for residence in residences:
            holder = team.get(residence.entrusted_to_id)
            label = f"{residence.name} ({holder})" if holder else residence.name
            sectors.setdefault(residence.sector or residence.commune_name or "Autres résidences", []).append(
                (str(residence.pk), label)
            )
        offered.choices = self.sectors = sorted(sectors.items())
        offered.initial = [pk for name, rows in self.sectors if chosen in {name, self.ALL} for pk, _ in rows]


class PriorityForm(forms.Form):
    """A residence put on the list of priority sites."""

    residence = forms.ChoiceField(label="Résidence")
    level = forms.ChoiceField(label="Situation", choices=[("", "Choisir"), *((x.value, x.label) for x in Level if x.rank)])
    reasons = forms.CharField(
        label="Raisons",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Pourquoi ce site passe avant les autres. Elles sont lues par les représentants, l’auditeur et le comité.",
    )

    def __init__(self, *args: Any, residences: list[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["residence"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Choisir une résidence"), *((str(r.pk), r.name) for r in residences)]


class ConfirmListForm(forms.Form):
    """The confirmation of the list, with the reason when it is empty."""

    empty_because = forms.CharField(
        label="Pourquoi aucun site n’est prioritaire",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Par exemple « Aucune résidence ne dépasse la situation moyenne ».",
    )

    def __init__(self, *args: Any, empty: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not empty:
            del self.fields["empty_because"]


class AlertFilterForm(forms.Form):
    """What the list of alerts is narrowed to."""

    q = forms.CharField(label="Résidence", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    etat = forms.ChoiceField(
        label="Réponse",
        required=False,
        choices=[("", "En cours"), *((s.value, s.label) for s in AlertState), ("terminees", "Retombées")],
    )
    indicateur = forms.ChoiceField(label="Indicateur", required=False)

    def __init__(self, *args: Any, indicators: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicateur"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "Tous"), *indicators]


class AnswerForm(forms.Form):
    """What somebody makes of an alert."""

    answer = forms.ChoiceField(
        label="Votre réponse",
        widget=forms.RadioSelect,
        choices=[
            (AlertState.ACKNOWLEDGED.value, "Je la prends en compte : elle reste ici, et revient si la situation s’aggrave."),
            (AlertState.EXPLAINED.value, "Je l’explique : la raison est connue."),
            (AlertState.DIAGNOSIS.value, "J’ouvre un diagnostic : la grille commune commence sur cette résidence."),
        ],
        error_messages={"required": "Choisissez une réponse."},
    )
    reason = forms.CharField(
        label="Raison",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Demandée pour une explication. Ne nommez personne.",
    )

    def __init__(self, posted: QueryDict | None, *, state: AlertState, reason: str) -> None:
        initial = {"answer": None if state is AlertState.OPEN else state.value, "reason": reason}
        super().__init__(posted, initial=initial)


class ConcludeForm(forms.Form):
    """What the diagnosis opened from an alert leads to."""

    NOTHING = "nothing"
    led = forms.ChoiceField(
        label="Ce que le diagnostic conclut",
        widget=forms.RadioSelect,
        choices=[
            *((x.value, f"Site prioritaire, situation {x.label.lower()} : il rejoint la liste.") for x in Level if x.rank),
            (NOTHING, "Pas de suite : le service ordinaire suffit."),
        ],
        error_messages={"required": "Choisissez une conclusion."},
    )
    reason = forms.CharField(
        label="Pourquoi",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lue par l’auditeur et le comité. Ne nommez personne.",
    )

    @property
    def level(self) -> Level | None:
        """The level of the site to put on the list, if there is one."""
        return None if self.cleaned_data["led"] == self.NOTHING else Level(self.cleaned_data["led"])


class WindowForm(forms.Form):
    """The window of a map: its edges in degrees (west, south, east, north) and its zoom."""

    box = forms.CharField(max_length=120)
    zoom = forms.FloatField(min_value=0, max_value=24)

    def clean_box(self) -> tuple[float, ...]:
        """Four edges, finite and in order."""
        try:
            west, south, east, north = (float(edge) for edge in self.cleaned_data["box"].split(","))
        except ValueError as problem:
            raise forms.ValidationError("Donnez quatre bords, en degrés.") from problem
        if not (west <= east and south <= north and max(map(abs, (west, south, east, north))) < 1e4):
            raise forms.ValidationError("Donnez les bords dans l’ordre : ouest, sud, est, nord.")
        return west, south, east, north
