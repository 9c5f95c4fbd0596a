"""What one may ask of the stock. ``landlord`` is always said: nothing is found across landlords."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import (
    Avg,
    BooleanField,
    Case,
    Count,
    F,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from palier.directory.models import Landlord
from palier.directory.rules import plain
from palier.stock.models import (
    ColumnMapping,
    DistrictStanding,
    Import,
    PriorityDistrict,
    Residence,
    ResidenceDistrict,
    ResidenceVintage,
)
from palier.stock.rules.districts import VERSIONS, Standing, covers, version_on
from palier.stock.rules.imports import State

# Residences with ``homes``, ``inside``, ``known`` and ``in_qpv`` beside their own fields, which types cannot say.
Residences = QuerySet[Any]
# The current vintage of a landlord comes first.
_LATEST = ("-year", "-applied_at", "-pk")


def imports(*, landlord: Landlord | int) -> QuerySet[Import]:
    """The files of a landlord, latest first."""
    return Import.objects.filter(landlord=landlord).select_related("by").order_by("-at", "-pk")


def vintages(*, landlord: Landlord | int | OuterRef) -> QuerySet[Import]:
    """The imports that are in the stock, the current one first: the latest year, then the latest applied."""
    return Import.objects.filter(landlord=landlord, state=State.APPLIED).order_by(*_LATEST)


def current_import(*, landlord: Landlord | int) -> Import | None:
    """The import that says what the stock is today; None while there is none."""
    return vintages(landlord=landlord).first()


def current_imports(*, landlords: Collection[int]) -> list[int]:
    """The imports that say what the stock of many landlords is today. One SQL query."""
    latest = Import.objects.filter(landlord__in=landlords, state=State.APPLIED).order_by("landlord", *_LATEST)
    return list(latest.distinct("landlord").values_list("pk", flat=True))


def all_residences(*, landlord: Landlord | int) -> QuerySet[Residence]:
    """Every residence a landlord ever had, but those merged into another."""
    return Residence.objects.filter(landlord=landlord, merged_into__isnull=True)


def merged_into(*, residence: Residence) -> QuerySet[Residence]:
    """The residences merged into one, by name."""
    return Residence.objects.filter(merged_into=residence).order_by("plain_name", "pk")


def residences(*, landlord: Landlord | int, on: date | None = None, gone: bool = False) -> Residences:
    """The residences of the current vintage, by name; or, with ``gone``, those of older vintages only.

    Each carries ``homes`` (None where no file counts them), ``inside`` and ``known`` (homes in a priority district of the
    list in force on the day, among those whose place is known) and ``in_qpv`` (True as soon as one home is inside, None
    when nothing is known).
    """
    current = vintages(landlord=landlord).values("pk")[:1]
    found = all_residences(landlord=landlord)
    found = found.exclude(last_source=Subquery(current)) if gone else found.filter(last_source=Subquery(current))
    return described(found, version=version_on(on) if on else VERSIONS[-1]).order_by("plain_name", "pk")


def current_residences(*, landlords: Collection[int]) -> QuerySet[Residence]:
    """The residences of the current vintage of many landlords, without their figures."""
    current = vintages(landlord=OuterRef("landlord")).values("pk")[:1]
    return Residence.objects.filter(landlord__in=landlords, merged_into__isnull=True, last_source=Subquery(current))


def described(found: QuerySet[Residence], *, version: str) -> Residences:
    """Residences with their homes and their place in the districts of a list, as of their last vintage."""
    last = ResidenceVintage.objects.filter(residence=OuterRef("pk"), source=OuterRef("last_source"))
    standing = DistrictStanding.objects.filter(
        residence=OuterRef("pk"), source=OuterRef("last_source"), version=version, retained=True
    )
    return found.annotate(
        homes=Subquery(last.values("homes")[:1]),
        inside=Subquery(standing.values("inside")[:1]),
        known=Subquery(standing.values("known")[:1]),
    ).annotate(
        in_qpv=Case(
            When(inside__gt=0, then=Value(value=True)),
            When(known__gt=0, then=Value(value=False)),
            default=Value(None),
            output_field=BooleanField(null=True),
        )
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """A landlord's stock in a few figures: ``inside`` homes among the ``known`` ones are in a priority district."""

    residences: int
    homes: int
    inside: int
    known: int
    year: int | None


def stock_summary(*, landlord: Landlord | int, on: date | None = None) -> Summary:
    """The figures of the current vintage. Two SQL queries."""
    current = current_import(landlord=landlord)
    totals = residences(landlord=landlord, on=on).aggregate(
        all_residences=Count("pk"), all_homes=Sum("homes"), all_inside=Sum("inside"), all_known=Sum("known")
    )
    counts = {name.removeprefix("all_"): value or 0 for name, value in totals.items()}
    return Summary(**counts, year=current.year if current else None)


@dataclass(frozen=True, slots=True)
class Dwellings:
    """How many dwellings a landlord has, and whether it is only what it declared."""

    count: int
    declared: bool


def dwellings_of(*, landlords: Collection[Landlord]) -> dict[int, Dwellings]:
    """The dwellings of landlords, by landlord: those of the stock once a file counts them, else those declared. One SQL query."""
    here = current_residences(landlords=[landlord.pk for landlord in landlords])
    counted = ResidenceVintage.objects.filter(residence__in=here, source=F("residence__last_source"))
    homes = dict(counted.values_list("residence__landlord").annotate(Sum("homes")).order_by())
    return {
        landlord.pk: Dwellings(homes.get(landlord.pk) or landlord.declared_dwellings, declared=not homes.get(landlord.pk))
        for landlord in landlords
    }


