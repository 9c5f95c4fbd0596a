"""What one fills in to put a matter on an agenda, by kind; each gives what the operation asks for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from palier.audits import queries as audits
from palier.audits.models import Accreditation
from palier.calendar import in_words, paris_day
from palier.committee.rules.agenda import matter_of
from palier.committee.rules.effects import Effect, plain
from palier.committee.rules.terms import Matter
from palier.directory.models import Membership
from palier.frameworks.rules.reading import read
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.minutes.models import Minutes
from palier.web.audits.forms import GrantForm
from palier.web.frameworks.grids import GridForm
from palier.web.ui.forms import DayInput, offer


def _presentation() -> forms.CharField:
    return forms.CharField(label="Présentation", required=False, widget=forms.Textarea(attrs={"rows": 4}))


class ItemForm(forms.Form):
    """A matter for the agenda."""

    journey = forms.ModelChoiceField(
        label="Dossier d’un organisme",
        queryset=Journey.objects.none(),
        required=False,
        empty_label="Aucun : un autre sujet",
        help_text="Les dossiers qui attendent le comité et ne sont à aucun ordre du jour.",
    )
    title = forms.CharField(
        label="Intitulé",
        max_length=200,
        required=False,
        help_text="Laissez vide pour un dossier : le nom de l’organisme suffit.",
    )
    presentation = forms.CharField(label="Présentation", required=False, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, journeys: QuerySet[Journey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "journey", journeys, _words)

    def clean(self) -> dict[str, Any]:
        """Another subject needs its title."""
        said = super().clean() or {}
        if not said.get("journey") and not said.get("title", "").strip() and not self.errors:
            self.add_error("title", "Donnez un intitulé, ou choisissez un dossier.")
        return said

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        said = self.cleaned_data
        journey = said["journey"]
        matter = matter_of(Stage(journey.stage), cycle=journey.cycle) if journey else None
        return {
            "matter": matter or Matter.OTHER,
            "title": said["title"] or _words(journey),
            "presentation": said["presentation"],
            "journey": journey,
        }


def _words(journey: Journey) -> str:
    matter = matter_of(Stage(journey.stage), cycle=journey.cycle)
    return f"{journey.landlord.name} : {matter.label.lower()}" if matter else journey.landlord.name


class AskForm(GrantForm):
    """An accreditation to grant or to renew, with what is proposed."""

    presentation = _presentation()

    def __init__(self, *args: Any, members: QuerySet[Membership], on: date, **kwargs: Any) -> None:
        super().__init__(*args, members=members, **kwargs)
        self.choices, self._on = members, on

    def given(self) -> dict[str, Any]:
        """What the operation asks for; who already holds an accreditation for this firm asks for its renewal."""
        said = self.cleaned_data
        person, firm = said["member"].person, said["member"].organisation
        held = audits.accreditations(person=person).filter(firm=firm, withdrawn_on__isnull=True).first()
        words = "Renouvellement de l’agrément" if held else "Agrément"
        effect = Effect(
            starts_on=said["starts_on"],
            ends_on=said["ends_on"],
            scope=tuple(Audit(audit) for audit in said["scope"]),
            trained_on=said["trained_on"],
        )
        return {
            "matter": Matter.ACCREDITATION,
            "title": f"{words} : {person.name}, {firm.name}"[:200],
            "presentation": said["presentation"],
            "candidate": person,
            "firm": firm,
            "accreditation": held,
            "proposal": plain(effect),
        }


class ReexamineForm(forms.Form):
    """An accreditation to suspend, to restore or to withdraw."""

    accreditation = forms.ModelChoiceField(
        label="Agrément", queryset=Accreditation.objects.none(), empty_label="Choisir un agrément"
    )
    presentation = forms.CharField(
        label="Présentation",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui est reproché, ou ce qui a changé : le comité le lira.",
    )

    def __init__(self, *args: Any, held: QuerySet[Accreditation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = held
        offer(self, "accreditation", held, lambda one: f"{one.person.name}, {one.firm.name}")

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        held = self.cleaned_data["accreditation"]
        return {
            "matter": Matter.ACCREDITATION,
            "title": f"Réexamen de l’agrément : {held.person.name}, {held.firm.name}"[:200],
            "presentation": self.cleaned_data["presentation"],
            "firm": held.firm,
            "accreditation": held,
        }


class RulesItemForm(forms.Form):
    """A draft of the label's rules to adopt."""

    rule_set = forms.ModelChoiceField(
        label="Brouillon", queryset=RuleSetVersion.objects.none(), empty_label="Choisir un brouillon"
    )
    effective_from = forms.DateField(
        label="En vigueur à partir du", required=False, widget=DayInput(), help_text="Laissez vide pour la date du brouillon."
    )
    presentation = _presentation()

    def __init__(self, *args: Any, drafts: QuerySet[RuleSetVersion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = drafts
        offer(self, "rule_set", drafts, lambda one: f"{one.title}, version {one.number}")

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        draft = self.cleaned_data["rule_set"]
        return {
            "matter": Matter.EVOLUTION,
            "title": f"Règles du label : {draft.title}, version {draft.number}"[:200],
            "presentation": self.cleaned_data["presentation"],
            "rule_set": draft,
            "proposal": plain(Effect(effective_from=self.cleaned_data["effective_from"] or draft.effective_from)),
        }


class GridItemForm(GridForm):
    """A new version of a grid to adopt, with the day from which it would hold."""

    effective_from = forms.DateField(label="En vigueur à partir du", widget=DayInput())
    presentation = _presentation()

    def given(self) -> dict[str, Any]:
        """What the operation asks for; a text that cannot be read is refused there, line by line."""
        said = self.cleaned_data
        body, problems = read(said["text"])
        return {
            "matter": Matter.EVOLUTION,
            "title": "Grille" if problems else f"Grille : {body['title']}"[:200],
            "presentation": said["presentation"],
            "grid": said["text"],
            "proposal": plain(Effect(effective_from=said["effective_from"])),
        }


class MinutesItemForm(forms.Form):
    """Minutes to approve."""

    minutes = forms.ModelChoiceField(
        label="Procès-verbal",
        queryset=Minutes.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez le procès-verbal à approuver."},
    )

    def __init__(self, *args: Any, waiting: QuerySet[Minutes], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = waiting
        offer(self, "minutes", waiting, _of_session)

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        return {"minutes": self.cleaned_data["minutes"]}


def _of_session(minutes: Minutes) -> str:
    return f"Séance n° {minutes.session.number} du {in_words(paris_day(minutes.session.starts_at))}"
