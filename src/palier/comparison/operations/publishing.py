"""Once a quarter, what landlords brought becomes what all of them may read: medians, quartiles, counts of sites."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from palier.calendar import paris_day
from palier.comparison.models import Consent, OwnFigure, Publication, SiteCount
from palier.comparison.rules import (
    HOMES_STEP,
    POLICY,
    SHARED,
    SITES,
    SITES_POLICY,
    Part,
    Period,
    Territory,
    last_ended,
    may_publish,
    own_part,
    step_of,
)
from palier.directory.models import Landlord
from palier.disclosure.primary import Why, hidden_because
from palier.disclosure.quantiles import Quartiles, quartiles
from palier.disclosure.tables import TOTAL, two_way
from palier.disclosure.together import Group, allowed
from palier.ledger.operations import record
from palier.sites import queries as sites
from palier.sites.rules import Level
from palier.sources import queries as sources
from palier.stock import queries as stock
from palier.verdict import Refusal, no, require

_PUBLISHING = 20_261_129  # the lock that keeps two workers from publishing one quarter twice
# A table of sites holds this many towns at most; the others are counted as one.
_TOWNS = 29
_ELSEWHERE = "Autres communes"


@dataclass(slots=True)
class _Compared:
    """What is brought to one territory for one indicator: the part of each landlord."""

    territory: Territory
    code: str
    name: str
    indicator: str
    parts: dict[int, Part] = field(default_factory=dict)

    @property
    def group(self) -> Group:
        """The homes it speaks of, by landlord and town."""
        pieces = {(who, town): float(homes) for who, part in self.parts.items() for town, homes in part.homes.items()}
        return Group((self.territory, self.code), pieces)

    @property
    def weights(self) -> dict[int, float]:
        """The homes of each landlord."""
        return {who: float(sum(part.homes.values())) for who, part in self.parts.items()}


def publish_due(*, at: datetime) -> int:
    """Publish the last quarter that is over, if it was not; how many figures."""
    period = last_ended(paris_day(at))
    if (
        Publication.objects.filter(starts_on=period.starts_on).exists()
        or not Consent.objects.filter(withdrawn_at=None).exists()
    ):
        return 0
    return publish(period=period, at=at)


@transaction.atomic
def publish(*, period: Period, at: datetime) -> int:
    """Publish a quarter, from what landlords agree to bring at this instant; how many figures. It is never done again.

    Raises:
        Refusal: when the quarter is not over, or was published.
    """
    require(may_publish(period, paris_day(at)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_PUBLISHING])
    if Publication.objects.filter(starts_on=period.starts_on).exists():
        raise Refusal(no("comparison.published", f"Le {period.label} est déjà publié : ses chiffres ne changent plus."))
    agreed: dict[int, set[tuple[str, Territory]]] = defaultdict(set)
    for consent in Consent.objects.filter(withdrawn_at=None):
        agreed[consent.landlord_id].add((consent.indicator, Territory(consent.territory)))
    landlords = Landlord.objects.filter(pk__in=agreed, closed_on=None).select_related("regional_association").order_by("pk")
    compared: dict[tuple[str, Territory, str], _Compared] = {}
    for landlord in landlords:
        _bring(compared, landlord, agreed[landlord.pk], period)
    by_indicator: dict[str, list[_Compared]] = defaultdict(list)
    for one in compared.values():
        by_indicator[one.indicator].append(one)
    written = sum(_write(found, period, at) for found in by_indicator.values())
    counted = _count_sites([one for one in landlords if (SITES, Territory.REGION) in agreed[one.pk]], period, at)
    record(
        act="comparison.published",
        by=None,
        at=at,
        on=("comparison.publication", 0),
        landlord=None,
        summary=f"a publié la comparaison entre organismes du {period.label}.",
        facts={"starts_on": period.starts_on.isoformat(), "figures": written, "counts": counted},
    )
    return written


def _bring(
    compared: dict[tuple[str, Territory, str], _Compared],
    landlord: Landlord,
    agreed: set[tuple[str, Territory]],
    period: Period,
) -> None:
    """Add a landlord's parts to its region and to each of its towns, for what it agreed to."""
    residences = list(stock.residences(landlord=landlord, on=period.ends_on))
    homes = {r.pk: r.homes or 0 for r in residences}
    communes = {r.pk: r.commune for r in residences}
    names = {r.commune: r.commune_name or r.commune for r in residences if r.commune}
    figures = defaultdict(list)
    for figure in sources.latest_readings(landlord=landlord, on=period.ends_on):
        figures[figure.indicator].append(figure)
    region = landlord.regional_association
    for indicator, kind in sorted(agreed):
        if indicator == SITES:
            continue
        places = {code: name for code, name in names.items() if kind is Territory.COMMUNE}
        if kind is Territory.REGION and region is not None:
            places = {str(region.pk): region.name}
        for code, name in places.items():
            here = {pk: n for pk, n in homes.items() if kind is Territory.REGION or communes[pk] == code}
            part = own_part([f for f in figures[indicator] if f.residence in here], here, communes)
            if part is not None:
                key = (indicator, kind, code)
                one = compared.setdefault(key, _Compared(kind, code, name, indicator))
                one.parts[landlord.pk] = part


