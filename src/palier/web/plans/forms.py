"""What people fill in to plan, follow and measure actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.directory.models import Person
from palier.documents.models import Document
from palier.documents.rules import KINDS
from palier.plans.models import Action, Recommendation
from palier.plans.rules.action import ActionContent, coherent
from palier.plans.rules.terms import Direction, Nature, Scope, Source, Status, Vocabulary
from palier.visits.rules import Responsibility
from palier.web.documents.fields import DocumentField
from palier.web.ui.forms import DayInput

Words = dict[Vocabulary, dict[str, str]]


class NumberField(forms.DecimalField):
    """A number as people write it: « 8 450,50 », with or without spaces between thousands."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(localize=True, **kwargs)

    def to_python(self, value: Any) -> Any:
        """The number, its spaces dropped, narrow and no-break ones included."""
        return super().to_python("".join(value.split()) if isinstance(value, str) else value)


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a long form: its title, what it is for, its fields; those of one row stand side by side."""

    title: str
    help: str
    rows: tuple[tuple[str, ...], ...]


PARTS = (
    Part(
        "Ce qui sera fait",
        "Une action se comprend sans vous : ce qui change, où, et pourquoi.",
        (("title",), ("description",), ("theme",), ("follows",), ("scope",), ("residences",)),
    ),
    Part(
        "Comment",
        "La nature et la responsabilité disent sur quoi vous pouvez agir seuls. Un budget nul se dit : 0.",
        (("nature", "responsibility"), ("lever",), ("budget", "funding"), ("tfpb_axis",), ("ordinary",)),
    ),
    Part(
        "Qui, et quand",
        "Une personne, ou une fonction si elle n’a pas de compte dans Palier.",
        (("owner", "owner_label"), ("contributors",), ("starts_on", "due_on")),
    ),
    Part(
        "À quoi l’on verra que cela marche",
        "La valeur de départ se mesure avant de commencer. Sans elle, l’effet de l’action ne se montrera pas.",
        (("indicator",), ("unit", "direction"), ("baseline", "baseline_on"), ("target", "target_on")),
    ),
)
# Not needed to begin with, but before the plan is handed in.
_BEFORE_HANDING_IN = (
    "nature responsibility lever budget owner starts_on due_on indicator unit direction baseline baseline_on target target_on"
)


def _chosen(choices: Sequence[tuple[str, str]], empty: str) -> list[tuple[str, str]]:
    return [("", empty), *choices]


class ActionForm(forms.Form):
    """Everything that defines an action. Only its title is needed to begin with."""

    title = forms.CharField(
        label="Action",
        max_length=200,
        help_text="Un verbe et son objet, par exemple « Contrôler le ménage par cage d’escalier ».",
    )
    description = forms.CharField(
        label="Description",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui sera fait, concrètement, et ce que les locataires verront changer.",
    )
    theme = forms.ChoiceField(label="Thème", required=False)
    follows = forms.ModelMultipleChoiceField(
        label="Préconisations suivies",
        queryset=Recommendation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--long"}),
        help_text="Chaque préconisation est suivie par une action au moins, ou refusée avec son motif.",
    )
    scope = forms.ChoiceField(
        label="Périmètre", choices=[(s.value, s.label) for s in Scope], widget=forms.RadioSelect, initial=Scope.TRANSVERSAL
    )
    residences = forms.MultipleChoiceField(
        label="Sites concernés",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--long"}),
        help_text="Pour une action sur un ou plusieurs sites. Chaque site prioritaire a au moins une action.",
    )
    nature = forms.ChoiceField(
        label="Nature",
        required=False,
        choices=_chosen([(n.value, n.label) for n in Nature], "À préciser"),
        help_text="Réparer : remettre à niveau ce qui ne va pas. Prévenir : éviter que cela arrive ou revienne.",
    )
    responsibility = forms.ChoiceField(
        label="Responsabilité",
        required=False,
        choices=_chosen([(r.value, r.label) for r in Responsibility], "À préciser"),
        help_text="Qui peut agir sur la cause : vous, un autre acteur (État, ville, autre organisme), ou plusieurs.",
    )
    lever = forms.ChoiceField(label="Levier", required=False, help_text="Le moyen principal.")
    budget = NumberField(label="Budget, en euros TTC", required=False, min_value=0, max_digits=12, decimal_places=2)
    funding = forms.CharField(
        label="Financement", required=False, max_length=200, help_text="Par exemple « fonds propres et contrat de ville »."
    )
    tfpb_axis = forms.ChoiceField(
        label="Axe de l’abattement de TFPB",
        required=False,
        help_text="Si l’action est valorisée dans l’abattement, en quartier prioritaire.",
    )
    ordinary = forms.CharField(
        label="Ce qui est fait sans l’abattement",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Seul compte ce qui va au-delà : dites par exemple « deux passages de nettoyage par semaine partout ».",
    )
    owner = forms.ModelChoiceField(
        label="Personne responsable", queryset=Person.objects.none(), required=False, empty_label="Personne pour l’instant"
    )
    owner_label = forms.CharField(
        label="Ou fonction responsable",
        required=False,
        max_length=120,
        help_text="Par exemple « responsable de secteur nord ».",
    )
    contributors = forms.ModelMultipleChoiceField(
        label="Participent aussi",
        queryset=Person.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Ces personnes pourront mettre l’action à jour.",
    )
    starts_on = forms.DateField(label="Début", required=False, widget=DayInput())
    due_on = forms.DateField(label="Échéance", required=False, widget=DayInput())
    indicator = forms.CharField(
        label="Indicateur",
        required=False,
        max_length=200,
        help_text="Ce que l’on compte, par exemple « cages d’escalier conformes au contrôle ».",
    )
    unit = forms.CharField(
        label="Unité", required=False, max_length=40, help_text="Par exemple %, jours, réclamations par mois."
    )
    direction = forms.ChoiceField(
        label="Sens", required=False, choices=_chosen([(d.value, d.label) for d in Direction], "À préciser")
    )
    baseline = NumberField(label="Valeur de départ", required=False, max_digits=14, decimal_places=3)
    baseline_on = forms.DateField(label="Mesurée le", required=False, widget=DayInput())
    target = NumberField(label="Cible", required=False, max_digits=14, decimal_places=3)
    target_on = forms.DateField(label="À atteindre le", required=False, widget=DayInput())
    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        *args: Any,
        words: Words,
        people: QuerySet[Person],
        recommendations: QuerySet[Recommendation],
        sites: list[tuple[str, list[tuple[int, str]]]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, vocabulary, empty in (
            ("theme", Vocabulary.THEME, "À préciser"),
            ("lever", Vocabulary.LEVER, "À préciser"),
            ("tfpb_axis", Vocabulary.TFPB_AXIS, "Sans objet"),
        ):
            self._offer(name, _chosen(list(words[vocabulary].items()), empty))
        self._offer("residences", sites)
        for name, queryset in (("owner", people), ("contributors", people), ("follows", recommendations)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset
            if name != "owner" and not queryset:
                del self.fields[name]
        if not sites:
            del self.fields["residences"]
        for name in _BEFORE_HANDING_IN.split():
            self.fields[name].optional = "avant de transmettre"  # type: ignore[attr-defined]  # read by ui/fields/field.html

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def parts(self) -> Iterator[tuple[Part, list[list[forms.BoundField]]]]:
        """The form as the page shows it: its parts, each with its rows of fields."""
        for part in PARTS:
            rows = [[self[name] for name in row if name in self.fields] for row in part.rows]
            yield part, [row for row in rows if row]

    def clean(self) -> dict[str, Any]:
        """What is said holds together."""
        cleaned = super().clean() or {}
        if not self.errors:
            for reason in coherent(self.content()).reasons:
                self.add_error(None, reason.sentence)
        return cleaned

    def content(self) -> ActionContent:
        """The action as it was filled in."""
        given = self.cleaned_data
        same = {name: given[name] for name in ActionContent.__dataclass_fields__ if name in given}
        return ActionContent(
            **same
            | {
                "scope": Scope(given["scope"]),
                "nature": Nature(given["nature"]) if given["nature"] else None,
                "responsibility": Responsibility(given["responsibility"]) if given["responsibility"] else None,
                "direction": Direction(given["direction"]) if given["direction"] else None,
                "owner": given["owner"].pk if given["owner"] else None,
                "contributors": frozenset(person.pk for person in given.get("contributors", ())),
                "residences": frozenset(int(pk) for pk in given.get("residences", ())),
            }
        )


class EntrustForm(forms.Form):
    """Who answers for an action and who takes part in it."""

    owner = forms.ModelChoiceField(
        label="Personne responsable", queryset=Person.objects.none(), required=False, empty_label="Personne"
    )
    owner_label = forms.CharField(label="Ou fonction responsable", required=False, max_length=120)
    contributors = forms.ModelMultipleChoiceField(
        label="Participent aussi", queryset=Person.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, people: QuerySet[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("owner", "contributors"):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = people


class ProgressForm(forms.Form):
    """How far an action is."""

    status = forms.ChoiceField(
        label="Où elle en est",
        choices=[(s.value, s.label) for s in Status if s is not Status.DROPPED],
        widget=forms.RadioSelect,
    )
    progress = forms.IntegerField(label="Avancement, en %", min_value=0, max_value=100)
    tenants_informed_on = forms.DateField(
        label="Locataires informés le", required=False, widget=DayInput(), help_text="Le jour où ils ont su ce qui est fait."
    )
    note = forms.CharField(
        label="En quelques mots",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ce qui est fait, ce qui reste, ce qui bloque. Gardé dans l’historique.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class DropForm(forms.Form):
    """Why an action is given up."""

    reason = forms.CharField(
        label="Motif de l’abandon",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Lu par l’auditeur, le comité et les représentants de locataires.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class MeasureForm(forms.Form):
    """A value of the indicator on a day."""

    on = forms.DateField(label="Mesuré le", widget=DayInput())
    value = NumberField(label="Valeur", max_digits=14, decimal_places=3)
    source = forms.CharField(
        label="Source", max_length=200, help_text="D’où vient la valeur, par exemple « relevé de contrôle du ménage, mars »."
    )
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea(attrs={"rows": 2}))


class EvidenceForm(forms.Form):
    """A document that proves something: already in the file, or new."""

    document = DocumentField(
        label="Document du dossier", queryset=Document.objects.none(), required=False, empty_label="Choisir"
    )
    file = forms.FileField(label="Ou nouveau fichier", required=False)
    kind = forms.ChoiceField(
        label="Nature du nouveau fichier",
        required=False,
        choices=[("", "Choisir"), *sorted(((code, kind.label) for code, kind in KINDS.items()), key=lambda pair: pair[1])],
    )

    def __init__(self, *args: Any, documents: QuerySet[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["document"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = documents

    def clean(self) -> dict[str, Any]:
        """One or the other; a new file says what it is."""
        cleaned = super().clean() or {}
        if not cleaned.get("document") and not cleaned.get("file"):
            self.add_error("document", "Choisissez un document du dossier, ou un nouveau fichier.")
        if cleaned.get("file") and not cleaned.get("kind"):
            self.add_error("kind", "Dites ce qu’est ce fichier.")
        return cleaned


class RecommendationForm(forms.Form):
    """A recommendation that the landlord draws itself from what it knows."""

    title = forms.CharField(label="Préconisation", max_length=200)
    text = forms.CharField(label="Détail", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    theme = forms.ChoiceField(label="Thème", required=False)
    source = forms.ChoiceField(
        label="Origine",
        choices=[(s.value, s.label) for s in Source if s not in {Source.HQS, Source.AUDIT, Source.COMMITTEE}],
        help_text="Les préconisations des audits et du comité arrivent d’elles-mêmes.",
    )

    def __init__(self, *args: Any, words: Words, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["theme"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = _chosen(list(words[Vocabulary.THEME].items()), "À préciser")


class LinkForm(forms.Form):
    """The action that follows a recommendation."""

    action = forms.ModelChoiceField(label="Action", queryset=Action.objects.none(), empty_label="Choisir une action")

    def __init__(self, *args: Any, actions: QuerySet[Action], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["action"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = actions


class RefuseForm(forms.Form):
    """Why a recommendation is not followed."""

    reason = forms.CharField(
        label="Motif du refus",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Lu par le comité et par les représentants de locataires.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class FilterForm(forms.Form):
    """What the list of actions is narrowed to."""

    q = forms.CharField(label="Mot ou code", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"}))
    theme = forms.ChoiceField(label="Thème", required=False)
    scope = forms.ChoiceField(label="Périmètre", required=False, choices=_chosen([(s.value, s.label) for s in Scope], "Tous"))
    status = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            *((s.value, s.label) for s in Status),
            ("late", "En retard"),
            ("incomplete", "À compléter"),
        ],
    )
    owner = forms.ChoiceField(label="Responsable", required=False)
    site = forms.ChoiceField(label="Site", required=False)

    def __init__(
        self, *args: Any, words: Words, owners: list[tuple[str, str]], sites: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("theme", _chosen(list(words[Vocabulary.THEME].items()), "Tous")),
            ("owner", [("", "Toutes les personnes"), ("me", "Mes actions"), *owners]),
            ("site", _chosen(sites, "Tous les sites")),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


class TermForm(forms.Form):
    """A word of a list."""

    vocabulary = forms.ChoiceField(choices=[(v.value, v.label) for v in Vocabulary], widget=forms.HiddenInput)
    code = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)
    label = forms.CharField(label="Libellé", max_length=120)
    retired = forms.BooleanField(label="Ne plus proposer", required=False)
