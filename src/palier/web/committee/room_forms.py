"""What one fills in during a session: who is there, what is put to the vote, one's own voice."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from django import forms

from palier.committee.models import Ballot, Item, Mandate
from palier.committee.rules.effects import Effect, parse
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.tally import Choice
from palier.label.rules.rulesets import Audit
from palier.web.committee.session_forms import in_seats
from palier.web.ui.forms import DayInput, offer

AWAY, HERE, REMOTE = "away", "here", "remote"
_CHOOSE = ("", "Choisissez")
_PLACES = [(AWAY, "Absence"), (HERE, "Sur place"), (REMOTE, "À distance")]


class PresenceForm(forms.Form):
    """Where each member is, all at once."""

    def __init__(
        self,
        *args: Any,
        members: Collection[Mandate],
        remote: bool,
        now: Mapping[int, str],
        proposed: Mapping[int, str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        places = _PLACES if remote else _PLACES[:2]
        for one in members:
            self.fields[str(one.pk)] = forms.ChoiceField(
                label=f"Où est {one.person.name}", choices=places, initial=proposed.get(one.pk, AWAY)
            )
            self.fields[f"{one.pk}-was"] = forms.ChoiceField(
                choices=_PLACES, initial=now.get(one.pk, AWAY), widget=forms.HiddenInput, required=False
            )

    def given(self) -> dict[int, tuple[str, str]]:
        """Where each was when the form was drawn, and is now, by mandate."""
        said = self.cleaned_data
        return {int(name): (said[f"{name}-was"], where) for name, where in said.items() if name.isdecimal()}


class MandateForm(forms.Form):
    """A member chosen among those who may be."""

    mandate = forms.TypedChoiceField(label="Personne", coerce=int)

    def __init__(self, *args: Any, members: Collection[Mandate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "mandate", [_CHOOSE, *in_seats(members)])


class ProxyForm(forms.Form):
    """A voice carried by somebody else."""

    giver = forms.TypedChoiceField(label="Qui donne pouvoir", coerce=int, help_text="Une personne qui ne vient pas.")
    carrier = forms.TypedChoiceField(label="À qui", coerce=int, help_text="Une personne qui siège pour un autre siège.")

    def __init__(self, *args: Any, members: Collection[Mandate], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("giver", "carrier"):
            offer(self, name, [_CHOOSE, *in_seats(members)])


def _effect_fields(proposed: Effect) -> dict[str, forms.Field]:
    """What may be voted otherwise than it was proposed; a field left empty keeps what was proposed."""
    found: dict[str, forms.Field] = {}
    if proposed.starts_on:
        audits = [(audit.value, audit.label[:1].upper() + audit.label[1:]) for audit in Audit]
        found["starts_on"] = forms.DateField(label="Agrément du", required=False, widget=DayInput())
        found["ends_on"] = forms.DateField(label="Au", required=False, widget=DayInput())
        found["scope"] = forms.MultipleChoiceField(
            label="Audits couverts", required=False, choices=audits, widget=forms.CheckboxSelectMultiple
        )
        found["trained_on"] = forms.DateField(label="Formation suivie le", required=False, widget=DayInput())
    if proposed.effective_from:
        found["effective_from"] = forms.DateField(label="En vigueur à partir du", required=False, widget=DayInput())
    for name, field in found.items():
        field.initial = getattr(proposed, name)
    return found


class PollForm(forms.Form):
    """What is put to the vote; on an accreditation or an evolution, with the dates that would hold."""

    outcome = forms.ChoiceField(label="Décision proposée", widget=forms.RadioSelect)
    motion = forms.CharField(
        label="Proposition mise aux voix",
        max_length=300,
        required=False,
        help_text="Ce sur quoi chaque siège répond pour, contre ou abstention. Vide, c’est la décision proposée.",
    )
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Obligatoires pour un ajournement, un refus, une suspension, un retrait ou un maintien.",
    )
    reasons.optional = "selon la décision"  # type: ignore[attr-defined]  # read by ui/fields/field.html

    def __init__(self, *args: Any, item: Item, outcomes: Collection[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._item, self._proposed = item, parse(item.proposal)
        self.fields |= _effect_fields(self._proposed)
        motion = self.fields["motion"]
        offer(self, "outcome", [(o.value, o.about.label) for o in outcomes])
        if not outcomes:
            for name in ("outcome", "reasons"):
                del self.fields[name]
            motion.required, motion.help_text = True, "Ce sur quoi chaque siège répond pour, contre ou abstention."

    @property
    def _about(self) -> str:
        """Whom or what the decision is about."""
        item = self._item
        if item.journey is not None:
            return item.journey.landlord.name
        if item.minutes_of is not None:
            return f"séance n° {item.minutes_of.number}"
        person = item.candidate or (item.accreditation and item.accreditation.person)
        return person.name if person else item.title

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        said = self.cleaned_data
        voted = {name: said[name] for name in _effect_fields(self._proposed) if said[name]}
        if "scope" in voted:
            voted["scope"] = tuple(Audit(audit) for audit in voted["scope"])
        outcome = Outcome(said["outcome"]) if said.get("outcome") else None
        return {
            "motion": said["motion"] or (f"{outcome.about.label}, {self._about}" if outcome else ""),
            "outcome": outcome,
            "effect": replace(self._proposed, **voted),
            "reasons": said.get("reasons", ""),
        }


class BallotForm(forms.Form):
    """The voice of a seat."""

    choice = forms.ChoiceField(label="Votre voix", choices=[(c.value, c.label) for c in Choice], widget=forms.RadioSelect)
    conditions = forms.CharField(
        label="Réserve",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Ce que vous souhaitez. Votre réserve figurera au procès-verbal avec votre siège, sauf à bulletin secret ; celles "
        "qui engagent l’organisme sont dans la proposition mise aux voix.",
    )
    reasons = forms.CharField(
        label="Motif",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Il figurera au procès-verbal avec votre siège, sauf à bulletin secret.",
    )
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    """The version of the seat's ballot that the page showed; 0 when it had not voted."""

    def given(self) -> dict[str, Any]:
        """What the operation asks for."""
        return self.cleaned_data | {"choice": Choice(self.cleaned_data["choice"])}

    def now_sees(self, standing: Ballot) -> None:
        """Stand beside the ballot that was cast meanwhile: signed again, the form replaces it knowingly."""
        self.data = {name: self.data.get(name, "") for name in self.fields} | {"seen": standing.version}
