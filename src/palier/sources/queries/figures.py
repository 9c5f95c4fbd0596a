"""The latest figures of a landlord's residences, their history, and which sources lack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from palier.directory.models import Landlord
from palier.sources.models import Reading
from palier.sources.queries.incidents import counted, log_since
from palier.sources.queries.territory import places_of, published
from palier.sources.rules.coverage import Coverage, Figure, Presence, aged, coverages, presences
from palier.sources.rules.incidents import COUNTED_IN
from palier.sources.rules.indicators import INDICATORS, of_source
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given, value_of
from palier.sources.rules.vocabulary import Source
from palier.stock import queries as stock
from palier.stock.models import Residence

# The latest reading of each indicator; of two that end the same day, the one of the longer period.
_LATEST = """
SELECT DISTINCT ON (home, r.indicator) coalesce(e.merged_into_id, e.id) AS home, r.indicator, r.starts_on, r.ends_on,
       r.numerator, r.denominator, r.value, r.origin, r.id
FROM sources_reading r JOIN stock_residence e ON e.id = r.residence_id
WHERE r.landlord_id = %s AND r.ends_on <= %s AND r.superseded_at IS NULL AND r.withdrawn_at IS NULL
ORDER BY home, r.indicator, r.ends_on DESC, r.starts_on, e.merged_into_id NULLS FIRST, r.id DESC
"""


def latest_readings(*, landlord: Landlord | int, on: date) -> list[Figure]:
    """All that is known of the residences of the current vintage on a day, one figure a residence and indicator at most.

    What the landlord brought comes first. Indicators of incidents that it did not bring, or that are stale, are counted from
    the log of incidents over the year before, once the log is kept. Open data come from where the residence is.
    A figure that is stale says so; what is not known has no line. Ten SQL queries, whatever the stock.
    """
    residences = list(stock.residences(landlord=landlord, on=on))
    mine = {residence.pk for residence in residences}
    found = {(f.residence, f.indicator): f for f in brought(landlord=landlord, on=on) if f.residence in mine}
    for figure in _from_log(landlord, residences, on):
        known = found.get((figure.residence, figure.indicator))
        if known is None or known.stale:
            found[figure.residence, figure.indicator] = figure
    figures = [*found.values(), *_districts(residences, on), *_territory(residences, on)]
    order = {key: rank for rank, key in enumerate(INDICATORS)}
    return sorted(figures, key=lambda f: (f.residence, order[f.indicator]))


def coverage(*, landlord: Landlord | int, on: date) -> list[Coverage]:
    """Which sources speak of how many residences on a day, every source named, missing ones too."""
    residences = set(stock.residences(landlord=landlord, on=on).values_list("pk", flat=True))
    return coverages(latest_readings(landlord=landlord, on=on), residences)


def presence_by_residence(*, landlord: Landlord | int, on: date) -> dict[int, dict[Source, Presence]]:
    """For each residence of the current vintage, whether each source is up to date, too old or missing."""
    residences = set(stock.residences(landlord=landlord, on=on).values_list("pk", flat=True))
    return presences(latest_readings(landlord=landlord, on=on), residences)


def readings_of(*, residence: Residence, indicator: str = "", superseded: bool = False) -> QuerySet[Reading]:
    """The readings of a residence over time, the oldest first; with ``superseded``, those that no longer hold too."""
    found = Reading.objects.filter(residence=residence).select_related("by", "intake").order_by("indicator", "ends_on", "pk")
    if indicator:
        found = found.filter(indicator=indicator)
    return found if superseded else found.filter(superseded_at__isnull=True, withdrawn_at__isnull=True)


def brought(*, landlord: Landlord | int, on: date) -> Iterator[Figure]:
    """The latest figure that a landlord brought of each indicator of each residence, stale ones too. One SQL query."""
    key = landlord if isinstance(landlord, int) else landlord.pk
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, [key, on])
        rows = cursor.fetchall()
    for home, indicator, starts_on, ends_on, numerator, denominator, value, origin, pk in rows:
        if indicator in INDICATORS:
            stale = aged(indicator, ends_on, on)
            yield Figure(home, indicator, starts_on, ends_on, numerator, denominator, value, Origin(origin), stale, pk)


def brought_readings(*, landlord: Landlord | int) -> QuerySet[Reading]:
    """Every current reading of a landlord, by residence, indicator and period: what an export holds."""
    found = Reading.objects.filter(landlord=landlord, superseded_at__isnull=True, withdrawn_at__isnull=True)
    return found.select_related("residence").order_by("residence__plain_name", "residence", "indicator", "ends_on", "pk")


def last_brought(*, landlord: Landlord | int) -> dict[str, dict[str, Any]]:
    """The latest arrival of each indicator: ``at``, ``by__name``, ``origin``, ``intake_id``, ``intake__file_name``. One SQL query."""
    found = Reading.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("indicator", "-at", "-pk")
    rows = found.distinct("indicator").values("indicator", "at", "by__name", "origin", "intake_id", "intake__file_name")
    return {row["indicator"]: dict(row) for row in rows}


def _from_log(landlord: Landlord | int, residences: list[Any], on: date) -> Iterator[Figure]:
    since = log_since(landlord=landlord, on=on)
    if since is None:
        return
    counts = counted(landlord=landlord, since=since, on=on)
    for residence in residences:
        if not residence.homes:
            continue
        for indicator in of_source(Source.INCIDENTS):
            seen = sum(counts.get((residence.pk, kind.value), 0) for kind in COUNTED_IN[indicator.key])
            given = Given(since, on, Decimal(seen), Decimal(residence.homes))
            value = value_of(indicator, given)
            if value is not None:
                yield Figure(
                    residence.pk,
                    indicator.key,
                    since,
                    on,
                    given.numerator,
                    given.denominator,
                    value,
                    Origin.COUNTED,
                    stale=False,
                )


def _districts(residences: list[Any], on: date) -> Iterator[Figure]:
    indicator = INDICATORS["qpv_share"]
    for residence in residences:
        if residence.known:
            given = Given(on, on, Decimal(residence.inside), Decimal(residence.known))
            value = value_of(indicator, given)
            if value is not None:
                yield Figure(
                    residence.pk,
                    indicator.key,
                    on,
                    on,
                    given.numerator,
                    given.denominator,
                    value,
                    Origin.PUBLIC,
                    stale=False,
                )


def _territory(residences: list[Any], on: date) -> Iterator[Figure]:
    places = places_of(residences=residences)
    known = published(territories={code for both in places.values() for code in both}, on=on)
    for residence in residences:
        for source, code in zip((Source.OFFENCES, Source.INCOMES), places[residence.pk], strict=True):
            for indicator in of_source(source):
                figure = known.get((code, indicator.key))
                if figure is not None:
                    starts_on, ends_on = date(figure.year, 1, 1), date(figure.year, 12, 31)
                    counted_of = Decimal(figure.denominator) if figure.denominator else None
                    stale = aged(indicator.key, ends_on, on)
                    yield Figure(
                        residence.pk,
                        indicator.key,
                        starts_on,
                        ends_on,
                        None,
                        counted_of,
                        figure.value,
                        Origin.PUBLIC,
                        stale,
                    )