def districts_of(*, residences: Iterable[Residence], version: str) -> dict[int, list[ResidenceDistrict]]:
    """The districts of residences in their last vintage, the largest share first, by residence. One SQL query."""
    found = (
        ResidenceDistrict.objects.filter(
            standing__residence__in=residences,
            standing__version=version,
            standing__source=F("standing__residence__last_source"),
        )
        .select_related("district", "standing")
        .order_by("-homes", "district__code")
    )
    by_residence: dict[int, list[ResidenceDistrict]] = {}
    for row in found:
        by_residence.setdefault(row.standing.residence_id, []).append(row)
    return by_residence


def mappings(*, landlord: Landlord | int) -> QuerySet[ColumnMapping]:
    """The column mappings a landlord saved, latest first."""
    return ColumnMapping.objects.filter(landlord=landlord).order_by("-saved_at", "-pk")


class Size(StrEnum):
    """Sizes by which residences are found, in homes."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"
    HUGE = "huge"

    @property
    def label(self) -> str:
        """In French."""
        return {"small": "moins de 20", "medium": "20 à 99", "large": "100 à 299", "huge": "300 et plus"}[self.value]


_BOUNDS = {Size.SMALL: (0, 19), Size.MEDIUM: (20, 99), Size.LARGE: (100, 299), Size.HUGE: (300, 2**31 - 1)}


def narrowed(
    found: Residences,
    *,
    text: str = "",
    commune: str = "",
    standing: Standing | None = None,
    size: Size | None = None,
) -> Residences:
    """Residences (as ``residences`` gives them) by name, code or address, by commune, by district, by size."""
    for word in plain(text).split():
        found = found.filter(Q(plain_name__contains=word) | Q(code__icontains=word) | Q(address__icontains=word))
    if commune:
        found = found.filter(commune=commune)
    if size:
        found = found.filter(homes__range=_BOUNDS[size])
    match standing:
        case Standing.INSIDE:
            found = found.filter(inside__gt=0, inside__gte=F("known"))
        case Standing.PARTLY:
            found = found.filter(inside__gt=0, inside__lt=F("known"))
        case Standing.OUTSIDE:
            found = found.filter(inside=0)
        case Standing.UNKNOWN:
            found = found.filter(known__isnull=True)
    return found


def communes(*, landlord: Landlord | int) -> list[tuple[str, str]]:
    """The communes of a landlord's residences, code and name, by name."""
    found = all_residences(landlord=landlord).exclude(commune="").order_by("commune_name", "commune")
    return list(found.values_list("commune", "commune_name").distinct())


def vintages_of(*, residence: Residence) -> QuerySet[ResidenceVintage]:
    """What each vintage says of a residence, the latest first."""
    return residence.vintages.select_related("source").order_by("-source__year", "-source__applied_at")


def standings_of(*, residence: Residence) -> list[DistrictStanding]:
    """Its place in the districts of each list, vintage after vintage, the latest first. Two SQL queries."""
    found = residence.standings.select_related("source").order_by("-source__year", "-source__applied_at", "-version", "method")
    return list(
        found.prefetch_related(Prefetch("districts", ResidenceDistrict.objects.select_related("district").order_by("-homes")))
    )


def addresses_of(*, residence: Residence) -> QuerySet[Any]:
    """The addresses of a residence in its last vintage: ``address_key``, ``address``, ``homes`` and how many ``lines``."""
    here = residence.dwellings.filter(source=residence.last_source_id).exclude(homes=0).values("address_key")
    return here.annotate(address=Min("address"), homes=Sum("homes"), lines=Count("pk")).order_by("address_key")


def points_of(*, residence: Residence) -> QuerySet[Any]:
    """The addresses of a residence that have a point, in its last vintage: ``address``, ``homes``, ``lon``, ``lat``."""
    here = residence.dwellings.filter(source=residence.last_source_id, lon__isnull=False).exclude(homes=0)
    return here.values("address").annotate(homes=Sum("homes"), lon=Avg("lon"), lat=Avg("lat")).order_by("address")


def make_up_of(*, residence: Residence) -> dict[str, list[tuple[Any, int]]]:
    """How the homes of a residence divide in its last vintage: by occupancy, rooms, financing, energy class."""
    here = residence.dwellings.filter(source=residence.last_source_id).exclude(homes=0)
    return {
        name: [(row[name], row["n"]) for row in here.values(name).annotate(n=Sum("homes")).order_by(name) if row["n"]]
        for name in ("occupancy", "rooms", "financing", "dpe")
    }


def district_lists() -> list[tuple[str, int]]:
    """The lists of districts that are loaded, the latest first, and how many districts each has. One SQL query."""
    return list(PriorityDistrict.objects.values_list("version").annotate(Count("pk")).order_by("-version"))


def covered(*, residence: Residence, version: str) -> bool:
    """Whether the contours of a list say anything of where a residence is. One SQL query."""
    codes = PriorityDistrict.objects.filter(version=version).values_list("code", flat=True)
    return covers(codes)(residence.commune)


def districts_around(*, box: tuple[float, float, float, float], version: str) -> QuerySet[PriorityDistrict]:
    """The districts of a list that a box (west, south, east, north) touches: their code, label and outline."""
    west, south, east, north = box
    found = PriorityDistrict.objects.filter(version=version, east__gte=west, west__lte=east, north__gte=south, south__lte=north)
    return found.only("code", "label", "outline").order_by("code")
