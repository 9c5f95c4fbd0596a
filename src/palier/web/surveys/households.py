"""The tenants that surveys may ask: list, search, objections, what holds for all surveys."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys import operations, queries
from palier.surveys.models import Household
from palier.surveys.rules.contact import LANGUAGES, channels_of
from palier.surveys.rules.frame import Origin
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.surveys.forms import SearchForm, TermsForm

PER_PAGE = 50
READ, WRITE = (Thing.HOUSEHOLDS, Right.READ), (Thing.HOUSEHOLDS, Right.WRITE)


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The households of a landlord, with how each may be reached."""
    form = SearchForm(request.GET)
    form.is_valid()
    words, gone = form.cleaned_data.get("mots", ""), form.cleaned_data.get("partis", False)
    page = Paginator(queries.households(landlord=landlord, words=words, gone=gone), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "form": form,
        "page": page,
        "rows": [(home, _ways(home), LANGUAGES[home.language]) for home in page],
        "filtered": bool(words or gone),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "surveys/households.html", context)


def _ways(household: Household) -> list[str]:
    ways = channels_of(email=household.email, phone=household.phone, address=household.address)
    return [channel.label for channel in ways]


@door(POST=WRITE)
def object_to(request: Request, landlord: Landlord, household_id: int) -> HttpResponse:
    """Keep that a household no longer wants to be asked."""
    household = get_object_or_404(queries.households(landlord=landlord), pk=household_id)
    operations.object_to(household=household, origin=Origin.STAFF, by=request.user, at=request.at)
    messages.success(request, f"L’opposition du ménage {household.reference} est enregistrée. Plus rien ne lui sera envoyé.")
    return redirect("households", landlord_id=landlord.pk)


@door(GET=READ)
def objections(request: Request, landlord: Landlord) -> HttpResponse:
    """The objections of a landlord, those that were lifted included."""
    page = Paginator(queries.objections(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [(objection, Origin(objection.origin).label) for objection in page],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "surveys/objections.html", context)


@door(POST=WRITE)
def lift(request: Request, landlord: Landlord, objection_id: int) -> HttpResponse:
    """Take an objection back because the household asked for it."""
    objection = get_object_or_404(queries.objections(landlord=landlord), pk=objection_id)
    operations.lift_objection(objection=objection, by=request.user, at=request.at)
    messages.success(request, "L’opposition est levée.")
    return redirect("objections", landlord_id=landlord.pk)


@door(GET=(Thing.SURVEYS, Right.WRITE), POST=(Thing.SURVEYS, Right.WRITE))
def terms(request: Request, landlord: Landlord) -> HttpResponse:
    """The budget of solicitations, the price and the signature of SMS, how long names are kept."""
    form = TermsForm(request.POST or None, initial=TermsForm.known(queries.terms_of(landlord=landlord)))
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_terms(landlord=landlord, terms=form.terms, by=request.user, at=request.at)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("sender", reason.sentence)
        else:
            messages.success(request, "Les réglages des enquêtes sont enregistrés.")
            return redirect("surveys", landlord_id=landlord.pk)
    context = {"landlord": landlord, "form": form}
    return render(request, "surveys/terms.html", context, status=422 if request.method == "POST" else 200)
