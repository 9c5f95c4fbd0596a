"""What the documents room keeps: documents, their versions, and with whom they are shared."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Organisation, Person
from palier.documents.rules import AUDIENCE_LABELS


class Document(models.Model):
    """A piece of evidence, of a landlord's file or of the scheme itself (``landlord`` empty). Its files are its versions.

    ``plain_title`` is the title as searched and sorted. A withdrawn document stays, with its versions, in the history.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, null=True, related_name="documents")
    title = models.CharField("titre", max_length=200)
    plain_title = models.CharField(max_length=220)
    kind = models.CharField("nature", max_length=24)
    audience = models.CharField("lecteurs", max_length=10, choices=[(a.value, label) for a, label in AUDIENCE_LABELS.items()])
    created_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="document_withdrawn_pair",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="", withdrawn_by__isnull=True)
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]
        indexes = [models.Index(fields=["landlord", "kind"], name="document_of_landlord")]

    def __str__(self) -> str:
        return self.title


class Version(models.Model):
    """One file of a document, named by the SHA-256 of its content. The database refuses to change or remove it."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    media_type = models.CharField(max_length=100)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="version_once"),
            models.CheckConstraint(name="version_from_one", condition=Q(number__gte=1)),
            models.CheckConstraint(name="version_not_empty", condition=Q(size__gt=0)),
            models.CheckConstraint(name="version_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]


class DocumentShare(models.Model):
    """Opens a document to the representatives of a tenants' association, from an instant until it is taken back."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()
    shared_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["document", "organisation"], condition=Q(ended_at__isnull=True), name="share_open_once"
            ),
            models.CheckConstraint(name="share_dates", condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("shared_at"))),
        ]
