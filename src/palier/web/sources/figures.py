"""The figures of a landlord's residences: which sources speak, one indicator for all residences, one residence over time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.sources import operations, queries
from palier.sources.models import Reading
from palier.sources.rules.coverage import Coverage, Figure, Presence, coverages
from palier.sources.rules.indicators import BROUGHT, INDICATORS, of_source
from palier.sources.rules.intake import Origin
from palier.sources.rules.vocabulary import Source
from palier.stock import queries as stock
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, spreadsheet
from palier.web.sources.forms import FigureForm, PeriodForm

READ = (Thing.SOURCES, Right.READ)
WRITE = (Thing.SOURCES, Right.WRITE)
PER_PAGE = 50
SHAPES = {Presence.PRESENT: "done", Presence.STALE: "late", Presence.MISSING: "missing"}


@door(GET=READ)
def sources(request: Request, landlord: Landlord) -> HttpResponse:
    """Which sources speak of how many residences, how old they are, and how to bring those that lack."""
    chosen = request.GET.get("residence", "")
    if chosen.isascii() and chosen.isdigit():
        return redirect("sources_fill", landlord_id=landlord.pk, residence_id=int(chosen))
    names = dict(stock.residences(landlord=landlord, on=request.on).values_list("pk", "name"))
    residences = set(names)
    figures = queries.latest_readings(landlord=landlord, on=request.on)
    last = queries.last_brought(landlord=landlord)
    rows = [_row(found, last) for found in coverages(figures, residences)]
    context = {
        "landlord": landlord,
        "residences": len(residences),
        "names": names,
        "rows": [row for row in rows if not row["source"].is_open],
        "open_rows": [row for row in rows if row["source"].is_open],
        "present": sum(row["presence"] is Presence.PRESENT for row in rows if not row["source"].is_open),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "may_report": bool(request.may(Right.WRITE_OWN, Thing.INCIDENTS)),
        "may_list": bool(request.may(Right.READ, Thing.INCIDENTS)),
    }
    return render(request, "sources/sources.html", context)


def _row(found: Coverage, last: dict[str, Any]) -> dict[str, Any]:
    brought = [last[key.key] for key in of_source(found.source) if key.key in last]
    return {
        "source": found.source,
        "coverage": found,
        "presence": found.presence,
        "shape": SHAPES[found.presence],
        "last": max(brought, key=lambda row: row["at"]) if brought else None,
        "indicators": [
            (indicator, indicator.key in found.indicators, indicator.key in BROUGHT) for indicator in of_source(found.source)
        ],
    }


@door(GET=READ)
def residence(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Everything known of one residence, source by source, and its history."""
    found = get_object_or_404(stock.all_residences(landlord=landlord), pk=residence_id)
    figures = {f.indicator: f for f in queries.latest_readings(landlord=landlord, on=request.on) if f.residence == found.pk}
    history = list(queries.readings_of(residence=found, superseded=True))
    known = [
        {
            "indicator": indicator,
            "figure": figures.get(key),
            "value": _tenth(figures[key].value) if key in figures else None,
            "history": [(r, _tenth(r.value), Origin(r.origin).label) for r in reversed(history) if r.indicator == key],
        }
        for key, indicator in INDICATORS.items()
        if key in figures or any(r.indicator == key for r in history)
    ]
    missing = [
        (source, [indicator.label for indicator in of_source(source) if indicator.key not in figures]) for source in Source
    ]
    context = {
        "landlord": landlord,
        "residence": found,
        "lines": known,
        "missing": [(source, labels) for source, labels in missing if labels],
        "known": len(figures),
        "total": len(INDICATORS),
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    return render(request, "sources/residence.html", context)


def _tenth(value: Decimal) -> Decimal:
    """A value as shown: beyond a tenth, it would say more than what was counted."""
    return value.quantize(Decimal("0.1"), ROUND_HALF_UP)


@door(GET=READ, POST=WRITE)
def grid(request: Request, landlord: Landlord, indicator: str) -> HttpResponse:
    """One indicator for all residences, over one period, as a page of spreadsheet."""
    known = BROUGHT.get(indicator)
    if known is None:
        raise Http404
    asked = PeriodForm(request.GET if "periode" in request.GET else {"periode": str(request.on.year - 1)})
    context: dict[str, Any] = {
        "landlord": landlord,
        "indicator": known,
        "asked": asked,
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
    }
    if not asked.is_valid():
        return render(request, "sources/grid.html", context, status=422)
    span = asked.cleaned_data["periode"]
    page = Paginator(stock.residences(landlord=landlord, on=request.on), PER_PAGE).get_page(request.GET.get("page"))
    readings = _current(landlord, indicator, span)
    forms = [
        FigureForm(
            request.POST if request.method == "POST" else None,
            residence=row,
            indicator=known,
            span=span,
            reading=readings.get(row.pk),
            prefix=str(row.pk),
            name=row.name,
        )
        for row in page
    ]
    context |= {"page": page, "rows": forms, "span": span, "period": asked.data["periode"]}
    if request.method == "POST":
        if _save(request, landlord, forms, context):
            here = reverse("sources_grid", kwargs={"landlord_id": landlord.pk, "indicator": indicator})
            return redirect(f"{here}?{request.GET.urlencode()}")
        return render(request, "sources/grid.html", context, status=409 if context.get("problem") else 422)
    return render(request, "sources/grid.html", context)


@door(GET=WRITE, POST=WRITE)
def fill(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Every figure that the landlord brings of one residence, over one period, source by source."""
    home = get_object_or_404(stock.residences(landlord=landlord, on=request.on), pk=residence_id)
    asked = PeriodForm(request.GET if "periode" in request.GET else {"periode": str(request.on.year - 1)})
    context: dict[str, Any] = {"landlord": landlord, "residence": home, "asked": asked}
    if not asked.is_valid():
        return render(request, "sources/fill.html", context, status=422)
    span = asked.cleaned_data["periode"]
    current = queries.readings_of(residence=home).filter(starts_on=span[0], ends_on=span[1])
    readings = {reading.indicator: reading for reading in current}
    forms = [
        FigureForm(
            request.POST if request.method == "POST" else None,
            residence=home,
            indicator=indicator,
            span=span,
            reading=readings.get(key),
            prefix=key,
            name=indicator.label,
        )
        for key, indicator in BROUGHT.items()
    ]
    status = 200
    if request.method == "POST":
        if _save(request, landlord, forms, context):
            here = reverse("sources_fill", kwargs={"landlord_id": landlord.pk, "residence_id": home.pk})
            return redirect(f"{here}?{request.GET.urlencode()}")
        status = 409 if context.get("problem") else 422
    last = {f.indicator: f for f in queries.latest_readings(landlord=landlord, on=request.on) if f.residence == home.pk}
    groups = [_group(source, [form for form in forms if form.indicator.source is source], last) for source in Source]
    context |= {"groups": [group for group in groups if group["rows"]], "span": span}
    return render(request, "sources/fill.html", context, status=status)


def _group(source: Source, forms: list[FigureForm], last: dict[str, Figure]) -> dict[str, Any]:
    """The figures of one source, each with the last one known; open when there is something to read in it."""
    rows = [
        {"form": form, "last": figure, "value": _tenth(figure.value) if figure else None}
        for form in forms
        for figure in [last.get(form.indicator.key)]
    ]
    filled = sum(bool(form.initial["seen"]) for form in forms)
    return {
        "source": source,
        "rows": rows,
        "filled": filled,
        "open": any(form.errors or (form.is_bound and form.is_changed) for form in forms),
    }


def _current(landlord: Landlord, indicator: str, span: tuple[date, date]) -> dict[int, Reading]:
    found = queries.brought_readings(landlord=landlord).filter(indicator=indicator, starts_on=span[0], ends_on=span[1])
    return {reading.residence_id: reading for reading in found}


def _save(request: Request, landlord: Landlord, forms: list[FigureForm], context: dict[str, Any]) -> bool:
    """Keep the rows that were touched, all or none. Says on the page what stands in the way."""
    valid = [form.is_valid() for form in forms]
    changed = [form for form, holds in zip(forms, valid, strict=True) if holds and form.is_changed]
    for form in changed:
        form.check(request.on)
    context["invalid"] = [form for form in forms if form.errors]
    if context["invalid"]:
        return False
    entries = [form.cleaned_data["entry"] for form in changed]
    if not entries:
        messages.info(request, "Rien n’a changé.")
        return True
    try:
        kept = operations.record_readings(
            landlord=landlord, entries=entries, origin=Origin.FORM, by=request.user, at=request.at
        )
    except Conflict as conflict:
        context["problem"] = conflict.verdict.sentence
        return False
    except Refusal as refusal:
        context["refused"] = [reason.sentence for reason in refusal.verdict.reasons]
        return False
    messages.success(request, f"{kept.new} chiffre{'s' if kept.new > 1 else ''} enregistré{'s' if kept.new > 1 else ''}.")
    return True


@door(GET=READ)
def export(request: Request, landlord: Landlord, kind: str) -> HttpResponse:
    """Every figure that holds, as a spreadsheet that may be brought in again."""
    if kind not in MEDIA_TYPES:
        raise Http404
    header = [
        "Code résidence",
        "Résidence",
        "Indicateur",
        "Début",
        "Fin",
        "Compte",
        "Sur",
        "Valeur",
        "Unité",
        "Origine",
        "Enregistré",
    ]
    return spreadsheet(kind, f"chiffres-{landlord.pk}", header, _exported(landlord))


def _exported(landlord: Landlord) -> Iterator[list[Any]]:
    for reading in queries.brought_readings(landlord=landlord).iterator(chunk_size=2_000):
        indicator = INDICATORS[reading.indicator]
        yield [
            reading.residence.code,
            reading.residence.name,
            indicator.label,
            reading.starts_on,
            reading.ends_on,
            reading.numerator,
            reading.denominator,
            reading.value,
            indicator.unit,
            Origin(reading.origin).label,
            reading.at,
        ]
