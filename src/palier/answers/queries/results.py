"""The results of a wave, from its figures as they were counted."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import QuerySet

from palier.answers.models import Commitment, QuestionRecount, Recount
from palier.answers.statistics.results import Before, Results
from palier.directory.models import Landlord
from palier.questionnaires.queries import built
from palier.stock.models import Residence


def full(*, landlord: Landlord) -> QuerySet[Recount]:
    """What was counted of a landlord's waves, each with its wave."""
    return Recount.objects.filter(wave__landlord=landlord).select_related("wave__landlord", "version")


def shown() -> QuerySet[Recount]:
    """What tenants may read, each with its wave and its landlord."""
    return Recount.objects.filter(shown_at__isnull=False).select_related("wave__landlord", "version")


def grouped(*, recount: Recount) -> list[str]:
    """The questions that have figures by agency and by residence."""
    return list(QuestionRecount.objects.filter(recount=recount).order_by("pk").values_list("question", flat=True))


def promised(*, landlord: Landlord, question: str) -> int | None:
    """What a landlord commits itself to for a question, in percent."""
    return Commitment.objects.filter(landlord=landlord, question=question).values_list("percent", flat=True).first()


def results(*, recount: Recount, keys: Collection[str] | None = None, public: bool = False) -> Results:
    """The results of a wave, with the groups of some questions (None: of all). Three SQL queries at most, and one a process for the form.

    ``public`` gives those that may leave the landlord: larger groups, no commitment, no comparison.
    """
    parts = QuestionRecount.objects.filter(recount=recount)
    if keys is not None:
        parts = parts.filter(question__in=keys)
    side = "outside" if public else "inside"
    groups = dict(parts.values_list("question", side))
    shown = {one for group in groups.values() for row in group["residences"] for one in row["residences"]}
    names = dict(Residence.objects.filter(pk__in=shown).values_list("pk", "name"))
    return Results(
        form=built(recount.version_id),
        counted=recount.outside if public else recount.inside,
        groups=groups,
        names=names,
        targets=(recount.outside if public else recount.inside)["commitments"],
        note="" if public else recount.context,
        before=None if public else _before(recount),
        public=public,
    )


def targets(*, landlord: Landlord | int) -> dict[str, float]:
    """What a landlord committed itself to, by question."""
    found = Commitment.objects.filter(landlord=landlord).values_list("question", "percent")
    return {question: percent / 100 for question, percent in found}


def _before(recount: Recount) -> Before | None:
    """The last wave counted before, of the same questionnaire and of the same kind."""
    found = (
        Recount.objects.filter(
            wave__landlord=recount.wave.landlord_id,
            version__questionnaire=recount.version.questionnaire_id,
            wave__closes_on__lt=recount.wave.opens_on,
        )
        .select_related("wave")
        .order_by("-wave__closes_on", "-wave_id")
        .first()
    )
    return Before(found.wave.name, found.inside, found.version_id == recount.version_id) if found else None
