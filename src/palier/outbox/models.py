"""What the outbox keeps: messages to send, and how each person wants to be told."""

from __future__ import annotations

from django.db import models

from palier.outbox.rules import Pace


class State(models.TextChoices):
    """Where a message stands."""

    WAITING = "waiting", "En attente"
    SENT = "sent", "Envoyé"
    CANCELLED = "cancelled", "Annulé"
    SILENT = "silent", "Non envoyé, à la demande du destinataire"
    DEAD = "dead", "Échec, à reprendre"


class Message(models.Model):
    """One message to one person, written in the transaction of the act that causes it.

    ``event`` is a code of ``rules.EVENTS``. The link of a secret event is erased once the message has left. ``address`` is
    where it goes when that is not the person's own address: one that they are about to take, or have just left.
    ``attachment`` is a calendar file that the letter carries.
    """

    event = models.CharField(max_length=60)
    person_id = models.BigIntegerField()
    address = models.EmailField(blank=True)
    landlord_id = models.BigIntegerField(null=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    link = models.CharField(max_length=300, blank=True)
    undo_key = models.CharField(max_length=120, blank=True)
    attachment = models.TextField(blank=True)
    written_at = models.DateTimeField()
    due_at = models.DateTimeField()
    digest = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    settled_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="outbox_due", condition=models.Q(state=State.WAITING)),
            models.Index(fields=["undo_key"], name="outbox_undo", condition=models.Q(state=State.WAITING)),
            models.Index(fields=["landlord_id", "-written_at"], name="outbox_of_landlord"),
            models.Index(fields=["person_id", "-written_at"], name="outbox_of_person"),
        ]
        constraints = [
            models.CheckConstraint(
                name="outbox_settled_when_over",
                condition=models.Q(state=State.WAITING, settled_at__isnull=True)
                | (~models.Q(state=State.WAITING) & models.Q(settled_at__isnull=False)),
            ),
        ]


class Preference(models.Model):
    """How one person wants to be told of one event, when it is not the pace proposed."""

    person_id = models.BigIntegerField()
    event = models.CharField(max_length=60)
    pace = models.CharField(max_length=5, choices=[(p.value, p.label) for p in Pace])

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person_id", "event"], name="preference_once")]
