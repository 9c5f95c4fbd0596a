"""What left, what is to leave, and what a household's budget still allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Q

from palier.outbox.rules import RETRIES
from palier.surveys.models import Household, Solicitation
from palier.surveys.rules.contact import SENT
from palier.surveys.rules.outcomes import OPEN
from palier.surveys.rules.sendings import COUNTED, Budget, State
from palier.surveys.rules.waves import State as WaveState


def budget_frees(*, household: Household, budget: Budget, at: datetime) -> datetime:
    """From when one more solicitation of a household is within the budget: ``at`` when it is now."""
    counted = Solicitation.objects.filter(household=household, state__in=COUNTED, left_at__gt=at - budget.window)
    left = [when for when in counted.order_by("-left_at").values_list("left_at", flat=True)[: budget.most] if when]
    return at if len(left) < budget.most else left[-1] + budget.window


def budget_spent(*, landlord: int, budget: Budget, at: datetime) -> set[int]:
    """The households of a landlord that the budget lets nobody ask now, as keys. One SQL query."""
    counted = Solicitation.objects.filter(household__landlord=landlord, state__in=COUNTED, left_at__gt=at - budget.window)
    times = counted.order_by().values("household").annotate(times=Count("pk"))
    return set(times.filter(times__gte=budget.most).values_list("household", flat=True))


def has_room(*, household: Household, budget: Budget, at: datetime, due_at: datetime) -> bool:
    """Whether a first message due then would leave within the budget, after what left and all that is planned before it.

    Other first messages come before, whenever they are due; reminders only when they are due by then: later ones are dropped
    when the budget is spent.
    """
    left = Q(state__in=COUNTED, left_at__gt=at - budget.window)
    ahead = Q(state=State.PLANNED, invitation__outcome__in=OPEN) & (Q(pace=0) | Q(due_at__lte=due_at))
    ahead &= ~Q(invitation__wave__state=WaveState.CLOSED)
    return Solicitation.objects.filter(left | ahead, household=household).count() < budget.most


def oldest_due(*, at: datetime) -> timedelta | None:
    """For how long the oldest message that should have left has waited; None when none does."""
    found = Solicitation.objects.filter(
        state=State.PLANNED,
        channel__in=SENT,
        due_at__lte=at,
        attempts__lt=len(RETRIES),
        invitation__wave__state=WaveState.RUNNING,
    )
    first = found.order_by("due_at").values_list("due_at", flat=True).first()
    return at - first if first else None
