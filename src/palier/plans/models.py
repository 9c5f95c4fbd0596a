"""What plans keep: plans, recommendations, actions, their measures and verdicts, frozen versions, conditions of decisions.

While a plan is frozen the database refuses to change what defines its actions (triggers of migrations 0002 and 0005): an
action added since is dated, and outside of the frozen version.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.plans.rules.conditions import Said, ShownBy
from palier.plans.rules.terms import (
    Direction,
    Effect,
    Nature,
    Outcome,
    Scope,
    Source,
    Status,
    Vocabulary,
)
from palier.stock.models import Residence
from palier.visits.rules import Responsibility


class State(models.TextChoices):
    """Whether a plan may be changed."""

    DRAFT = "draft", "En rédaction"
    FROZEN = "frozen", "Figé"


class Term(models.Model):
    """A word of a list that the label's owner edited: it adds to the default list, renames one of its words or retires it."""

    vocabulary = models.CharField(max_length=12, choices=[(v.value, v.label) for v in Vocabulary])
    code = models.CharField(max_length=40)
    label = models.CharField("libellé", max_length=120)
    retired = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["vocabulary", "code"], name="term_once")]


class Plan(models.Model):
    """A landlord's action plan for a cycle. ``revision`` counts its frozen versions."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="plans")
    cycle = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=6, choices=State, default=State.DRAFT)
    opened_at = models.DateTimeField()
    frozen_at = models.DateTimeField(null=True)
    revision = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "cycle"], name="plan_once"),
            models.CheckConstraint(
                name="plan_frozen_when", condition=~Q(state=State.FROZEN) | Q(frozen_at__isnull=False, revision__gte=1)
            ),
        ]


class Recommendation(models.Model):
    """What somebody recommends to the landlord, and that the plan must follow or refuse with a reason.

    ``source_id`` is the id of what it comes from, in the room that brought it. ``revision`` counts what was said of it.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="recommendations")
    code = models.CharField(max_length=8)
    title = models.CharField("préconisation", max_length=200)
    text = models.TextField("détail", blank=True)
    theme = models.CharField("thème", max_length=40, blank=True)
    source = models.CharField("origine", max_length=16, choices=[(s.value, s.label) for s in Source])
    source_id = models.BigIntegerField(null=True)
    added_at = models.DateTimeField()
    refusal_reason = models.TextField("motif du refus", blank=True)
    refused_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    refused_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="recommendation_code_once"),
            models.UniqueConstraint(
                fields=["plan", "source", "source_id"], condition=Q(source_id__isnull=False), name="recommendation_source_once"
            ),
            models.CheckConstraint(
                name="recommendation_refused_whole",
                condition=Q(refusal_reason="", refused_by__isnull=True, refused_at__isnull=True)
                | (~Q(refusal_reason="") & Q(refused_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code}, {self.title}"


class Action(models.Model):
    """What the landlord will do: where, why, who, when, for how much, and by what one will see that it worked.

    The fields of ``rules.action.ActionContent`` define it; ``status``, ``progress`` and what follows live on after the
    freeze. ``revision`` changes at every save.
    """

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="actions")
    code = models.CharField(max_length=8)
    title = models.CharField("action", max_length=200)
    description = models.TextField("description", blank=True)
    theme = models.CharField("thème", max_length=40, blank=True)
    scope = models.CharField("périmètre", max_length=12, choices=[(s.value, s.label) for s in Scope])
    nature = models.CharField("nature", max_length=12, blank=True, choices=[(n.value, n.label) for n in Nature])
    responsibility = models.CharField(
        "responsabilité", max_length=10, blank=True, choices=[(r.value, r.label) for r in Responsibility]
    )
    lever = models.CharField("levier", max_length=40, blank=True)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="actions_owned")
    owner_label = models.CharField("fonction ou service responsable", max_length=120, blank=True)
    contributors = models.ManyToManyField(Person, through="Contribution", related_name="actions_shared")
    residences = models.ManyToManyField(Residence, through="ActionSite", related_name="actions")
    recommendations = models.ManyToManyField(Recommendation, through="Trace", related_name="actions")
    starts_on = models.DateField("début", null=True, blank=True)
    due_on = models.DateField("échéance", null=True, blank=True)
    budget = models.DecimalField("budget", max_digits=12, decimal_places=2, null=True, blank=True)
    funding = models.CharField("financement", max_length=200, blank=True)
    tfpb_axis = models.CharField("axe de l’abattement de TFPB", max_length=40, blank=True)
    ordinary = models.TextField("ce qui est fait sans l’abattement", blank=True)
    indicator = models.CharField("indicateur", max_length=200, blank=True)
    unit = models.CharField("unité", max_length=40, blank=True)
    direction = models.CharField("sens", max_length=4, blank=True, choices=[(d.value, d.label) for d in Direction])
    baseline = models.DecimalField("valeur de départ", max_digits=14, decimal_places=3, null=True, blank=True)
    baseline_on = models.DateField("mesurée le", null=True, blank=True)
    target = models.DecimalField("cible", max_digits=14, decimal_places=3, null=True, blank=True)
    target_on = models.DateField("à atteindre le", null=True, blank=True)
    added_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    status = models.CharField("état", max_length=12, choices=[(s.value, s.label) for s in Status], default=Status.NOT_STARTED)
    progress = models.PositiveSmallIntegerField("avancement", default=0)
    tenants_informed_on = models.DateField("locataires informés le", null=True, blank=True)
    dropped_reason = models.TextField("motif de l’abandon", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="action_code_once"),
            models.CheckConstraint(
                name="action_dates",
                condition=Q(starts_on__isnull=True) | Q(due_on__isnull=True) | Q(due_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="action_budget", condition=Q(budget__isnull=True) | Q(budget__gte=0)),
            models.CheckConstraint(
                name="action_progress",
                condition=Q(status=Status.NOT_STARTED, progress=0)
                | Q(status=Status.UNDER_WAY, progress__lte=100)
                | Q(status=Status.DONE, progress=100)
                | Q(status=Status.DROPPED, progress__lte=100),
            ),
            models.CheckConstraint(
                name="action_dropped_with_reason",
                condition=(Q(status=Status.DROPPED) & ~Q(dropped_reason=""))
                | (~Q(status=Status.DROPPED) & Q(dropped_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="action_due", condition=Q(status__in=["not_started", "under_way"]))]

    def __str__(self) -> str:
        return f"{self.code}, {self.title}"


class Trace(models.Model):
    """An action that follows a recommendation."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="traces")
    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="traces")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "recommendation"], name="trace_once")]


class ActionSite(models.Model):
    """A site that an action bears on."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="sites")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "residence"], name="action_site_once")]


class Contribution(models.Model):
    """A person to whom an action is entrusted beside its owner."""

    action = models.ForeignKey(Action, models.CASCADE, related_name="contributions")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "person"], name="contribution_once")]


