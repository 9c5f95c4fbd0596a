"""What projects keep: local projects, findings, linked actions, partners and their words, residents' part, requests for help."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.frameworks.models import Assessment
from palier.plans.models import Action
from palier.projects.rules.terms import Body, Desk, Family, Kind, Stage, Trace
from palier.sites.models import PrioritySite
from palier.visits.models import Walk
from palier.visits.rules import Responsibility


class Project(models.Model):
    """The local project of a confirmed site, from its detailed diagnosis to its evaluation. One runs at a time on a site.

    ``homes`` is what the project covers; ``shared_summary`` is what partners read. ``revision`` changes at every save.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="projects")
    site = models.ForeignKey(PrioritySite, models.PROTECT, related_name="projects")
    kind = models.CharField("forme", max_length=3, choices=[(k.value, k.label) for k in Kind])
    title = models.CharField("nom du projet", max_length=200)
    homes = models.PositiveIntegerField("logements couverts", null=True, blank=True)
    stage = models.CharField("étape", max_length=16, choices=[(s.value, s.label) for s in Stage], default=Stage.DIAGNOSIS)
    assessment = models.ForeignKey(Assessment, models.PROTECT, null=True, related_name="+")
    objectives = models.TextField("objectifs", blank=True)
    steering = models.TextField("pilotage", blank=True)
    levers = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    starts_on = models.DateField("début", null=True, blank=True)
    ends_on = models.DateField("fin", null=True, blank=True)
    shared_summary = models.TextField("présentation aux partenaires", blank=True)
    outcome = models.TextField("ce que le projet a changé", blank=True)
    next_steps = models.TextField("ce qui suit", blank=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    abandoned_because = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site"], condition=Q(closed_at__isnull=True), name="project_once_a_site"),
            models.CheckConstraint(name="project_stage", condition=Q(stage__in=list(Stage))),
            models.CheckConstraint(
                name="project_closed_pair",
                condition=Q(stage=Stage.CLOSED, closed_at__isnull=False)
                | (~Q(stage=Stage.CLOSED) & Q(closed_at__isnull=True, abandoned_because="")),
            ),
            models.CheckConstraint(
                name="project_dates",
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
            ),
        ]
        indexes = [models.Index(fields=["landlord", "stage"], name="project_of_landlord")]

    def __str__(self) -> str:
        return self.title


class StagePassage(models.Model):
    """A project that went from a stage to another; backwards, with the reason."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="passages")
    source = models.CharField(max_length=16, choices=[(s.value, s.label) for s in Stage])
    target = models.CharField(max_length=16, choices=[(s.value, s.label) for s in Stage])
    because = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")


class Finding(models.Model):
    """What the detailed diagnosis observes on a site: who answers for it, and what may be done. A withdrawn one stays."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="findings")
    family = models.CharField("famille", max_length=16, choices=[(f.value, f.label) for f in Family])
    text = models.TextField("constat")
    cause = models.TextField("causes", blank=True)
    responsibility = models.CharField("qui en répond", max_length=10, choices=[(r.value, r.label) for r in Responsibility])
    actor = models.CharField("quel autre acteur", max_length=120, blank=True)
    levers = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    shared = models.BooleanField("montrer aux partenaires", default=False)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="project_finding_says", condition=~Q(text="")),
            models.CheckConstraint(
                name="project_finding_actor", condition=Q(responsibility=Responsibility.LANDLORD) | ~Q(actor="")
            ),
        ]


class Partner(models.Model):
    """Somebody of another body who sees the shared part of a project by the link of an e-mail, until it ends or is revoked.

    Only the fingerprint of the link is kept.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="partners")
    body = models.CharField("qui", max_length=12, choices=[(b.value, b.label) for b in Body])
    name = models.CharField("structure", max_length=120)
    brings = models.CharField("ce que le partenaire apporte", max_length=300, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    invited_at = models.DateTimeField()
    invited_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    expires_on = models.DateField()
    last_seen_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "person"], condition=Q(revoked_at__isnull=True), name="project_partner_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ProjectAction(models.Model):
    """An action of the landlord's plan that serves a project: the action itself, never a copy."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="links")
    action = models.ForeignKey(Action, models.PROTECT, related_name="project_links")
    partner = models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="links")
    shared = models.BooleanField("montrer aux partenaires", default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["project", "action"], name="project_action_once")]


class PartnerWord(models.Model):
    """What a partner says of a project, or of an action it answers for: a remark, or how far it is.

    It never changes the plan: the landlord takes a progress over, or not.
    """

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="words")
    link = models.ForeignKey(ProjectAction, models.PROTECT, null=True, related_name="words")
    progress = models.PositiveSmallIntegerField("avancement", null=True)
    text = models.TextField("remarque", blank=True)
    at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True)
    taken_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="partner_word_says", condition=~Q(text="") | Q(progress__isnull=False)),
            models.CheckConstraint(
                name="partner_word_progress",
                condition=Q(progress__isnull=True) | Q(progress__lte=100, link__isnull=False),
            ),
        ]


class Involvement(models.Model):
    """Residents who took part in a stage of a project, recorded by the landlord. Withdrawn, it no longer counts and stays.

    ``walk`` is a restituted walk that is cited: its day and the residents counted there, which no longer change.
    Meetings and opinions of associations are those of consultation, read there and not copied here.
    """

    project = models.ForeignKey(Project, models.PROTECT, related_name="involvements")
    stage = models.CharField(max_length=16, choices=[(s.value, s.label) for s in Stage])
    trace = models.CharField("ce qui a eu lieu", max_length=8, choices=[(t.value, t.label) for t in Trace])
    held_on = models.DateField("date")
    residents = models.PositiveIntegerField("habitants présents")
    note = models.TextField("ce qui a été dit")
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    walk = models.ForeignKey(Walk, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "walk"], condition=Q(withdrawn_at__isnull=True), name="involvement_walk_once"
            ),
            models.CheckConstraint(name="involvement_somebody", condition=Q(residents__gte=1)),
            models.CheckConstraint(
                name="involvement_withdrawn_pair",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]
        indexes = [models.Index(fields=["project", "stage"], name="involvement_of_stage")]


class HelpRequest(models.Model):
    """What a landlord carries to the support desk or to conciliation: reasons, pieces, and what came of it, with dates."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="help_requests")
    project = models.ForeignKey(Project, models.PROTECT, related_name="help_requests")
    desk = models.CharField("à qui", max_length=12, choices=[(d.value, d.label) for d in Desk])
    reasons = models.TextField("motifs")
    tried = models.TextField("ce qui a déjà été tenté", blank=True)
    documents = models.ManyToManyField(Document, related_name="+", verbose_name="pièces jointes")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    acknowledged_at = models.DateTimeField(null=True)
    acknowledged_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    answer = models.TextField("réponse", blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    closing = models.TextField("suite donnée", blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "desk"], condition=Q(closed_at__isnull=True), name="help_request_open_once"
            ),
            models.CheckConstraint(name="help_request_says", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="help_request_answered_whole",
                condition=Q(answered_at__isnull=True, answer="")
                | (Q(answered_at__isnull=False, acknowledged_at__isnull=False) & ~Q(answer="")),
            ),
        ]
        indexes = [models.Index(fields=["asked_at"], name="help_request_open", condition=Q(answered_at__isnull=True))]
