"""The comparison between landlords, as published: the same for whoever may read it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render

from palier.comparison import queries
from palier.comparison.rules import LEAST_COVERED, POLICY, Territory
from palier.directory.rules import Right, Thing
from palier.sites.rules import Level
from palier.web.comparison.forms import ChoiceForm, key_of
from palier.web.comparison.shown import Row, charts, rows_of
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet

READ = (Thing.COMPARISON, Right.READ)
SORTS = {
    "indicateur": lambda row: row.indicator.label,
    "territoire": lambda row: row.publication.territory_name,
    "organismes": lambda row: row.publication.contributors,
    "logements": lambda row: row.publication.homes,
    "bas": lambda row: row.publication.low,
    "mediane": lambda row: row.publication.median,
    "haut": lambda row: row.publication.high,
}
HEADER = ["Trimestre", "Territoire", "Indicateur", "Unité", "Organismes", "Logements", "1er quartile", "Médiane", "3e quartile"]


def ordered(rows: list[Row], sort: str) -> list[Row]:
    """The rows by a column, those that are hidden last whichever way."""
    key = SORTS.get(sort.removeprefix("-"))
    if key is None:
        return rows
    known = [row for row in rows if key(row) is not None]
    return sorted(known, key=key, reverse=sort.startswith("-")) + [row for row in rows if key(row) is None]


class _Chosen:
    """The quarter, territory and indicator asked for, and what was published of them."""

    def __init__(self, given: QueryDict) -> None:
        periods = queries.periods()
        asked = given.get("trimestre", "")
        self.period = next((p for p in periods if p.starts_on.isoformat() == asked), periods[0] if periods else None)
        self.territories = queries.territories(period=self.period) if self.period else []
        keys = {key_of(kind, code): (kind, code, name) for kind, code, name in self.territories}
        self.territory = keys.get(given.get("territoire", ""))
        if self.territory is None and "territoire" not in given and self.territories:
            self.territory = self.territories[0]
        shown = {"trimestre": self.period.starts_on.isoformat()} if self.period else {}
        shown["territoire"] = key_of(*self.territory[:2]) if self.territory else ""
        shown["indicateur"] = given.get("indicateur", "")
        self.form = ChoiceForm(shown, periods=periods, territories=self.territories)
        self.indicator = shown["indicateur"] if self.form.is_valid() else ""
        self.sort = given.get("sort", "indicateur")

    def rows(self) -> list[Row]:
        """What was published of it, in the order asked for."""
        if self.period is None:
            return []
        found = queries.publications(period=self.period)
        if self.territory:
            found = found.filter(territory=self.territory[0], territory_code=self.territory[1])
        if self.indicator:
            found = found.filter(indicator=self.indicator)
        return ordered(rows_of(found), self.sort)


@door(GET=READ)
def comparison(request: Request) -> HttpResponse:
    """Medians and quartiles of a territory or of an indicator, their drawing, and the count of priority sites."""
    chosen = _Chosen(request.GET)
    rows = chosen.rows()
    own = next((m.organisation_id for m in request.held if m.role in {"quality_lead", "director"}), None)
    context = {
        "chosen": chosen,
        "rows": rows,
        "hidden": sum(row.hidden is not None for row in rows),
        "charts": charts(rows),
        "sites": _sites(chosen) if not chosen.indicator else [],
        "levels": [level for level in Level if level.rank],
        "policy": POLICY,
        "largest": round(POLICY.largest * 100),
        "covered": round(LEAST_COVERED * 100),
        "own": own,
        "query": request.GET.urlencode(),
    }
    return render(request, "comparison/comparison.html", context)


def _sites(chosen: _Chosen) -> list[dict[str, Any]]:
    """The priority sites of the region by town and level, the total last."""
    if chosen.period is None or chosen.territory is None or chosen.territory[0] is not Territory.REGION:
        return []
    by_town: dict[str, dict[str, Any]] = {}
    for row in queries.site_counts(period=chosen.period, region=int(chosen.territory[1])):
        by_town.setdefault(row.commune, {})[row.level] = row
    towns = [town for town in by_town if town] + [town for town in by_town if not town]
    wanted = [*((level.value, level.label) for level in Level if level.rank), ("", "Ensemble")]
    return [{"town": town, "cells": [(label, by_town[town].get(level)) for level, label in wanted]} for town in towns]


@door(GET=READ)
def export(request: Request, form: Format) -> HttpResponse:
    """What the page shows, as a spreadsheet: hidden figures are hidden there too."""
    if form not in MEDIA_TYPES:
        raise Http404
    chosen = _Chosen(request.GET)
    lines = [
        [
            chosen.period.label if chosen.period else "",
            row.publication.territory_name,
            row.indicator.label,
            row.indicator.unit,
            row.publication.contributors,
            row.publication.homes,
            *(["masqué"] * 3 if row.hidden else [row.publication.low, row.publication.median, row.publication.high]),
        ]
        for row in chosen.rows()
    ]
    return spreadsheet(form, "comparaison", HEADER, lines)
