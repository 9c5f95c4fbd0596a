"""What is forgotten in time, as ``rules.retention`` says: who was asked, what happened to whom, whoever has left, old files."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from palier.calendar import paris_day
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import ErasureRun, HotEvent, Household, Invitation, PhoneAttempt, Solicitation, Wave
from palier.surveys.operations.frame import drop_file
from palier.surveys.queries.retention import past_events, past_files, past_households, past_waves
from palier.surveys.rules.retention import Held


def note_run(*, held: Held, at: datetime) -> None:
    """Keep that what erases one kind of data ran."""
    ErasureRun.objects.update_or_create(held=held, defaults={"ran_at": at})


def drop_old_files(*, at: datetime) -> int:
    """Give up the files that nobody brought in; how many."""
    found = list(past_files(on=paris_day(at)).select_related("landlord"))
    for file in found:
        drop_file(file=file, by=None, at=at)
    return len(found)


def forget_asked(*, at: datetime) -> int:
    """Forget who was asked in waves closed long enough ago; how many households.

    Budgets lose nothing: what is kept the least outlives the longest of their windows. Objections keep their digests.
    """
    return sum(_forget_wave(wave, at) for wave in past_waves(on=paris_day(at)))


@transaction.atomic
def _forget_wave(wave: Wave, at: datetime) -> int:
    count = _forget(Invitation.objects.filter(wave=wave, household__isnull=False))
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


def _forget(invitations: QuerySet[Invitation]) -> int:
    keys = list(invitations.values_list("pk", flat=True))
    PhoneAttempt.objects.filter(invitation__in=keys).delete()
    Solicitation.objects.filter(invitation__in=keys).delete()
    HotEvent.objects.filter(invitation__in=keys).update(household=None)
    return Invitation.objects.filter(pk__in=keys).update(household=None, event=None, sealed=None)


@transaction.atomic
def forget_events(*, at: datetime) -> int:
    """Delete the events received long enough ago, and forget the households that they asked; how many.

    A hot wave may go on for years: whom each event asked is forgotten in its own time.
    """
    found = list(past_events(on=paris_day(at)).order_by("landlord", "pk").values_list("pk", "landlord"))
    keys = [pk for pk, _ in found]
    _forget(Invitation.objects.filter(event__in=keys))
    HotEvent.objects.filter(pk__in=keys).delete()
    _say("surveys.events_forgotten", "événement", [landlord for _, landlord in found], at)
    return len(found)


@transaction.atomic
def forget_left(*, at: datetime) -> int:
    """Delete the households that left long enough ago; how many."""
    found = list(past_households(on=paris_day(at)).values_list("pk", "landlord"))
    Household.objects.filter(pk__in=[pk for pk, _ in found]).delete()
    _say("surveys.households_forgotten", "ménage parti", [landlord for _, landlord in found], at)
    return len(found)


def _say(act: str, what: str, landlords: list[int], at: datetime) -> None:
    for landlord in sorted({*landlords}):
        count = landlords.count(landlord)
        many = " ".join(f"{word}s" for word in what.split()) if count > 1 else what
        record(
            act=act,
            by=None,
            at=at,
            on=("surveys.landlord", landlord),
            landlord=landlord,
            summary=f"a effacé {count} {many}, au terme de la conservation.",
            facts={"count": count},
            audience=Audience.LANDLORD,
        )
