"""What the ledger keeps: one row an act, one head, and the answers already given to acts."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from palier.ledger.rules import Audience, Line


class Entry(models.Model):
    """One act: who, when, what, on what. The database refuses to change or remove it (trigger of migration 0002).

    ``salt`` and ``content`` alone may be emptied, together, to erase personal data. ``subtree`` is the hash of the largest
    complete subtree of the Merkle tree that ends at this line (``rules.tree``).
    """

    number = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, db_index=True)
    act = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    landlord_id = models.BigIntegerField(null=True)
    audience = models.CharField(max_length=10, choices=[(a.value, a.value) for a in Audience])
    commitment = models.CharField(max_length=64)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, unique=True)
    subtree = models.CharField(max_length=64)
    salt = models.BinaryField(null=True, max_length=16)
    content = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["landlord_id", "-number"], name="ledger_of_landlord"),
            models.Index(fields=["subject_kind", "subject_id", "-number"], name="ledger_of_subject"),
        ]
        constraints = [
            models.CheckConstraint(
                name="ledger_erased_together",
                condition=models.Q(salt__isnull=True, content__isnull=True)
                | models.Q(salt__isnull=False, content__isnull=False),
            ),
        ]

    @property
    def subject(self) -> str:
        """What the act bears on, as chained: ``kind:id``."""
        return f"{self.subject_kind}:{self.subject_id}"

    @property
    def line(self) -> Line:
        """The chained part of this entry."""
        return Line(
            self.number,
            self.at,
            self.actor_id,
            self.act,
            self.subject,
            self.landlord_id,
            self.audience,
            self.commitment,
            self.previous,
        )


class Head(models.Model):
    """The last line's number and fingerprint: the row that writers lock, so that the chain has no gap and no fork.

    ``peaks`` are the complete subtrees of the Merkle tree of all lines, largest first.
    """

    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64)
    peaks = ArrayField(models.CharField(max_length=64), default=list)


class Checkpoint(models.Model):
    """The head of the ledger at an instant, signed, as it left the system: what a later rewrite cannot match.

    ``note`` is the whole signed text; ``root`` the root of the tree of ``number`` lines; ``digest`` the last of them. The
    database refuses to change or remove it.
    """

    number = models.PositiveBigIntegerField(unique=True)
    digest = models.CharField(max_length=64)
    root = models.CharField(max_length=64)
    note = models.TextField()
    at = models.DateTimeField()


class PublicKey(models.Model):
    """A key that signs the ledger, or did: from which instant, and up to which line once it no longer does."""

    text = models.CharField(max_length=300, unique=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    last_number = models.PositiveBigIntegerField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ledger_key_ends_somewhere",
                condition=models.Q(until__isnull=True, last_number__isnull=True)
                | models.Q(until__isnull=False, last_number__isnull=False),
            ),
        ]

    @property
    def short(self) -> str:
        """Its short name, which stands in what it signs."""
        return self.text.split("+")[1]


class Reply(models.Model):
    """The answer given to an act, so that the same request sent twice is done once and answered the same.

    ``request`` is the fingerprint of what was asked; another request under the same key is a conflict.
    """

    actor_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    location = models.TextField(blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    body = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["actor_id", "key"], name="reply_once", nulls_distinct=False),
        ]
        indexes = [models.Index(fields=["at"], name="reply_by_age")]
