"""What the committee's room keeps: decisions."""

from __future__ import annotations

from django.db import models

from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Person
from palier.label.models import Journey, Passage


class Decision(models.Model):
    """One decision on a journey, for ever (trigger): outcome, day of the session, conditions, reasons, the step it took."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="decisions")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=30)
    outcome = models.CharField("décision", max_length=32, choices=[(o.value, o.about.label) for o in Outcome])
    decided_on = models.DateField("séance du")
    conditions = models.TextField("réserves", blank=True)
    reasons = models.TextField("motifs", blank=True)
    passage = models.OneToOneField(Passage, models.PROTECT, related_name="decision")
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["journey", "decided_on"], name="decision_of_journey")]
