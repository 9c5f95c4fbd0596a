"""The rating of the stock and the priority sites."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from palier.api.v1.doors import Call, Cycle, Room
from palier.api.v1.errors import ReasonOut, reason
from palier.api.v1.pagination import Page, paged
from palier.api.v1.shapes import Named, OneOf, Term, maybe_named, named, term
from palier.directory.rules import Thing
from palier.sites import queries
from palier.sites.models import PrioritySite, RatingCampaign
from palier.sites.rules import Level

room = Room("sites", "Cotation des sites")


class CampaignOut(Schema):
    """The rating of the stock in one cycle."""

    cycle: int
    opened_at: datetime
    list_confirmed_at: datetime | None = Field(description="La liste des sites prioritaires est arrêtée.")
    closed_at: datetime | None
    closed_by: Named | None


@room.reads("/landlords/{landlord_id}/ratings", Thing.SITE_RATING, "Lister les cotations du patrimoine, une par cycle")
def ratings(request: Call) -> Page[CampaignOut]:
    """Every rating of a landlord, the latest cycle first."""
    found = queries.campaigns(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_campaign(row) for row in rows])


def _campaign(row: RatingCampaign) -> CampaignOut:
    return CampaignOut(
        cycle=row.cycle,
        opened_at=row.opened_at,
        list_confirmed_at=row.list_confirmed_at,
        closed_at=row.closed_at,
        closed_by=maybe_named(row.closed_by),
    )


class RatedOut(Schema):
    """A residence with its level in a rating; ``level`` is absent while nobody confirmed one."""

    residence: Named
    commune_name: str
    homes: int | None
    in_qpv: bool | None
    level: Term | None
    reasons: str
    rated_at: datetime | None
    rated_by: str
    is_priority: bool


@room.reads("/landlords/{landlord_id}/ratings/{cycle}", Thing.SITE_RATING, "Lister les résidences cotées dans un cycle")
def rated(request: Call, cycle: Cycle, level: Annotated[str, OneOf(Level)] | None = None) -> Page[RatedOut]:
    """The residences of the current vintage with their level in one cycle, the worst first."""
    campaign = get_object_or_404(queries.campaigns(landlord=request.landlord.pk), cycle=cycle)
    found = queries.residences(landlord=request.landlord.pk, campaign=campaign, on=request.on)
    if level:
        found = found.filter(level=level)
    return paged(request, found.order_by("-rank", "plain_name", "pk"), lambda rows: [_rated(row) for row in rows])


def _rated(row: Any) -> RatedOut:
    return RatedOut(
        residence=named(row),
        commune_name=row.commune_name,
        homes=row.homes,
        in_qpv=row.in_qpv,
        level=term(Level(row.level)) if row.level else None,
        reasons=row.reasons,
        rated_at=row.rated_at,
        rated_by=row.rated_by_name or "",
        is_priority=row.is_priority,
    )


class RatingStateOut(Schema):
    """Whether the rating of a cycle may be left, and what it lacks."""

    complete: bool
    missing: list[ReasonOut]


@room.reads("/landlords/{landlord_id}/ratings/{cycle}/state", Thing.SITE_RATING, "Lire ce qui manque à une cotation")
def rating_state(request: Call, cycle: Cycle) -> RatingStateOut:
    """What the rating of one cycle still asks for."""
    campaign = get_object_or_404(queries.campaigns(landlord=request.landlord.pk), cycle=cycle)
    verdict = queries.rating_verdict(landlord=request.landlord.pk, cycle=campaign.cycle)
    return RatingStateOut(complete=bool(verdict), missing=[reason(one) for one in verdict.reasons])


class PrioritySiteOut(Schema):
    """A residence that the landlord undertakes to treat first."""

    id: int
    residence: Named
    level: Term
    reasons: str
    declared_by: Named | None
    declared_at: datetime
    removed_at: datetime | None
    removal_reason: str


@room.reads("/landlords/{landlord_id}/priority-sites", Thing.SITE_RATING, "Lister les sites prioritaires à une date")
def priority_sites(request: Call, on: date | None = None) -> Page[PrioritySiteOut]:
    """The priority sites on a day (today without one), the worst first."""
    found = queries.priority_sites(landlord=request.landlord.pk, on=on or request.on)
    return paged(request, found, lambda rows: [_site(row) for row in rows])


@room.reads("/landlords/{landlord_id}/priority-sites/removed", Thing.SITE_RATING, "Lister les sites sortis de la liste")
def removed_sites(request: Call) -> Page[PrioritySiteOut]:
    """The sites that left the list, with why, latest first."""
    found = queries.removed_sites(landlord=request.landlord.pk)
    return paged(request, found, lambda rows: [_site(row) for row in rows])


def _site(row: PrioritySite) -> PrioritySiteOut:
    return PrioritySiteOut(
        id=row.pk,
        residence=named(row.residence),
        level=term(Level(row.level)),
        reasons=row.reasons,
        declared_by=maybe_named(row.declared_by),
        declared_at=row.declared_at,
        removed_at=row.removed_at,
        removal_reason=row.removal_reason,
    )
