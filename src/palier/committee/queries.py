"""What one may ask of the committee's decisions."""

from __future__ import annotations

from django.db.models import QuerySet

from palier.committee.models import Decision


def decisions(*, landlord: int) -> QuerySet[Decision]:
    """Every decision on a landlord's journeys, latest first."""
    return (
        Decision.objects.filter(journey__landlord=landlord)
        .select_related("journey", "passage", "recorded_by")
        .order_by("-decided_on", "-pk")
    )
