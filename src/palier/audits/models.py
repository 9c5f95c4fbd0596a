"""What audits keep: accreditations, missions, plans, findings, reports, feedback.

Once a mission's report is approved, the database refuses to change it and all it is made of (migration 0002).
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from palier.audits.rules.findings import FindingKind, Treatment
from palier.audits.rules.missions import AT_WORK, HELD, OFFERED, ItemKind, Side, State
from palier.directory.models import Landlord, Organisation, Person
from palier.documents.models import Document
from palier.label.rules.rulesets import Audit
from palier.plans.models import Action
from palier.plans.rules.terms import Effect, Outcome
from palier.sites.models import PrioritySite
from palier.stock.models import Residence


class Terms(models.Model):
    """What the label's owner sets for audits, from a day: the years between advising a landlord and auditing it."""

    effective_from = models.DateField("à partir du", unique=True)
    independence_years = models.PositiveSmallIntegerField("années entre conseil et audit")
    set_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()


class Accreditation(models.Model):
    """What lets a person audit, for a firm, from a day to a day. Two of one person never overlap (migration 0002)."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="accreditations")
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="accreditations")
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    scope = ArrayField(
        models.CharField(max_length=16, choices=[(a.value, a.label) for a in Audit]), verbose_name="audits couverts"
    )
    trained_on = models.DateField("formation suivie le", null=True, blank=True)
    granted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    withdrawn_on = models.DateField(null=True)
    withdrawn_because = models.TextField(blank=True)
    withdrawn_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="accreditation_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(name="accreditation_scope", condition=Q(scope__len__gt=0)),
            models.CheckConstraint(
                name="accreditation_withdrawn_pair",
                condition=Q(withdrawn_on__isnull=True, withdrawn_because="")
                | (Q(withdrawn_on__isnull=False) & ~Q(withdrawn_because="")),
            ),
        ]


class Suspension(models.Model):
    """Days on which an accreditation is worth nothing; open until it is lifted, none when that is on its first day."""

    accreditation = models.ForeignKey(Accreditation, models.PROTECT, related_name="suspensions")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    because = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["accreditation"], condition=Q(ends_on__isnull=True), name="suspension_open_once"),
            models.CheckConstraint(name="suspension_reason", condition=~Q(because="")),
            models.CheckConstraint(
                name="suspension_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on") - timedelta(days=1)),
            ),
        ]


class Mission(models.Model):
    """One audit of one landlord by one auditor, from the consultation to the approved report.

    ``plan_revision`` counts the changes of the plan, so that the direction agrees to what it read.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="+")
    cycle = models.PositiveSmallIntegerField()
    audit = models.CharField(max_length=16, choices=[(a.value, a.label) for a in Audit])
    firm = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    auditor = models.ForeignKey(Person, models.PROTECT, related_name="missions")
    state = models.CharField(max_length=20, choices=[(s.value, s.label) for s in State], default=State.CONSULTED)
    # The consultation
    consulted_at = models.DateTimeField()
    consulted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    request = models.TextField("demande")
    answer_by = models.DateField("réponse attendue le", null=True, blank=True)
    # The proposal
    proposed_at = models.DateTimeField(null=True)
    amount = models.DecimalField("montant, en euros hors taxes", max_digits=9, decimal_places=2, null=True)
    days = models.DecimalField("jours d’intervention", max_digits=4, decimal_places=1, null=True)
    starts_on = models.DateField("du", null=True)
    ends_on = models.DateField("au", null=True)
    approach = models.TextField("démarche proposée", blank=True)
    proposal = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    # The declaration of independence
    declared_at = models.DateTimeField(null=True)
    statement = models.TextField(blank=True)
    advised_until = models.DateField(null=True)
    ties = models.TextField(blank=True)
    # The choice
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # The plan
    plan_revision = models.PositiveIntegerField(default=0)
    plan_proposed_at = models.DateTimeField(null=True)
    plan_agreed_at = models.DateTimeField(null=True)
    plan_agreed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    # The work
    on_site_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["landlord", "cycle", "audit"], condition=Q(state__in=sorted(HELD)), name="mission_held_once"
            ),
            models.UniqueConstraint(
                fields=["landlord", "cycle", "audit", "auditor"],
                condition=Q(state__in=sorted(OFFERED | HELD)),
                name="mission_once_an_auditor",
            ),
            models.CheckConstraint(name="mission_state", condition=Q(state__in=list(State))),
            models.CheckConstraint(
                name="mission_proposal_whole",
                condition=Q(proposed_at__isnull=True)
                | Q(amount__gte=0, days__gt=0, starts_on__isnull=False, ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="mission_held_when_declared",
                condition=~Q(state__in=sorted(HELD))
                | Q(proposed_at__isnull=False, declared_at__isnull=False, accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="mission_planned_when_agreed",
                condition=~Q(state__in=sorted(HELD - {State.ACCEPTED})) | Q(plan_agreed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="mission_ended_when_over",
                condition=Q(state__in=sorted(OFFERED | AT_WORK), ended_at__isnull=True)
                | (~Q(state__in=sorted(OFFERED | AT_WORK)) & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(fields=["landlord", "-consulted_at"], name="mission_of_landlord"),
            models.Index(fields=["auditor", "-consulted_at"], name="mission_of_auditor"),
        ]


class PlanItem(models.Model):
    """A moment of an audit plan, and what became of it on site: held, or not, with the auditor's notes."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="items")
    kind = models.CharField("nature", max_length=16, choices=[(k.value, k.label) for k in ItemKind])
    day = models.DateField("jour")
    starts_at = models.TimeField("de", null=True, blank=True)
    ends_at = models.TimeField("à", null=True, blank=True)
    title = models.CharField("objet", max_length=200)
    people = models.CharField("avec", max_length=300, blank=True)
    residence = models.ForeignKey(Residence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="résidence")
    held = models.BooleanField(null=True)
    notes = models.TextField("notes", blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="item_visit_has_its_residence",
                condition=Q(kind=ItemKind.VISIT, residence__isnull=False) | ~Q(kind=ItemKind.VISIT),
            ),
            models.CheckConstraint(
                name="item_hours",
                condition=Q(starts_at__isnull=True) | Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
            ),
        ]


class DocumentRequest(models.Model):
    """A document that the auditor asks for: received, given up with the reason, or withdrawn by the auditor with theirs."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="document_requests")
    title = models.CharField("document", max_length=200)
    detail = models.CharField("précision", max_length=300, blank=True)
    asked_at = models.DateTimeField()
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    received_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    missing_because = models.CharField(max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="request_withdrawn_whole",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, document__isnull=True) & ~Q(withdrawn_because="")),
            ),
            models.CheckConstraint(
                name="request_received_pair",
                condition=Q(document__isnull=True, received_at__isnull=True)
                | Q(document__isnull=False, received_at__isnull=False, missing_because=""),
            ),
        ]


class Finding(models.Model):
    """What an auditor found: its kind, its theme, where, on which evidence. ``revision`` counts its writes.

    Once the report is delivered a finding is no longer removed, but withdrawn with a reason that the landlord reads.
    """

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField()
    kind = models.CharField("nature", max_length=12, choices=[(k.value, k.label) for k in FindingKind])
    theme = models.CharField("thème", max_length=40)
    text = models.TextField("constat")
    residence = models.ForeignKey(Residence, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="site")
    documents = models.ManyToManyField(Document, through="FindingEvidence", related_name="+")
    revision = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mission", "number"], name="finding_number_once"),
            models.CheckConstraint(name="finding_text", condition=~Q(text="")),
        ]

    @property
    def code(self) -> str:
        """As people say it: C-01."""
        return f"C-{self.number:02}"


