"""What left, what is to leave, and what a household's budget still allows."""

from __future__ import annotations

from datetime import datetime, timedelta

from palier.outbox.rules import RETRIES
from palier.surveys.models import Household, Solicitation
from palier.surveys.rules.contact import SENT
from palier.surveys.rules.sendings import COUNTED, Budget, State
from palier.surveys.rules.waves import State as WaveState


def budget_frees(*, household: Household, budget: Budget, at: datetime) -> datetime:
    """From when one more solicitation of a household is within the budget: ``at`` when it is now."""
    counted = Solicitation.objects.filter(household=household, state__in=COUNTED, left_at__gt=at - budget.window)
    left = [when for when in counted.order_by("-left_at").values_list("left_at", flat=True)[: budget.most] if when]
    return at if len(left) < budget.most else left[-1] + budget.window


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
