"""A poll on a matter: the roll, the ballots, the count, and its voiding. Nothing here is ever erased."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from palier.committee.models.composing import Mandate, Seat, TermsVersion
from palier.committee.models.sessions import Item
from palier.committee.rules.outcomes import Outcome
from palier.committee.rules.seats import Hold
from palier.committee.rules.tally import Choice, Result
from palier.directory.models import Person


class Poll(models.Model):
    """What is put to the vote on a matter. From its opening what is asked never changes, from its close nothing (triggers).

    ``effect`` is what takes effect if it is adopted (``rules.effects``); ``conditions`` says its conditions in words.
    ``opening`` is the scene as recorded when it opened: a mandate that ends meanwhile strands no ballot. ``record`` is the
    scene that was counted, ``checked`` what the second counter answered. ``replaces`` is the voided poll held again.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="polls")
    number = models.PositiveSmallIntegerField()
    motion = models.CharField("proposition", max_length=300)
    outcome = models.CharField(max_length=32, blank=True, choices=[(o.value, o.about.label) for o in Outcome])
    conditions = models.TextField("réserves", blank=True)
    reasons = models.TextField("motifs", blank=True)
    effect = models.JSONField(default=dict)
    opening = models.JSONField()
    terms = models.ForeignKey(TermsVersion, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=10, blank=True, choices=[(r.value, r.value) for r in Result])
    sentence = models.TextField(blank=True)
    record = models.JSONField(null=True)
    checked = models.JSONField(null=True)
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replaced_by")
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="poll_number_once"),
            models.UniqueConstraint(fields=["item"], condition=Q(closed_at__isnull=True), name="poll_one_open_a_matter"),
            models.CheckConstraint(
                name="poll_closed_after", condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at"))
            ),
            models.CheckConstraint(
                name="poll_closed_whole",
                condition=Q(closed_at__isnull=True, result="", record__isnull=True, checked__isnull=True)
                | (Q(closed_at__isnull=False, record__isnull=False, checked__isnull=False) & ~Q(result="")),
            ),
        ]


class RollLine(models.Model):
    """A seat of a poll when it opened, and when it closed, for ever (trigger): what became of it, and who sat for it."""

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="roll")
    closing = models.BooleanField()
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    hold = models.CharField(max_length=8, choices=[(h.value, h.label) for h in Hold])
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="+")
    presides = models.BooleanField(default=False)
    may_vote = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "closing", "seat"], name="roll_line_once")]


class Ballot(models.Model):
    """The voice of a seat on a poll, for ever (trigger). A change of mind is the next ``version``; all are kept.

    ``entry`` is the number of its ledger line, which commits to the ballot by ``seal``: the SHA-256 of ``nonce`` and of
    what it says, told to the voter in the receipt and to all at the close.
    """

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="ballots")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField()
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="ballots")
    by = models.ForeignKey(Person, models.PROTECT, related_name="ballots")
    choice = models.CharField(max_length=10, choices=[(c.value, c.label) for c in Choice])
    conditions = models.TextField("réserves", blank=True)
    reasons = models.TextField("motifs", blank=True)
    at = models.DateTimeField()
    nonce = models.CharField(max_length=32)
    seal = models.CharField(max_length=64)
    entry = models.PositiveBigIntegerField(unique=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "seat", "version"], name="ballot_once_a_seat")]

    @property
    def said(self) -> dict[str, Any]:
        """What it says, as its seal commits to it."""
        return {
            "poll": self.poll_id,
            "seat": self.seat_id,
            "version": self.version,
            "by": self.by_id,
            "choice": self.choice,
            "conditions": self.conditions,
            "reasons": self.reasons,
        }


class Voiding(models.Model):
    """One of the two people it takes to void a closed poll, and why. The poll is void once both have signed.

    Until then it may be taken back, or set aside by another; it stays on record, and no longer counts (triggers).
    """

    poll = models.ForeignKey(Poll, models.PROTECT, related_name="voidings")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    because = models.TextField()
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["poll", "by"], condition=Q(taken_back_at__isnull=True), name="voiding_once_a_person"
            ),
            models.CheckConstraint(name="voiding_reason", condition=~Q(because="")),
        ]
