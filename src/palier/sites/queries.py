"""What one may ask of the rating of the stock."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict, cast

from django.db.models import (
    Case,
    CharField,
    Exists,
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
from palier.sites.models import PrioritySite, RatingCampaign
from palier.sites.rules import Level, RatingFacts, rating_closed
from palier.stock import queries as stock
from palier.stock.models import Residence
from palier.verdict import Verdict

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Rating(TypedDict):
    """What ``residences`` adds to each residence."""

    homes: int | None
    inside: int | None
    known: int | None
    in_qpv: bool | None
    level: str
    rank: int
    reasons: str
    revision: int
    entrusted_to_id: int | None
    rated_at: datetime | None
    rated_by_name: str | None
    is_priority: bool


def campaign(*, landlord: int, cycle: int) -> RatingCampaign | None:
    """The rating of one cycle, if it was opened."""
    found = RatingCampaign.objects.filter(landlord=landlord, cycle=cycle)
    return found.select_related("landlord", "opened_by", "closed_by", "list_confirmed_by", "method_note").first()


def campaigns(*, landlord: int) -> QuerySet[RatingCampaign]:
    """Every rating of a landlord, the latest cycle first."""
    return RatingCampaign.objects.filter(landlord=landlord).select_related("closed_by").order_by("-cycle")


def residences(
    *, landlord: int, campaign: RatingCampaign | None, on: date | None = None
) -> QuerySet[WithAnnotations[Residence, Rating]]:
    """The residences of the latest vintage, each with its rating in a campaign.

    Adds to ``stock.queries.residences``: ``level`` ("" while not rated), ``rank`` (-1 while not rated), ``reasons``,
    ``revision``, ``entrusted_to_id``, ``rated_at``, ``rated_by_name`` and ``is_priority``.
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
        )
    )
    return cast("QuerySet[WithAnnotations[Residence, Rating]]", found)


def rating_facts(*, landlord: int, cycle: int) -> RatingFacts:
    """Where the rating of one cycle stands, in three SQL queries."""
    found = RatingCampaign.objects.filter(landlord=landlord, cycle=cycle).first()
    counts = Counter(residences(landlord=landlord, campaign=found).order_by().values_list("level", flat=True))
    return RatingFacts(
        landlord=landlord,
        opened=found is not None,
        closed=found is not None and found.closed_at is not None,
        residences=counts.total(),
        rated=counts.total() - counts[""],
        priority=active_sites(landlord=landlord).count(),
        list_confirmed=found is not None and found.list_confirmed_at is not None,
    )


def rating_verdict(*, landlord: int, cycle: int) -> Verdict:
    """Whether the journey may leave the rating of the stock."""
    return rating_closed(rating_facts(landlord=landlord, cycle=cycle))


def active_sites(*, landlord: int) -> QuerySet[PrioritySite]:
    """The priority sites not removed, the worst first, with their residence."""
    return _by_severity(PrioritySite.objects.filter(landlord=landlord, removed_at__isnull=True))


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
