"""What the questionnaires room keeps: questionnaires and their versions."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from palier.directory.models import Organisation, Person
from palier.questionnaires.rules.form import Audience


class Questionnaire(models.Model):
    """A questionnaire through all its versions: everybody's, or the own one of the organisation that wrote it."""

    code = models.CharField(max_length=60)
    owner = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    audience = models.CharField(max_length=10, choices=[(a.value, a.label) for a in Audience])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "owner"], name="questionnaire_once", nulls_distinct=False)]

    def __str__(self) -> str:
        return self.code


class QuestionnaireVersion(models.Model):
    """A questionnaire as it was written on a day. The database refuses to change or remove it.

    ``source`` is the YAML as it came; ``body`` is what it says, checked, what the bank of questions brings written out;
    ``sha256`` is the fingerprint of the body, so that the same questionnaire is never kept twice.
    """

    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    source = models.TextField()
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["questionnaire", "number"], name="questionnaire_version_once"),
            models.UniqueConstraint(fields=["questionnaire", "sha256"], name="questionnaire_body_once"),
            models.CheckConstraint(name="questionnaire_version_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.number}"
