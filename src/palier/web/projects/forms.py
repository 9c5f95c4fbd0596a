"""What people fill in to open, define, act, involve, share and ask for help."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.calendar import in_words
from palier.documents.models import Document
from palier.plans.models import Action
from palier.plans.rules.terms import Scope
from palier.projects.models import Partner, Project
from palier.projects.queries import levers
from palier.projects.rules.terms import Body, Desk, Family, Kind, Stage, Trace
from palier.sites.models import PrioritySite
from palier.visits.models import Walk
from palier.visits.rules import Responsibility
from palier.web.documents.fields import DocumentField, DocumentsField
from palier.web.plans.forms import ActionForm
from palier.web.ui.forms import DayInput, offer

_LONG = forms.Textarea(attrs={"rows": 4})
_SHORT = forms.Textarea(attrs={"rows": 2})


def _levers() -> list[tuple[str, str]]:
    return list(levers().items())


class FilterForm(forms.Form):
    """What the list of projects is narrowed to."""

    q = forms.CharField(
        label="Site ou projet", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label="Forme", required=False, choices=[("", "Toutes"), *((k.value, k.short) for k in Kind)])
    stage = forms.ChoiceField(label="Étape", required=False, choices=[("", "Toutes"), *((s.value, s.label) for s in Stage)])


class SiteField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A priority site, by the name of its residence."""

    def label_from_instance(self, obj: PrioritySite) -> str:
        """The residence."""
        return obj.residence.name


