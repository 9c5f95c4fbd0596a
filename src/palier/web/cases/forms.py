"""What one fills in of call-backs."""

from __future__ import annotations

from typing import Any

from django import forms

from palier.cases.rules import MAX_TEXT, State, Terms, Urgency
from palier.directory.models import Person
from palier.surveys.rules.contact import phone_of
from palier.web.questionnaires.words import Around
from palier.web.ui.forms import offer

MINE = "mine"
_TEXT = forms.Textarea(attrs={"rows": 3})


class FilterForm(forms.Form):
    """What the list is narrowed to."""

    q = forms.CharField(
        label="Résidence, agence, prestataire", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    etat = forms.ChoiceField(
        label="Où il en est",
        required=False,
        choices=[("", "Tous"), ("open", "À suivre"), ("late", "En retard"), *((s.value, s.label) for s in State)],
    )
    urgence = forms.ChoiceField(
        label="Urgence", required=False, choices=[("", "Toutes"), *((u.value, u.label) for u in Urgency)]
    )
    qui = forms.ChoiceField(label="Confié à", required=False)

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = [(str(pk), person.name) for pk, person in team.items()]
        offer(self, "qui", [("", "Tout le monde"), (MINE, "À moi"), *people])
        if not team:
            del self.fields["qui"]


class CallForm(forms.Form):
    """A call."""

    reached = forms.ChoiceField(
        label="Avez-vous joint le locataire ?", widget=forms.RadioSelect, choices=[("yes", "Oui"), ("no", "Non, sans réponse")]
    )
    text = forms.CharField(label="Ce qu’il vous a dit", required=False, max_length=MAX_TEXT, widget=_TEXT)
    text.optional = "à écrire si vous l’avez joint"  # type: ignore[attr-defined]  # read by ui/fields/field.html


class TextForm(forms.Form):
    """What was done."""

    text = forms.CharField(label="Ce qui a été fait", max_length=MAX_TEXT, widget=_TEXT)


class AnswerForm(forms.Form):
    """What the tenant says of it."""

    settled = forms.ChoiceField(
        label="Est-ce réglé ?",
        widget=forms.RadioSelect,
        choices=[("yes", "Oui, c’est réglé"), ("no", "Non, ce n’est pas réglé")],
    )
    text = forms.CharField(label="En quelques mots", required=False, max_length=MAX_TEXT, widget=_TEXT)


class HandForm(forms.Form):
    """Who calls from now on."""

    to = forms.ChoiceField(label="Confier à")

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "to", [(str(pk), person.name) for pk, person in team.items()])


class CallBackForm(forms.Form):
    """How a tenant agrees to be called back."""

    name = forms.CharField(max_length=120, required=False)
    phone = forms.CharField(max_length=20, required=False, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
    email = forms.EmailField(required=False)
    words = forms.CharField(required=False, max_length=MAX_TEXT, widget=_TEXT)

    def __init__(self, *args: Any, around: Around, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.around = around
        for name, field in self.fields.items():
            field.label = around[name]
            field.error_messages["max_length"] = around["too_long"]
            field.optional = around["either" if name in {"phone", "email"} else "optional"]  # type: ignore[attr-defined]  # read by questionnaires/fields.html
        self.fields["words"].help_text = around["words_help"]
        self.fields["email"].error_messages["invalid"] = around["email_wrong"]

    def clean_phone(self) -> str:
        """A number, as it is kept."""
        try:
            return phone_of(self.cleaned_data["phone"])
        except ValueError:
            raise forms.ValidationError(self.around["phone_wrong"]) from None


class TermsForm(forms.Form):
    """What opens a case, and how long one has."""

    low_score = forms.IntegerField(
        label="Note qui alerte, sur 10", min_value=0, max_value=10, help_text="Cette note et au-dessous."
    )
    words = forms.CharField(
        label="Vos mots d’alerte",
        required=False,
        max_length=1_000,
        widget=_TEXT,
        help_text="Un par ligne. Gaz, ascenseur, électricité, feu, fuite, effondrement, amiante et menace alertent déjà.",
    )
    danger_days = forms.IntegerField(label="Jours ouvrés pour rappeler, en cas de danger", min_value=1, max_value=10)
    ordinary_days = forms.IntegerField(label="Jours ouvrés pour rappeler, sinon", min_value=1, max_value=30)
    silence_days = forms.IntegerField(
        label="Jours ouvrés laissés au locataire pour dire si c’est réglé",
        min_value=3,
        max_value=60,
        help_text="Ensuite le cas est compté à part, « sans réponse ».",
    )

    @classmethod
    def of(cls, terms: Terms, posted: Any) -> TermsForm:
        """The form filled with what holds."""
        given = {"words": "\n".join(terms.words)} | {name: getattr(terms, name) for name in cls.base_fields if name != "words"}
        return cls(posted, initial=given)

    @property
    def terms(self) -> Terms:
        """What was given."""
        said = self.cleaned_data
        return Terms(**said | {"words": tuple(word.strip() for word in said["words"].splitlines() if word.strip())})


class OwnerForm(forms.Form):
    """Who calls for an agency."""

    agency = forms.CharField(label="Agence", required=False, max_length=100, help_text="Vide : toutes les autres agences.")
    person = forms.ChoiceField(label="Qui rappelle", required=False)

    def __init__(self, *args: Any, team: dict[int, Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "person", [("", "Personne en particulier"), *((str(pk), person.name) for pk, person in team.items())])
