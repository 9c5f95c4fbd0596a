"""The association's side: its editions, who was invited and where each stands, never what anybody answered."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from palier.directory.models import Landlord, Organisation
from palier.studies.models import Study, StudyAnswer
from palier.studies.rules.editions import Coverage


def members_of(*, association: Organisation) -> QuerySet[Landlord]:
    """The landlords that belong to a regional association today, in the order in which they came to the directory."""
    return Landlord.objects.filter(regional_association=association, closed_on=None, merged_into=None).order_by("pk")


def newcomers(*, study: Study) -> QuerySet[Landlord]:
    """The members of the association that were not invited to an edition: they joined it since."""
    return members_of(association=study.association).exclude(study_answers__study=study)


def studies_of(*, associations: Collection[int]) -> QuerySet[Study]:
    """The editions of these associations, the latest first, with ``invited``, ``validated`` and their dwellings."""
    counted = Q(answers__validated_at__isnull=False)
    return (
        Study.objects.filter(association__in=associations)
        .select_related("association", "questionnaire")
        .annotate(
            invited=Count("answers"),
            validated=Count("answers", filter=counted),
            homes_invited=Coalesce(Sum("answers__homes"), 0),
            homes_validated=Coalesce(Sum("answers__homes", filter=counted), 0),
        )
        .order_by("-year", "association__plain_name", "pk")
    )


def coverage_of(study: Study) -> Coverage:
    """The coverage of an edition found by ``studies_of``, as it stands now."""
    found = [getattr(study, name) for name in ("invited", "validated", "homes_invited", "homes_validated")]
    return Coverage(*found)


def invited(*, study: Study) -> QuerySet[StudyAnswer]:
    """The landlords invited to an edition, by name, with ``started``: what they answered is left out."""
    return (
        StudyAnswer.objects.filter(study=study)
        .defer("said", "seen")
        .select_related("landlord", "validated_by")
        .annotate(started=Q(saved_at__isnull=False))
        .order_by(F("landlord__plain_name"), "pk")
    )
