"""What the register keeps: certificates and what befalls them, their sealed files, the keys that seal; the mark's licences."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.committee.models import Decision
from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.label.models import Journey, Passage
from palier.register.rules.certificates import Grant
from palier.register.rules.history import Change
from palier.register.rules.marks import Support


class Certificate(models.Model):
    """What a decision of the committee gives, for ever (trigger): number, code, dates, and the whole content with its SHA-256."""

    decision = models.OneToOneField(Decision, models.PROTECT, related_name="certificate")
    journey = models.ForeignKey(Journey, models.PROTECT, related_name="certificates")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="certificates")
    grant = models.CharField(max_length=16, choices=[(g.value, g.label) for g in Grant])
    year = models.PositiveSmallIntegerField()
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=20, unique=True)
    code = models.CharField(max_length=12, unique=True)
    decided_on = models.DateField()
    valid_from = models.DateField()
    valid_until = models.DateField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "sequence"], name="certificate_number_once"),
            models.CheckConstraint(name="certificate_dates", condition=Q(valid_until__gte=F("valid_from"))),
            models.CheckConstraint(name="certificate_code", condition=Q(code__regex=r"^[0-9A-HJKMNP-TV-Z]{12}$")),
            models.CheckConstraint(name="certificate_digest", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
        ]
        indexes = [models.Index(fields=["journey", "decided_on"], name="certificate_of_journey")]


class Event(models.Model):
    """What befalls a certificate after its issue, for ever (trigger): suspended, restored, ended, from a day, by a passage."""

    certificate = models.ForeignKey(Certificate, models.PROTECT, related_name="events")
    change = models.CharField(max_length=16, choices=[(c.value, c.label) for c in Change])
    on = models.DateField()
    passage = models.OneToOneField(Passage, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()


class Authority(models.Model):
    """A key that seals certificates, known by the SHA-256 of its own certificate; with its chain, in PEM (trigger)."""

    fingerprint = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=300)
    chain = models.TextField()
    since = models.DateTimeField()


class SealedFile(models.Model):
    """The signed PDF of a certificate, and its Open Badge: made once, never changed (trigger)."""

    certificate = models.OneToOneField(Certificate, models.PROTECT, related_name="file")
    authority = models.ForeignKey(Authority, models.PROTECT, related_name="files")
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveIntegerField()
    badge = models.TextField()
    sealed_at = models.DateTimeField()


class Licence(models.Model):
    """The right to use the mark, for as long as the label of a journey holds; its end is dated, and said once."""

    journey = models.OneToOneField(Journey, models.PROTECT, related_name="licence")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="licences")
    starts_on = models.DateField()
    issued_at = models.DateTimeField()
    suspended_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)
    ended_because = models.CharField(max_length=16, blank=True, choices=[(c.value, c.label) for c in Change])
    remove_by = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="licence_ended_whole",
                condition=Q(ended_on__isnull=True, ended_because="", remove_by__isnull=True)
                | (Q(ended_on__isnull=False, remove_by__gte=F("ended_on")) & ~Q(ended_because="")),
            )
        ]


class MarkUse(models.Model):
    """Where a landlord shows the mark: the support, the place, since when, a picture; then the day it was removed."""

    licence = models.ForeignKey(Licence, models.PROTECT, related_name="uses")
    support = models.CharField("support", max_length=12, choices=[(s.value, s.label) for s in Support])
    place = models.CharField("où", max_length=200)
    since = models.DateField("depuis le")
    picture = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    declared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    declared_at = models.DateTimeField()
    removed_on = models.DateField(null=True)
    removed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mark_use_removed_whole",
                condition=Q(removed_on__isnull=True, removed_by__isnull=True)
                | Q(removed_on__gte=F("since"), removed_by__isnull=False),
            )
        ]
