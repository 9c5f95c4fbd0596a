"""What the label keeps: rule sets, journeys, passages, milestones, pieces, corrections, notes, reminders."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.label.rules.guards import Milestone
from palier.label.rules.stages import LIVE, Stage

_STAGES = [(stage.value, stage.label) for stage in Stage]


class RuleSetVersion(models.Model):
    """One version of the scheme's rules, as data. A draft until published; then it never changes (trigger)."""

    code = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    title = models.CharField("titre", max_length=160)
    data = models.JSONField()
    effective_from = models.DateField("en vigueur à partir du")
    drafted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    drafted_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "number"], name="rule_set_number_once")]


class Journey(models.Model):
    """A landlord's way through the label, over as many cycles as it lasts; at most one is open at a time."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="journeys")
    rules = models.ForeignKey(RuleSetVersion, models.PROTECT, related_name="journeys")
    cycle = models.PositiveSmallIntegerField(default=1)
    stage = models.CharField(max_length=30, choices=_STAGES, default=Stage.ENGAGEMENT)
    entered_on = models.DateField()
    due_on = models.DateField(null=True)
    label_from = models.DateField(null=True)
    label_until = models.DateField(null=True)
    suspended_on = models.DateField(null=True)
    returns_to = models.CharField(max_length=30, choices=_STAGES, blank=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord"], condition=Q(closed_at__isnull=True), name="journey_open_once"),
            models.CheckConstraint(
                name="journey_label_dates",
                condition=Q(label_from__isnull=True, label_until__isnull=True)
                | Q(label_from__isnull=False, label_until__isnull=False, label_until__gte=F("label_from")),
            ),
            models.CheckConstraint(
                name="journey_closed_when_over",
                condition=Q(stage__in=sorted(LIVE), closed_at__isnull=True)
                | (~Q(stage__in=sorted(LIVE)) & Q(closed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="journey_returns_from_hearing",
                condition=Q(stage=Stage.HEARING) | Q(returns_to="") | Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="journey_suspends_a_label", condition=Q(suspended_on__isnull=True) | Q(label_until__isnull=False)
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="journey_due", condition=Q(closed_at__isnull=True))]


class Passage(models.Model):
    """One step taken, for ever (trigger): which act, from where to where, by whom, under which label dates."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="passages")
    cycle = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=40)
    source = models.CharField(max_length=30, blank=True)
    target = models.CharField(max_length=30)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    label_from = models.DateField(null=True)
    label_until = models.DateField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["journey", "at"], name="passage_of_journey")]


class Reached(models.Model):
    """A milestone brought by another room, for one cycle; ``forgotten_at`` when it no longer holds."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="reached")
    cycle = models.PositiveSmallIntegerField()
    milestone = models.CharField(max_length=30, choices=[(m.value, m.value) for m in Milestone])
    detail = models.TextField(blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    forgotten_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "cycle", "milestone"], condition=Q(forgotten_at__isnull=True), name="reached_once"
            )
        ]


class Piece(models.Model):
    """A piece asked by the rules at a stage: the document deposited for it, and its check by the label's référent."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="pieces")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=30, choices=_STAGES)
    kind = models.CharField(max_length=40)
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    deposited_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    deposited_at = models.DateTimeField()
    checked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["journey", "cycle", "stage", "kind"], name="piece_once"),
            models.CheckConstraint(
                name="piece_checked_by_somebody",
                condition=Q(checked_at__isnull=True, checked_by__isnull=True)
                | Q(checked_at__isnull=False, checked_by__isnull=False),
            ),
        ]


class Correction(models.Model):
    """A correction that the référent asks for, with its reason; the landlord's answer closes it.

    Asked by mistake, it is withdrawn with a reason instead: it stays readable and no longer blocks anything.
    """

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="corrections")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=30, choices=_STAGES)
    piece = models.ForeignKey(Piece, models.PROTECT, null=True, related_name="corrections")
    subject = models.CharField("objet", max_length=160)
    reason = models.TextField("motif")
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_on = models.DateField()
    answer = models.TextField("réponse", blank=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField("motif du retrait", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="correction_answered_whole",
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
            ),
            models.CheckConstraint(
                name="correction_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True, withdrawn_because="")
                | (
                    Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False, answered_at__isnull=True)
                    & ~Q(withdrawn_because="")
                ),
            ),
        ]


class InstructionNote(models.Model):
    """The référent's note on a file, for the committee; delivered, it no longer changes (trigger)."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="notes")
    cycle = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=30, choices=_STAGES)
    entered_on = models.DateField()
    text = models.TextField("note")
    revision = models.PositiveIntegerField(default=1)
    changed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["journey", "cycle", "stage", "entered_on"], name="note_once")]


class Reminder(models.Model):
    """A reminder sent on a journey: by the rules (``days_before`` the deadline) or by a person."""

    journey = models.ForeignKey(Journey, models.PROTECT, related_name="reminders")
    stage = models.CharField(max_length=30, choices=_STAGES)
    due_on = models.DateField(null=True)
    days_before = models.SmallIntegerField(null=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["journey", "stage", "due_on", "days_before"],
                condition=Q(days_before__isnull=False),
                name="reminder_by_rules_once",
            )
        ]
