"""The telephone and the paper, for the people of a landlord who help tenants answer."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.surveys import operations, queries
from palier.surveys.models import Invitation
from palier.surveys.rules.contact import LANGUAGES
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import call_hours
from palier.surveys.rules.waves import State
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.surveys.forms import CallForm, CodeForm
from palier.web.surveys.waves import CALL


@door(GET=CALL, POST=CALL)
def console(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """Take the next household to ring up."""
    wave = get_object_or_404(queries.waves(landlord=landlord).filter(state=State.RUNNING), pk=wave_id)
    if request.method == "POST":
        found = operations.next_call(wave=wave, by=request.user, at=request.at)
        if found:
            return redirect("survey_call", landlord_id=landlord.pk, wave_id=wave.pk, call_id=found.pk)
        messages.info(request, "Plus personne à appeler pour l’instant : tous ont répondu, refusé ou été appelés aujourd’hui.")
    standings = queries.standings(wave=wave, on=request.on)
    return render(
        request,
        "surveys/calls.html",
        {"landlord": landlord, "wave": wave, "standings": standings[:20], "hours": call_hours(request.at)},
    )


def _mine(request: Request, landlord: Landlord, wave_id: int, call_id: int) -> Invitation:
    """A call that this person holds: contacts are shown one at a time, to whoever is on the phone."""
    held = queries.held_calls(landlord=landlord, by=request.user, at=request.at).filter(wave=wave_id)
    return get_object_or_404(held, pk=call_id)


@door(GET=CALL, POST=CALL)
def call(request: Request, landlord: Landlord, wave_id: int, call_id: int) -> HttpResponse:
    """Whom to call, and how it ended without an answer."""
    invitation = _mine(request, landlord, wave_id, call_id)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        outcome, reached = form.outcome
        operations.note_attempt(
            invitation=invitation, outcome=outcome, reached=reached, again_at=form.again_at, by=request.user, at=request.at
        )
        if form.cleaned_data["ending"] == "objects" and invitation.household:
            operations.object_to(household=invitation.household, origin=Origin.STAFF, by=request.user, at=request.at)
        messages.success(request, "L’appel est noté.")
        return redirect("survey_calls", landlord_id=landlord.pk, wave_id=wave_id)
    context = {
        "landlord": landlord,
        "invitation": invitation,
        "wave": invitation.wave,
        "household": invitation.household,
        "language": LANGUAGES[invitation.language],
        "attempts": invitation.attempts.order_by("-at"),
        "form": form,
    }
    return render(request, "surveys/call.html", context, status=422 if request.method == "POST" else 200)


@door(POST=CALL)
def interview(request: Request, landlord: Landlord, wave_id: int, call_id: int) -> HttpResponse:
    """The tenant agrees: the same page as theirs opens."""
    invitation = _mine(request, landlord, wave_id, call_id)
    return redirect(f"/s/{operations.begin_interview(invitation=invitation, by=request.user, at=request.at)}/")


@door(GET=CALL, POST=CALL)
def paper(request: Request, landlord: Landlord) -> HttpResponse:
    """A paper form came back: its code opens the page where its answers are typed."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            token = operations.begin_typing(landlord=landlord, code=form.cleaned_data["code"])
        except Refusal as refusal:
            form.add_error("code", refusal.verdict.sentence)
        else:
            return redirect(f"/s/{token}/")
    context = {"landlord": landlord, "form": form}
    return render(request, "surveys/paper.html", context, status=422 if request.method == "POST" else 200)
