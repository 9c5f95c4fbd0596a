"""What is forgotten in time: who was asked, once nobody can need it; whoever has left."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from palier.calendar import add_months, paris_day, start_of_day
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import HotEvent, Household, Invitation, PhoneAttempt, Solicitation, Wave
from palier.surveys.queries.terms import terms_of
from palier.surveys.rules.waves import State

# A household that has left may still be answered for a while: a move-out, an objection, a mistake of the file.
LEFT_MONTHS = 6


def forget_due(*, at: datetime) -> int:
    """Forget who was asked in waves closed long enough ago, and the households that left; how many rows went or lost a name.

    Budgets lose nothing: what is kept the least outlives the longest of their windows. Objections keep their digests.
    """
    forgotten = 0
    closed = Wave.objects.filter(state=State.CLOSED).filter(
        Exists(Invitation.objects.filter(wave=OuterRef("pk"), household__isnull=False))
    )
    for wave in closed.order_by("pk"):
        months = terms_of(landlord=wave.landlord_id).months_kept
        if wave.closed_at and wave.closed_at < start_of_day(add_months(paris_day(at), -months)):
            forgotten += _forget_wave(wave, at)
    return forgotten + _forget_left(at)


@transaction.atomic
def _forget_wave(wave: Wave, at: datetime) -> int:
    PhoneAttempt.objects.filter(invitation__wave=wave).delete()
    Solicitation.objects.filter(invitation__wave=wave).delete()
    HotEvent.objects.filter(invitation__wave=wave).update(household=None)
    count = Invitation.objects.filter(wave=wave, household__isnull=False).update(household=None, event=None)
    record(
        act="surveys.wave_forgotten",
        by=None,
        at=at,
        on=("surveys.wave", wave.pk),
        landlord=wave.landlord_id,
        summary=f"a oublié qui a été interrogé par la vague « {wave.name} », au terme de la conservation.",
        facts={"households": count},
        audience=Audience.LANDLORD,
    )
    return count


@transaction.atomic
def _forget_left(at: datetime) -> int:
    before = add_months(paris_day(at), -LEFT_MONTHS)
    asked = Invitation.objects.filter(household=OuterRef("pk")).exclude(wave__state=State.CLOSED)
    left = Household.objects.filter(left_on__lt=before).exclude(Exists(asked))
    count = left.count()
    left.delete()
    return count
