"""A session: its agenda, the frozen files, the replies, the declarations and recusals, who came and went."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.audits.models import Accreditation
from palier.committee.models.composing import Committee, Decision, Mandate
from palier.committee.rules.agenda import Coming, SessionState, session_state
from palier.committee.rules.conflicts import Ground, Interest
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.models import Organisation, Person
from palier.frameworks.models import FrameworkVersion
from palier.label.models import Journey, RuleSetVersion


class Session(models.Model):
    """A meeting of a committee, or a written consultation of its members (``written``): its agenda and its moments.

    ``opened_seats`` is how many seats with a voice were there when it opened. A session held for want of quorum at an
    earlier one is its second convocation (``first``).
    """

    committee = models.ForeignKey(Committee, models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    written = models.BooleanField(default=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    place = models.CharField("lieu", max_length=200, blank=True)
    remote_link = models.URLField("lien de visioconférence", blank=True)
    first = models.OneToOneField("self", models.PROTECT, null=True, related_name="again")
    convened_at = models.DateTimeField(null=True)
    opened_at = models.DateTimeField(null=True)
    opened_seats = models.PositiveSmallIntegerField(null=True)
    designated = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_because = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["committee", "number"], name="session_number_once"),
            models.CheckConstraint(name="session_times", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="session_opened_with_its_seats",
                condition=Q(opened_at__isnull=True, opened_seats__isnull=True)
                | Q(opened_at__isnull=False, opened_seats__isnull=False, convened_at__isnull=False),
            ),
            models.CheckConstraint(
                name="session_closed_once_open", condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False)
            ),
            models.CheckConstraint(
                name="session_cancelled_pair",
                condition=Q(cancelled_at__isnull=True, cancelled_because="")
                | (Q(cancelled_at__isnull=False) & ~Q(cancelled_because="")),
            ),
        ]

    @property
    def state(self) -> SessionState:
        """Where it stands."""
        return session_state(
            convened=self.convened_at is not None,
            opened=self.opened_at is not None,
            closed=self.closed_at is not None,
            cancelled=self.cancelled_at is not None,
        )


class Item(models.Model):
    """A matter on the agenda: what is asked, on what; when it was opened, and how it ended.

    ``proposal`` is the effect proposed (``rules.effects``): dates and scope of an accreditation, day of an evolution. ``grid``
    is a grid proposed, in YAML; ``framework`` is the version that its adoption published, ``accreditation`` the one that the
    matter bears on, ``granted`` the one that it granted, new or renewed; ``minutes_of`` is the session whose minutes it approves. ``missed`` is the matter of the first session that missed its quorum: this one is
    its second convocation, and it alone has the quorum of one. A journey is on one agenda at a time. Once it is over (concluded, or taken off the agenda) it never changes (trigger).
    """

    session = models.ForeignKey(Session, models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField()
    matter = models.CharField("sujet", max_length=20, choices=[(m.value, m.label) for m in Matter])
    title = models.CharField("intitulé", max_length=200)
    presentation = models.TextField("présentation", blank=True)
    journey = models.ForeignKey(Journey, models.PROTECT, null=True, related_name="items")
    firm = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    candidate = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    accreditation = models.ForeignKey(Accreditation, models.PROTECT, null=True, related_name="+")
    granted = models.OneToOneField(Accreditation, models.PROTECT, null=True, related_name="+")
    rule_set = models.ForeignKey(RuleSetVersion, models.PROTECT, null=True, related_name="+")
    framework = models.ForeignKey(FrameworkVersion, models.PROTECT, null=True, related_name="+")
    minutes_of = models.ForeignKey(Session, models.PROTECT, null=True, related_name="approvals")
    grid = models.TextField("grille proposée", blank=True)
    proposal = models.JSONField(default=dict)
    missed = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.TextField(blank=True)
    decision = models.OneToOneField(Decision, models.PROTECT, null=True, related_name="item")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "position"], name="item_position_once", deferrable=models.Deferrable.DEFERRED
            ),
            models.UniqueConstraint(
                fields=["journey"],
                condition=Q(journey__isnull=False, concluded_at__isnull=True, withdrawn_at__isnull=True),
                name="item_one_live_a_journey",
            ),
            models.CheckConstraint(
                name="item_withdrawn_pair",
                condition=Q(withdrawn_at__isnull=True, withdrawn_because="")
                | (Q(withdrawn_at__isnull=False, concluded_at__isnull=True) & ~Q(withdrawn_because="")),
            ),
            models.CheckConstraint(
                name="item_concluded_once_open", condition=Q(concluded_at__isnull=True) | Q(opened_at__isnull=False)
            ),
            models.CheckConstraint(
                name="item_decided_when_concluded", condition=Q(decision__isnull=True) | Q(concluded_at__isnull=False)
            ),
        ]

    @property
    def is_free(self) -> bool:
        """Whether it bears on nothing that a vote would change in Palier: any motion may then be put to the vote."""
        about = (self.journey_id, self.candidate_id, self.accreditation_id, self.rule_set_id, self.minutes_of_id, self.grid)
        return not any(about)

    @property
    def is_over(self) -> bool:
        """Whether it was concluded, or taken off the agenda."""
        return self.concluded_at is not None or self.withdrawn_at is not None


class Dossier(models.Model):
    """The file of a matter as it stood when it was frozen, for ever (trigger): content, and its fingerprint.

    ``digest`` is the SHA-256 of the canonical JSON of ``content``; the files it names are there with their own SHA-256.
    """

    item = models.ForeignKey(Item, models.PROTECT, related_name="dossiers")
    number = models.PositiveSmallIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()
    frozen_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "number"], name="dossier_number_once")]


class SeatReply(models.Model):
    """What a member answers to a convocation; the last one holds, the others stay."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="replies")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="replies")
    coming = models.CharField(max_length=8, choices=[(c.value, c.label) for c in Coming])
    at = models.DateTimeField()


