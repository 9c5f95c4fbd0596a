"""The sheet of a residence: what its sources say, and what happened and was done there, on one calendar. Several side by side."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render

from palier.calendar import add_months
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.estimates.proportions import wilson
from palier.plans import queries as plans
from palier.plans.rules.terms import Status
from palier.sites import queries
from palier.sites.rules import Level
from palier.sources import queries as sources
from palier.sources.rules.coverage import Figure, Presence, by_residence, presences
from palier.sources.rules.indicators import INDICATORS, Indicator
from palier.sources.rules.vocabulary import Kind, Source
from palier.web.doors import Request, door
from palier.web.sites import timeline
from palier.web.sites.shown import in_unit
from palier.web.sites.views import READ, current, holds, residence_of

MONTHS = 18
MOST = 4
"""Residences side by side: more cannot be read."""
SATISFACTION = "satisfied"
FIGURES = (Thing.SOURCES, Right.READ)


@door(GET=READ)
def sheet(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """One residence: its situation, each source with its freshness, incidents, satisfaction and actions on one time line.

    Who may not read the figures of residences reads the rest.
    """
    campaign, _ = current(landlord)
    residence = residence_of(landlord, campaign, residence_id, request)
    context: dict[str, Any] = {
        "landlord": landlord,
        "residence": residence,
        "level": Level(residence.level) if residence.level else None,
        "levels": list(Level),
        "priority": queries.active_sites(landlord=landlord.pk).filter(residence=residence.pk).first(),
    }
    if holds(request, FIGURES):
        context |= _said(landlord, residence, request.on) | _timeline(request, landlord, residence)
    return render(request, "sites/sheet.html", context)


def _said(landlord: Landlord, residence: Any, on: date) -> dict[str, Any]:
    """What each source says of a residence, and which ones say nothing."""
    figures = sources.latest_readings(landlord=landlord, on=on)
    mine = by_residence(figures).get(residence.pk, {})
    known = presences(figures, [residence.pk])[residence.pk]
    middles = _middles(figures)
    return {
        "sources": [
            {"source": source, "lines": [_line(mine[i.key], middles) for i in _indicators(source) if i.key in mine]}
            for source in Source
        ],
        "missing": [source.label for source in Source if known[source] is Presence.MISSING],
        "tally": {presence: sum(one is presence for one in known.values()) for presence in Presence},
    }


def _indicators(source: Source) -> Iterable[Indicator]:
    return (indicator for indicator in INDICATORS.values() if indicator.source is source)


def _middles(figures: Iterable[Figure]) -> dict[str, Decimal]:
    """The median of each indicator over the landlord's residences that have it."""
    values: dict[str, list[Decimal]] = defaultdict(list)
    for figure in figures:
        values[figure.indicator].append(figure.value)
    return {key: median(found) for key, found in values.items()}


def _line(figure: Figure, middles: Mapping[str, Decimal]) -> dict[str, Any]:
    """A figure in words, beside the median of the landlord and, for a share, its interval."""
    indicator = INDICATORS[figure.indicator]
    interval = None
    if indicator.kind is Kind.SHARE and figure.numerator is not None and figure.denominator:
        low, high = wilson(float(min(figure.numerator, figure.denominator)), float(figure.denominator))
        interval = (100 * low, 100 * high)
    return {
        "indicator": indicator,
        "figure": figure,
        "said": in_unit(indicator, float(figure.value)),
        "middle": middles[figure.indicator],
        "interval": interval,
    }


def _timeline(request: Request, landlord: Landlord, residence: Any) -> dict[str, Any]:
    """The drawing of the last months, and the same in tables."""
    this_month = request.on.replace(day=1)
    months = [add_months(this_month, n - MONTHS + 1) for n in range(MONTHS)]
    counts: dict[tuple[int, date], int] = {}
    for row in sources.monthly_incidents(landlord=landlord, since=months[0], until=request.on):
        counts[row.residence, row.month] = row.count
    kept = sources.log_since(landlord=landlord, on=request.on) is not None
    incidents = [(month, counts.get((residence.pk, month), 0)) for month in months]
    homes = sum(r.homes or 0 for r in queries.residences(landlord=landlord.pk, campaign=None, on=request.on))
    expected = None
    if kept and residence.homes and homes > residence.homes:
        elsewhere = sum(n for (pk, month), n in counts.items() if pk != residence.pk and month < this_month)
        expected = elsewhere / (MONTHS - 1) * residence.homes / (homes - residence.homes)
    marks = [
        _mark(reading) for reading in sources.readings_of(residence=residence, indicator=SATISFACTION) if reading.denominator
    ]
    done = plans.actions(landlord=landlord.pk).filter(sites__residence=residence.pk).exclude(status=Status.DROPPED)
    spans = [
        timeline.Span(f"{action.code} {action.title}", starts, action.due_on, action.pk)
        for action in (done if holds(request, (Thing.ACTION_PLAN, Right.READ)) else [])
        if (starts := action.starts_on or action.due_on)
    ]
    return {
        "line": timeline.draw(incidents, expected=expected, marks=marks, spans=spans, today=request.on),
        "incidents": incidents,
        "kept": kept,
        "expected": expected,
        "marks": marks,
        "spans": spans,
    }


def _mark(reading: Any) -> timeline.Mark:
    low, high = wilson(float(reading.value) / 100 * float(reading.denominator), float(reading.denominator))
    return timeline.Mark(reading.ends_on, float(reading.value), 100 * low, 100 * high, int(reading.denominator))


# --- Several side by side ------------------------------------------------------------------------------------------


class ChosenForm(forms.Form):
    """The residences to read side by side: two, three or four of them, none twice."""

    def __init__(self, *args: Any, residences: Iterable[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [(str(r.pk), r.name) for r in residences]
        for n in range(1, MOST + 1):
            self.fields[f"r{n}"] = forms.ChoiceField(
                label=f"Résidence {n}", choices=[("", "Choisir une résidence"), *names], required=n <= 2
            )

    def clean(self) -> None:
        """Refuse the same residence twice."""
        chosen = self.chosen()
        if len(set(chosen)) < len(chosen):
            raise forms.ValidationError("La même résidence est choisie deux fois : changez l’une des deux.")

    def chosen(self) -> list[int]:
        """The residences, in the order of the form."""
        return [int(pk) for n in range(1, MOST + 1) if (pk := self.cleaned_data.get(f"r{n}"))]


@door(GET=FIGURES)
def compare(request: Request, landlord: Landlord) -> HttpResponse:
    """Two to four residences side by side: situation, homes, each indicator beside the median of the landlord."""
    campaign, _ = current(landlord)
    everything = list(queries.residences(landlord=landlord.pk, campaign=campaign, on=request.on))
    asked = request.GET if request.GET.get("r2") else None
    form = ChosenForm(asked, initial=request.GET.dict(), residences=everything)
    context: dict[str, Any] = {"landlord": landlord, "form": form, "enough": len(everything) > 1}
    if form.is_valid():
        known = {r.pk: r for r in everything}
        chosen = [known[pk] for pk in form.chosen()]
        figures = sources.latest_readings(landlord=landlord, on=request.on)
        mine, middles = by_residence(figures), _middles(figures)
        context |= {
            "chosen": [(r, Level(r.level) if r.level else None) for r in chosen],
            "lines": [
                (indicator, [(r, mine.get(r.pk, {}).get(key)) for r in chosen], middles[key])
                for key, indicator in INDICATORS.items()
                if any(key in mine.get(r.pk, {}) for r in chosen)
            ],
        }
    return render(request, "sites/compare.html", context)
