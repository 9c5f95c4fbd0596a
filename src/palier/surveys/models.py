"""Who is asked: households and their objections, waves and their strata, invitations and what is sent for them.

What was said is not here, and nothing here leads to it: an invitation says that it was answered, neither when nor what.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from palier.directory.models import Landlord, Person
from palier.questionnaires.models import QuestionnaireVersion
from palier.stock.models import ReceivedTable, Residence
from palier.surveys.rules.contact import LANGUAGES, SENT, Channel, Mode
from palier.surveys.rules.frame import Holds, Origin
from palier.surveys.rules.frame import State as FileState
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.retention import MONTHS_SET, Held
from palier.surveys.rules.sendings import State as SendingState
from palier.surveys.rules.waves import Design, EventKind, Split
from palier.surveys.rules.waves import State as WaveState

_LANGUAGES = list(LANGUAGES.items())
_CHANNELS = [(c.value, c.label) for c in Channel]


class FieldTerms(models.Model):
    """What a landlord sets for all its surveys: the budget of solicitations, what an SMS costs, how it signs, how long it keeps.

    ``sms_price`` is in thousandths of a euro. A landlord that set nothing has those of ``rules.sendings.Terms``.
    """

    landlord = models.OneToOneField(Landlord, models.PROTECT, related_name="field_terms")
    most = models.PositiveSmallIntegerField("sollicitations au plus")
    days = models.PositiveSmallIntegerField("en autant de jours")
    sms_price = models.PositiveIntegerField("prix d’un SMS")
    sender = models.CharField("émetteur des SMS", max_length=11, blank=True)
    months_kept = models.PositiveSmallIntegerField("mois de conservation après la clôture")
    return_address = models.CharField("adresse de retour des questionnaires papier", max_length=200, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="field_terms_budget", condition=Q(most__range=(1, 12), days__range=(30, 365))),
            models.CheckConstraint(name="field_terms_kept", condition=Q(months_kept__range=MONTHS_SET)),
        ]


class FrameMapping(models.Model):
    """What the columns of a landlord's file are, kept under a name for the next file with the same headers."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="frame_mappings")
    holds = models.CharField(max_length=10, choices=[(h.value, h.value) for h in Holds], default=Holds.HOUSEHOLDS)
    name = models.CharField("nom", max_length=120)
    signature = models.CharField(max_length=64)
    columns = models.JSONField()
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "holds", "signature"], name="frame_mapping_once_a_shape")]


class FrameFile(ReceivedTable):
    """One file of tenants, or of events: its columns, its preview or its faults, whether it was brought in. It does not stay.

    ``whole`` says that it lists all households: whoever is not in it has left. ``kind`` is that of all its events, unless a
    column says it.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="frame_files")
    holds = models.CharField(max_length=10, choices=[(h.value, h.value) for h in Holds], default=Holds.HOUSEHOLDS)
    kind = models.CharField(max_length=12, choices=[(e.value, e.label) for e in EventKind], blank=True)
    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in FileState], default=FileState.TO_COMPLETE)
    whole = models.BooleanField(default=True)
    applied_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="frame_file_applied_when", condition=~Q(state=FileState.APPLIED) | Q(applied_at__isnull=False)
            ),
            models.CheckConstraint(name="frame_file_refused_why", condition=~Q(state=FileState.REFUSED) | Q(fault_count__gt=0)),
        ]
        indexes = [models.Index(fields=["landlord", "-at"], name="frame_file_of_landlord")]


class Household(models.Model):
    """A home's tenants, as the landlord's file names them. ``reference`` is the landlord's own.

    ``qpv`` is whether the home is in a priority district, None when nothing says. ``left_on`` is the day from which it is no
    longer in the file: it is asked nothing any more, and its contact is erased later.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="households")
    reference = models.CharField("référence", max_length=60)
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="households")
    agency = models.CharField("agence", max_length=100, blank=True)
    qpv = models.BooleanField("en QPV", null=True)
    name = models.CharField("nom", max_length=120, blank=True)
    language = models.CharField("langue", max_length=2, choices=_LANGUAGES, default="fr")
    email = models.CharField("e-mail", max_length=254, blank=True)
    phone = models.CharField("téléphone", max_length=16, blank=True)
    address = models.CharField("adresse postale", max_length=300, blank=True)
    moved_in_on = models.DateField("entrée dans les lieux", null=True)
    left_on = models.DateField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "reference"], name="household_once")]
        indexes = [
            models.Index(fields=["landlord", "residence"], condition=Q(left_on__isnull=True), name="household_of_residence"),
            models.Index(fields=["phone"], condition=~Q(phone=""), name="household_by_phone"),
            models.Index(fields=["email"], condition=~Q(email=""), name="household_by_email"),
        ]

    def __str__(self) -> str:
        return self.reference