class Declaration(models.Model):
    """What a member declares before a matter is opened; the last one holds, the others stay."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="declarations")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="declarations")
    interest = models.CharField(max_length=8, choices=[(i.value, i.label) for i in Interest])
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["item", "mandate", "-id"], name="declaration_latest")]


class ConflictReview(models.Model):
    """A likely conflict between a person and an organisation, confirmed or dismissed with its reason, for every session to come.

    ``detail`` is the fact that it answers: another one on the same ground (a later audit, say) is a new question.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ground = models.CharField(max_length=20, choices=[(g.value, g.label) for g in Ground])
    detail = models.CharField(max_length=480, blank=True)
    confirmed = models.BooleanField()
    reason = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="conflict_review_reason", condition=~Q(reason=""))]
        indexes = [models.Index(fields=["person", "organisation", "ground", "detail", "-id"], name="conflict_review_latest")]


class Recusal(models.Model):
    """A member who takes no part in a matter: alone, or with the whole seat. Once lifted, it stays on record."""

    item = models.ForeignKey(Item, models.PROTECT, related_name="recusals")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="recusals")
    reach = models.CharField(max_length=13, choices=[(r.value, r.label) for r in Reach])
    because = models.TextField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_because = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "mandate"], condition=Q(lifted_at__isnull=True), name="recusal_once"),
            models.CheckConstraint(name="recusal_reason", condition=~Q(because="")),
            models.CheckConstraint(
                name="recusal_lifted_pair",
                condition=Q(lifted_at__isnull=True, lifted_because="") | (Q(lifted_at__isnull=False) & ~Q(lifted_because="")),
            ),
        ]


class Move(models.Model):
    """Somebody comes into a session or goes out, for ever (trigger)."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="moves")
    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="moves")
    inside = models.BooleanField()
    remote = models.BooleanField(default=False)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")


class Proxy(models.Model):
    """The voice of an absent member, carried by another for one session; taken back by dating ``withdrawn_at``."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="proxies")
    giver = models.ForeignKey(Mandate, models.PROTECT, related_name="proxies_given")
    carrier = models.ForeignKey(Mandate, models.PROTECT, related_name="proxies_carried")
    at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "giver"], condition=Q(withdrawn_at__isnull=True), name="proxy_once"),
            models.CheckConstraint(name="proxy_to_another", condition=~Q(giver=F("carrier"))),
        ]
