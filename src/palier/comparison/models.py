"""What is kept: what landlords agreed to share, and what was published, once a quarter and for good."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.comparison.rules import Territory
from palier.directory.models import Landlord, Organisation, Person
from palier.disclosure.primary import Why
from palier.sites.models import PrioritySite
from palier.sites.rules import Level

_TERRITORIES = [(t.value, t.label) for t in Territory]
_WHYS = [(why.value, why.label) for why in Why]


class Consent(models.Model):
    """That a landlord brings one indicator to the comparisons of a kind of territory, from an instant until it withdraws."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="comparison_consents")
    indicator = models.CharField(max_length=40)
    territory = models.CharField(max_length=10, choices=_TERRITORIES)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "indicator", "territory"], condition=Q(withdrawn_at__isnull=True), name="consent_once"
            ),
            models.CheckConstraint(
                name="consent_dates", condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at"))
            ),
            models.CheckConstraint(name="consent_territory", condition=Q(territory__in=list(Territory))),
        ]


class SiteConsent(models.Model):
    """That a landlord shows a priority site, by its name and place, to those who have one next to it, until it withdraws."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="shown_sites")
    site = models.ForeignKey(PrioritySite, models.PROTECT, related_name="shown")
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site"], condition=Q(withdrawn_at__isnull=True), name="site_consent_once"),
            models.CheckConstraint(
                name="site_consent_dates", condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("given_at"))
            ),
        ]


class Publication(models.Model):
    """One figure between landlords, for a territory and a quarter, as published: never changed, never computed again.

    ``territory_code`` is a town's INSEE code, or the number of a regional association. ``hidden`` says why the figures are
    absent; the number of contributors is absent too when it is what hides them. ``homes`` is rounded to a hundred.
    """

    starts_on = models.DateField("début du trimestre")
    territory = models.CharField(max_length=10, choices=_TERRITORIES)
    territory_code = models.CharField(max_length=20)
    territory_name = models.CharField(max_length=160)
    indicator = models.CharField(max_length=40)
    contributors = models.PositiveIntegerField(null=True)
    homes = models.PositiveIntegerField(null=True)
    low = models.FloatField(null=True)
    median = models.FloatField(null=True)
    high = models.FloatField(null=True)
    hidden = models.CharField(max_length=12, blank=True, choices=_WHYS)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_on", "territory", "territory_code", "indicator"], name="publication_once"),
            models.CheckConstraint(
                name="publication_whole_or_hidden",
                condition=Q(hidden="", low__isnull=False, median__gte=F("low"), high__gte=F("median"), contributors__gte=1)
                | (~Q(hidden="") & Q(low__isnull=True, median__isnull=True, high__isnull=True, homes__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.territory_name}, {self.indicator}"


class OwnFigure(models.Model):
    """What a landlord brought to a publication: shown to its own people, and to nobody else."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="own_figures")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="compared_figures")
    value = models.FloatField()
    homes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["publication", "landlord"], name="own_figure_once")]


class SiteCount(models.Model):
    """How many priority sites a region's landlords have in a town at a level, for a quarter; ``hidden`` says why it is absent.

    An empty town or level is the total over them.
    """

    starts_on = models.DateField("début du trimestre")
    region = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    commune = models.CharField(max_length=60, blank=True)
    level = models.CharField(max_length=10, blank=True, choices=[(level.value, level.label) for level in Level if level.rank])
    sites = models.PositiveIntegerField(null=True)
    hidden = models.CharField(max_length=12, blank=True, choices=_WHYS)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["starts_on", "region", "commune", "level"], name="site_count_once"),
            models.CheckConstraint(
                name="site_count_or_hidden",
                condition=Q(hidden="", sites__isnull=False) | (~Q(hidden="") & Q(sites__isnull=True)),
            ),
        ]