class OpenForm(forms.Form):
    """The site, the form and the name of a project."""

    site = SiteField(
        label="Site prioritaire",
        queryset=PrioritySite.objects.none(),
        empty_label="Choisir",
        help_text="Un projet local part d’un site confirmé, sur la liste des sites prioritaires.",
    )
    kind = forms.ChoiceField(
        label="Forme du projet",
        choices=[(k.value, k.label) for k in Kind],
        widget=forms.RadioSelect,
        help_text="PGS : démarche globale sur 100 à 300 logements. PIL : plan local sur 3 ans, porté par l’agence.",
    )
    title = forms.CharField(label="Nom du projet", max_length=200, help_text="Par exemple « Projet de gestion des Glycines ».")
    homes = forms.IntegerField(
        label="Logements couverts", required=False, min_value=1, help_text="Par défaut, ceux de la résidence."
    )

    def __init__(self, *args: Any, sites: QuerySet[PrioritySite], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["site"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = sites


class ProjectForm(forms.Form):
    """What defines a project."""

    title = forms.CharField(label="Nom du projet", max_length=200)
    kind = forms.ChoiceField(label="Forme du projet", choices=[(k.value, k.label) for k in Kind], widget=forms.RadioSelect)
    homes = forms.IntegerField(label="Logements couverts", required=False, min_value=1)
    objectives = forms.CharField(
        label="Objectifs", required=False, widget=_LONG, help_text="Ce que les habitants verront changé à la fin du projet."
    )
    steering = forms.CharField(
        label="Pilotage", required=False, widget=_LONG, help_text="Qui pilote, avec qui, à quel rythme, et qui tranche."
    )
    levers = forms.MultipleChoiceField(
        label="Leviers retenus", required=False, choices=_levers, widget=forms.CheckboxSelectMultiple
    )
    starts_on = forms.DateField(label="Début", required=False, widget=DayInput())
    ends_on = forms.DateField(label="Fin", required=False, widget=DayInput())
    shared_summary = forms.CharField(
        label="Présentation aux partenaires",
        required=False,
        widget=_LONG,
        help_text="Les partenaires lisent ce texte, et ce que vous marquez comme partagé. Rien d’autre.",
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, project: Project, data: Any) -> ProjectForm:
        """The form of a project, filled with what it says."""
        return cls(data, initial={name: getattr(project, name) for name in cls.base_fields})


class FindingForm(forms.Form):
    """One finding of the diagnosis."""

    family = forms.ChoiceField(label="Famille", choices=[(f.value, f.label) for f in Family])
    text = forms.CharField(
        label="Constat",
        widget=_LONG,
        help_text="Ce que l’on voit, où, depuis quand. Des lieux et des heures, jamais des personnes.",
    )
    cause = forms.CharField(label="Causes", required=False, widget=_SHORT)
    responsibility = forms.ChoiceField(
        label="Qui en répond", choices=[(r.value, r.label) for r in Responsibility], widget=forms.RadioSelect
    )
    actor = forms.CharField(
        label="Quel autre acteur",
        required=False,
        max_length=120,
        help_text="Si un autre acteur en répond, seul ou avec vous : la ville, l’État, un prestataire, un autre organisme.",
    )
    levers = forms.MultipleChoiceField(
        label="Leviers envisagés", required=False, choices=_levers, widget=forms.CheckboxSelectMultiple
    )
    shared = forms.BooleanField(label="Montrer ce constat aux partenaires", required=False)

    def clean(self) -> dict[str, Any]:
        """Another actor is named."""
        cleaned = super().clean() or {}
        if cleaned.get("responsibility") not in {None, Responsibility.LANDLORD} and not cleaned.get("actor"):
            self.add_error("actor", "Dites quel autre acteur en répond, par exemple « la ville ».")
        return cleaned


class PartnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A partner of the project, or the landlord itself."""

    def __init__(self) -> None:
        super().__init__(
            label="Partenaire qui en répond",
            queryset=Partner.objects.none(),
            required=False,
            empty_label="L’organisme",
            help_text="Le partenaire voit l’action sur sa page et peut en dire l’avancement.",
        )


class SharedField(forms.BooleanField):
    """Whether partners see an action."""

    def __init__(self) -> None:
        super().__init__(
            label="Montrer l’action aux partenaires",
            required=False,
            initial=True,
            help_text="Titre, échéance, indicateur et avancement. Ni budget, ni preuves.",
        )


class SiteActionForm(ActionForm):
    """An action of the plan added from a project: on its site, with its measure from the start."""

    partner = PartnerField()
    shared = SharedField()

    def __init__(self, *args: Any, residence: int, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, sites=[], **kwargs)
        self.residence = residence
        for name in ("scope", "follows", "contributors", "tfpb_axis", "ordinary"):
            self.fields.pop(name, None)
        for name in ("indicator", "unit", "direction", "baseline", "baseline_on", "target", "target_on"):
            self.fields[name].required = True
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = partners

    def clean(self) -> dict[str, Any]:
        """It bears on the site of the project."""
        self.cleaned_data |= {"scope": Scope.SITE, "residences": [self.residence], "tfpb_axis": "", "ordinary": ""}
        return super().clean()


class LinkForm(forms.Form):
    """An action of the plan that serves the project too."""

    action = forms.ModelChoiceField(
        label="Action du plan",
        queryset=Action.objects.none(),
        empty_label="Choisir une action",
        help_text="Les actions du plan qui portent sur ce site.",
    )
    partner = PartnerField()
    shared = SharedField()

    def __init__(self, *args: Any, actions: QuerySet[Action], partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, queryset in (("action", actions), ("partner", partners)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = queryset


class AssignForm(forms.Form):
    """Who answers for an action, and whether partners see it."""

    partner = PartnerField()
    shared = SharedField()

    def __init__(self, *args: Any, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["partner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = partners


class AssociateForm(forms.Form):
    """What the associations are told and asked."""

    message = forms.CharField(
        label="Message aux associations",
        widget=_LONG,
        help_text="Ce que vous avez fait, ce que vous leur demandez. Elles ont 21 jours pour répondre.",
    )


class InvolveForm(forms.Form):
    """How residents took part: a walk noted on the spot is cited, the rest is written."""

    walk = forms.ModelChoiceField(
        label="Diagnostic en marchant déjà restitué",
        queryset=Walk.objects.none(),
        required=False,
        empty_label="Aucun : je remplis les lignes suivantes",
        help_text="Sa date et ses participants sont repris : laissez la date et le nombre vides.",
    )
    trace = forms.ChoiceField(label="Ce qui a eu lieu", choices=[(t.value, t.label) for t in Trace], widget=forms.RadioSelect)
    held_on = forms.DateField(label="Date", widget=DayInput(), required=False)
    residents = forms.IntegerField(label="Habitants présents", min_value=1, required=False)
    note = forms.CharField(
        label="Ce qui a été dit", widget=_LONG, required=False, help_text="Les demandes, les accords, les désaccords."
    )
    document = DocumentField(
        label="Compte rendu", queryset=Document.objects.none(), required=False, empty_label="Aucun document du dossier"
    )

    def __init__(self, *args: Any, documents: QuerySet[Document], walks: QuerySet[Walk], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "document", documents)
        offer(self, "walk", walks, lambda walk: f"{walk.title}, {in_words(walk.held_on, weekday=True)}")
        if not walks:
            del self.fields["walk"]

    def clean(self) -> dict[str, Any]:
        """A walk says its day and who came; otherwise they are written here."""
        given = super().clean() or {}
        if given.get("walk"):
            return given
        wanted = {
            "held_on": "Indiquez la date.",
            "residents": "Dites combien d’habitants sont venus.",
            "note": "Écrivez ce qui a été dit.",
        }
        for name, words in wanted.items():
            if not given.get(name) and name not in self.errors:
                self.add_error(name, words)
        return given


class PartnerForm(forms.Form):
    """Who is let in."""

    body = forms.ChoiceField(label="Qui", choices=[(b.value, b.label) for b in Body])
    name = forms.CharField(label="Structure", max_length=120, help_text="Par exemple « Ville de …, direction de la propreté ».")
    contact = forms.CharField(label="Nom du contact", max_length=120)
    email = forms.EmailField(label="Adresse électronique", help_text="Le lien personnel y part tout de suite.")
    brings = forms.CharField(label="Ce que le partenaire apporte", required=False, max_length=300)


class SpeakForm(forms.Form):
    """What a partner says."""

    text = forms.CharField(label="Votre remarque", widget=_LONG)


class ReportForm(forms.Form):
    """How far an action is, as its partner says."""

    progress = forms.IntegerField(label="Avancement, en %", min_value=0, max_value=100)
    text = forms.CharField(label="En quelques mots", required=False, widget=_SHORT)


class EvaluateForm(forms.Form):
    """What the project changed, and what follows."""

    outcome = forms.CharField(
        label="Ce que le projet a changé",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Appuyez-vous sur les mesures avant et après, et sur ce qu’en disent les habitants.",
    )
    next_steps = forms.CharField(
        label="Ce qui suit", required=False, widget=_LONG, help_text="Ce qui continue, qui le tient, ce qui reste à régler."
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class HelpForm(forms.Form):
    """Why help is asked, and the pieces."""

    desk = forms.ChoiceField(
        label="À qui", choices=[(d.value, f"{d.label}. {d.meant_for}") for d in Desk], widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label="Motifs", widget=forms.Textarea(attrs={"rows": 6}), help_text="L’équipe du label le lira tel quel."
    )
    tried = forms.CharField(label="Ce qui a déjà été tenté", required=False, widget=_LONG)
    documents = DocumentsField(
        label="Pièces du dossier", queryset=Document.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, documents: QuerySet[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["documents"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = documents
        if not documents:
            del self.fields["documents"]


class AnswerForm(forms.Form):
    """What the label's team answers."""

    answer = forms.CharField(label="Réponse", widget=forms.Textarea(attrs={"rows": 5}))


class ClosingForm(forms.Form):
    """What came of it."""

    closing = forms.CharField(label="Suite donnée", widget=_SHORT)
