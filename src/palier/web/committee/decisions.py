"""What the committee decided on a landlord's journey, and its recording."""

from __future__ import annotations

from datetime import date
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
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
from palier.plans import queries as plans
from palier.verdict import Refusal, require
from palier.web.committee.conditions import Conditions
from palier.web.committee.conditions import conditions as conditions_of
from palier.web.documents.files import receives
from palier.web.doors import Request, door, is_fresh
from palier.web.journey.views import open_one
from palier.web.ui.forms import DayInput, offer, typed_so_far


class DecisionForm(forms.Form):
    """A decision, as the minutes say it."""

    outcome = forms.ChoiceField(label="Décision", widget=forms.RadioSelect)
    decided_on = forms.DateField(label="Séance du", widget=DayInput())
    reasons = forms.CharField(
        label="Motifs",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Obligatoires pour un ajournement, un refus, une suspension, un retrait ou un maintien.",
    )
    document = forms.FileField(
        label="Le document qui dit cette décision",
        help_text="Procès-verbal ou lettre, en PDF, Word ou OpenDocument : une pièce du dossier, que l’organisme et son auditeur "
        "lisent aussi. Le registre public dira que la décision a été enregistrée d’après lui.",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.docx,.odt"}),
        error_messages={"required": "Joignez le procès-verbal ou la lettre qui dit cette décision."},
    )
    reasons.optional = "selon la décision"  # type: ignore[attr-defined]  # read by ui/fields/field.html

    def __init__(self, *args: Any, outcomes: list[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "outcome", [(outcome.value, outcome.about.label) for outcome in outcomes])


@door(GET=(Thing.DECISION_NOTICE, Right.READ))
def decisions(request: Request, landlord: Landlord) -> HttpResponse:
    """Every decision on a landlord's journeys, and the label that follows from them."""
    found = label.open_journey(landlord=landlord.pk)
    context: dict[str, Any] = {
        "landlord": landlord,
        "journey": found,
        "agenda": queries.agenda_of(journey=found.pk) if found else "",
        "decisions": [
            {
                "row": d,
                "label": Outcome(d.outcome).about.label,
                "stage": Stage(d.stage).label,
                "how": queries.origin(d).sentence,
            }
            for d in queries.decisions(landlord=landlord.pk)
        ],
        "followed": {one.decision_id for one in plans.conditions(landlords=[landlord.pk])},
        "may_record": found is not None
        and bool(request.may(Right.WRITE, Thing.DECISION_NOTICE))
        and bool(_outcomes(found, request.on)),
    }
    return render(request, "committee/decisions.html", context)


@door(
    fresh=True,
    GET=(Thing.DECISION_NOTICE, Right.WRITE),
    POST=(Thing.DECISION_NOTICE, Right.WRITE),
    before=receives("document"),
)
def record(request: Request, landlord: Landlord) -> HttpResponse:
    """Record what the committee decided elsewhere; the journey moves with it. One proves who one is before filling it in."""
    if not is_fresh(request):  # asked at the sending alone, the file would be lost on the way
        raise ReauthenticationRequired
    found = open_one(landlord)
    require(queries.may_decide_apart(waiting=queries.awaiting(journey=found.pk)))
    outcomes = _outcomes(found, request.on)
    form = DecisionForm(request.POST or None, request.FILES or None, outcomes=outcomes, initial={"decided_on": request.on})
    lines = conditions_of(request.POST or None)
    if "more" in request.POST:
        typed_so_far(form, *lines)
    elif form.is_bound and _sound(form, lines):
        given = form.cleaned_data
        try:
            decision = record_decision(
                journey=found,
                outcome=Outcome(given["outcome"]),
                decided_on=given["decided_on"],
                conditions=lines.asked,
                reasons=given["reasons"],
                document=request.ready(),
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                field = "decided_on" if reason.code.startswith("committee.day_") else None
                form.add_error("document" if reason.code.startswith("documents.") else field, reason.sentence)
        else:
            messages.success(request, f"Décision enregistrée : {Outcome(decision.outcome).about.label.lower()}.")
            return redirect("decisions", landlord_id=landlord.pk)
    context = {
        "landlord": landlord,
        "form": form,
        "lines": lines,
        "outcomes": outcomes,
        "position": position(journey=found, roles=request.roles, on=request.on),
        "opinions": consultation.opinions(landlord=landlord.pk, cycle=found.cycle),
        "notes": label.notes(journey=found)[:1],
        "hearing": label.hearing(journey=found),
    }
    return render(
        request, "committee/record.html", context, status=422 if form.is_bound and "more" not in request.POST else 200
    )


def _sound(form: DecisionForm, lines: Conditions) -> bool:
    """Whether the decision says all that it must; what is missing is said where it is to be written."""
    if not lines.is_valid():
        lines.said_in(form)
    elif form.is_valid():
        given = form.cleaned_data
        for reason in complete(Outcome(given["outcome"]), conditions=lines.asked, reasons=given["reasons"]).reasons:
            form.add_error("reasons" if reason.code == "committee.reasons_missing" else None, reason.sentence)
    return form.is_valid() and lines.is_valid()


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
