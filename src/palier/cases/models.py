"""What is kept of call-backs: cases with their contact given by consent, their history, and a landlord's own terms."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from palier.cases.rules import CLOSED, OPEN, State, Step, Urgency
from palier.directory.models import Landlord, Person
from palier.stock.models import Residence


class CaseTerms(models.Model):
    """What a landlord sets of its call-backs; one that set nothing has those of ``rules.Terms``. Delays in working days."""

    landlord = models.OneToOneField(Landlord, models.PROTECT, related_name="case_terms")
    low_score = models.PositiveSmallIntegerField("note qui alerte, sur 10")
    words = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    danger_days = models.PositiveSmallIntegerField("rappel d’un danger")
    ordinary_days = models.PositiveSmallIntegerField("rappel courant")
    silence_days = models.PositiveSmallIntegerField("attente de la réponse du locataire")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_terms_score", condition=Q(low_score__range=(0, 10))),
            models.CheckConstraint(
                name="case_terms_days",
                condition=Q(danger_days__range=(1, 10), ordinary_days__range=(1, 30), silence_days__range=(3, 60)),
            ),
        ]


class CaseOwner(models.Model):
    """Who calls back the tenants of an agency; the empty name is for every other agency."""

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="case_owners")
    agency = models.CharField("agence", max_length=100, blank=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["landlord", "agency"], name="case_owner_once")]


class Case(models.Model):
    """A tenant to call back, who agreed to it: that alone lifts their anonymity, and for this case alone.

    ``reasons`` are sentences; ``name``, ``phone``, ``email`` and ``text`` are erased in time (``erased_at``). ``round`` counts how
    many times it was opened again; ``link_digest`` knows the link by which the tenant says whether it is settled. ``origin_digest``
    knows again the link that asked for it: sent twice, opened once. It is made from that link's secret and leads to nothing else.
    """

    landlord = models.ForeignKey(Landlord, models.PROTECT, related_name="cases")
    residence = models.ForeignKey(Residence, models.PROTECT, related_name="cases")
    agency = models.CharField("agence", max_length=100, blank=True)
    supplier = models.CharField("prestataire", max_length=100, blank=True)
    theme = models.CharField("thème", max_length=60, blank=True)
    urgency = models.CharField("urgence", max_length=8, choices=[(u.value, u.label) for u in Urgency])
    reasons = ArrayField(models.CharField(max_length=120))
    name = models.CharField("nom", max_length=120, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.CharField("e-mail", max_length=254, blank=True)
    text = models.TextField("ce que dit le locataire", blank=True)
    state = models.CharField(max_length=9, choices=[(s.value, s.label) for s in State], default=State.TO_CALL)
    owner = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    opened_at = models.DateTimeField()
    due_on = models.DateField("à rappeler le")
    attempts = models.PositiveSmallIntegerField(default=0)
    level = models.PositiveSmallIntegerField(default=0)
    round = models.PositiveSmallIntegerField(default=0)
    called_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    answer_by = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    origin_digest = models.CharField(max_length=64, null=True, unique=True)
    link_digest = models.CharField(max_length=64, null=True, unique=True)
    link_sent_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="case_reachable",
                condition=(Q(erased_at__isnull=True) & (~Q(phone="") | ~Q(email="")))
                | Q(erased_at__isnull=False, phone="", email="", name="", text=""),
            ),
            models.CheckConstraint(
                name="case_closed_when",
                condition=Q(state__in=sorted(OPEN), closed_at__isnull=True)
                | Q(state__in=sorted(CLOSED), closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_asked_when", condition=~Q(state=State.ASKED) | Q(asked_at__isnull=False, answer_by__isnull=False)
            ),
            models.CheckConstraint(name="case_why", condition=Q(reasons__len__gt=0)),
        ]
        indexes = [
            models.Index(fields=["landlord", "state", "due_on"], name="case_of_landlord"),
            models.Index(fields=["due_on"], condition=Q(state=State.TO_CALL), name="case_to_call"),
            models.Index(fields=["answer_by"], condition=Q(state=State.ASKED), name="case_asked"),
        ]


class CaseStep(models.Model):
    """One thing that happened to a case. ``by`` is nobody when the tenant or Palier did it; ``text`` goes with the contact."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="steps")
    step = models.CharField(max_length=9, choices=[(s.value, s.label) for s in Step])
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    text = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["case", "at"], name="case_step_of_case")]
