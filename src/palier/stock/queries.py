"""What one may ask of the stock. ``landlord`` is always said: nothing is found across landlords."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import BooleanField, Case, Count, F, OuterRef, QuerySet, Subquery, Sum, Value, When

from palier.directory.models import Landlord
from palier.stock.models import ColumnMapping, DistrictStanding, Import, Residence, ResidenceDistrict, ResidenceVintage
from palier.stock.rules.districts import VERSIONS, version_on
from palier.stock.rules.imports import State


def imports(*, landlord: Landlord | int) -> QuerySet[Import]:
    """The files of a landlord, latest first."""
    return Import.objects.filter(landlord=landlord).select_related("by").order_by("-at", "-pk")


def vintages(*, landlord: Landlord | int | OuterRef) -> QuerySet[Import]:
    """The imports that are in the stock, the current one first: the latest year, then the latest applied."""
    return Import.objects.filter(landlord=landlord, state=State.APPLIED).order_by("-year", "-applied_at", "-pk")


def current_import(*, landlord: Landlord | int) -> Import | None:
    """The import that says what the stock is today; None while there is none."""
    return vintages(landlord=landlord).first()


def all_residences(*, landlord: Landlord | int) -> QuerySet[Residence]:
    """Every residence a landlord ever had, but those merged into another."""
    return Residence.objects.filter(landlord=landlord, merged_into__isnull=True)


def residences(*, landlord: Landlord | int, on: date | None = None, gone: bool = False) -> QuerySet[Residence]:
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


def described(found: QuerySet[Residence], *, version: str) -> QuerySet[Residence]:
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
