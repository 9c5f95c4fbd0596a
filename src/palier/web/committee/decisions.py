"""What the committee decided on a landlord's journey, and its recording."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.committee import queries
from palier.committee.operations import record_decision
from palier.committee.rules.outcomes import Outcome, complete, possible
from palier.consultation import queries as consultation
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.journey.queries import position
from palier.label import queries as label
from palier.label.models import Journey
from palier.label.rules.guards import conditions
from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT, Guard
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.journey.views import open_one
from palier.web.ui.forms import DayInput


class DecisionForm(forms.Form):
    """A decision, as the minutes say it."""

    outcome = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    decided_on = forms.DateField(label="Séance du", widget=DayInput())
    conditions = forms.CharField(
        label="Réserves",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce que l’organisme doit faire, et pour quand.",
    )
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Obligatoires pour un ajournement, un refus, une suspension, un retrait ou un maintien.",
    )

    def __init__(self, *args: Any, outcomes: list[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["outcome"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(outcome.value, outcome.about.label) for outcome in outcomes]

    def clean(self) -> dict[str, Any]:
        """Reservations need their conditions, unfavourable decisions their reasons."""
        given = super().clean() or {}
        if given.get("outcome"):
            verdict = complete(
                Outcome(given["outcome"]), conditions=given.get("conditions", ""), reasons=given.get("reasons", "")
            )
            for reason in verdict.reasons:
                self.add_error("conditions" if reason.code.endswith("conditions_missing") else "reasons", reason.sentence)
        return given


@door(GET=(Thing.DECISION_NOTICE, Right.READ))
def decisions(request: Request, landlord: Landlord) -> HttpResponse:
    """Every decision on a landlord's journeys, and the label that follows from them."""
    found = label.open_journey(landlord=landlord.pk)
    context: dict[str, Any] = {
        "landlord": landlord,
        "journey": found,
        "decisions": [
            {"row": d, "label": Outcome(d.outcome).about.label, "stage": Stage(d.stage).label}
            for d in queries.decisions(landlord=landlord.pk)
        ],
        "may_record": found is not None
        and bool(request.may(Right.WRITE, Thing.DECISION_NOTICE))
        and bool(_outcomes(found, request.on)),
    }
    return render(request, "committee/decisions.html", context)


@door(GET=(Thing.DECISION_NOTICE, Right.WRITE), POST=(Thing.DECISION_NOTICE, Right.WRITE))
def record(request: Request, landlord: Landlord) -> HttpResponse:
    """Record what the committee decided; the journey moves with it."""
    found = open_one(landlord)
    outcomes = _outcomes(found, request.on)
    form = DecisionForm(request.POST or None, outcomes=outcomes, initial={"decided_on": request.on})
    if form.is_valid():
        given = form.cleaned_data
        try:
            decision = record_decision(
                journey=found,
                outcome=Outcome(given["outcome"]),
                decided_on=given["decided_on"],
                conditions=given["conditions"],
                reasons=given["reasons"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("decided_on" if reason.code.startswith("committee.day_") else None, reason.sentence)
        else:
            messages.success(request, f"Décision enregistrée : {Outcome(decision.outcome).about.label.lower()}.")
            return redirect("decisions", landlord_id=landlord.pk)
    context = {
        "landlord": landlord,
        "form": form,
        "outcomes": outcomes,
        "position": position(journey=found, roles=request.roles, on=request.on),
        "opinions": consultation.opinions(landlord=landlord.pk, cycle=found.cycle),
        "notes": label.notes(journey=found)[:1],
        "hearing": label.hearing(journey=found),
    }
    return render(request, "committee/record.html", context, status=422 if form.is_bound else 200)


def _outcomes(journey: Journey, on: date) -> list[Outcome]:
    """What the committee may decide of a journey today."""
    facts = label.facts(journey=journey, on=on, decided=True)
    return [outcome for outcome in possible(Stage(journey.stage)) if _fits(outcome, facts)]


def _fits(outcome: Outcome, facts: Any) -> bool:
    """An outcome is offered when nothing but the tenants' gate could still refuse it: that reason is then shown."""
    step = BY_ACT[outcome.about.act]
    return (
        all(reason.code.startswith("consultation.") for reason in conditions(step, facts).reasons) or Guard.HEARD in step.guards
    )
