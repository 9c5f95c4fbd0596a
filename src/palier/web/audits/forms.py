"""What one fills in to choose an auditor, plan a mission, write findings and answer a report."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.audits.models import Accreditation, Finding
from palier.audits.rules.findings import FEEDBACK_CRITERIA, FEEDBACK_SCALE, FindingKind, Treatment
from palier.audits.rules.missions import ItemKind
from palier.directory.models import Membership
from palier.documents.models import Document
from palier.label.rules.rulesets import Audit
from palier.plans.rules.terms import Effect, Outcome
from palier.stock.models import Residence
from palier.web.documents.fields import in_a_list
from palier.web.plans.forms import NumberField
from palier.web.ui.forms import DayInput, HourInput, offer


def residence_in_words(residence: Any) -> str:
    """A residence in a list to choose from: its name, and why one would go there."""
    why = [word for word, true in (("site prioritaire", residence.is_priority), ("QPV", residence.in_qpv)) if true]
    return f"{residence.name} ({', '.join(why)})" if why else str(residence.name)


def _finding(finding: Any) -> str:
    return f"{finding.code}. {finding.text[:110]}"


def _auditor(one: Any) -> str:
    some = "s" if one.missions_approved > 1 else ""
    missions = f"{one.missions_approved} mission{some} menée{some}"
    return f"{one.person.name}, {one.firm.name}. Agrément jusqu’au {one.ends_on:%d/%m/%Y}, {missions}."


def _member(one: Any) -> str:
    return f"{one.person.name}, {one.organisation.name}"


def _capital(words: str) -> str:
    """The first letter alone: « diagnostic HQS » keeps its own."""
    return words[0].upper() + words[1:]


def _text(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class BecauseForm(forms.Form):
    """A reason."""

    because = forms.CharField(label="Pourquoi", max_length=1000, widget=_text(2))


# --- Choosing ------------------------------------------------------------------------------------------------------


class ConsultForm(forms.Form):
    """Whom to consult, and what for."""

    auditors = forms.ModelMultipleChoiceField(
        label="Auditeurs à consulter", widget=forms.CheckboxSelectMultiple, queryset=Accreditation.objects.none()
    )
    request = forms.CharField(
        label="Votre demande",
        widget=_text(6),
        help_text="Le périmètre, les dates souhaitées, ce que l’auditeur doit savoir pour chiffrer. Il ne voit pas votre dossier.",
    )
    answer_by = forms.DateField(label="Réponse attendue le", required=False, widget=DayInput())

    def __init__(self, *args: Any, accredited: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "auditors", accredited, _auditor)


class ProposalForm(forms.Form):
    """What an auditor proposes."""

    amount = NumberField(label="Montant, en euros hors taxes", min_value=0, max_digits=9, decimal_places=2)
    days = NumberField(label="Jours d’intervention", max_digits=4, decimal_places=1, help_text="Par exemple 6,5.")
    starts_on = forms.DateField(label="Du", widget=DayInput())
    ends_on = forms.DateField(label="Au", widget=DayInput(), help_text="Votre agrément doit valoir sur toute la période.")
    approach = forms.CharField(label="Démarche proposée", required=False, widget=_text(5))
    file = forms.FileField(label="Proposition détaillée", required=False, help_text="PDF, texte ou tableur.")


class IndependenceForm(forms.Form):
    """The declaration of independence."""

    advised = forms.ChoiceField(
        label="Vous-même ou votre cabinet avez-vous conseillé cet organisme ?",
        choices=[("no", "Non, jamais"), ("yes", "Oui")],
        widget=forms.RadioSelect,
    )
    advised_until = forms.DateField(
        label="Dernier jour de ce conseil", required=False, widget=DayInput(), help_text="Seulement si vous avez répondu oui."
    )
    ties = forms.CharField(
        label="Autres liens à déclarer",
        required=False,
        widget=_text(3),
        help_text="Emploi, mandat, lien familial ou d’intérêt avec l’organisme. L’organisme et le référent du label les lisent.",
    )

    def clean(self) -> dict[str, Any]:
        """A yes comes with its date."""
        given = super().clean() or {}
        if given.get("advised") == "yes" and not given.get("advised_until") and "advised_until" not in self.errors:
            self.add_error("advised_until", "Indiquez le dernier jour de conseil, par exemple 30/06/2023.")
        if given.get("advised") == "no":
            given["advised_until"] = None
        return given


class FeedbackForm(forms.Form):
    """What one says of the auditor: a mark for each criterion, and a word."""

    text = forms.CharField(label="Commentaire", required=False, widget=_text(4))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = {
            code: forms.TypedChoiceField(
                label=label, choices=list(FEEDBACK_SCALE.items()), coerce=int, widget=forms.RadioSelect
            )
            for code, label in FEEDBACK_CRITERIA.items()
        }
        self.fields = {**marks, **self.fields}

    @property
    def marks(self) -> dict[str, int]:
        """The marks by criterion."""
        return {code: self.cleaned_data[code] for code in FEEDBACK_CRITERIA}


# --- Planning ------------------------------------------------------------------------------------------------------


class ItemForm(forms.Form):
    """A moment of the plan."""

    kind = forms.ChoiceField(label="Nature", choices=[("", "Choisir"), *((k.value, k.label) for k in ItemKind)])
    day = forms.DateField(label="Jour", widget=DayInput())
    starts_at = forms.TimeField(label="De", required=False, widget=HourInput())
    ends_at = forms.TimeField(label="À", required=False, widget=HourInput())
    title = forms.CharField(label="Objet", max_length=200, help_text="Par exemple « Agence Nord, équipe de proximité ».")
    people = forms.CharField(
        label="Avec",
        required=False,
        max_length=300,
        help_text="Fonctions et instances, par exemple « direction de l’agence, deux gardiens ».",
    )
    residence = forms.ModelChoiceField(
        label="Résidence visitée",
        required=False,
        queryset=Residence.objects.none(),
        empty_label="Aucune",
        help_text="Pour une visite de site.",
    )

    def __init__(self, *args: Any, residences: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "residence", residences, residence_in_words)


class RequestForm(forms.Form):
    """A document asked."""

    title = forms.CharField(label="Document demandé", max_length=200)
    detail = forms.CharField(label="Précision", required=False, max_length=300, help_text="La période, le périmètre.")


class HandForm(forms.Form):
    """The document given: one of the file, or a new one."""

    document = forms.ModelChoiceField(
        label="Pièce du dossier", required=False, queryset=Document.objects.none(), empty_label="Choisir une pièce"
    )
    file = forms.FileField(label="Ou un nouveau fichier", required=False)

    def __init__(self, *args: Any, documents: QuerySet[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "document", documents, in_a_list)

    def clean(self) -> dict[str, Any]:
        """One or the other."""
        given = super().clean() or {}
        if not given.get("document") and not given.get("file"):
            raise forms.ValidationError("Choisissez une pièce du dossier, ou déposez un fichier.")
        return given


class NoteForm(forms.Form):
    """What became of a moment of the plan."""

    held = forms.ChoiceField(
        label="Ce moment", choices=[("", "Reste à tenir"), ("yes", "S’est tenu"), ("no", "Ne s’est pas tenu")], required=False
    )
    day = forms.DateField(label="Jour", widget=DayInput())
    notes = forms.CharField(label="Notes", required=False, widget=_text(3))

    @property
    def is_held(self) -> bool | None:
        """Held, not held, or still to be."""
        return {"yes": True, "no": False}.get(self.cleaned_data["held"])


# --- Findings ------------------------------------------------------------------------------------------------------


class FindingForm(forms.Form):
    """A finding."""

    kind = forms.ChoiceField(
        label="Nature", choices=[(k.value, f"{k.label}. {k.meaning}") for k in FindingKind], widget=forms.RadioSelect
    )
    theme = forms.ChoiceField(label="Thème")
    text = forms.CharField(label="Constat", widget=_text(5), help_text="Ce qui a été vu, où, et ce qui le montre.")
    residence = forms.ModelChoiceField(
        label="Site", required=False, queryset=Residence.objects.none(), empty_label="Tout l’organisme"
    )
    documents = forms.ModelMultipleChoiceField(
        label="Preuves", required=False, queryset=Document.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    file = forms.FileField(
        label="Ajouter une preuve", required=False, help_text="Photo ou fiche. L’organisme la lit avec le rapport."
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, themes: dict[str, str], residences: QuerySet[Any], documents: QuerySet[Document], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "theme", [("", "Choisir un thème"), *themes.items()])
        offer(self, "residence", residences, residence_in_words)
        offer(self, "documents", documents, in_a_list)
        if not documents:
            del self.fields["documents"]


class RecommendationForm(forms.Form):
    """A recommendation and the findings it rests on."""

    title = forms.CharField(
        label="Préconisation",
        max_length=160,
        help_text="Un verbe et son objet, par exemple « Contrôler le ménage par escalier ».",
    )
    text = forms.CharField(label="Précision", required=False, widget=_text(4))
    theme = forms.ChoiceField(label="Thème")
    findings = forms.ModelMultipleChoiceField(
        label="Repose sur", queryset=Finding.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, themes: dict[str, str], findings: QuerySet[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "theme", [("", "Choisir un thème"), *themes.items()])
        offer(self, "findings", findings, _finding)


class ActionCheckForm(forms.Form):
    """The verdict on one action."""

    outcome = forms.ChoiceField(label="Verdict", choices=[("", "Choisir"), *((o.value, o.label) for o in Outcome)])
    effect = forms.ChoiceField(
        label="Effet", required=False, choices=[("", "Non examiné"), *((e.value, e.label) for e in Effect)]
    )
    note = forms.CharField(
        label="Observation",
        required=False,
        widget=_text(2),
        help_text="À écrire si le verdict diffère de ce que dit l’organisme, ou n’est ni « Réalisée » ni « En cours ».",
    )
    note.optional = "selon le verdict"  # type: ignore[attr-defined]  # read by ui/fields/field.html


class SiteCheckForm(forms.Form):
    """What is found of one priority site."""

    identified = forms.BooleanField(label="Le site est identifié comme prioritaire par les équipes", required=False)
    has_action = forms.BooleanField(label="Il a au moins une action dédiée", required=False)
    treatment = forms.ChoiceField(label="Traitement", choices=[("", "Choisir"), *((t.value, t.label) for t in Treatment)])
    note = forms.CharField(
        label="Observation",
        required=False,
        widget=_text(2),
        help_text="À écrire s’il manque quelque chose : une case non cochée, ou un site pas encore traité.",
    )
    note.optional = "selon le contrôle"  # type: ignore[attr-defined]  # read by ui/fields/field.html


class ReportForm(forms.Form):
    """The text of the report around what the mission holds."""

    summary = forms.CharField(label="Synthèse", widget=_text(8), help_text="Ce qu’une personne pressée doit retenir.")
    conclusion = forms.CharField(label="Conclusion", required=False, widget=_text(5))
    revision = forms.IntegerField(widget=forms.HiddenInput)


class RemarkForm(forms.Form):
    """The landlord's word."""

    finding = forms.ModelChoiceField(
        label="Porte sur", required=False, queryset=Finding.objects.none(), empty_label="Le rapport dans son ensemble"
    )
    text = forms.CharField(
        label="Votre remarque", widget=_text(4), help_text="Elle reste dans le rapport, telle que vous l’écrivez."
    )

    def __init__(self, *args: Any, findings: QuerySet[Finding], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "finding", findings, _finding)


