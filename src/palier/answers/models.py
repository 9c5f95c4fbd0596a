"""What was said: drafts and slips that nobody reads, then answers that lead to nobody, and the figures counted of them.

No row here holds a key, a sequence or a time of an invitation. Rows are named at random, and those of a wave are laid down again
in a random order each time its urn is emptied, so that their place says nothing either.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from palier.directory.models import Landlord, Person
from palier.questionnaires.models import QuestionnaireVersion
from palier.stock.models import Residence
from palier.surveys.models import Stratum, Wave
from palier.surveys.rules.contact import Mode


class Draft(models.Model):
    """An answer in progress, enciphered under a key drawn from the link. Its name is drawn from the link too."""

    row = models.CharField(max_length=64, primary_key=True)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="drafts")
    sealed = models.BinaryField()


class Slip(models.Model):
    """An answer given, in the urn: enciphered under the installation's key until the urn of its wave is emptied."""

    row = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="slips")
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["wave"], name="slip_of_wave")]


class Answer(models.Model):
    """What one household said, with the groups that enough others share. ``emptied_on`` is the day of the whole urn.

    ``said`` holds the value of each question by its key; free words are not there (``Remark``). A group that is not kept, or not
    known, is null or empty.
    """

    row = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="answers")
    emptied_on = models.DateField()
    stratum = models.ForeignKey(Stratum, models.PROTECT, null=True, related_name="answers")
    agency = models.CharField(max_length=100, blank=True)
    qpv = models.BooleanField(null=True)
    supplier = models.CharField(max_length=100, blank=True)
    theme = models.CharField(max_length=60, blank=True)
    residence = models.ForeignKey(Residence, models.PROTECT, null=True, related_name="answers")
    mode = models.CharField(max_length=5, choices=[(m.value, m.label) for m in Mode], blank=True)
    said = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["wave", "residence"], name="answer_of_residence")]


class Remark(models.Model):
    """Free words, apart from the answer they came with. ``favourable`` is the side of its first marked question.

    What looks like a name or a number was taken out of ``text``, which is emptied in time. ``proposed`` are the themes that
    a list of words finds in it, ``themes`` those that a person decided (null while nobody did; none is a decision too).
    """

    row = models.UUIDField(primary_key=True, default=uuid.uuid4)
    wave = models.ForeignKey(Wave, models.PROTECT, related_name="remarks")
    emptied_on = models.DateField()
    question = models.CharField(max_length=60)
    agency = models.CharField(max_length=100, blank=True)
    favourable = models.BooleanField(null=True)
    text = models.TextField(blank=True)
    proposed = ArrayField(models.CharField(max_length=40), default=list)
    themes = ArrayField(models.CharField(max_length=40), null=True)
    verified_at = models.DateTimeField(null=True)
    verified_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="remark_verified_when", condition=Q(themes__isnull=True) ^ Q(verified_at__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["wave", "question"], name="remark_of_question")]


class Recount(models.Model):
    """The figures of a wave, counted once when it was closed. They never change: two counts would differ by a few answers.

    ``inside`` is for the landlord's own people, ``outside`` for everybody, with larger groups. ``context`` is what somebody
    wrote of the circumstances: nothing is compared with another wave before. ``shown_at`` is when tenants could read it, with
    the landlord's own ``words``.
    """

    wave = models.OneToOneField(Wave, models.PROTECT, related_name="recount")
    version = models.ForeignKey(QuestionnaireVersion, models.PROTECT, related_name="+")
    inside = models.JSONField()
    outside = models.JSONField()
    counted_at = models.DateTimeField()
    context = models.TextField("circonstances", blank=True)
    context_at = models.DateTimeField(null=True)
    context_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    words = models.TextField("mot du bailleur", blank=True)
    shown_at = models.DateTimeField(null=True)
    shown_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="recount_context_when", condition=Q(context="") ^ Q(context_at__isnull=False)),
        ]


class QuestionRecount(models.Model):
    """The figures of one question by agency, by residence, inside and outside the priority districts."""

    recount = models.ForeignKey(Recount, models.CASCADE, related_name="questions")
    question = models.CharField(max_length=60)
    inside = models.JSONField()
    outside = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recount", "question"], name="question_recount_once")]


class Commitment(models.Model):
    """What a landlord committed itself to: so many percent of good answers to a question, in every residence."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="commitments")
    question = models.CharField("question", max_length=60)
    percent = models.PositiveSmallIntegerField("engagement, en %")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "question"], name="commitment_once"),
            models.CheckConstraint(name="commitment_percent", condition=Q(percent__range=(1, 99))),
        ]