def _write(found: Iterable[_Compared], period: Period, at: datetime) -> int:
    """Write what may be shown of one indicator, regions before towns, those of most landlords first."""
    ordered = sorted(found, key=lambda one: (one.territory != Territory.REGION, -len(one.parts), one.code))
    together = {group.name for group in allowed([one.group for one in ordered], POLICY)}
    for one in ordered:
        weights = one.weights
        why = hidden_because(weights, POLICY) or (Why.OVERLAP if (one.territory, one.code) not in together else None)
        figures = {who: part.value for who, part in one.parts.items()}
        shown = why or quartiles(figures, weights, step=step_of(SHARED[one.indicator]), policy=POLICY)
        row = Publication(
            starts_on=period.starts_on,
            territory=one.territory,
            territory_code=one.code,
            territory_name=one.name,
            indicator=one.indicator,
            at=at,
        )
        if isinstance(shown, Quartiles):
            row.low, row.median, row.high = shown.low, shown.median, shown.high
            row.homes = round(sum(weights.values()) / HOMES_STEP) * HOMES_STEP
        else:
            row.hidden = shown
        row.contributors = None if row.hidden == Why.TOO_FEW else len(weights)
        row.save()
        OwnFigure.objects.bulk_create(
            OwnFigure(publication=row, landlord_id=who, value=part.value, homes=sum(part.homes.values()))
            for who, part in one.parts.items()
        )
    return len(ordered)


def _count_sites(landlords: list[Landlord], period: Period, at: datetime) -> int:
    """Write the table of priority sites of each region, by town and level, protected with its margins."""
    from palier.disclosure.secondary import protect  # noqa: PLC0415 - scipy, which no web process starts with

    regions: dict[int, list[Landlord]] = defaultdict(list)
    for landlord in landlords:
        if landlord.regional_association_id is not None:
            regions[landlord.regional_association_id].append(landlord)
    written = 0
    for region, members in regions.items():
        table = two_way(_sites_by_town(members, period))
        hidden = protect(table, SITES_POLICY, seconds=20).hidden
        rows = [
            SiteCount(
                starts_on=period.starts_on,
                region_id=region,
                commune="" if town == TOTAL else town,
                level="" if level == TOTAL else level,
                sites=None if (town, level) in hidden else round(table.value((town, level))),
                hidden=hidden.get((town, level), ""),
                at=at,
            )
            for town, level in table.cells
        ]
        written += len(SiteCount.objects.bulk_create(rows))
    return written


def _sites_by_town(landlords: list[Landlord], period: Period) -> dict[tuple[Any, Any], dict[Any, float]]:
    """How many priority sites each landlord has in each town at each level; zero where it has homes and none."""
    homes: dict[str, int] = defaultdict(int)
    present: dict[int, set[str]] = {}
    counted: dict[tuple[int, str, str], int] = defaultdict(int)
    for landlord in landlords:
        residences = stock.residences(landlord=landlord, on=period.ends_on)
        present[landlord.pk] = {residence.commune_name for residence in residences if residence.commune_name}
        for residence in residences:
            homes[residence.commune_name] += residence.homes or 0
        for site in sites.priority_sites(landlord=landlord.pk, on=period.ends_on):
            counted[landlord.pk, site.residence.commune_name, site.level] += 1
    kept = set(sorted(filter(None, homes), key=lambda town: (-homes[town], town))[:_TOWNS])
    inner: dict[tuple[Any, Any], dict[Any, float]] = {}
    for who, towns in present.items():
        for town in towns:
            for level in (level.value for level in Level if level.rank):
                cell = inner.setdefault((town if town in kept else _ELSEWHERE, level), {})
                cell[who] = cell.get(who, 0.0) + counted[who, town, level]
    return inner
