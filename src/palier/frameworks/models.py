"""What the frameworks room keeps: grids and their versions, assessments, answers with every past text, evidence."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.documents.models import Document
from palier.frameworks.rules.answering import FINISHED, OPEN, STATUSES
from palier.frameworks.rules.purposes import PURPOSES


class Framework(models.Model):
    """A grid through all its versions. What it is for never changes."""

    code = models.CharField(max_length=60, unique=True)
    purpose = models.CharField(max_length=20, choices=[(code, purpose.label) for code, purpose in PURPOSES.items()])

    def __str__(self) -> str:
        return self.code


class FrameworkVersion(models.Model):
    """A grid as it was written on a day. The database refuses to change or remove it.

    ``source`` is the YAML as it came, comments included; ``body`` is what it says, checked, every default written out;
    ``sha256`` is the fingerprint of the body, so that the same grid is never kept twice.
    """

    framework = models.ForeignKey(Framework, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=160)
    source = models.TextField()
    body = models.JSONField()
    sha256 = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    effective_from = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["framework", "number"], name="framework_version_once"),
            models.UniqueConstraint(fields=["framework", "sha256"], name="framework_body_once"),
            models.CheckConstraint(name="framework_version_from_one", condition=Q(number__gte=1)),
        ]


class Assessment(models.Model):
    """A subject held against a version of a grid, which it keeps for ever.

    The progress and the score are written with each answer, in its transaction; ``queries.drift`` recomputes them.
    ``score`` goes from 0 (worst) to 1 (best). ``revision`` counts the writes.
    """

    version = models.ForeignKey(FrameworkVersion, models.PROTECT, related_name="assessments")
    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="assessments")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=200)
    title = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=STATUSES.items(), default=OPEN)
    revision = models.PositiveIntegerField(default=0)
    rated = models.PositiveSmallIntegerField(default=0)
    complete = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    saved_at = models.DateTimeField(null=True)
    entrusted_to = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True)
    finished_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    carried_from = models.ForeignKey("self", models.PROTECT, null=True, related_name="carried_to")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["version", "landlord", "subject_kind", "subject_id"],
                condition=Q(status=OPEN),
                name="assessment_open_once",
            ),
            models.CheckConstraint(name="assessment_status", condition=Q(status__in=STATUSES)),
            models.CheckConstraint(
                name="assessment_finished_when",
                condition=Q(status=OPEN, finished_at__isnull=True)
                | Q(status=FINISHED, finished_at__isnull=False)
                | ~Q(status__in=[OPEN, FINISHED]),
            ),
            models.CheckConstraint(
                name="assessment_released_when_finished", condition=Q(released_at__isnull=True) | Q(finished_at__isnull=False)
            ),
            models.CheckConstraint(
                name="assessment_counts", condition=Q(complete__lte=F("rated"), rated__lte=F("total"), total__gte=1)
            ),
            models.CheckConstraint(
                name="assessment_finished_is_complete", condition=~Q(status=FINISHED) | Q(complete=F("total"))
            ),
            models.CheckConstraint(
                name="assessment_score_bounds", condition=Q(score__isnull=True) | Q(score__gte=0, score__lte=1)
            ),
        ]
        indexes = [
            models.Index(fields=["landlord", "-started_at"], name="assessment_of_landlord"),
            models.Index(fields=["subject_kind", "subject_id"], name="assessment_of_subject"),
        ]

    def __str__(self) -> str:
        return self.title


class Answer(models.Model):
    """What an assessment says of one criterion. All its rows are laid down when it starts (revision 0: nothing said yet).

    At each change the database itself keeps the former text (trigger of migration 0002), and refuses any change once the
    assessment is no longer open.
    """

    assessment = models.ForeignKey(Assessment, models.PROTECT, related_name="answers")
    criterion = models.CharField(max_length=60)
    value = models.PositiveSmallIntegerField(null=True)
    not_applicable = models.BooleanField(default=False)
    justification = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "criterion"], name="answer_once"),
            models.CheckConstraint(name="answer_one_or_the_other", condition=Q(value__isnull=True) | Q(not_applicable=False)),
            models.CheckConstraint(
                name="answer_said_when",
                condition=Q(revision=0, at__isnull=True, value__isnull=True, not_applicable=False, justification="")
                | Q(revision__gte=1, at__isnull=False),
            ),
        ]


class AnswerRevision(models.Model):
    """A former text of an answer, kept by the database when it changed; never altered."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="revisions")
    revision = models.PositiveIntegerField()
    value = models.PositiveSmallIntegerField(null=True)
    not_applicable = models.BooleanField()
    justification = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "revision"], name="answer_revision_once")]


class AnswerEvidence(models.Model):
    """A document attached to an answer."""

    answer = models.ForeignKey(Answer, models.PROTECT, related_name="evidence")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["answer", "document"], name="answer_evidence_once")]
