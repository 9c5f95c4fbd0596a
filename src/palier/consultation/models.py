"""What consultation keeps: rounds, what was shared, each association's voice, meetings.

A voice once given never changes: the database refuses it (triggers of migration 0002), to everybody.
"""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.models import Landlord, Organisation, Person
from palier.documents.models import Version


class Round(models.Model):
    """Tenants' representatives associated with one stage of a journey: what they are told and asked, until when.

    ``answer_until`` is the last day of the delay, told to the associations when the round was opened. A round is closed
    when the stage is passed, or when it was opened by mistake (``closed_because``): what was said in it stays.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="rounds")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=40)
    duty = models.CharField(max_length=8, choices=[(d.value, d.label) for d in Duty])
    subject = models.CharField("objet", max_length=200)
    message = models.TextField("message")
    lapse_days = models.PositiveSmallIntegerField()
    reminders = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer_until = models.DateField()
    closed_at = models.DateTimeField(null=True)
    closed_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "cycle", "stage"], condition=Q(closed_at__isnull=True), name="round_open_once"
            ),
            models.CheckConstraint(
                name="round_reason_when_closed", condition=Q(closed_at__isnull=False) | Q(closed_because="")
            ),
        ]
        indexes = [models.Index(fields=["landlord", "cycle", "stage"], name="round_of_stage")]

    def __str__(self) -> str:
        return self.subject


class SharedDocument(models.Model):
    """The version of a document that was shared in a round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="shared")
    version = models.ForeignKey(Version, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["round", "version"], name="shared_once")]


class Voice(models.Model):
    """One association in a round. ``sent_at`` stays empty while nobody could be written to."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="voices")
    association = models.ForeignKey(Organisation, models.PROTECT, related_name="voices")
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)
    opinion = models.CharField("avis", max_length=24, blank=True, choices=[(o.value, o.label) for o in Opinion])
    text = models.TextField("texte", blank=True)
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="voices")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["round", "association"], name="voice_once"),
            models.CheckConstraint(
                name="voice_given_whole",
                condition=Q(opinion="", text="", person__isnull=True, answered_at__isnull=True)
                | (~Q(opinion="") & Q(person__isnull=False, answered_at__isnull=False, read_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="voice_in_order", condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("read_at"))
            ),
        ]

    @property
    def who(self) -> str:
        """The association, as an opinion is signed."""
        return self.association.name

    @property
    def verdict(self) -> str:
        """What it says, in words."""
        return Opinion(self.opinion).label if self.opinion else ""

    @property
    def on(self) -> datetime | None:
        """When it was said."""
        return self.answered_at


class Reminder(models.Model):
    """A reminder sent to an association, by a person or by Palier itself. Traced for ever."""

    voice = models.ForeignKey(Voice, models.PROTECT, related_name="reminders")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")


class Reply(models.Model):
    """What the landlord answers to an opinion, read by all who read the opinion. It never touches the opinion."""

    voice = models.ForeignKey(Voice, models.PROTECT, related_name="replies")
    text = models.TextField("réponse")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Meeting(models.Model):
    """A meeting held with the associations, or a direct consultation of tenants where no association is active.

    One recorded by mistake is withdrawn, with the reason: it no longer counts and stays readable.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="meetings")
    body = models.CharField("instance", max_length=16, choices=[(b.value, b.label) for b in Body])
    held_on = models.DateField("date de la réunion")
    invited = models.ManyToManyField(Organisation, related_name="+", verbose_name="associations invitées")
    present = models.ManyToManyField(Organisation, related_name="+", verbose_name="associations présentes")
    tenants = models.PositiveIntegerField("locataires présents ou informés", null=True)
    documents = models.ManyToManyField(Version, related_name="+", verbose_name="documents envoyés")
    minutes = models.ForeignKey(Version, models.PROTECT, null=True, related_name="+")
    note = models.TextField("ce qui a été dit", blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="meeting_withdrawn_pair",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]
