"""What the rating of the stock keeps: campaigns, one rating a residence, priority sites."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from palier.directory.models import Landlord, Person
from palier.sites.rules import Level
from palier.stock.models import Residence

_LEVELS = [(level.value, level.label) for level in Level]


class RatingCampaign(models.Model):
    """The rating of a landlord's stock in one cycle. Once closed, its ratings never change (trigger of migration 0002).

    The list of priority sites is confirmed here, with the reason when it is empty; any change of the list undoes it
    until the campaign is closed.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="rating_campaigns")
    cycle = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    list_confirmed_at = models.DateTimeField(null=True)
    list_confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    empty_because = models.TextField(blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "cycle"], name="campaign_once_a_cycle"),
            models.CheckConstraint(
                name="campaign_closed_with_its_list",
                condition=Q(closed_at__isnull=True) | Q(list_confirmed_at__isnull=False),
            ),
        ]


class SiteRating(models.Model):
    """The level of one residence in a campaign, confirmed by somebody with reasons; empty while nobody did.

    ``entrusted_to`` is who was asked to rate it.
    """

    campaign = models.ForeignKey(RatingCampaign, models.PROTECT, related_name="ratings")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="ratings")
    level = models.CharField("niveau", max_length=10, blank=True, choices=_LEVELS)
    reasons = models.TextField("raisons", blank=True)
    entrusted_to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "residence"], name="rating_once"),
            models.CheckConstraint(name="rating_level", condition=Q(level__in=["", *Level])),
            models.CheckConstraint(
                name="rating_confirmed_pair",
                condition=Q(level="", confirmed_at__isnull=True) | (~Q(level="") & Q(confirmed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="rating_reasons",
                condition=Q(level__in=["", Level.NONE]) | ~Q(reasons=""),
            ),
        ]
        indexes = [models.Index(fields=["residence"], name="rating_of_residence")]


class PrioritySite(models.Model):
    """A residence that the landlord undertakes to treat first, from its declaration until it is removed with a reason."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="priority_sites")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="priorities")
    level = models.CharField("niveau", max_length=10, choices=[(level.value, level.label) for level in Level if level.rank])
    reasons = models.TextField("raisons")
    declared_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    declared_at = models.DateTimeField()
    removed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(null=True)
    removal_reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["residence"], condition=Q(removed_at__isnull=True), name="priority_once"),
            models.CheckConstraint(name="priority_level", condition=Q(level__in=[level for level in Level if level.rank])),
            models.CheckConstraint(name="priority_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="priority_removed_with_reason",
                condition=Q(removed_at__isnull=True, removal_reason="") | (Q(removed_at__isnull=False) & ~Q(removal_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["landlord", "declared_at"], name="priority_of_landlord")]