class Objection(models.Model):
    """A household that no longer wants to be asked, by any channel, for any survey of this landlord.

    The digests of its contact outlive the household: whoever comes back under another reference is known again.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="objections")
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="objections")
    email_digest = models.CharField(max_length=64, blank=True)
    phone_digest = models.CharField(max_length=64, blank=True)
    origin = models.CharField(max_length=5, choices=[(o.value, o.label) for o in Origin])
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"], condition=Q(lifted_at__isnull=True, household__isnull=False), name="objection_once"
            )
        ]
        indexes = [
            models.Index(fields=["landlord", "email_digest"], condition=Q(lifted_at__isnull=True), name="objection_by_email"),
            models.Index(fields=["landlord", "phone_digest"], condition=Q(lifted_at__isnull=True), name="objection_by_phone"),
        ]


class Wave(models.Model):
    """One run of a questionnaire over the households of a landlord, from its preparation to its last answer.

    ``margin`` is half the width of the interval wanted in each stratum, in points, at 95 %. ``expected_rate`` is the percentage
    of households that one thinks will answer. ``settled_months`` leaves aside those who moved in more recently. ``paces`` holds
    what leaves and when, ``excluded`` how many households were left aside and why. ``seed`` lets anybody draw the sample again.
    ``questionnaire`` is the version asked, for ever; it is chosen before the launch.
    A hot wave stays open: each event of its ``trigger`` makes an invitation, ``delay_hours`` later. ``cost_ceiling`` and ``spent`` are in thousandths of a euro; ``planned`` is how many paces are planned.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="waves")
    name = models.CharField("nom", max_length=120)
    purpose = models.CharField("à quoi elle sert", max_length=300)
    questionnaire = models.ForeignKey(QuestionnaireVersion, models.PROTECT, null=True, related_name="waves")
    design = models.CharField(max_length=6, choices=[(d.value, d.label) for d in Design])
    split = models.CharField(max_length=9, choices=[(s.value, s.label) for s in Split], default=Split.NONE)
    margin = models.DecimalField("marge d’erreur", max_digits=3, decimal_places=1, null=True)
    expected_rate = models.PositiveSmallIntegerField("taux de réponse attendu", null=True)
    settled_months = models.PositiveSmallIntegerField(default=0)
    panel_of = models.ForeignKey("self", models.PROTECT, null=True, related_name="panels")
    trigger = models.CharField(max_length=12, choices=[(e.value, e.label) for e in EventKind], blank=True)
    delay_hours = models.PositiveSmallIntegerField(default=0)
    opens_on = models.DateField("ouverture")
    closes_on = models.DateField("clôture")
    paces = models.JSONField(default=list)
    subject = models.CharField("objet de l’e-mail", max_length=120)
    message = models.TextField("message")
    cost_ceiling = models.PositiveIntegerField("plafond de dépense", default=0)
    spent = models.PositiveIntegerField(default=0)
    planned = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=7, choices=[(s.value, s.label) for s in WaveState], default=WaveState.DRAFT)
    seed = models.CharField(max_length=32, blank=True)
    excluded = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField(null=True)
    launched_at = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(name="wave_dates", condition=Q(closes_on__gte=F("opens_on"))),
            models.CheckConstraint(
                name="wave_drawn_when",
                condition=Q(state=WaveState.DRAFT, drawn_at__isnull=True, seed="")
                | (~Q(state=WaveState.DRAFT) & Q(drawn_at__isnull=False) & ~Q(seed="")),
            ),
            models.CheckConstraint(
                name="wave_launched_when",
                condition=Q(state__in=[WaveState.DRAFT, WaveState.DRAWN], launched_at__isnull=True)
                | Q(state__in=[WaveState.RUNNING, WaveState.STOPPED, WaveState.CLOSED], launched_at__isnull=False),
            ),
            models.CheckConstraint(name="wave_closed_when", condition=~Q(state=WaveState.CLOSED) ^ Q(closed_at__isnull=False)),
            models.CheckConstraint(name="wave_trigger", condition=~Q(design=Design.HOT) ^ ~Q(trigger="")),
            models.CheckConstraint(name="wave_panel", condition=~Q(design=Design.PANEL) ^ Q(panel_of__isnull=False)),
            models.CheckConstraint(
                name="wave_margin", condition=~Q(design=Design.SAMPLE) | Q(margin__range=(1, 20), expected_rate__range=(1, 100))
            ),
        ]
        indexes = [models.Index(fields=["landlord", "-opens_on"], name="wave_of_landlord")]

    def __str__(self) -> str:
        return self.name