class FindingEvidence(models.Model):
    """A document on which a finding rests."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["finding", "document"], name="finding_evidence_once")]


class Recommendation(models.Model):
    """What an auditor recommends, resting on findings. It goes to the landlord's plan when the report is approved."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="recommendations")
    number = models.PositiveSmallIntegerField()
    title = models.CharField("préconisation", max_length=160)
    text = models.TextField("précision", blank=True)
    theme = models.CharField("thème", max_length=40)
    findings = models.ManyToManyField(Finding, through="RecommendationBasis", related_name="recommendations")
    revision = models.PositiveIntegerField(default=1)
    written_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mission", "number"], name="recommendation_number_once")]

    @property
    def code(self) -> str:
        """As people say it: P-01."""
        return f"P-{self.number:02}"


class RecommendationBasis(models.Model):
    """A finding on which a recommendation rests."""

    recommendation = models.ForeignKey(Recommendation, models.CASCADE, related_name="basis")
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recommendation", "finding"], name="basis_once")]


class SiteCheck(models.Model):
    """What an audit says of a priority site: known to the teams, given its own action, and how far it is treated."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="site_checks")
    site = models.ForeignKey(PrioritySite, models.PROTECT, related_name="+")
    identified = models.BooleanField()
    has_action = models.BooleanField()
    treatment = models.CharField(max_length=12, choices=[(t.value, t.label) for t in Treatment])
    note = models.TextField(blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mission", "site"], name="site_check_once")]


class ActionCheck(models.Model):
    """What an audit says of an action of the plan. It goes to the plan as a verdict when the report is approved."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="action_checks")
    action = models.ForeignKey(Action, models.PROTECT, related_name="+")
    outcome = models.CharField("constat", max_length=20, choices=[(o.value, o.label) for o in Outcome])
    effect = models.CharField("effet", max_length=16, blank=True, choices=[(e.value, e.label) for e in Effect])
    note = models.TextField("observation", blank=True)
    checked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mission", "action"], name="action_check_once")]


class Report(models.Model):
    """An audit report: drafted, delivered, answered, approved; then frozen with its content, its PDF and its fingerprint.

    ``revision`` counts every change of what it says, findings included, so that the direction approves what it read.
    """

    mission = models.OneToOneField(Mission, models.PROTECT, related_name="report")
    summary = models.TextField("synthèse", blank=True)
    conclusion = models.TextField("conclusion", blank=True)
    revision = models.PositiveIntegerField(default=1)
    drafted_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True)
    approved_at = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    content = models.JSONField(null=True)
    digest = models.CharField(max_length=64, blank=True)
    document = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="report_frozen_whole",
                condition=Q(approved_at__isnull=True, content__isnull=True, digest="", document__isnull=True)
                | Q(
                    approved_at__isnull=False,
                    delivered_at__isnull=False,
                    content__isnull=False,
                    digest__regex=r"^[0-9a-f]{64}$",
                    document__isnull=False,
                ),
            ),
        ]


class Remark(models.Model):
    """The landlord's word on a delivered report, or on one finding of it, and the auditor's answer."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="remarks")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, related_name="remarks")
    text = models.TextField("remarque")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.TextField("réponse", blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="remark_text", condition=~Q(text="")),
            models.CheckConstraint(
                name="remark_answered_pair",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        ]


class AuditorFeedback(models.Model):
    """What the landlord, or the label's team, says of the auditor once the mission is over. Read by the label's team."""

    mission = models.ForeignKey(Mission, models.PROTECT, related_name="feedback")
    side = models.CharField(max_length=10, choices=[(s.value, s.label) for s in (Side.LANDLORD, Side.SCHEME)])
    marks = models.JSONField()
    text = models.TextField("commentaire", blank=True)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["mission", "side"], name="feedback_once_a_side")]
