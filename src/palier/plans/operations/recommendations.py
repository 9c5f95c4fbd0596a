"""What one may do with recommendations: bring one, follow it by an action, refuse it with a reason."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from palier.directory.models import Person
from palier.ledger.operations import record
from palier.plans.models import Action, Plan, Recommendation, Trace
from palier.plans.operations.guards import draft
from palier.plans.rules.terms import Source, Status
from palier.verdict import Conflict, Refusal, no


@transaction.atomic
def add_recommendation(
    *,
    plan: Plan,
    title: str,
    text: str,
    theme: str,
    source: Source | str,
    by: Person | None,
    at: datetime,
    source_id: int | None = None,
) -> Recommendation:
    """Bring a recommendation to a plan, a frozen one included: it then waits for the plan to be opened again.

    The same source brought twice changes nothing.

    Raises:
        Refusal: without a title.
    """
    if not title.strip():
        raise Refusal(no("plans.recommendation_empty", "Donnez un titre à la préconisation."))
    plan = Plan.objects.select_for_update().get(pk=plan.pk)
    same = Recommendation.objects.filter(plan=plan, source=Source(source), source_id=source_id)
    if source_id is not None and (found := same.first()):
        return found
    found = Recommendation.objects.create(
        plan=plan,
        code=f"P-{Recommendation.objects.filter(plan=plan).count() + 1:02}",
        title=title.strip(),
        text=text.strip(),
        theme=theme,
        source=Source(source),
        source_id=source_id,
        added_at=at,
    )
    _record(found, "recommendation_added", by, at, f"a ajouté la préconisation {found.code}, {found.title}.")
    return found


@transaction.atomic
def refuse_recommendation(
    *, recommendation: Recommendation, revision: int, reason: str, by: Person, at: datetime
) -> Recommendation:
    """Say why a recommendation is not followed, over the ``revision`` that was read.

    Raises:
        Conflict: when somebody said something else of it meanwhile; ``theirs`` is the recommendation as it now stands.
        Refusal: without a reason, when an action follows it, or when the plan is frozen.
    """
    draft(recommendation.plan_id)
    if not reason.strip():
        raise Refusal(no("plans.refusal_reason", "Un refus se motive : écrivez pourquoi la préconisation n’est pas suivie."))
    followed = Action.objects.filter(traces__recommendation=recommendation).exclude(status=Status.DROPPED)
    if codes := ", ".join(followed.order_by("pk").values_list("code", flat=True)):
        raise Refusal(no("plans.followed", f"{recommendation.code} est suivie par {codes} : détachez d’abord."))
    done = Recommendation.objects.filter(pk=recommendation.pk, revision=revision).update(
        revision=revision + 1, refusal_reason=reason.strip(), refused_by=by, refused_at=at
    )
    recommendation.refresh_from_db()
    if not done:
        stale = f"Ce qui est dit de {recommendation.code} a changé pendant que vous écriviez."
        raise Conflict(no("plans.recommendation_stale", stale), theirs=recommendation)
    _record(
        recommendation,
        "recommendation_refused",
        by,
        at,
        f"a refusé la préconisation {recommendation.code} : {reason.strip()}",
        reason=reason.strip(),
    )
    return recommendation


@transaction.atomic
def reconsider_recommendation(*, recommendation: Recommendation, by: Person, at: datetime) -> Recommendation:
    """Take back the refusal of a recommendation, which waits again for an action.

    Raises:
        Refusal: when the plan is frozen.
    """
    draft(recommendation.plan_id)
    if recommendation.refused_at is not None:
        _take_back(recommendation)
        _record(recommendation, "recommendation_reconsidered", by, at, f"est revenu sur le refus de {recommendation.code}.")
    return recommendation


@transaction.atomic
def link(*, action: Action, recommendation: Recommendation, by: Person, at: datetime) -> None:
    """Say that an action follows a recommendation, whose refusal falls if there was one. Twice changes nothing.

    Raises:
        Refusal: when the plan is frozen, the action dropped, or they are of two plans.
    """
    draft(action.plan_id)
    if action.plan_id != recommendation.plan_id:
        raise Refusal(no("plans.other_plan", "L’action et la préconisation ne sont pas du même plan."))
    if action.status == Status.DROPPED:
        raise Refusal(no("plans.dropped", f"{action.code} est abandonnée : choisissez une autre action."))
    _, created = Trace.objects.get_or_create(action=action, recommendation=recommendation)
    if recommendation.refused_at is not None:
        _take_back(recommendation)
    if created:
        _record(
            recommendation,
            "recommendation_linked",
            by,
            at,
            f"a relié {recommendation.code} à l’action {action.code}.",
            action=action.pk,
        )


@transaction.atomic
def unlink(*, action: Action, recommendation: Recommendation, by: Person, at: datetime) -> None:
    """Say that an action does not follow a recommendation after all.

    Raises:
        Refusal: when the plan is frozen.
    """
    draft(action.plan_id)
    gone, _ = Trace.objects.filter(action=action, recommendation=recommendation).delete()
    if gone:
        _record(
            recommendation,
            "recommendation_unlinked",
            by,
            at,
            f"a détaché {recommendation.code} de l’action {action.code}.",
            action=action.pk,
        )


def _take_back(recommendation: Recommendation) -> None:
    Recommendation.objects.filter(pk=recommendation.pk).update(
        revision=F("revision") + 1, refusal_reason="", refused_by=None, refused_at=None
    )
    recommendation.refresh_from_db()


def _record(found: Recommendation, act: str, by: Person | None, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"plans.{act}",
        by=by.pk if by else None,
        at=at,
        on=("plans.recommendation", found.pk),
        landlord=found.plan.landlord_id,
        summary=summary,
        facts={"code": found.code} | facts,
    )
