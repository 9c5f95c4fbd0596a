"""What the visits room keeps: staircases and who checks them, visits with their photos and priorities, walks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.frameworks.models import Assessment
from palier.stock.models import Residence
from palier.visits.rules import Cleaner, Function, Kind, Public, Responsibility, Theme

_SAID_WHEN = Q(remark="", remark_at__isnull=True) | (~Q(remark="") & Q(remark_at__isnull=False))


class Staircase(models.Model):
    """One staircase of a residence: what a cleanliness round checks, and who cleans it.

    ``provider`` names the firm of a contractor; ``cleaner`` is the person of the team who cleans it, when they have an account.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="staircases")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="staircases")
    name = models.CharField("escalier", max_length=100)
    cleaned_by = models.CharField("nettoyé par", max_length=12, choices=[(c.value, c.label) for c in Cleaner])
    provider = models.CharField("entreprise", max_length=120, blank=True)
    cleaner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["residence", "name"], condition=Q(closed_at__isnull=True), name="staircase_open_once"
            ),
            models.CheckConstraint(name="staircase_cleaned_by", condition=Q(cleaned_by__in=Cleaner)),
            models.CheckConstraint(
                name="staircase_provider", condition=Q(provider="") | Q(cleaned_by=Cleaner.CONTRACTOR, cleaner__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FieldPost(models.Model):
    """What a person of the landlord's team is on the spot; it says which staircases they may check."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="field_posts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    function = models.CharField("fonction", max_length=16, choices=[(f.value, f.label) for f in Function])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "person"], name="field_post_once"),
            models.CheckConstraint(name="field_post_function", condition=Q(function__in=Function)),
        ]


class Visit(models.Model):
    """A residence sheet or a cleanliness round: planned for a day, taken in charge (its assessment starts), done or cancelled.

    A round keeps who cleaned the staircase when it was taken in charge, and the remark of whoever cleans.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="visits")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="visits")
    kind = models.CharField("visite", max_length=20, choices=[(k.value, k.label) for k in Kind])
    staircase = models.ForeignKey(Staircase, models.PROTECT, null=True, related_name="visits")
    planned_on = models.DateField("prévue le")
    planned_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField()
    entrusted_to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    assessment = models.OneToOneField(Assessment, models.PROTECT, null=True, related_name="visit")
    taken_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.CharField(max_length=300, blank=True)
    shared_at = models.DateTimeField(null=True)
    cleaned_by = models.CharField(max_length=12, blank=True, choices=[(c.value, c.label) for c in Cleaner])
    provider = models.CharField(max_length=120, blank=True)
    remark = models.TextField("remarque de la personne qui nettoie", blank=True)
    remark_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    remark_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="visit_of_a_staircase",
                condition=Q(kind=Kind.SHEET, staircase__isnull=True) | Q(kind=Kind.ROUND, staircase__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_taken_when",
                condition=Q(assessment__isnull=True, taken_at__isnull=True, done_at__isnull=True)
                | Q(assessment__isnull=False, taken_at__isnull=False, entrusted_to__isnull=False),
            ),
            models.CheckConstraint(
                name="visit_cancelled_why",
                condition=Q(cancelled_at__isnull=True, cancelled_because="")
                | (Q(cancelled_at__isnull=False, done_at__isnull=True) & ~Q(cancelled_because="")),
            ),
            models.CheckConstraint(
                name="visit_shared_once_done", condition=Q(shared_at__isnull=True) | Q(done_at__isnull=False)
            ),
            models.CheckConstraint(name="visit_remark_when", condition=_SAID_WHEN),
        ]
        indexes = [
            models.Index(fields=["landlord", "planned_on"], name="visit_of_landlord"),
            models.Index(fields=["residence", "kind", "-done_at"], name="visit_of_residence"),
        ]


class Photo(models.Model):
    """A photo of one point of a visit. ``key`` is the name its device gave it, once and for all: sent twice, kept once.

    ``sent_sha256`` is the fingerprint of what left the device; the document's own is that of the picture as it was redrawn.
    """

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="photos")
    criterion = models.CharField(max_length=60)
    document = models.OneToOneField(Document, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    sent_sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "key"], name="photo_once"),
            models.CheckConstraint(name="photo_sent_sha256", condition=Q(sent_sha256__regex=r"^[0-9a-f]{64}$")),
        ]


class Priority(models.Model):
    """One of the points that a finished sheet puts first."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="priorities")
    rank = models.PositiveSmallIntegerField()
    criterion = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "rank"], name="priority_rank_once"),
            models.UniqueConstraint(fields=["visit", "criterion"], name="priority_point_once"),
        ]


class Walk(models.Model):
    """A walk through a residence with those who live there. Once restituted, it no longer changes; follow-ups go on.

    ``count_revision`` changes each time its participants are counted anew.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="walks")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="walks")
    title = models.CharField("titre", max_length=160)
    held_on = models.DateField("date")
    led_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    count_revision = models.PositiveIntegerField(default=0)
    counted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    counted_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["landlord", "-held_on"], name="walk_of_landlord")]

    def __str__(self) -> str:
        return self.title


class Participants(models.Model):
    """How many people of one kind took part in a walk."""

    walk = models.ForeignKey(Walk, models.PROTECT, related_name="participants")
    public = models.CharField(max_length=16, choices=[(p.value, p.label) for p in Public])
    count = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["walk", "public"], name="participants_once")]


class Stop(models.Model):
    """A stop of a walk, in order; its point may be missing. ``key`` is the name its device gave it: sent twice, kept once."""

    walk = models.ForeignKey(Walk, models.PROTECT, related_name="stops")
    key = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    place = models.CharField("lieu", max_length=160)
    lon = models.FloatField(null=True)
    lat = models.FloatField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["walk", "number"], name="stop_once"),
            models.UniqueConstraint(fields=["walk", "key"], name="stop_key_once"),
            models.CheckConstraint(
                name="stop_point_whole",
                condition=Q(lon__isnull=True, lat__isnull=True) | Q(lon__range=(-180.0, 180.0), lat__range=(-90.0, 90.0)),
            ),
        ]


class Observation(models.Model):
    """What was noted at a stop: a strength or a weakness, and who answers for it. Withdrawn ones stay, struck.

    ``key`` is the name its device gave it: sent twice, kept once.
    """

    stop = models.ForeignKey(Stop, models.PROTECT, related_name="observations")
    key = models.CharField(max_length=40)
    theme = models.CharField("thème", max_length=16, choices=[(t.value, t.label) for t in Theme])
    positive = models.BooleanField("point fort")
    text = models.TextField("observation")
    responsible = models.CharField("qui en répond", max_length=10, choices=[(r.value, r.label) for r in Responsibility])
    photo = models.OneToOneField(Document, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stop", "key"], name="observation_key_once"),
            models.CheckConstraint(name="observation_said", condition=~Q(text="")),
        ]


class FollowUp(models.Model):
    """What is promised on an observation, by whom and for when; then what was done."""

    observation = models.ForeignKey(Observation, models.PROTECT, related_name="follow_ups")
    text = models.TextField("suite donnée")
    who = models.CharField("qui s’en charge", max_length=120)
    due_on = models.DateField("pour le")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    done_on = models.DateField(null=True)
    outcome = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="follow_up_done_how",
                condition=Q(done_on__isnull=True, outcome="") | (Q(done_on__isnull=False) & ~Q(outcome="")),
            ),
        ]
