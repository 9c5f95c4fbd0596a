"""Taking a step: what it does is said before, and one confirms."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.journey import queries
from palier.label import operations
from palier.label import queries as label
from palier.label.rules.stages import Stage
from palier.label.rules.steps import BY_ACT, Guard, Step
from palier.web.doors import Request, door
from palier.web.journey.views import open_one


class ReasonForm(forms.Form):
    """Why, for a step that stops a journey."""

    note = forms.CharField(
        label="Motif",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Il est gardé au journal et lu par les personnes prévenues.",
    )


def _consequences(step: Step) -> list[str]:
    target = step.target
    said = []
    if target is not None and not target.is_over:
        said.append(f"Le parcours passe à l’étape « {target.label} » ; la main passe {target.about.holder.label}.")
    elif target is not None:
        said.append(f"Le parcours se termine : « {target.label} ». Tout reste consultable, rien n’est effacé.")
    if Guard.PLAN_READY in step.guards:
        said.append("Le plan d’actions est figé : il ne change plus, sauf correction demandée.")
    said.append("Les personnes concernées sont prévenues dans quelques minutes.")
    return said


@door(GET=(Thing.JOURNEY, Right.READ), POST=(Thing.JOURNEY, Right.READ))
def step(request: Request, landlord: Landlord, act: str) -> HttpResponse:
    """One step: what it does, what it still misses, and the button. Who may take it stands in the table of steps."""
    if act not in BY_ACT:
        raise Http404
    found, taken = open_one(landlord), BY_ACT[act]
    form = ReasonForm(request.POST or None) if taken.sad else None
    if request.method == "POST" and (form is None or form.is_valid()):
        note = form.cleaned_data["note"] if form else ""
        moved = operations.advance(journey=found, act=act, by=request.user, at=request.at, note=note)
        messages.success(request, f"C’est fait : le parcours est à l’étape « {Stage(moved.stage).label} ».")
        return redirect("journey", landlord_id=landlord.pk)
    position = queries.position(journey=found, roles=request.roles, on=request.on)
    offer = next((offer for offer in position.offers if offer.step is taken), None)
    if offer is None:
        raise Http404
    context: dict[str, Any] = {
        "landlord": landlord,
        "offer": offer,
        "form": form,
        "consequences": _consequences(taken),
        "position": position,
    }
    return render(request, "journey/step.html", context, status=422 if form is not None and form.is_bound else 200)


class ObservationsForm(forms.Form):
    """The landlord's word before the committee decides of a withdrawal."""

    text = forms.CharField(
        label="Vos observations",
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Le comité les lit telles quelles avant de décider.",
    )


@door(GET=(Thing.JOURNEY, Right.VALIDATE), POST=(Thing.JOURNEY, Right.VALIDATE))
def observations(request: Request, landlord: Landlord) -> HttpResponse:
    """In a withdrawal procedure, the landlord's observations."""
    found = open_one(landlord)
    form = ObservationsForm(request.POST or None)
    if form.is_valid():
        operations.present_observations(journey=found, text=form.cleaned_data["text"], by=request.user, at=request.at)
        messages.success(request, "Vos observations sont transmises au comité.")
        return redirect("journey", landlord_id=landlord.pk)
    context = {"landlord": landlord, "journey": found, "form": form, "hearing": label.hearing(journey=found)}
    return render(request, "journey/observations.html", context, status=422 if form.is_bound else 200)


class MergerForm(forms.Form):
    """Who takes the landlord over."""

    into = forms.ModelChoiceField(
        label="Organisme qui le reprend", queryset=Landlord.objects.none(), empty_label="Choisir un organisme"
    )

    def __init__(self, *args: Any, landlord: Landlord, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Landlord.objects.filter(closed_on__isnull=True, merged_into__isnull=True)
            .exclude(pk=landlord.pk)
            .order_by("plain_name")
        )


@door(GET=(Thing.INSTRUCTION_NOTE, Right.WRITE), POST=(Thing.INSTRUCTION_NOTE, Right.WRITE))
def merger(request: Request, landlord: Landlord) -> HttpResponse:
    """The landlord joins another: its journey ends."""
    found = open_one(landlord)
    form = MergerForm(request.POST or None, landlord=landlord)
    if form.is_valid():
        operations.merge(journey=found, into=form.cleaned_data["into"], by=request.user, at=request.at)
        messages.success(request, "La fusion est constatée.")
        return redirect("journey", landlord_id=landlord.pk)
    return render(request, "journey/merger.html", {"landlord": landlord, "form": form})
