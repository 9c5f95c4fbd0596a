"""What is kept of residences over time: readings of indicators, incidents, the files they came in, open data.

A reading never changes: a newer one of the same period supersedes it, a file taken back withdraws its own, and both stay.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.sources.rules.incidents import TEXT_MOST, Complaint, IncidentKind, Place, Recurrence, Victim
from palier.sources.rules.indicators import BROUGHT
from palier.sources.rules.intake import Layout, Origin, State
from palier.stock.models import ReceivedTable, Residence


class SavedMapping(models.Model):
    """What the columns of a landlord's file are, kept under a name for the next file with the same headers."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="source_mappings")
    name = models.CharField("nom", max_length=120)
    signature = models.CharField(max_length=64)
    layout = models.CharField(max_length=10, choices=[(x.value, x.label) for x in Layout])
    columns = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "signature"], name="source_mapping_once_a_shape")]


class Intake(ReceivedTable):
    """One file of figures or of incidents: its columns, its preview or its faults, whether it was brought in or taken back.

    ``options`` holds what the person answered (sheet, period of the whole file), ``report`` the figures by indicator,
    the residences found, what they supersede.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="source_files")
    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in State], default=State.TO_COMPLETE)
    layout = models.CharField(max_length=10, choices=[(x.value, x.label) for x in Layout])
    options = models.JSONField(default=dict)
    applied_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="intake_applied_when", condition=~Q(state=State.APPLIED) | Q(applied_at__isnull=False)),
            models.CheckConstraint(name="intake_undone_when", condition=~Q(state=State.UNDONE) | Q(undone_at__isnull=False)),
            models.CheckConstraint(name="intake_refused_why", condition=~Q(state=State.REFUSED) | Q(fault_count__gt=0)),
        ]
        indexes = [models.Index(fields=["landlord", "-at"], name="intake_of_landlord")]


class Reading(models.Model):
    """What one indicator was for one residence over a period: what was counted, of how many, and the value that follows.

    The current reading of a period is the one neither superseded nor withdrawn. Facts never change (migration 0002).
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="readings")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="readings")
    indicator = models.CharField("indicateur", max_length=40)
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    numerator = models.DecimalField("compte", max_digits=14, decimal_places=4, null=True)
    denominator = models.DecimalField("sur", max_digits=14, decimal_places=4, null=True)
    value = models.DecimalField("valeur", max_digits=14, decimal_places=4)
    origin = models.CharField(max_length=8, choices=[(o.value, o.label) for o in Origin])
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, related_name="readings")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    superseded_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "indicator", "starts_on", "ends_on"],
                condition=Q(superseded_at__isnull=True, withdrawn_at__isnull=True),
                name="reading_current_once",
            ),
            models.CheckConstraint(name="reading_indicator", condition=Q(indicator__in=sorted(BROUGHT))),
            models.CheckConstraint(name="reading_period", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="reading_positive", condition=Q(value__gte=0)),
            models.CheckConstraint(name="reading_denominator", condition=Q(denominator__isnull=True) | Q(denominator__gt=0)),
            models.CheckConstraint(name="reading_file", condition=Q(origin=Origin.FILE) ^ Q(intake__isnull=True)),
        ]
        indexes = [
            models.Index(
                fields=["landlord", "indicator", "residence", "-ends_on"],
                condition=Q(superseded_at__isnull=True, withdrawn_at__isnull=True),
                name="reading_current",
            ),
            models.Index(fields=["residence", "indicator", "-ends_on"], name="reading_history"),
        ]


class Incident(models.Model):
    """What happened in a residence one day: kind, place, victim, recurrence, complaint. Never who did it.

    ``text`` is short, moderated, and erased after ``text_until``. ``reference`` is the landlord's own number, by which an
    incident sent twice is known. A mistake is voided with its reason, never deleted.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="incidents")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="incidents")
    on = models.DateField("jour")
    kind = models.CharField("nature", max_length=28, choices=[(k.value, k.label) for k in IncidentKind])
    place = models.CharField("lieu", max_length=8, choices=[(p.value, p.label) for p in Place])
    victim = models.CharField("victime", max_length=10, choices=[(v.value, v.label) for v in Victim], default=Victim.UNKNOWN)
    recurrence = models.CharField(
        "répétition", max_length=10, choices=[(r.value, r.label) for r in Recurrence], default=Recurrence.UNKNOWN
    )
    complaint = models.CharField("plainte", max_length=8, choices=[(c.value, c.label) for c in Complaint], default="unknown")
    text = models.CharField("précisions", max_length=TEXT_MOST, blank=True)
    text_until = models.DateField()
    reference = models.CharField("référence", max_length=60, blank=True)
    origin = models.CharField(max_length=8, choices=[(o.value, o.label) for o in Origin])
    intake = models.ForeignKey(Intake, models.PROTECT, null=True, related_name="incidents")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    voided_at = models.DateTimeField(null=True)
    voided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="incident_kind", condition=Q(kind__in=list(IncidentKind))),
            models.CheckConstraint(name="incident_place", condition=Q(place__in=list(Place))),
            models.CheckConstraint(
                name="incident_voided_why",
                condition=Q(voided_at__isnull=True, void_reason="") | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
            ),
            models.CheckConstraint(name="incident_file", condition=Q(origin=Origin.FILE) ^ Q(intake__isnull=True)),
            models.UniqueConstraint(
                fields=["landlord", "reference"],
                condition=Q(voided_at__isnull=True) & ~Q(reference=""),
                name="incident_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["landlord", "on"], condition=Q(voided_at__isnull=True), name="incident_of_landlord"),
            models.Index(fields=["residence", "-on"], name="incident_of_residence"),
            models.Index(fields=["text_until"], condition=~Q(text=""), name="incident_text_until"),
        ]


class OpenFigure(models.Model):
    """A public figure of a commune or an IRIS, of one year, as published. ``denominator`` is what it was counted of, if said."""

    indicator = models.CharField(max_length=40)
    territory = models.CharField(max_length=9)
    year = models.PositiveSmallIntegerField("millésime")
    value = models.DecimalField(max_digits=14, decimal_places=4)
    denominator = models.PositiveIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "territory", "year"], name="open_figure_once"),
            models.CheckConstraint(name="open_figure_year", condition=Q(year__range=(1990, 2100))),
        ]


class Iris(models.Model):
    """An IRIS of INSEE, in the contours of one year. ``shape`` is WKB, WGS 84, made valid; ``outline`` is for maps."""

    year = models.PositiveSmallIntegerField("millésime")
    code = models.CharField(max_length=9)
    label = models.CharField(max_length=120)
    commune = models.CharField(max_length=5)
    shape = models.BinaryField()
    outline = models.JSONField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "code"], name="iris_once_a_year"),
            models.CheckConstraint(name="iris_box", condition=Q(west__lte=F("east")) & Q(south__lte=F("north"))),
        ]
        indexes = [models.Index(fields=["year", "west", "east"], name="iris_by_box")]

    def __str__(self) -> str:
        return f"{self.label} ({self.code})"
