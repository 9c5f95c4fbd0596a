"""What every change of a plan asks first."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from palier.calendar import in_words, paris_day
from palier.directory.models import Person
from palier.plans.models import Action, Plan, State
from palier.plans.rules.action import ActionContent, missing_of
from palier.verdict import YES, Conflict, Refusal, Verdict, no, require


def changeable(plan: Plan) -> Verdict:
    """Whether what defines a plan may be changed."""
    if plan.state == State.DRAFT or plan.frozen_at is None:
        return YES
    return no(
        "plans.frozen",
        f"Le plan est figé depuis le {in_words(paris_day(plan.frozen_at))}. Il se corrige quand le dossier est rendu à l’organisme.",
    )


def draft(plan_id: int) -> Plan:
    """The plan, locked, if it may be changed.

    Raises:
        Refusal: when it is frozen.
    """
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    require(changeable(plan))
    return plan


def open_to(plan_id: int, content: ActionContent, at: datetime) -> Plan:
    """The plan, locked, if this action may be added to it: to a frozen one, as an addition, complete and once for all.

    Raises:
        Refusal: when the plan is frozen and the action incomplete.
    """
    plan = Plan.objects.select_for_update().get(pk=plan_id)
    if plan.frozen_at is None or plan.state == State.DRAFT or at <= plan.frozen_at:
        require(changeable(plan))
    elif missing := missing_of(content):
        lacks = f"Il manque {', '.join(missing)}."
        raise Refusal(
            no("plans.addition_incomplete", f"Une action ajoutée à un plan arrêté est complète dès son ajout. {lacks}")
        )
    return plan


def swap(action: Action, revision: int, by: Person, at: datetime, **fields: Any) -> None:
    """Save these columns of an action if nobody changed it since ``revision``; ``action`` is read again either way.

    Raises:
        Conflict: when somebody did; ``theirs`` is the action as it now stands.
    """
    done = Action.objects.filter(pk=action.pk, revision=revision).update(
        revision=revision + 1, changed_at=at, changed_by=by, **fields
    )
    action.refresh_from_db()
    if not done:
        who = action.changed_by.name if action.changed_by else "Palier"
        raise Conflict(
            no(
                "plans.changed_meanwhile",
                f"{who} a modifié l’action {action.code} pendant que vous écriviez. Rien n’est enregistré, rien n’est perdu.",
            ),
            theirs=action,
        )
