"""What one fills in: a wave, what holds for all surveys, the columns of a file of tenants, how a call ended."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms

from palier.calendar import PARIS
from palier.questionnaires.models import QuestionnaireVersion
from palier.stock.reading.values import DATES
from palier.stock.rules.imports import SUFFIXES
from palier.surveys.models import FrameFile, Wave
from palier.surveys.operations import Draft, way_of
from palier.surveys.queries import ASKED, paces
from palier.surveys.reading import events, households
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.frame import EVENTS_AT_MOST, Holds
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.sendings import Budget, Terms, Why
from palier.surveys.rules.waves import MOST_PACES, Design, EventKind, Pace, Split

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
_WAYS = {
    "email,sms": "E-mail, sinon SMS",
    "sms,email": "SMS, sinon e-mail",
    "email": "E-mail seul",
    "sms": "SMS seul",
}


class DepositForm(forms.Form):
    """A file of tenants, or of events."""

    file = forms.FileField(
        label="Fichier des locataires",
        widget=forms.ClearableFileInput(attrs={"accept": ",".join(sorted(SUFFIXES - {".geojson", ".json"}))}),
        help_text=f"Une ligne par ménage, avec sa référence et sa résidence (.csv, .xlsx, .ods). 60 Mo au plus. {DATES}",
        error_messages={"required": "Choisissez le fichier à déposer.", "empty": "Ce fichier est vide. Vérifiez l’export."},
    )


class EventDepositForm(DepositForm):
    """A file of events."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        file = self.fields["file"]
        file.label = "Fichier des événements"
        file.help_text = f"Une ligne par événement, {EVENTS_AT_MOST.rows} lignes au plus (.csv, .xlsx, .ods). {DATES}"


class SheetForm(forms.Form):
    """Which sheet of a workbook to read."""

    sheet = forms.ChoiceField(label="Feuille du classeur")

    def __init__(self, *args: Any, file: FrameFile, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"sheet": file.profile.get("sheet", "")})
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["sheet"]).choices = [(name, name) for name in file.profile.get("sheets", [])]


class ColumnsForm(forms.Form):
    """What each column is; whether a file of tenants lists everybody, what happened in a file of events."""

    kind = forms.ChoiceField(
        label="Ce qui est arrivé, à chaque ligne",
        required=False,
        choices=[("", "Une colonne le dit"), *((kind.value, kind.label) for kind in EventKind)],
    )

    whole = forms.BooleanField(
        label="Ce fichier liste tous les locataires : ceux qui n’y sont plus sont partis",
        required=False,
        help_text="Décochez pour un fichier partiel : il ajoute et met à jour, et personne ne sort.",
    )
    save_as = forms.CharField(
        label="Garder cette correspondance sous le nom",
        required=False,
        max_length=120,
        help_text="Le prochain fichier aux mêmes colonnes sera proposé de même.",
    )

    def __init__(self, *args: Any, file: FrameFile, **kwargs: Any) -> None:
        known = {f"column_{index}": name for index, name in file.mapping.items()}
        kwargs.setdefault(
            "initial", {"kind": file.kind, "whole": file.whole, "save_as": file.profile.get("saved", ""), **known}
        )
        super().__init__(*args, **kwargs)
        of_events = file.holds == Holds.EVENTS
        del self.fields["whole" if of_events else "kind"]
        labels = events.LABELS if of_events else households.LABELS
        self.columns = file.profile.get("columns", [])
        for index, column in enumerate(self.columns):
            self.fields[f"column_{index}"] = forms.ChoiceField(
                label=f"Colonne « {column['header'] or index + 1} »",
                choices=[("", "ne pas lire"), *labels.items()],
                required=False,
            )

    @property
    def mapping(self) -> dict[int, str]:
        """What was said of each column."""
        said = self.cleaned_data
        return {index: said[f"column_{index}"] for index in range(len(self.columns)) if said.get(f"column_{index}")}

    @property
    def rows(self) -> list[tuple[dict[str, Any], forms.BoundField]]:
        """Each column of the file beside what it is."""
        return [(column, self[f"column_{index}"]) for index, column in enumerate(self.columns)]


