"""Incidents, one by one for the landlord's own people, by month for whoever rates."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import Coalesce, TruncMonth

from palier.directory.models import Landlord
from palier.sources.models import Incident
from palier.sources.rules.incidents import SHORTEST_LOG_DAYS, IncidentKind, counted_since
from palier.stock.models import Residence


@dataclass(frozen=True, slots=True)
class Monthly:
    """How many incidents a residence had in a month, named by its first day."""

    residence: int
    month: date
    count: int


def incidents(*, landlord: Landlord | int, voided: bool = False) -> QuerySet[Incident]:
    """The incidents of a landlord, the latest first; those voided are left out unless asked for."""
    found = Incident.objects.filter(landlord=landlord).select_related("residence", "by").order_by("-on", "-pk")
    return found if voided else found.filter(voided_at__isnull=True)


def incidents_of(*, residence: Residence) -> QuerySet[Incident]:
    """The incidents of a residence and of those merged into it, the latest first."""
    return _standing(residence.landlord_id).filter(home=residence.pk).select_related("by").order_by("-on", "-pk")


def monthly_incidents(
    *, landlord: Landlord | int, since: date, until: date | None = None, kinds: Collection[IncidentKind] | None = None
) -> list[Monthly]:
    """Incidents by residence and month from the month of ``since`` on, by residence then month. One SQL query.

    Months without incident have no line: whether they are zeros depends on whether the log was kept (``log_since``).
    """
    found = _standing(landlord).filter(on__gte=since.replace(day=1))
    if until:
        found = found.filter(on__lte=until)
    if kinds is not None:
        found = found.filter(kind__in=kinds)
    rows = found.annotate(month=TruncMonth("on")).values("home", "month").annotate(n=Count("pk")).order_by("home", "month")
    return [Monthly(row["home"], row["month"], row["n"]) for row in rows]


def log_since(*, landlord: Landlord | int, on: date) -> date | None:
    """The first day from which incidents count within the year to a day; None while the log says too little.

    A log without an incident for a year is no longer kept: it says nothing, not zero.
    """
    start = counted_since(on)
    known = _standing(landlord).filter(on__lte=on)
    ends = known.aggregate(first=Min("on"), last=Max("on"))
    first, last = ends["first"], ends["last"]
    if first is None or last < start:
        return None
    begun = max(start, first.replace(day=1))
    return begun if (on - begun).days + 1 >= SHORTEST_LOG_DAYS else None


def counted(*, landlord: Landlord | int, since: date, on: date) -> dict[tuple[int, str], int]:
    """How many incidents of each kind each residence had from a day to another. One SQL query."""
    rows = _standing(landlord).filter(on__gte=since, on__lte=on).values("home", "kind").annotate(n=Count("pk")).order_by()
    return {(row["home"], row["kind"]): row["n"] for row in rows}


def noted_incidents(*, landlord: Landlord | int, on: date) -> list[tuple[int, date, str, int]]:
    """How many incidents of each kind each residence had each month (its first day), up to a day. One SQL query."""
    rows = _standing(landlord).filter(on__lte=on).annotate(month=TruncMonth("on")).order_by()
    return list(rows.values_list("home", "month", "kind").annotate(n=Count("pk")))


def _standing(landlord: Landlord | int) -> QuerySet[Any]:
    """Incidents that hold, with ``home``: their residence, or the one it was merged into."""
    found = Incident.objects.filter(landlord=landlord, voided_at__isnull=True)
    return found.annotate(home=Coalesce("residence__merged_into_id", "residence_id"))