class Stratum(models.Model):
    """A part of a wave whose figures are wanted for themselves: an agency, a residence, inside or outside the districts.

    ``population`` counts its households in the frame, ``eligible`` those left once some were set aside, ``wanted`` the answers
    that the margin asks for, ``drawn`` the invitations made. Those of a hot wave count events, and want no number of answers.
    """

    wave = models.ForeignKey(Wave, models.CASCADE, related_name="strata")
    key = models.CharField(max_length=120)
    label = models.CharField(max_length=160)
    population = models.PositiveIntegerField()
    eligible = models.PositiveIntegerField()
    wanted = models.PositiveIntegerField()
    drawn = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["wave", "key"], name="stratum_once"),
            models.CheckConstraint(
                name="stratum_counts", condition=Q(eligible__lte=F("population")) & Q(drawn__lte=F("eligible"))
            ),
        ]

    def __str__(self) -> str:
        return self.label


class HotEvent(models.Model):
    """What happened to a household, as the landlord's software tells it: it makes an invitation of a hot wave, or says why not.

    ``reference`` is the landlord's own number, by which an event sent twice is known.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="hot_events")
    kind = models.CharField("événement", max_length=12, choices=[(e.value, e.label) for e in EventKind])
    reference = models.CharField("référence", max_length=60)
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="hot_events")
    on = models.DateField("jour")
    supplier = models.CharField("prestataire", max_length=100, blank=True)
    theme = models.CharField("thème", max_length=60, blank=True)
    origin = models.CharField(max_length=5, choices=[(o.value, o.label) for o in Origin])
    silent_because = models.CharField("sans enquête parce que", max_length=20, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "reference"], name="hot_event_once")]
        indexes = [models.Index(fields=["landlord", "-at"], name="hot_event_of_landlord")]


class Invitation(models.Model):
    """One household asked in one wave. Whoever holds its link answers once.

    Only ``digest`` (SHA-256 of 128 random bits) knows the link again; ``sealed`` is the link under the installation's key, for
    the messages still to leave, and goes with the last of them. ``code`` is printed on paper forms, for whoever types them in.
    ``outcome`` is an AAPOR code: it says that an answer came, and nothing on the row says when. The household goes in time; the
    stratum and the outcome stay. ``held_by`` is on the phone with it.
    """

    wave = models.ForeignKey(Wave, models.PROTECT, related_name="invitations")
    stratum = models.ForeignKey(Stratum, models.PROTECT, related_name="invitations")
    household = models.ForeignKey(Household, models.SET_NULL, null=True, related_name="invitations")
    event = models.OneToOneField(HotEvent, models.SET_NULL, null=True, related_name="invitation")
    digest = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField(null=True)
    code = models.CharField(max_length=10, unique=True)
    language = models.CharField(max_length=2, choices=_LANGUAGES, default="fr")
    outcome = models.CharField(max_length=4, choices=[(o.value, o.label) for o in Outcome], default=Outcome.NOTHING)
    mode = models.CharField(max_length=5, choices=[(m.value, m.label) for m in Mode], default=Mode.WEB)
    held_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    held_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "household"],
                condition=Q(household__isnull=False, event__isnull=True),
                name="invitation_once_a_wave",
            ),
            models.CheckConstraint(name="invitation_held", condition=Q(held_by__isnull=True) ^ Q(held_until__isnull=False)),
        ]
        indexes = [models.Index(fields=["wave", "stratum", "outcome"], name="invitation_by_outcome")]


class Solicitation(models.Model):
    """One message to a household: planned, then sent or not, and why not. It holds no text: that is written as it leaves.

    ``pace`` is its rank among the sendings of the wave. What is counted in the budget is what left, and what may have.
    """

    household = models.ForeignKey(Household, models.CASCADE, related_name="solicitations")
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="solicitations")
    channel = models.CharField(max_length=5, choices=_CHANNELS)
    pace = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=[(s.value, s.label) for s in SendingState], default=SendingState.PLANNED)
    left_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    cost = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "pace"], condition=~Q(state=SendingState.UNSURE), name="solicitation_once"
            ),
            models.CheckConstraint(
                name="solicitation_left_when",
                condition=Q(state__in=[SendingState.LEAVING, SendingState.SENT, SendingState.UNSURE], left_at__isnull=False)
                | Q(
                    state__in=[SendingState.PLANNED, SendingState.DROPPED, SendingState.FAILED],
                    left_at__isnull=True,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=SendingState.PLANNED, channel__in=SENT), name="solicitation_due"),
            models.Index(fields=["household", "left_at"], name="solicitation_budget"),
            models.Index(fields=["invitation"], name="solicitation_of_invitation"),
        ]


class PhoneAttempt(models.Model):
    """A call that did not end in an answer: nobody there, call again later, a refusal. Answers leave no attempt."""

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    reached = models.BooleanField()
    outcome = models.CharField(max_length=4, choices=[(o.value, o.label) for o in Outcome])
    again_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["invitation", "-at"], name="phone_attempt_of_invitation")]


class ErasureRun(models.Model):
    """When what erases one kind of data ran last, for the whole installation."""

    held = models.CharField(max_length=10, choices=[(h.value, h.value) for h in Held], unique=True)
    ran_at = models.DateTimeField()
