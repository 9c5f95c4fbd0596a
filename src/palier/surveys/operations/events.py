"""Hot surveys: what the landlord's software tells of a household makes an invitation at once, or says why it does not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from palier.calendar import paris_day
from palier.directory.models import Landlord, Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.surveys.models import HotEvent, Household, Solicitation, Stratum, Wave
from palier.surveys.operations.inviting import invitation_for
from palier.surveys.operations.planning import channel_of
from palier.surveys.queries.households import objects
from palier.surveys.queries.sendings import has_room
from palier.surveys.queries.terms import terms_of
from palier.surveys.queries.waves import paces
from palier.surveys.rules.contact import Channel, channels_of
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sampling import Unit, stratum_of
from palier.surveys.rules.sendings import Budget, Why
from palier.surveys.rules.waves import Design, Split, State, Told
from palier.verdict import Refusal, no

MOST_AT_ONCE = 1_000


@transaction.atomic
def hear_events(*, landlord: Landlord, told: Sequence[Told], origin: Origin, by: Person | None, at: datetime) -> list[HotEvent]:
    """Take events in; each is known by its reference, and told twice it asks once. One line of the ledger for all.

    Raises:
        Refusal: when there are too many at once.
    """
    if len(told) > MOST_AT_ONCE:
        raise Refusal(no("surveys.too_many_events", f"{MOST_AT_ONCE} événements au plus à la fois."))
    waves = listening(landlord, paris_day(at))
    budget = terms_of(landlord=landlord).budget
    found = [_hear(landlord, one, origin, waves, budget, at) for one in told]
    asked = sum(event.silent_because == "" for event in found)
    plural = "s" if len(found) > 1 else ""
    record(
        act="surveys.events_told",
        by=by.pk if by else None,
        at=at,
        on=("surveys.landlord", landlord.pk),
        landlord=landlord.pk,
        summary=f"a transmis {len(found)} événement{plural} pour les enquêtes à chaud.",
        facts={"told": len(found), "asked": asked, "origin": str(origin)},
        audience=Audience.LANDLORD,
    )
    return found


def listening(landlord: Landlord, on: date) -> dict[str, Wave]:
    """The hot wave that waits for each kind of event on a day."""
    running = Wave.objects.filter(
        landlord=landlord, design=Design.HOT, state=State.RUNNING, opens_on__lte=on, closes_on__gte=on
    )
    return {wave.trigger: wave for wave in running.order_by("pk")}


def _hear(landlord: Landlord, one: Told, origin: Origin, waves: dict[str, Wave], budget: Budget, at: datetime) -> HotEvent:
    household = Household.objects.select_for_update().filter(landlord=landlord, reference=one.household).first()
    event, is_new = HotEvent.objects.get_or_create(
        landlord=landlord,
        reference=one.reference[:60],
        defaults={
            "kind": one.kind,
            "household": household,
            "on": one.on,
            "supplier": one.supplier.strip()[:100],
            "theme": one.theme.strip()[:60],
            "origin": origin,
            "at": at,
        },
    )
    if not is_new:
        return event
    wave = waves.get(one.kind)
    channel = _channel(wave, household) if wave and household else None
    if why := _why_not(wave, household, channel, budget, at):
        event.silent_because = why
        event.save(update_fields=["silent_because"])
    elif wave and household and channel:
        _ask(wave, household, event, channel, at)
    return event


def _channel(wave: Wave, household: Household) -> Channel | None:
    ways = channels_of(email=household.email, phone=household.phone, address=household.address)
    return channel_of(paces(wave)[0], ways)


def _why_not(
    wave: Wave | None, household: Household | None, channel: Channel | None, budget: Budget, at: datetime
) -> Why | None:
    if household is None or household.left_on:
        return Why.UNKNOWN
    if wave is None:
        return Why.NO_WAVE
    if objects(household):
        return Why.OBJECTED
    if channel is None:
        return Why.NO_CONTACT
    due_at = at + timedelta(hours=wave.delay_hours)
    return None if has_room(household=household, budget=budget, at=at, due_at=due_at) else Why.BUDGET


def _ask(wave: Wave, household: Household, event: HotEvent, channel: Channel, at: datetime) -> None:
    unit = Unit(household.pk, household.reference, household.residence_id, household.agency, household.qpv)
    key, label = stratum_of(unit, Split(wave.split), {household.residence_id: household.residence.name})
    stratum, _ = Stratum.objects.get_or_create(
        wave=wave, key=key, defaults={"label": label, "population": 0, "eligible": 0, "wanted": 0, "drawn": 0}
    )
    Stratum.objects.filter(pk=stratum.pk).update(
        population=F("population") + 1, eligible=F("eligible") + 1, drawn=F("drawn") + 1
    )
    invitation = invitation_for(wave=wave, stratum=stratum, household=household.pk, language=household.language)
    invitation.event = event
    invitation.save()
    first = at + timedelta(hours=wave.delay_hours)
    Solicitation.objects.bulk_create(
        Solicitation(
            household=household, invitation=invitation, channel=channel, pace=rank, due_at=first + timedelta(days=pace.day)
        )
        for rank, pace in enumerate(paces(wave))
    )