class SearchForm(forms.Form):
    """What the list of households is narrowed by."""

    mots = forms.CharField(label="Chercher", required=False, max_length=80)
    partis = forms.BooleanField(label="Ceux qui sont partis", required=False)


EVENT_FATES = [
    (ASKED, "Ménage interrogé"),
    *((why.value, why.label) for why in (Why.NO_WAVE, Why.UNKNOWN, Why.OBJECTED, Why.NO_CONTACT, Why.BUDGET)),
]


class EventFilterForm(forms.Form):
    """What the list of events is narrowed by."""

    q = forms.CharField(
        label="Référence, prestataire, agence, résidence",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    evenement = forms.ChoiceField(
        label="Événement", required=False, choices=[("", "Tous"), *((kind.value, kind.label) for kind in EventKind)]
    )
    suite = forms.ChoiceField(
        label="Ce qu’il est devenu",
        required=False,
        choices=[("", "Tous"), *((code, label[0].upper() + label[1:]) for code, label in EVENT_FATES)],
    )


class TermsForm(forms.Form):
    """What holds for all surveys of a landlord."""

    most = forms.IntegerField(label="Sollicitations au plus, par ménage", min_value=1, max_value=12)
    days = forms.IntegerField(
        label="En autant de jours",
        min_value=30,
        max_value=365,
        help_text="Toutes enquêtes et tous canaux ensemble : e-mails, SMS, courriers, appels aboutis.",
    )
    sms_price = forms.DecimalField(
        localize=True,
        label="Prix d’un SMS, en euros",
        min_value=Decimal(0),
        max_value=Decimal(1),
        decimal_places=3,
        max_digits=4,
    )
    sender = forms.CharField(
        label="Émetteur des SMS",
        max_length=11,
        required=False,
        help_text="11 lettres ou chiffres au plus, sans accent. Vide : le numéro de l’opérateur.",
    )
    months_kept = forms.IntegerField(
        label="Mois pendant lesquels on garde qui a été interrogé, après la clôture", min_value=12, max_value=36
    )
    return_address = forms.CharField(
        label="Adresse où renvoyer les questionnaires papier",
        max_length=200,
        required=False,
        help_text="Imprimée au bas du questionnaire. Vide : « à l’adresse de votre avis d’échéance ».",
    )

    @staticmethod
    def known(terms: Terms) -> dict[str, Any]:
        """What holds today."""
        return {
            "most": terms.budget.most,
            "days": terms.budget.days,
            "sms_price": Decimal(terms.sms_price) / 1000,
            "sender": terms.sender,
            "months_kept": terms.months_kept,
            "return_address": terms.return_address,
        }

    @property
    def terms(self) -> Terms:
        """What was said."""
        said = self.cleaned_data
        budget = Budget(said["most"], said["days"])
        price = int(said["sms_price"] * 1000)
        return Terms(budget, price, said["sender"], said["months_kept"], said["return_address"])


class WaveForm(forms.Form):
    """Everything one says of a wave before its sample is drawn."""

    name = forms.CharField(label="Nom de la vague", max_length=120)
    purpose = forms.CharField(
        label="À quoi elle sert",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Les locataires lisent cette phrase. Dites ce qui sera fait des réponses.",
    )
    questionnaire = forms.ModelChoiceField(
        label="Questionnaire",
        queryset=QuestionnaireVersion.objects.none(),
        empty_label="Choisir",
        error_messages={"required": "Choisissez ce qui est demandé."},
    )
    design = forms.ChoiceField(
        label="Qui est interrogé", widget=forms.RadioSelect, choices=[(d.value, d.label) for d in Design], initial=Design.SAMPLE
    )
    split = forms.ChoiceField(label="Une précision par", choices=[(s.value, s.label) for s in Split], initial=Split.AGENCY)
    margin = forms.DecimalField(
        localize=True,
        label="Marge d’erreur voulue, en points",
        min_value=Decimal(1),
        max_value=Decimal(20),
        decimal_places=1,
        required=False,
        initial=5,
        help_text="À 95 %, dans chaque strate. Le nombre de ménages en découle, jamais d’un pourcentage.",
    )
    expected_rate = forms.IntegerField(
        label="Taux de réponse attendu, en %",
        min_value=1,
        max_value=100,
        required=False,
        initial=25,
        help_text="Celui de votre dernière enquête, ou 25.",
    )
    settled_months = forms.IntegerField(
        label="Ne pas interroger ceux qui sont entrés depuis moins de (mois)",
        min_value=0,
        max_value=36,
        initial=6,
        required=False,
    )
    panel_of = forms.ModelChoiceField(
        label="Les locataires de quelle vague", queryset=Wave.objects.none(), required=False, empty_label="Choisir"
    )
    trigger = forms.ChoiceField(
        label="Après quel événement",
        choices=[("", "Choisir"), *((kind.value, kind.label) for kind in EventKind)],
        required=False,
    )
    delay_hours = forms.IntegerField(label="Combien d’heures après", min_value=0, max_value=720, initial=24, required=False)
    opens_on = forms.DateField(label="Ouverture", widget=_DAY)
    closes_on = forms.DateField(label="Clôture", widget=_DAY, help_text="Dernier jour compris.")
    subject = forms.CharField(label="Objet de l’e-mail", max_length=120, initial="Votre avis sur votre logement")
    message = forms.CharField(
        label="Message",
        max_length=1_500,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="Le lien, la confidentialité et la façon de ne plus être sollicité sont ajoutés par Palier.",
    )
    cost_ceiling = forms.DecimalField(
        localize=True,
        label="Plafond de dépense en SMS, en euros",
        min_value=Decimal(0),
        max_value=Decimal(100_000),
        decimal_places=2,
        initial=0,
        required=False,
        help_text="Au-delà, plus aucun SMS ne part. À 0, aucun SMS ne part.",
    )

    def __init__(
        self, *args: Any, panels: Any, questionnaires: Any, wave: Wave | None = None, on: date | None = None, **kwargs: Any
    ) -> None:
        kwargs.setdefault(
            "initial", self.known(wave) if wave else {"opens_on": on, "closes_on": on and on + timedelta(days=28)}
        )
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["panel_of"]).queryset = panels  # type: ignore[type-arg]
        cast(forms.ModelChoiceField, self.fields["questionnaire"]).queryset = questionnaires  # type: ignore[type-arg]
        for rank in range(MOST_PACES):
            self._pace_fields(rank, asked=wave is None and rank < 2)

    def _pace_fields(self, rank: int, *, asked: bool) -> None:
        said = "Premier envoi" if not rank else f"Rappel {rank}"
        ways = [*_WAYS.items()] if not rank else [("", "Aucun"), *_WAYS.items()]
        self.fields[f"ways_{rank}"] = forms.ChoiceField(
            label=said, choices=ways, required=not rank, initial="email,sms" if asked else ""
        )
        if rank:
            self.fields[f"day_{rank}"] = forms.IntegerField(
                label=f"Rappel {rank} : combien de jours après l’ouverture",
                min_value=1,
                max_value=365,
                required=False,
                initial=7 * rank,
            )

    @staticmethod
    def known(wave: Wave) -> dict[str, Any]:
        """A wave as it stands."""
        names = (
            *(
                "name",
                "purpose",
                "questionnaire",
                "design",
                "split",
                "margin",
                "expected_rate",
                "settled_months",
                "panel_of",
                "trigger",
            ),
            *("delay_hours", "opens_on", "closes_on", "subject", "message"),
        )
        found = {name: getattr(wave, name) for name in names}
        for rank, pace in enumerate(paces(wave)):
            found |= {f"ways_{rank}": ",".join(pace.channels), f"day_{rank}": pace.day}
        return found | {"cost_ceiling": Decimal(wave.cost_ceiling) / 1000}

    @property
    def draft(self) -> Draft:
        """What was said."""
        said = self.cleaned_data
        sendings = [
            Pace(said.get(f"day_{rank}") or 0, tuple(Channel(way) for way in said[f"ways_{rank}"].split(",")))
            for rank in range(MOST_PACES)
            if said.get(f"ways_{rank}")
        ]
        return Draft(
            name=said["name"],
            purpose=said["purpose"],
            design=Design(said["design"]),
            split=Split(said["split"]),
            margin=said["margin"],
            expected_rate=said["expected_rate"],
            settled_months=said["settled_months"] or 0,
            panel_of=said["panel_of"],
            trigger=EventKind(said["trigger"]) if said["trigger"] else None,
            delay_hours=said["delay_hours"] or 0,
            opens_on=said["opens_on"],
            closes_on=said["closes_on"],
            paces=sendings,
            subject=said["subject"],
            message=said["message"],
            questionnaire=said["questionnaire"],
            cost_ceiling=int((said["cost_ceiling"] or 0) * 1000),
        )

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields, in the order in which one thinks of them."""
        sendings = [name for name in self.fields if name.startswith(("ways_", "day_"))]
        named = {
            "La vague": ["name", "purpose", "questionnaire", "opens_on", "closes_on"],
            "Qui est interrogé": ["design", "split", "margin", "expected_rate", "settled_months", "panel_of"],
            "Enquête à chaud": ["trigger", "delay_hours"],
            "Le message": ["subject", "message"],
            "Les envois": [*sendings, "cost_ceiling"],
        }
        return [(title, [self[name] for name in names]) for title, names in named.items()]


# How a call may end without an answer: words, code, whether somebody was reached.
_ENDINGS = {
    "nobody": ("Personne ne répond", Outcome.NOT_REACHED, False),
    "later": ("Rappeler plus tard", Outcome.NOTHING, True),
    "refused": ("Ne souhaite pas répondre à cette enquête", Outcome.REFUSED, True),
    "objects": ("Ne veut plus être sollicité, pour aucune enquête", Outcome.REFUSED, True),
    "wrong": ("Numéro qui n’est pas le bon", Outcome.UNDELIVERED, False),
    "moved": ("N’habite plus là", Outcome.MOVED_OUT, True),
    "unable": ("Hors d’état de répondre", Outcome.UNABLE, True),
    "language": ("Langue non proposée", Outcome.LANGUAGE, True),
}


class CallForm(forms.Form):
    """How a call ended."""

    ending = forms.ChoiceField(
        label="Comment l’appel s’est terminé",
        widget=forms.RadioSelect,
        choices=[(code, words) for code, (words, _, _) in _ENDINGS.items()],
        error_messages={"required": "Dites comment l’appel s’est terminé."},
    )
    day = forms.DateField(label="Rappeler le", widget=_DAY, required=False)
    hour = forms.TimeField(label="À quelle heure", widget=forms.TimeInput(attrs={"type": "time"}), required=False)

    def clean(self) -> dict[str, Any]:
        """Whoever is to be called later is to be called on a day."""
        said = super().clean() or {}
        if said.get("ending") == "later" and not (said.get("day") and said.get("hour")):
            self.add_error("day", "Indiquez le jour et l’heure du rappel.")
        return said

    @property
    def again_at(self) -> datetime | None:
        """When to call again, if asked."""
        said = self.cleaned_data
        if said["ending"] != "later":
            return None
        return datetime.combine(said["day"], said["hour"], tzinfo=PARIS)

    @property
    def outcome(self) -> tuple[Outcome, bool]:
        """The code of the ending, and whether somebody was reached."""
        _, outcome, reached = _ENDINGS[self.cleaned_data["ending"]]
        return outcome, reached


class CodeForm(forms.Form):
    """The code printed on a paper form."""

    code = forms.CharField(
        label="Code imprimé en bas de chaque page",
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        help_text="Dix lettres et chiffres.",
        error_messages={"required": "Recopiez le code imprimé en bas de chaque page du questionnaire."},
    )


class ContactForm(forms.Form):
    """The way by which a tenant wants their link."""

    contact = forms.CharField(
        label="Votre e-mail ou votre mobile",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": "Indiquez votre e-mail ou votre mobile."},
    )

    def clean_contact(self) -> str:
        """An e-mail address or a French mobile."""
        contact: str = self.cleaned_data["contact"].strip()
        try:
            way_of(contact)
        except ValueError:
            raise forms.ValidationError("Indiquez un e-mail, ou un mobile tel que 06 12 34 56 78.") from None
        return contact
