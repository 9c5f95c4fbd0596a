"""What the rating of the stock keeps: campaigns, one rating a residence, priority sites; scores and alerts from the sources."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from palier.directory.models import Landlord, Person
from palier.frameworks.models import Assessment
from palier.sites.rules import AlertState, Level
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


class Scoring(models.Model):
    """Whether the scores of a landlord follow its sources: the line of the ledger that asked for them, and the one they know."""

    landlord = models.OneToOneField(Landlord, models.PROTECT, related_name="scoring")
    asked_number = models.PositiveBigIntegerField()
    asked_at = models.DateTimeField()
    made_number = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)

    @property
    def is_behind(self) -> bool:
        """Whether a computation is due or under way."""
        return self.asked_number > self.made_number


class ScoreRun(models.Model):
    """The scores of a landlord's residences in one month, made again until the month ends, then kept.

    ``method`` is the version that made them. ``watched`` is how many months of counts the alerts looked at.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="score_runs")
    month = models.DateField()
    method = models.CharField(max_length=60)
    made_at = models.DateTimeField()
    ranked = models.PositiveIntegerField()
    watched = models.PositiveSmallIntegerField()
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "month"], name="score_run_once_a_month")]


class SiteScore(models.Model):
    """What the sources say of one residence: points, class under both readings, rank and its interval. It never decides.

    ``cautious`` and ``favourable`` are empty, ranks and points null, while too little is known. ``parts`` are
    ``[indicator, points, value]``, the heaviest first; ``stale`` the indicators that are too old to count. Indicators in
    neither are missing.
    """

    run = models.ForeignKey(ScoreRun, models.CASCADE, related_name="scores")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="scores")
    points = models.FloatField(null=True)
    coverage = models.FloatField()
    cautious = models.CharField(max_length=10, blank=True, choices=_LEVELS)
    favourable = models.CharField(max_length=10, blank=True, choices=_LEVELS)
    rank = models.PositiveIntegerField(null=True)
    rank_low = models.PositiveIntegerField(null=True)
    rank_high = models.PositiveIntegerField(null=True)
    families = models.JSONField(default=dict)
    parts = models.JSONField(default=list)
    stale = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "residence"], name="score_once_a_run"),
            models.CheckConstraint(
                name="score_rank_inside",
                condition=Q(rank__isnull=True) | Q(rank_low__lte=models.F("rank"), rank_high__gte=models.F("rank")),
            ),
            models.CheckConstraint(name="score_cautious", condition=Q(cautious__in=["", *Level])),
            models.CheckConstraint(name="score_favourable", condition=Q(favourable__in=["", *Level])),
        ]
        indexes = [models.Index(fields=["residence"], name="score_of_residence")]


class SiteAlert(models.Model):
    """One residence moved on one indicator: from what to what, since when, how sure. Never erased.

    ``before`` and ``after`` are counts a month, ``at_least`` how many times more, read cautiously, ``q`` the share of false
    alarms among alerts as sure as this one. It ends by itself when the movement is over; answered, it opens again if the
    residence gets worse than ``answered_rate``.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="site_alerts")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="alerts")
    indicator = models.CharField(max_length=40)
    since = models.DateField()
    before = models.FloatField()
    after = models.FloatField()
    at_least = models.FloatField()
    q = models.FloatField()
    first_seen_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in AlertState], default=AlertState.OPEN)
    reason = models.TextField("raison", blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    answered_rate = models.FloatField(null=True)
    diagnosis = models.ForeignKey(Assessment, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "indicator"], condition=Q(ended_at__isnull=True), name="alert_up_once"
            ),
            models.CheckConstraint(name="alert_state", condition=Q(state__in=list(AlertState))),
            models.CheckConstraint(name="alert_explained", condition=~Q(state=AlertState.EXPLAINED) | ~Q(reason="")),
            models.CheckConstraint(
                name="alert_answered_pair",
                condition=Q(state=AlertState.OPEN) | Q(answered_at__isnull=False, answered_rate__isnull=False),
            ),
            models.CheckConstraint(
                name="alert_diagnosis", condition=~Q(state=AlertState.DIAGNOSIS) | Q(diagnosis__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["landlord", "ended_at"], name="alert_of_landlord")]
