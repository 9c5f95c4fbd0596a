"""Who a committee is: its seats, mandates, offices and terms; and what it decided."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from palier.committee.rules.outcomes import ON_JOURNEYS
from palier.committee.rules.seats import Office
from palier.directory.models import Organisation, Person
from palier.documents.models import Document, Version
from palier.label.models import Journey, Passage


def _dates(name: str) -> models.CheckConstraint:
    """What ended on the day it began ends the day before: it was never in force."""
    return models.CheckConstraint(
        name=name, condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1))
    )


class Committee(models.Model):
    """A committee that decides for the label: the national one, a regional one."""

    name = models.CharField("nom", max_length=160, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Seat(models.Model):
    """A place that belongs to a body, with or without a voice. Its number is never given to another seat."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="seats")
    number = models.PositiveSmallIntegerField()
    body = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    voting = models.BooleanField(default=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="seat_number_once"),
            _dates("seat_dates"),
        ]


class Mandate(models.Model):
    """What a person is for a seat, from a day to a day: titular (rank 0) or substitute, in the order of call.

    The database refuses two people at one rank of a seat, and two mandates of one person in a committee, at the same time
    (exclusion constraints of migration 0004).
    """

    seat = models.ForeignKey(Seat, models.PROTECT, related_name="mandates")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="mandates")
    """The seat's own (composite foreign key of migration 0004)."""
    person = models.ForeignKey(Person, models.PROTECT, related_name="mandates")
    rank = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    appointment = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [_dates("mandate_dates")]
        indexes = [models.Index(fields=["person"], name="mandate_of_person")]


class Tenure(models.Model):
    """An office held by a titular member, from a day to a day; one holder at a time (exclusion constraint)."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="tenures")
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="tenures")
    office = models.CharField(max_length=16, choices=[(o.value, o.label) for o in Office])
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [_dates("tenure_dates")]


class TermsVersion(models.Model):
    """One version of a committee's terms, as data. A draft until published; then it never changes (trigger)."""

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="terms")
    number = models.PositiveIntegerField()
    data = models.JSONField()
    effective_from = models.DateField("en vigueur à partir du")
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="terms_number_once"),
            models.UniqueConstraint(
                fields=["committee", "effective_from"], condition=Q(published_at__isnull=False), name="terms_one_a_day"
            ),
        ]


class Decision(models.Model):
    """One decision on a journey, for ever (trigger): outcome, day of the session, conditions, reasons, the step it took.

    ``conditions`` are the words that were notified; each is followed in the room of plans (``plans.Condition``), those of the
    decisions older than that apart. ``document`` is what one that was not voted in Palier was recorded from: minutes, a letter.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="decisions")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=30)
    outcome = models.CharField("décision", max_length=32, choices=[(o.value, o.about.label) for o in ON_JOURNEYS])
    decided_on = models.DateField("séance du")
    conditions = models.TextField("réserves", blank=True)
    reasons = models.TextField("motifs", blank=True)
    passage = models.OneToOneField(Passage, models.PROTECT, related_name="decision")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()
    document = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["journey", "decided_on"], name="decision_of_journey")]
