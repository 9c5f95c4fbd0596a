"""What the room of the minutes keeps: each version of them, what is added to the record, the comments, the signed copies."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from palier.committee.models import Item, Session
from palier.directory.models import Person
from palier.minutes.rules.life import State, state
from palier.register.models import Authority


class Minutes(models.Model):
    """One version of the minutes of a session. A correction is the next ``number``, and names the signed one it ``replaces``.

    Until their approval they are written anew from the record each time. ``approval`` is the matter whose vote approved them,
    ``content`` the text that was voted. Then nothing but the signature is added, and nothing at all once signed (trigger).
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="minutes")
    number = models.PositiveSmallIntegerField()
    preamble = models.TextField("préambule", blank=True)
    drafted_at = models.DateTimeField()
    drafted_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approval = models.OneToOneField(Item, models.PROTECT, null=True, related_name="approved_minutes")
    content = models.JSONField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    because = models.TextField("motif de la correction", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="minutes_number_once"),
            models.UniqueConstraint(fields=["session"], condition=Q(signed_at__isnull=True), name="minutes_one_unsigned"),
            models.CheckConstraint(
                name="minutes_approved_whole",
                condition=Q(approved_at__isnull=True, approval__isnull=True, content__isnull=True)
                | Q(approved_at__gte=F("sent_at"), approval__isnull=False, content__isnull=False),
            ),
            models.CheckConstraint(
                name="minutes_signed_whole",
                condition=Q(signed_at__isnull=True, signed_by__isnull=True)
                | Q(signed_at__gte=F("approved_at"), signed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="minutes_corrected_with_reason",
                condition=Q(number=1, replaces__isnull=True, because="")
                | (Q(number__gt=1, replaces__isnull=False) & ~Q(because="")),
            ),
        ]

    @property
    def state(self) -> State:
        """Where they stand."""
        return state(sent=self.sent_at is not None, approved=self.approved_at is not None, signed=self.signed_at is not None)


class Debate(models.Model):
    """What the référent adds on one matter: the debates. It never changes once the minutes are approved (trigger)."""

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="debates")
    item = models.ForeignKey(Item, models.PROTECT, related_name="debates")
    text = models.TextField("débats", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["minutes", "item"], name="debate_once")]


class Comment(models.Model):
    """What somebody who was there says of the minutes, on a matter or on the session; then the référent’s answer.

    Neither the comment nor its answer changes once written (trigger). ``taken`` says whether the text was changed.
    """

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="comments")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    text = models.TextField("remarque")
    at = models.DateTimeField()
    taken = models.BooleanField(null=True)
    answer = models.TextField("réponse", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="comment_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="comment_answered_whole",
                condition=Q(taken__isnull=True, answer="", answered_at__isnull=True, answered_by__isnull=True)
                | (Q(taken__isnull=False, answered_at__gte=F("at"), answered_by__isnull=False) & ~Q(answer="")),
            ),
        ]


class Copy(models.Model):
    """A copy of signed minutes, for whoever the matters at ``withheld`` are closed to (none: the whole), for ever (trigger).

    ``entry`` is the line of the ledger that attests ``content``, by its ``digest``. The signed PDF comes after, once.
    """

    minutes = models.ForeignKey(Minutes, models.PROTECT, related_name="copies")
    withheld = ArrayField(models.PositiveSmallIntegerField())
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    entry = models.PositiveBigIntegerField(unique=True)
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)
    sealed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["minutes", "withheld"], name="copy_once"),
            models.CheckConstraint(
                name="copy_sealed_whole",
                condition=Q(sha256="", sealed_at__isnull=True, authority__isnull=True)
                | Q(sha256__regex=r"^[0-9a-f]{64}$", sealed_at__isnull=False, authority__isnull=False),
            ),
        ]
