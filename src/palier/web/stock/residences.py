"""The residences of a landlord: the list and its export, one residence and all its vintages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.stock import queries
from palier.stock.models import Residence, ResidenceDistrict
from palier.stock.rules import codes
from palier.stock.rules.addresses import address_order
from palier.stock.rules.districts import Method, Standing, standing, version_on
from palier.stock.rules.imports import AT_WORK, State
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Cell, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.stock.forms import ResidenceFilters

PER_PAGE = 25
READ, WRITE = (Thing.STOCK, Right.READ), (Thing.STOCK, Right.WRITE)
SORTS = {"name": "plain_name", "commune": "commune_name", "homes": "homes", "year": "built_year", "qpv": "inside"}
SHAPES = {Standing.INSIDE: "info", Standing.PARTLY: "info", Standing.OUTSIDE: "todo", Standing.UNKNOWN: "vacant"}


def found(request: Request, landlord: Landlord) -> tuple[queries.Residences, ResidenceFilters, str, bool]:
    """The residences that the address asks for, in its order; its filters, its sort, and whether they narrow."""
    filters = ResidenceFilters(request.GET, communes=queries.communes(landlord=landlord))
    asked: dict[str, Any] = filters.cleaned_data if filters.is_valid() else {}
    gone = bool(asked.get("gone"))
    rows = queries.narrowed(
        queries.residences(landlord=landlord, on=request.on, gone=gone),
        text=asked.get("q", ""),
        commune=asked.get("commune", ""),
        standing=Standing(asked["qpv"]) if asked.get("qpv") else None,
        size=queries.Size(asked["size"]) if asked.get("size") else None,
    )
    sort = request.GET.get("sort", "name")
    if sort.removeprefix("-") not in SORTS:
        sort = "name"
    key = F(SORTS[sort.removeprefix("-")])
    order = key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True)
    return rows.order_by(order, "plain_name", "pk"), filters, sort, any(asked.values())


@door(GET=READ)
def stock(request: Request, landlord: Landlord) -> HttpResponse:
    """The list of residences, searched, sorted and narrowed."""
    rows, filters, sort, narrowed = found(request, landlord)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    version = version_on(request.on)
    districts = queries.districts_of(residences=list(page), version=version)
    waiting = (
        queries.imports(landlord=landlord).filter(state__in=[*AT_WORK, State.TO_COMPLETE, State.READY, State.FAILED]).first()
    )
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [(r, *said(r.inside, r.known), districts.get(r.pk, [])) for r in page],
        "filters": filters,
        "narrowed": narrowed,
        "gone": bool(request.GET.get("gone")),
        "sort": sort,
        "summary": queries.stock_summary(landlord=landlord, on=request.on),
        "version": version,
        "waiting": waiting,
        "waiting_state": State(waiting.state).label if waiting else "",
        "may_write": bool(request.may(Right.WRITE, Thing.STOCK)),
        "query": request.GET.urlencode(),
    }
    return render(request, "stock/stock.html", context)


def said(inside: int | None, known: int | None) -> tuple[str, str]:
    """The place of a residence in the districts: shape and words."""
    where = standing(inside, known)
    return SHAPES[where], where.label


@door(GET=READ)
def export(request: Request, landlord: Landlord, kind: str) -> HttpResponse:
    """The residences that the list shows, all of them, as a spreadsheet."""
    if kind not in MEDIA_TYPES:
        raise Http404
    rows, _, _, _ = found(request, landlord)
    version = version_on(request.on)
    header = [
        *("Résidence", "Code", "Agence ou secteur", "Adresse", "Code postal", "Commune", "Code INSEE"),
        *("Logements", "Année de construction", f"Logements en QPV {version}", "Logements situés", "QPV", "Premier millésime"),
        *("Dernier millésime", "Latitude", "Longitude"),
    ]
    every = list(rows.select_related("first_source", "last_source"))
    lines = _lines(every, queries.districts_of(residences=every, version=version))
    return spreadsheet(kind, f"patrimoine-{landlord.pk}", header, lines)


def _lines(rows: list[Any], districts: dict[int, list[ResidenceDistrict]]) -> Iterator[list[Cell]]:
    for r in rows:
        names = ", ".join(f"{d.district.label} ({d.district.code})" for d in districts.get(r.pk, []))
        yield [
            *(r.name, r.code, r.sector, r.address, r.postcode, r.commune_name, r.commune),
            *(r.homes, r.built_year, r.inside, r.known, names, r.first_source.year, r.last_source.year, r.lat, r.lon),
        ]


def residence_or_404(landlord: Landlord, residence_id: int) -> Residence:
    """A residence of this landlord. One that was merged leads to 404: its addresses are in the other."""
    return get_object_or_404(
        queries.all_residences(landlord=landlord).select_related("last_source", "first_source"), pk=residence_id
    )


@door(GET=READ)
def residence(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """One residence: what it is, its homes, its vintages, its districts, what was corrected."""
    item = residence_or_404(landlord, residence_id)
    vintages = list(queries.vintages_of(residence=item))
    standings = queries.standings_of(residence=item)
    current = queries.current_import(landlord=landlord)
    gone = current is None or item.last_source_id != current.pk
    version = version_on(request.on)
    now = next((s for s in standings if s.retained and s.version == version and s.source_id == item.last_source_id), None)
    shape, words = said(now.inside if now else None, now.known if now else None)
    context = {
        "landlord": landlord,
        "residence": item,
        "vintages": vintages,
        "homes": vintages[0].homes if vintages else None,
        "located": vintages[0].located if vintages else 0,
        "gone": gone,
        "current": current,
        "standing": {"shape": shape, "label": words, "now": now, "version": version},
        "waits": now is None and item.lon is not None and queries.covered(residence=item, version=version),
        "standings": [(s, Method(s.method).label, *said(s.inside, s.known), _disagrees(s, standings)) for s in standings],
        "addresses": sorted(queries.addresses_of(residence=item), key=lambda row: address_order(row["address"])),
        "make_up": _make_up(queries.make_up_of(residence=item)),
        "history": entries_of(request, "stock.residence", item.pk),
        "may_write": bool(request.may(Right.WRITE, Thing.STOCK)),
        "may_read_site": not gone and bool(request.may(Right.READ, Thing.SITE_RATING)),
    }
    return render(request, "stock/residence.html", context)


def _disagrees(one: Any, standings: list[Any]) -> bool:
    """Whether what was declared says otherwise than the contours, in the same vintage and list."""
    return any(
        other.source_id == one.source_id
        and other.version == one.version
        and other.method != one.method
        and other.inside * one.known != one.inside * other.known
        for other in standings
    )


_TITLES = {"occupancy": "Occupation", "rooms": "Pièces", "financing": "Financement", "dpe": "Classe énergie du DPE"}
_WORDS = {"occupancy": codes.OCCUPANCY, "financing": codes.FINANCING, "dpe": codes.CLASSES}


def _make_up(counts: dict[str, list[tuple[Any, int]]]) -> list[tuple[str, list[tuple[str, int, float]]]]:
    """The make-up in words, with shares; what no line says is left out."""
    shown = []
    for name, found in counts.items():
        if not any(value not in {"", None} for value, _ in found):
            continue
        total = sum(count for _, count in found)
        rows = [(_in_words(name, value), count, count / total) for value, count in found]
        shown.append((_TITLES[name], rows))
    return shown


def _in_words(name: str, value: Any) -> str:
    if value in {"", None}:
        return "non renseigné"
    if name == "rooms":
        return f"{value} pièce{'s' if value > 1 else ''}"
    text = str(_WORDS[name].get(value, value))
    return text[:1].upper() + text[1:]
