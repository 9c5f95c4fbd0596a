"""The results of hot surveys while they go on: by supplier, theme, agency or residence."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render

from palier.answers.queries.hot import HotResults, hot_results
from palier.answers.rules.hot import By
from palier.answers.rules.units import INSIDE
from palier.answers.statistics.files import counts
from palier.calendar import add_months
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.surveys.queries import rates_of_many
from palier.surveys.rules.waves import EventKind
from palier.web.answers.forms import HotForm
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet

READ, WRITE = (Thing.SURVEYS, Right.READ), (Thing.SURVEYS, Right.WRITE)
_HEADER = (
    "groupe",
    "favorables_pct",
    "borne_basse_pct",
    "borne_haute_pct",
    "reponses",
    "invites",
    "taux_reponse_pct",
    "regime",
)


def _read(request: Request, landlord: Landlord) -> tuple[HotForm, EventKind, By, HotResults]:
    form = HotForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    kind, by = EventKind(asked.get("evenement") or EventKind.INTERVENTION), By(asked.get("par") or By.SUPPLIER)
    since: date | None = add_months(request.on, -int(asked["depuis"])) if asked.get("depuis") else None
    return form, kind, by, hot_results(landlord=landlord, kind=kind, by=by, since=since)


@door(GET=READ)
def results(request: Request, landlord: Landlord) -> HttpResponse:
    """What households said after an event."""
    form, kind, by, found = _read(request, landlord)
    whole = not form.cleaned_data.get("depuis") if form.is_valid() else True
    context = {
        "landlord": landlord,
        "form": form,
        "kind": kind.label,
        "by": by.label,
        "found": found,
        "received": sum(rates.answered for rates in rates_of_many(waves=found.waves).values()) if whole else 0,
        "fewest": INSIDE,
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "may_list": bool(request.may(Right.READ, Thing.HOUSEHOLDS)),
        "query": request.GET.urlencode(),
    }
    return render(request, "answers/hot_results.html", context)


@door(GET=READ)
def file(request: Request, landlord: Landlord, form: Format) -> HttpResponse:
    """The same, as a spreadsheet."""
    if form not in MEDIA_TYPES:
        raise Http404
    _, kind, by, found = _read(request, landlord)
    lines = [*([found.overall] if found.overall else []), *found.lines]
    rows: list[list[Any]] = [
        [
            line.note or line.name if line is not found.overall else "ensemble",
            figure.value,
            figure.low,
            figure.high,
            *counts(figure),
        ]
        for line in lines
        if (figure := line.figure)
    ]
    return spreadsheet(form, f"a-chaud-{kind}-{by}-{request.on:%Y-%m-%d}", _HEADER, rows)
