"""The sites of all landlords that one follows: the priority ones as a list, every residence as places and on a map."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case, F, IntegerField, Q, When
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render

from palier.calendar import paris_day
from palier.directory.models import Organisation
from palier.directory.queries import visible_landlords
from palier.directory.rules import MATRIX, Kind, Right, Role, Thing, may, plain
from palier.plans import queries as plans
from palier.plans.rules.terms import Status
from palier.sites import queries
from palier.sites.rules import Level
from palier.stock.rules.districts import version_on
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Format, spreadsheet
from palier.web.sites.forms import AcrossForm, WindowForm
from palier.web.sites.maps import SHARES, SQUARE, Places, seen
from palier.web.sites.sketch import Fitted

PER_PAGE = 50
SORTS: dict[str, Any] = {
    "nom": F("plain_name"),
    "organisme": F("landlord__plain_name"),
    "commune": F("commune_name"),
    "logements": Case(When(gone=True, then=0), default="homes", output_field=IntegerField()),
    "niveau": F("rank"),
    "depuis": F("declared_at"),
}
READ = (Thing.ALL_SITES, Right.READ)
_READERS = frozenset(role for role in Role if Right.READ in MATRIX[Thing.ALL_SITES, role])


class _Followed:
    """The landlords whose sites somebody follows, narrowed to those of one regional association if asked."""

    def __init__(self, request: Request) -> None:
        found = visible_landlords(person=request.user, on=request.on, by=_READERS).filter(closed_on__isnull=True)
        regions = Organisation.objects.filter(kind=Kind.REGIONAL_ASSOCIATION, pk__in=found.values("regional_association"))
        self.form = AcrossForm(request.GET, regions=dict(regions.order_by("plain_name").values_list("pk", "name")))
        self.asked = self.form.cleaned_data if self.form.is_valid() else {}
        if region := self.asked.get("region"):
            found = found.filter(regional_association=region)
        self.landlords = dict(found.values_list("pk", "name"))
        self.narrowed = any(self.asked.values())
        self.reads_plans = bool(may(request.roles & _READERS, Right.READ, Thing.ACTION_PLAN))

    def sites(self, request: Request, sort: str) -> Any:
        """Their priority sites, filtered and sorted."""
        found = queries.priority_everywhere(landlords=self.landlords, on=request.on)
        if text := plain(self.asked.get("q") or ""):
            places = Q(commune_name__icontains=self.asked["q"]) | Q(commune=self.asked["q"])
            found = found.filter(Q(plain_name__contains=text) | Q(landlord__plain_name__contains=text) | places)
        if self.asked.get("niveau"):
            found = found.filter(level=self.asked["niveau"])
        if self.asked.get("qpv"):
            found = found.filter(in_qpv=self.asked["qpv"] == "oui")
        key = SORTS[sort.removeprefix("-")]
        ordered = key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True)
        return found.order_by(ordered, "plain_name", "pk")


def _sort(request: Request) -> str:
    sort = request.GET.get("sort", "-niveau")
    return sort if sort.removeprefix("-") in SORTS else "-niveau"


@door(GET=READ)
def all_sites(request: Request) -> HttpResponse:
    """The priority sites of every landlord, the worst first, with what is being done on each for who may read plans."""
    followed, sort = _Followed(request), _sort(request)
    found = followed.sites(request, sort)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rows = list(page.object_list)
    actions = plans.actions_on(residences=[row.pk for row in rows]) if followed.reads_plans else {}
    totals = queries.totals(found)
    context = {
        "followed": followed,
        "page": page,
        "rows": [{"site": row, "level": Level(row.level), "actions": _actions(actions.get(row.pk, {}))} for row in rows],
        "sort": sort,
        "totals": totals,
        "query": request.GET.urlencode(),
    }
    return render(request, "sites/across.html", context)


def _actions(counts: Any) -> dict[str, int]:
    return {"every": sum(counts.values()), "done": counts.get(Status.DONE, 0)}


@door(GET=READ)
def export(request: Request, form: Format) -> HttpResponse:
    """The list as filtered, as a spreadsheet, each site with its point."""
    if form not in MEDIA_TYPES:
        raise Http404
    followed = _Followed(request)
    found = list(followed.sites(request, _sort(request)))
    header = ["Organisme", "SIREN", "Résidence", "Code", "Code commune", "Commune", "Longitude", "Latitude"]
    header += ["Dans le patrimoine", "Logements", "En QPV", "Situation", "Raisons", "Prioritaire depuis le"]
    actions = {}
    if followed.reads_plans:
        header += ["Actions", "Actions faites"]
        actions = plans.actions_on(residences=[row.pk for row in found])
    lines = (
        [
            *(row.landlord.name, row.landlord.siren, row.name, row.code, row.commune, row.commune_name, row.lon, row.lat),
            *(("non", 0) if row.gone else ("oui", row.homes)),
            *({True: "oui", False: "non", None: ""}[row.in_qpv], Level(row.level).label, row.reasons),
            paris_day(row.declared_at),
            *(_actions(actions.get(row.pk, {})).values() if followed.reads_plans else ()),
        ]
        for row in found
    )
    return spreadsheet(form, f"sites-prioritaires-{request.on:%Y-%m-%d}", header, lines)


@door(GET=READ)
def all_sites_map(request: Request) -> HttpResponse:
    """The communes where residences are, then the map of the same: groups far off, residences near by."""
    followed = _Followed(request)
    ground = queries.ground_of(landlords=followed.landlords)
    extent = queries.extent(ground=ground)
    fitted = Fitted(extent.box) if extent.box else None
    places, squares = queries.overview(ground=ground, side=fitted.degrees(SQUARE) if fitted else 1.0)
    shown = Places(places, request)
    context = {
        "followed": followed,
        "shown": shown,
        "extent": extent,
        "box": ",".join(str(edge) for edge in extent.box or ()),
        "version": version_on(request.on),
        "listed": set(followed.sites(request, "-niveau").order_by().values_list("commune", flat=True)),
        "region": f"?region={followed.asked['region']}" if followed.asked.get("region") else "",
        "sketch": fitted.sketch(squares) if fitted else None,
        "levels": list(Level),
        "shares": SHARES,
    }
    return render(request, "sites/across_map.html", context)


@door(GET=READ)
def all_sites_points(request: Request) -> JsonResponse:
    """What a window of the map shows: its residences with their landlord, or how many each square holds, as GeoJSON."""
    window = WindowForm(request.GET)
    if not window.is_valid():
        raise Http404
    landlords = _Followed(request).landlords
    return seen(request, queries.ground_of(landlords=landlords), window, names=landlords)
