"""What one may ask of questionnaires: those of everybody, and those of one's own organisations."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django.db.models import F, Prefetch, Q, QuerySet

from palier.questionnaires.models import Questionnaire, QuestionnaireVersion
from palier.questionnaires.rules import form

_TEXTS = ("body", "source")


def questionnaires(*, organisations: Collection[int]) -> QuerySet[Questionnaire]:
    """Those that people of these organisations may use, with ``versions`` (latest first, texts left out)."""
    listed = QuestionnaireVersion.objects.defer(*_TEXTS).select_related("published_by").order_by("-number")
    return (
        Questionnaire.objects.filter(_readable(organisations))
        .select_related("owner")
        .prefetch_related(Prefetch("versions", listed))
        .order_by(F("owner__name").asc(nulls_first=True), "-audience", "code")
    )


def versions(*, organisations: Collection[int]) -> QuerySet[QuestionnaireVersion]:
    """The versions that people of these organisations may use, the latest of each questionnaire first, their texts left out."""
    return (
        QuestionnaireVersion.objects.filter(_readable(organisations, "questionnaire__"))
        .select_related("questionnaire__owner", "published_by")
        .defer(*_TEXTS)
        .order_by("questionnaire__code", "-number")
    )


def _readable(organisations: Collection[int], path: str = "") -> Q:
    return Q(**{f"{path}owner__isnull": True}) | Q(**{f"{path}owner__in": organisations})


def questionnaire(version: QuestionnaireVersion) -> form.Questionnaire:
    """What a version says. A version never changes: each is built once a process."""
    return built(version.pk)


@lru_cache(maxsize=64)
def built(version: int) -> form.Questionnaire:
    """What a version says, by its key.

    Raises:
        QuestionnaireVersion.DoesNotExist: when there is none.
    """
    return form.build(QuestionnaireVersion.objects.values_list("body", flat=True).get(pk=version))
