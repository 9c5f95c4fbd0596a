"""The files that were brought, and the columns saved for the next ones."""

from __future__ import annotations

from django.db.models import QuerySet

from palier.directory.models import Landlord
from palier.sources.models import Intake, SavedMapping


def intakes(*, landlord: Landlord | int) -> QuerySet[Intake]:
    """The files of a landlord, latest first."""
    return Intake.objects.filter(landlord=landlord).select_related("by").order_by("-at", "-pk")


def saved_mappings(*, landlord: Landlord | int) -> QuerySet[SavedMapping]:
    """The columns a landlord saved, latest first."""
    return SavedMapping.objects.filter(landlord=landlord).select_related("saved_by").order_by("-saved_at", "-pk")