class AnswerForm(forms.Form):
    """The auditor's answer."""

    text = forms.CharField(label="Votre réponse", widget=_text(3))


# --- Accreditations ------------------------------------------------------------------------------------------------


class RegisterForm(forms.Form):
    """What the register is narrowed to."""

    q = forms.CharField(label="Personne ou cabinet", required=False, widget=forms.TextInput(attrs={"type": "search"}))
    audit = forms.ChoiceField(
        label="Audit couvert", required=False, choices=[("", "Tous"), *((a.value, _capital(a.label)) for a in Audit)]
    )
    etat = forms.ChoiceField(label="État", required=False)

    def __init__(self, *args: Any, standings: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "etat", [("", "Tous"), *((s.value, s.label) for s in standings)])


class GrantForm(forms.Form):
    """An accreditation."""

    member = forms.ModelChoiceField(
        label="Auditeur ou auditrice",
        queryset=Membership.objects.none(),
        empty_label="Choisir",
        help_text="Les personnes se rattachent à leur cabinet depuis la page des organismes.",
    )
    starts_on = forms.DateField(label="Du", widget=DayInput())
    ends_on = forms.DateField(label="Au", widget=DayInput())
    scope = forms.MultipleChoiceField(
        label="Audits couverts", choices=[(a.value, _capital(a.label)) for a in Audit], widget=forms.CheckboxSelectMultiple
    )
    trained_on = forms.DateField(label="Formation suivie le", required=False, widget=DayInput())

    def __init__(self, *args: Any, members: QuerySet[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "member", members, _member)


class TermsForm(forms.Form):
    """The years between advising a landlord and auditing it."""

    independence_years = forms.IntegerField(label="Années entre conseil et audit", min_value=0, max_value=20)
    effective_from = forms.DateField(label="À partir du", widget=DayInput())
