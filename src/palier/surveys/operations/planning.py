"""What is to leave, written down when its day comes: for those who have not answered, by a way that they have."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from palier.calendar import at_hour, paris_day
from palier.surveys.models import Solicitation, Wave
from palier.surveys.queries.waves import open_invitations, paces
from palier.surveys.rules.contact import Channel, channels_of
from palier.surveys.rules.sendings import State as SendingState
from palier.surveys.rules.waves import Design, Pace, State

_FIRST_HOUR = 9


def plan_pace(*, wave: Wave, rank: int, due_at: datetime) -> int:
    """Plan one sending of a wave for everybody still open; how many messages. Whoever has none of its channels gets none.

    A channel that refused this household's address is not tried again.
    """
    pace = paces(wave)[rank]
    refused: dict[int, set[str]] = {}
    failed = Solicitation.objects.filter(invitation__wave=wave, state=SendingState.FAILED)
    for invitation, by in failed.values_list("invitation", "channel"):
        refused.setdefault(invitation, set()).add(by)
    rows = open_invitations(wave=wave).values_list(
        "pk", "household", "household__email", "household__phone", "household__address"
    )
    made = Solicitation.objects.bulk_create(
        (
            Solicitation(invitation_id=pk, household_id=household, channel=channel, pace=rank, due_at=due_at)
            for pk, household, email, phone, address in rows.order_by("digest").iterator(5_000)
            if (channel := channel_of(pace, channels_of(email=email, phone=phone, address=address), refused.get(pk, ())))
        ),
        batch_size=2_000,
        ignore_conflicts=True,
    )
    return len(made)


def channel_of(pace: Pace, ways: Collection[Channel], refused: Collection[str] = ()) -> Channel | None:
    """The first channel of a sending that a household has and that did not refuse it."""
    return next((channel for channel in pace.channels if channel in ways and channel not in refused), None)


def plan_due(*, at: datetime) -> int:
    """Plan the sendings whose day has come, of every wave in the field; how many messages. Done once each."""
    planned = 0
    running = Wave.objects.filter(state=State.RUNNING).exclude(design=Design.HOT)
    for pk in running.order_by("pk").values_list("pk", flat=True):
        planned += _plan_next(pk, at)
    return planned


@transaction.atomic
def _plan_next(pk: int, at: datetime) -> int:
    wave = Wave.objects.select_for_update().get(pk=pk)
    steps = paces(wave)
    if wave.state != State.RUNNING or wave.planned >= len(steps):
        return 0
    on = wave.opens_on + timedelta(days=steps[wave.planned].day)
    if on > paris_day(at):
        return 0
    count = plan_pace(wave=wave, rank=wave.planned, due_at=max(at, at_hour(on, _FIRST_HOUR)))
    Wave.objects.filter(pk=pk).update(planned=wave.planned + 1)
    return count
