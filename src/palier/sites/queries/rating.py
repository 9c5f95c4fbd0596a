"""What one may ask of the rating of the stock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from palier.calendar import end_of_day
from palier.frameworks import queries as grids
from palier.sites.models import PrioritySite, RatingCampaign, SiteAlert, SiteRating
from palier.sites.rules import GRID, SUBJECT, Level, RatingFacts, rating_closed
from palier.stock import queries as stock
from palier.stock.models import Residence
from palier.stock.rules.districts import version_on
from palier.verdict import Verdict

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class _Levelled(TypedDict):
    homes: int | None
    inside: int | None
    known: int | None
    in_qpv: bool | None
    level: str
    rank: int
    reasons: str


class Rating(_Levelled):
    """What ``residences`` adds to each residence."""

    revision: int
    entrusted_to_id: int | None
    rated_at: datetime | None
    rated_by_name: str | None
    is_priority: bool
    is_alert: bool


def campaign(*, landlord: int, cycle: int) -> RatingCampaign | None:
    """The rating of one cycle, if it was opened."""
    found = RatingCampaign.objects.filter(landlord=landlord, cycle=cycle)
    return found.select_related("landlord", "opened_by", "closed_by", "list_confirmed_by").first()


def campaigns(*, landlord: int) -> QuerySet[RatingCampaign]:
    """Every rating of a landlord, the latest cycle first."""
    return RatingCampaign.objects.filter(landlord=landlord).select_related("closed_by").order_by("-cycle")


def rating_over(*, landlord: int) -> bool:
    """Whether the latest rating of a landlord is closed, its list of priority sites confirmed with it. One SQL query."""
    return (
        RatingCampaign.objects.filter(landlord=landlord).order_by("-cycle").values_list("closed_at", flat=True).first()
        is not None
    )


def residences(
    *, landlord: int, campaign: RatingCampaign | None, on: date | None = None
) -> QuerySet[WithAnnotations[Residence, Rating]]:
    """The residences of the latest vintage, each with its rating in a campaign.

    Adds to ``stock.queries.residences``: ``level`` ("" while not rated), ``rank`` (-1 while not rated), ``reasons``,
    ``revision``, ``entrusted_to_id``, ``rated_at``, ``rated_by_name``, ``is_priority`` and ``is_alert`` (one is up).
    """
    ranks = [When(mine__level=level, then=Value(level.rank)) for level in Level]
    active = PrioritySite.objects.filter(residence=OuterRef("pk"), removed_at__isnull=True)
    found = (
        stock.residences(landlord=landlord, on=on)
        .annotate(mine=FilteredRelation("ratings", condition=Q(ratings__campaign=campaign.pk if campaign else 0)))
        .annotate(
            level=Coalesce(F("mine__level"), Value(""), output_field=CharField()),
            rank=Case(*ranks, default=Value(-1), output_field=IntegerField()),
            reasons=Coalesce(F("mine__reasons"), Value(""), output_field=TextField()),
            revision=Coalesce(F("mine__revision"), Value(0)),
            entrusted_to_id=F("mine__entrusted_to_id"),
            rated_at=F("mine__confirmed_at"),
            rated_by_name=F("mine__confirmed_by__name"),
            is_priority=Exists(active),
            is_alert=Exists(SiteAlert.objects.filter(residence=OuterRef("pk"), ended_at__isnull=True)),
        )
    )
    return cast("QuerySet[WithAnnotations[Residence, Rating]]", found)


class Declared(_Levelled):
    """What ``priority_everywhere`` adds to each residence."""

    declared_at: datetime
    gone: bool


def priority_everywhere(*, landlords: Collection[int], on: date) -> QuerySet[WithAnnotations[Residence, Declared]]:
    """The priority sites of many landlords as they stand, the worst first: their residences, with level, reasons and since when.

    Adds to ``stock.queries.described``: ``level``, ``rank``, ``reasons``, ``declared_at`` and ``gone`` (it left the stock).
    """
    ranks = [When(active__level=level, then=Value(level.rank)) for level in Level]
    current = stock.current_imports(landlords=landlords)
    found = (
        stock.described(Residence.objects.filter(landlord__in=landlords), version=version_on(on))
        .annotate(active=FilteredRelation("priorities", condition=Q(priorities__removed_at__isnull=True)))
        .filter(active__isnull=False)
        .annotate(
            level=F("active__level"),
            rank=Case(*ranks, output_field=IntegerField()),
            reasons=F("active__reasons"),
            declared_at=F("active__declared_at"),
            gone=ExpressionWrapper(~Q(last_source__in=current), output_field=BooleanField()),
        )
        .select_related("landlord")
        .order_by("-rank", "plain_name", "pk")
    )
    return cast("QuerySet[WithAnnotations[Residence, Declared]]", found)


@dataclass(frozen=True, slots=True)
class Totals:
    """How many sites at each level, their homes (of those still in the stock whose number is known), how many landlords."""

    levels: list[tuple[Level, int]]
    homes: int
    landlords: int


def totals(found: QuerySet[WithAnnotations[Residence, Declared]]) -> Totals:
    """What some of the sites of ``priority_everywhere`` come to. One SQL query."""
    rows = list(found.order_by().values_list("level", "homes", "landlord_id", "gone"))
    counted = Counter(level for level, *_ in rows)
    return Totals(
        [(level, counted[level]) for level in Level if level.rank],
        sum(homes or 0 for _, homes, _, gone in rows if not gone),
        len({landlord for _, _, landlord, _ in rows}),
    )


def rating_facts(*, landlord: int, cycle: int) -> RatingFacts:
    """Where the rating of one cycle stands."""
    return rating_facts_of(asked=[(landlord, cycle)])[landlord, cycle]


def rating_facts_of(*, asked: Collection[tuple[int, int]]) -> dict[tuple[int, int], RatingFacts]:
    """Where the rating of many landlords stands, each in its cycle, in four SQL queries."""
    landlords = {landlord for landlord, _ in asked}
    found = {(c.landlord_id, c.cycle): c for c in RatingCampaign.objects.filter(landlord__in=landlords)}
    counted = {
        row["landlord_id"]: row["many"]
        for row in stock.current_residences(landlords=landlords).order_by().values("landlord_id").annotate(many=Count("pk"))
    }
    rated = {
        row["campaign_id"]: row["many"]
        for row in SiteRating.objects.filter(
            campaign__in=[c.pk for key, c in found.items() if key in set(asked)],
            residence__in=stock.current_residences(landlords=landlords).values("pk"),
        )
        .exclude(level="")
        .order_by()
        .values("campaign_id")
        .annotate(many=Count("pk"))
    }
    active = PrioritySite.objects.filter(landlord__in=landlords, removed_at__isnull=True).order_by()
    priority = {row["landlord_id"]: row["many"] for row in active.values("landlord_id").annotate(many=Count("pk"))}
    facts = {}
    for landlord, cycle in asked:
        one = found.get((landlord, cycle))
        facts[landlord, cycle] = RatingFacts(
            landlord=landlord,
            opened=one is not None,
            closed=one is not None and one.closed_at is not None,
            residences=counted.get(landlord, 0),
            rated=rated.get(one.pk, 0) if one else 0,
            priority=priority.get(landlord, 0),
            list_confirmed=one is not None and one.list_confirmed_at is not None,
        )
    return facts


def rating_verdicts(*, asked: Collection[tuple[int, int]]) -> dict[tuple[int, int], Verdict]:
    """Whether many journeys may leave the rating of the stock, in four SQL queries."""
    return {key: rating_closed(facts) for key, facts in rating_facts_of(asked=asked).items()}


def priority_names(*, landlords: Collection[int], on: date) -> dict[int, dict[int, str]]:
    """The names of the priority sites of landlords on a day, by landlord, then by residence. One SQL query."""
    evening = end_of_day(on)
    held = PrioritySite.objects.filter(landlord__in=landlords, declared_at__lte=evening)
    held = held.filter(Q(removed_at__isnull=True) | Q(removed_at__gt=evening))
    names: dict[int, dict[int, str]] = defaultdict(dict)
    for landlord, residence, name in held.order_by("pk").values_list("landlord_id", "residence_id", "residence__name"):
        names[landlord][residence] = name
    return dict(names)


def rating_verdict(*, landlord: int, cycle: int) -> Verdict:
    """Whether the journey may leave the rating of the stock."""
    return rating_closed(rating_facts(landlord=landlord, cycle=cycle))


def active_sites(*, landlord: int) -> QuerySet[PrioritySite]:
    """The priority sites not removed, the worst first, with their residence."""
    return _by_severity(PrioritySite.objects.filter(landlord=landlord, removed_at__isnull=True))


def undiagnosed(*, landlord: int) -> dict[int, str]:
    """The priority sites still in the stock on which nobody finished the grid: their names, by residence. Two SQL queries."""
    done = grids.finished_on(landlord=landlord, code=GRID, kind=SUBJECT)
    here = active_sites(landlord=landlord).filter(residence__in=stock.current_residences(landlords=[landlord]).values("pk"))
    names = here.values_list("residence_id", "residence__name")
    return {residence: name for residence, name in names if residence not in done}


def priority_sites(*, landlord: int, on: date) -> QuerySet[PrioritySite]:
    """The priority sites of a landlord on a day, the worst first, with their residence."""
    evening = end_of_day(on)
    found = PrioritySite.objects.filter(landlord=landlord, declared_at__lte=evening)
    return _by_severity(found.filter(Q(removed_at__isnull=True) | Q(removed_at__gt=evening)))


def removed_sites(*, landlord: int) -> QuerySet[PrioritySite]:
    """The priority sites that were removed, latest first."""
    found = PrioritySite.objects.filter(landlord=landlord, removed_at__isnull=False)
    return found.select_related("residence", "declared_by", "removed_by").order_by("-removed_at", "-pk")


def proposed_sites(*, landlord: int, campaign: RatingCampaign) -> QuerySet[WithAnnotations[Residence, Rating]]:
    """The residences rated complex that are not on the list of priority sites, the worst first."""
    found = residences(landlord=landlord, campaign=campaign).filter(rank__gte=Level.IMPORTANT.rank, is_priority=False)
    return found.order_by("-rank", "plain_name", "pk")


def _by_severity(found: QuerySet[PrioritySite]) -> QuerySet[PrioritySite]:
    ranks = [When(level=level, then=Value(level.rank)) for level in Level]
    return (
        found.select_related("residence", "declared_by")
        .annotate(rank=Case(*ranks, output_field=IntegerField()))
        .order_by("-rank", "residence__plain_name", "pk")
    )