class Measure(models.Model):
    """A value of an action's indicator on a day. A wrong one is corrected by a new one for the same day."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="measures")
    on = models.DateField("mesuré le")
    value = models.DecimalField("valeur", max_digits=14, decimal_places=3)
    source = models.CharField("source", max_length=200)
    note = models.TextField("note", blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["action", "-on", "-id"], name="measure_latest")]


class ActionEvidence(models.Model):
    """A document that proves something of an action."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "document"], name="evidence_once")]


class ActionVerdict(models.Model):
    """What an auditor found of an action in one audit. ``mission_id`` is the audit's mission, in the room above."""

    action = models.ForeignKey(Action, models.PROTECT, related_name="verdicts")
    occasion = models.CharField(max_length=16)
    mission_id = models.BigIntegerField()
    outcome = models.CharField("constat", max_length=20, choices=[(o.value, o.label) for o in Outcome])
    effect = models.CharField("effet", max_length=16, blank=True, choices=[(e.value, e.label) for e in Effect])
    note = models.TextField("observation", blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["action", "mission_id"], name="verdict_once")]


class Snapshot(models.Model):
    """A plan as it was frozen: its canonical content and its fingerprint. The database refuses to change or remove it."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="snapshots")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="snapshot_once"),
            models.CheckConstraint(name="snapshot_sha256", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")),
        ]


class Condition(models.Model):
    """What a decision of the committee asks of a landlord, for a day, for ever (trigger of migration 0004).

    ``decision_id`` is the decision's, in the room above.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8)
    text = models.TextField("réserve")
    due_on = models.DateField("échéance")
    shown_by = models.CharField("à montrer par", max_length=8, choices=[(s.value, s.label) for s in ShownBy])
    decision_id = models.BigIntegerField()
    asked_on = models.DateField("décision du")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["landlord", "cycle", "code"], name="condition_code_once"),
            models.CheckConstraint(name="condition_says", condition=~Q(text="")),
            models.CheckConstraint(name="condition_due_after", condition=Q(due_on__gt=F("asked_on"))),
        ]
        indexes = [models.Index(fields=["due_on"], name="condition_due")]

    def __str__(self) -> str:
        return f"{self.code}, {self.text}"


class ConditionAnswer(models.Model):
    """What is said of a condition, for ever (trigger): the last one holds, the others stay."""

    condition = models.ForeignKey(Condition, models.PROTECT, related_name="answers")
    said = models.CharField(max_length=5, choices=[(s.value, s.label) for s in Said])
    text = models.TextField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["condition", "-id"], name="condition_answer_latest")]
