"""What is kept of regional studies: editions, and the answer of each landlord invited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import LandlordType
from palier.questionnaires.models import QuestionnaireVersion


class Study(models.Model):
    """One edition of a regional association's study of its members, open from an instant until it is closed.

    ``counted`` holds the figures, counted once when it is closed and for good; ``words`` the key messages that the
    association keeps of this edition, by theme, over those proposed; ``revision`` counts their changes.
    """

    association = models.ForeignKey(Organisation, models.PROTECT, related_name="studies")
    questionnaire = models.ForeignKey(QuestionnaireVersion, models.PROTECT, related_name="+")
    name = models.CharField("nom", max_length=120)
    year = models.PositiveSmallIntegerField("année")
    closes_on = models.DateField("dernier jour pour répondre")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    counted = models.JSONField(null=True)
    words = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["association", "year"], name="study_once_a_year"),
            models.CheckConstraint(
                name="study_counted_when_closed",
                condition=Q(closed_at__isnull=True, counted__isnull=True) | Q(closed_at__isnull=False, counted__isnull=False),
            ),
            models.CheckConstraint(
                name="study_published_once_closed",
                condition=Q(published_at__isnull=True) | Q(closed_at__isnull=False, published_at__gte=F("closed_at")),
            ),
            models.CheckConstraint(name="study_year", condition=Q(year__range=(2000, 2100))),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}"


class StudyAnswer(models.Model):
    """The answer of a landlord invited to an edition. Only its own people read it; it is counted once its director validated it.

    ``landlord_type`` and ``homes`` are those of the invitation: the region is counted by them. ``said`` is what was answered,
    ``seen`` the questions whose page was saved, answered or left blank: nothing more is proposed for them.
    """

    study = models.ForeignKey(Study, models.PROTECT, related_name="answers")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="study_answers")
    landlord_type = models.CharField("famille", max_length=4, choices=[(t.value, t.label) for t in LandlordType])
    homes = models.PositiveIntegerField("logements")
    said = models.JSONField(default=dict)
    seen = ArrayField(models.CharField(max_length=60), default=list)
    revision = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(null=True)
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    handed_at = models.DateTimeField(null=True)
    handed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    validated_at = models.DateTimeField(null=True)
    validated_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["study", "landlord"], name="study_answer_once"),
            models.CheckConstraint(
                name="study_answer_handed_when", condition=Q(handed_at__isnull=True) | Q(handed_by__isnull=False)
            ),
            models.CheckConstraint(
                name="study_answer_validated_once_handed",
                condition=Q(validated_at__isnull=True, validated_by__isnull=True)
                | Q(validated_by__isnull=False, handed_at__isnull=False, validated_at__gte=F("handed_at")),
            ),
        ]
