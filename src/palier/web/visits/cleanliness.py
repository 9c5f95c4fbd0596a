"""Cleanliness checks: what they say by staircase and by whoever cleans, the staircases, and who may check them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.calendar import add_months
from palier.directory.models import Landlord
from palier.directory.rules import Right
from palier.stock.queries import residences
from palier.verdict import Refusal
from palier.visits import operations, queries
from palier.visits.rules import CHECKERS, Cleaner, Function
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Cell, Format, spreadsheet
from palier.web.visits.forms import AddStaircasesForm, FunctionsForm, PeriodForm, StaircaseForm
from palier.web.visits.scope import READ, WRITE, holds, team


def _period(request: Request) -> tuple[PeriodForm, int]:
    form = PeriodForm(request.GET or None)
    return form, int(form.cleaned_data["mois"] or PeriodForm.USUAL) if form.is_valid() else PeriodForm.USUAL


@door(GET=READ)
def rounds(request: Request, landlord: Landlord) -> HttpResponse:
    """What the checks of a period say: rounds done, faults found, by staircase and by whoever cleans."""
    form, months = _period(request)
    stairs, cleaners = queries.cleanliness(landlord=landlord, since=add_months(request.on, -months))
    context = {
        "landlord": landlord,
        "period": form,
        "months": months,
        "stairs": stairs,
        "cleaners": cleaners,
        "done": sum(line.rounds for line in stairs),
        "faults": sum(line.faults for line in stairs),
        "may_plan": holds(request, Right.WRITE),
        "any": queries.staircases(landlord=landlord).exists(),
        "query": request.GET.urlencode(),
    }
    return render(request, "visits/rounds.html", context)


@door(GET=READ)
def export(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The same by staircase, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    stairs, _ = queries.cleanliness(landlord=landlord, since=add_months(request.on, -_period(request)[1]))
    header = ["Résidence", "Escalier", "Contrôles faits", "Points vus", "Défauts", "Défauts pour 100 points vus"]
    rows: list[list[Cell]] = [[s.residence, s.name, s.rounds, s.points, s.faults, round(s.share, 1)] for s in stairs]
    return spreadsheet(form, f"proprete-{landlord.pk}-{request.on:%Y-%m-%d}", header, rows)


@door(GET=READ, POST=WRITE)
def staircases(request: Request, landlord: Landlord) -> HttpResponse:
    """The staircases that are checked, who cleans each and who may check it; a POST adds some."""
    homes = {one.pk: one for one in residences(landlord=landlord)}
    people = team(request, landlord)
    chosen = homes.get(int(asked) if (asked := request.GET.get("residence", "")).isdecimal() else 0)
    initial = {"residence": chosen.pk, "names": "\n".join(queries.staircases_in_stock(chosen))} if chosen else {}
    form = AddStaircasesForm(request.POST or None, residences=list(homes.values()), team=people, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = operations.add_staircases(
                residence=homes[int(given["residence"])],
                names=given["names"].splitlines(),
                **form.cleaning,
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"Escaliers ajoutés : {len(made)}.")
            return redirect("staircases", landlord_id=landlord.pk)
    posts = queries.posts(landlord=landlord)
    rows = [
        {
            "staircase": one,
            "checker": CHECKERS[Cleaner(one.cleaned_by)],
            "able": [
                person.name
                for pk, person in people.items()
                if posts.get(pk) is CHECKERS[Cleaner(one.cleaned_by)] and pk != one.cleaner_id
            ],
        }
        for one in queries.staircases(landlord=landlord)
    ]
    writes = holds(request, Right.WRITE)
    context = {
        "landlord": landlord,
        "rows": rows,
        "form": form if writes and homes else None,
        "chosen": chosen,
        "homes": homes.values(),
        "may_write": writes,
    }
    return render(request, "visits/staircases.html", context, status=422 if form.errors else 200)


def _staircase(landlord: Landlord, pk: int) -> Any:
    return get_object_or_404(queries.staircases(landlord=landlord), pk=pk)


@door(GET=WRITE, POST=WRITE)
def staircase(request: Request, landlord: Landlord, staircase_id: int) -> HttpResponse:
    """Who cleans one staircase from now on."""
    found = _staircase(landlord, staircase_id)
    shown = {"cleaned_by": found.cleaned_by, "provider": found.provider, "cleaner": found.cleaner_id or ""}
    form = StaircaseForm(request.POST or None, team=team(request, landlord), initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            operations.change_staircase(staircase=found, **form.cleaning, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("provider", refusal.verdict.sentence)
        else:
            messages.success(request, f"{found.name} : enregistré.")
            return redirect("staircases", landlord_id=landlord.pk)
    context = {"landlord": landlord, "staircase": found, "form": form}
    return render(request, "visits/staircase.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def close(request: Request, landlord: Landlord, staircase_id: int) -> HttpResponse:
    """Take a staircase off the list."""
    found = _staircase(landlord, staircase_id)
    operations.close_staircase(staircase=found, by=request.user, at=request.at)
    messages.success(request, f"{found.name} n’est plus contrôlé ; ses contrôles passés restent.")
    return redirect("staircases", landlord_id=landlord.pk)


@door(GET=WRITE, POST=WRITE)
def functions(request: Request, landlord: Landlord) -> HttpResponse:
    """What each person of the team is on the spot."""
    people, held = team(request, landlord), queries.posts(landlord=landlord)
    form = FunctionsForm(request.POST or None, team=people, held=held)
    if request.method == "POST" and form.is_valid():
        for pk, person in people.items():
            chosen = form.cleaned_data[f"p{pk}"]
            function = Function(chosen) if chosen else None
            if function is not held.get(pk):
                operations.set_function(landlord=landlord, person=person, function=function, by=request.user, at=request.at)
        messages.success(request, "Les fonctions sont enregistrées.")
        return redirect("staircases", landlord_id=landlord.pk)
    table = [(cleaner.label, function.label) for cleaner, function in CHECKERS.items()]
    context = {"landlord": landlord, "form": form, "table": table}
    return render(request, "visits/functions.html", context, status=422 if form.errors else 200)
