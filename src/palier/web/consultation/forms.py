"""What people fill in to associate representatives, and what representatives fill in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.consultation.rules import Body, Opinion, complete_opinion
from palier.directory.models import Organisation
from palier.documents.models import Document
from palier.web.documents.fields import DocumentsField
from palier.web.ui.forms import DayInput


class OpeningForm(forms.Form):
    """What the associations are told, and what is shared with them."""

    subject = forms.CharField(
        label="Objet", max_length=160, help_text="En quelques mots, par exemple « Projet de plan d’actions »."
    )
    message = forms.CharField(
        label="Message aux associations",
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Dites ce que vous préparez, ce que vous attendez d’elles et à qui s’adresser. Elles lisent ce texte tel quel.",
        error_messages={"required": "Écrivez ce que vous dites aux associations."},
    )
    documents = DocumentsField(
        label="Documents à partager",
        widget=forms.CheckboxSelectMultiple,
        queryset=Document.objects.none(),
        required=False,
        help_text="Les associations lisent ces documents, et eux seuls.",
    )
    file = forms.FileField(
        label="Ajouter un fichier", required=False, help_text="Un document qui n’est pas encore dans le dossier."
    )

    def __init__(self, *args: Any, documents: QuerySet[Document], direct: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, message = self.fields["documents"], self.fields["message"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = documents
        if direct:  # no association is there to read anything: what is handed to tenants is kept with the meeting
            message.label, message.help_text = (
                "Message aux locataires",
                "Dites ce que vous préparez et ce que vous leur demandez.",
            )
            message.error_messages["required"] = "Écrivez ce que vous dites aux locataires."
            del self.fields["file"]
        if direct or not documents:
            del self.fields["documents"]


class MeetingForm(forms.Form):
    """A meeting as it was held."""

    body = forms.ChoiceField(label="Instance", choices=[(b.value, b.label) for b in Body], widget=forms.RadioSelect)
    held_on = forms.DateField(label="Date de la réunion", widget=DayInput())
    invited = forms.ModelMultipleChoiceField(
        label="Associations invitées",
        widget=forms.CheckboxSelectMultiple,
        queryset=Organisation.objects.none(),
        required=False,
    )
    present = forms.ModelMultipleChoiceField(
        label="Associations présentes",
        widget=forms.CheckboxSelectMultiple,
        queryset=Organisation.objects.none(),
        required=False,
    )
    tenants = forms.IntegerField(
        label="Locataires présents ou informés",
        min_value=0,
        required=False,
        help_text="Leur nombre, si vous le connaissez. Pour un affichage, le nombre de logements concernés.",
    )
    documents = DocumentsField(
        label="Documents envoyés avant la réunion",
        widget=forms.CheckboxSelectMultiple,
        queryset=Document.objects.none(),
        required=False,
    )
    minutes = forms.FileField(
        label="Compte rendu",
        required=False,
        help_text="Le compte rendu de la réunion, ou l’information remise aux locataires. Sans lui, la réunion ne vaut pas réponse.",
    )
    note = forms.CharField(
        label="Ce qui a été dit",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="En quelques lignes : les accords, les demandes, les réserves.",
    )

    def __init__(self, *args: Any, associations: QuerySet[Organisation], documents: QuerySet[Document], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, queryset in (("invited", associations), ("present", associations), ("documents", documents)):
            field = self.fields[name]
            assert isinstance(field, forms.ModelMultipleChoiceField)
            field.queryset = queryset
            if not queryset:
                del self.fields[name]


class ReplyForm(forms.Form):
    """What the landlord replies to an opinion."""

    text = forms.CharField(
        label="Votre réponse",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Elle s’affiche sous l’avis, pour toutes les personnes qui le lisent. L’avis, lui, ne change pas.",
    )


class BecauseForm(forms.Form):
    """A reason, in one line."""

    because = forms.CharField(label="Motif", max_length=300, help_text="Par exemple « ouvert à la mauvaise étape ».")


class OpinionForm(forms.Form):
    """An association's opinion."""

    opinion = forms.ChoiceField(
        label="Votre position", widget=forms.RadioSelect, error_messages={"required": "Choisissez un avis."}
    )
    text = forms.CharField(
        label="Votre texte",
        required=False,
        widget=forms.Textarea(attrs={"rows": 7}),
        help_text="Vos mots iront au comité du label sans modification.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        alone = " et ".join(f"« {o.label} »" for o in Opinion if not o.needs_text)
        self.fields["text"].optional = f"obligatoire, sauf pour {alone}"  # type: ignore[attr-defined]  # read by ui/fields/field.html
        field = self.fields["opinion"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(o.value, f"{o.label}. {o.meaning}") for o in Opinion]

    def clean(self) -> dict[str, Any]:
        """What is asked or feared is written."""
        cleaned = super().clean() or {}
        if chosen := cleaned.get("opinion"):
            verdict = complete_opinion(Opinion(chosen), cleaned.get("text", ""))
            for reason in verdict.reasons:
                self.add_error("text", reason.sentence)
        return cleaned


class VoicesForm(forms.Form):
    """What the list of what was shared with somebody shows. ``shared`` is what there is to choose from, ``stages`` its words."""

    bailleur = forms.ChoiceField(label="Bailleur", required=False)
    etape = forms.ChoiceField(label="Étape", required=False)
    annee = forms.ChoiceField(label="Année", required=False)

    def __init__(self, *args: Any, shared: list[tuple[int, str, str, int]], stages: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stages = stages
        self._offer("bailleur", "Tous", {str(pk): name for pk, name, _, _ in shared})
        self._offer("etape", "Toutes", {name: name for name in sorted(stages.values())})
        self._offer("annee", "Toutes", {str(year): str(year) for year in sorted({line[3] for line in shared}, reverse=True)})

    def _offer(self, name: str, everything: str, choices: dict[str, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", everything), *choices.items()]

    def asked(self) -> dict[str, Any]:
        """What to keep of the voices; what is not offered asks for nothing."""
        self.is_valid()
        stage = self.cleaned_data.get("etape")
        asked = {
            "round__landlord": self.cleaned_data.get("bailleur"),
            "round__stage__in": [code for code, name in self._stages.items() if name == stage],
            "round__opened_at__year": self.cleaned_data.get("annee"),
        }
        return {name: value for name, value in asked.items() if value}
