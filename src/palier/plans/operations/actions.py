"""What one may do with an action while its plan is drafted: change it; and, at any time, add one, entrust it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.directory.rules import LANDLORD_ROLES
from palier.ledger.operations import record
from palier.outbox.operations import cancel, post
from palier.plans import queries
from palier.plans.models import Action, ActionSite, Contribution, Plan, State, Trace
from palier.plans.operations.guards import draft, open_to, swap
from palier.plans.rules.action import ActionContent, changed, coherent
from palier.plans.rules.terms import Vocabulary
from palier.stock.models import Residence
from palier.verdict import Refusal, Verdict, no, require

_LINKS = {"owner", "contributors", "residences"}


@transaction.atomic
def add_action(*, plan: Plan, content: ActionContent, by: Person | None, at: datetime, follows: Collection[int] = ()) -> Action:
    """Add an action to a plan, following these recommendations (ids) of the same plan.

    To a frozen plan it is an addition: outside of the frozen version, which does not change, and as fixed as the rest of it.

    Raises:
        Refusal: when what is said contradicts itself or names strangers; on a frozen plan, when the action is incomplete or
            would follow what the plan refused.
    """
    plan = open_to(plan.pk, content, at)
    late = plan.state == State.FROZEN
    require(coherent(content) & _known(plan, content, at))
    found = plan.recommendations.filter(pk__in=follows)
    if late and (refused := found.filter(refused_at__isnull=False).first()):
        raise Refusal(no("plans.refused_stays", f"Le plan arrêté refuse {refused.code}, et ce refus ne change plus."))
    action = Action.objects.create(
        plan=plan,
        code=f"A-{Action.objects.filter(plan=plan).count() + 1:02}",
        added_at=at,
        changed_at=at,
        changed_by=by,
        owner_id=content.owner,
        **_fields(content),
    )
    _set_sites(action, content.residences)
    _set_contributors(action, content.contributors)
    Trace.objects.bulk_create(Trace(action=action, recommendation=row) for row in found)
    found.filter(refused_at__isnull=False).update(refusal_reason="", refused_by=None, refused_at=None)
    _record(
        action,
        "action_added",
        by,
        at,
        f"a ajouté l’action {action.code}, {action.title}{', après l’arrêt du plan' if late else ''}.",
        title=action.title,
        follows=sorted(found.values_list("code", flat=True)),
        after_freeze=late,
    )
    _tell(action, None, frozenset(), content, by, at)
    return action


@transaction.atomic
def change_action(*, action: Action, revision: int, content: ActionContent, by: Person, at: datetime) -> Action:
    """Change what defines an action, if nobody changed it since ``revision``.

    Raises:
        Conflict: when it was changed meanwhile; ``theirs`` is the action as it now stands.
        Refusal: when the plan is frozen, or what is said contradicts itself or names strangers.
    """
    plan = draft(action.plan_id)
    require(coherent(content) & _known(plan, content, at))
    before = queries.full_content(Action.objects.get(pk=action.pk))
    if not (names := changed(before, content)):
        return action
    swap(action, revision, by, at, owner_id=content.owner, **_fields(content))
    if "residences" in names:
        _set_sites(action, content.residences)
    if "contributors" in names:
        _set_contributors(action, content.contributors)
    _record(
        action,
        "action_changed",
        by,
        at,
        f"a modifié l’action {action.code}.",
        changes={name: [_json(getattr(before, name)), _json(getattr(content, name))] for name in names},
    )
    _tell(action, before.owner, before.contributors, content, by, at)
    return action


@transaction.atomic
def entrust_action(
    *,
    action: Action,
    revision: int,
    owner: int | None,
    owner_label: str,
    contributors: frozenset[int],
    by: Person,
    at: datetime,
) -> Action:
    """Say who answers for an action and who takes part in it. Possible on a frozen plan too: people come and go.

    Raises:
        Conflict: when the action was changed meanwhile; ``theirs`` is the action as it now stands.
        Refusal: when somebody is not of the landlord, or nobody answers for the action.
    """
    before = queries.full_content(action)
    content = replace(before, owner=owner, owner_label=owner_label.strip(), contributors=contributors)
    if not owner and not content.owner_label:
        raise Refusal(no("plans.nobody", f"Dites qui répond de l’action {action.code} : une personne, ou une fonction."))
    require(_known_people(action.plan, content, at))
    if not (names := changed(before, content)):
        return action
    swap(action, revision, by, at, owner_id=owner, owner_label=content.owner_label)
    _set_contributors(action, contributors)
    _record(
        action,
        "action_entrusted",
        by,
        at,
        f"a confié l’action {action.code}.",
        changes={name: [_json(getattr(before, name)), _json(getattr(content, name))] for name in names},
    )
    _tell(action, before.owner, before.contributors, content, by, at)
    return action


def _fields(content: ActionContent) -> dict[str, Any]:
    """The columns of an action, links apart; what is not said is an empty text in text columns."""
    names = set(ActionContent.__dataclass_fields__) - _LINKS
    texts = {"nature", "responsibility", "direction"}
    found = {name: getattr(content, name) for name in names}
    found |= {name: found[name] or "" for name in texts}
    return {name: value.strip() if isinstance(value, str) else value for name, value in found.items()}


def _known(plan: Plan, content: ActionContent, at: datetime) -> Verdict:
    words = queries.terms(retired=True)
    wrong = [_known_people(plan, content, at)]
    wrong += [
        no("plans.unknown_word", f"« {code} » n’est pas dans la liste « {vocabulary.label} ».")
        for vocabulary, code in (
            (Vocabulary.THEME, content.theme),
            (Vocabulary.LEVER, content.lever),
            (Vocabulary.TFPB_AXIS, content.tfpb_axis),
        )
        if code and code not in words[vocabulary]
    ]
    ours = Residence.objects.filter(landlord=plan.landlord_id, pk__in=content.residences)
    if content.residences and ours.count() != len(content.residences):
        wrong.append(no("plans.not_our_site", "Un des sites n’est pas de ce patrimoine."))
    return Verdict.all(wrong)


def _known_people(plan: Plan, content: ActionContent, at: datetime) -> Verdict:
    named = content.contributors | ({content.owner} if content.owner else set())
    before = Action.objects.filter(plan=plan, owner__in=named).values_list("owner_id", flat=True)
    kept = Contribution.objects.filter(action__plan=plan, person__in=named).values_list("person_id", flat=True)
    strangers = named - set(before) - set(kept)
    if strangers:
        strangers -= set(
            people_of(landlord=plan.landlord_id, roles=LANDLORD_ROLES, on=paris_day(at))
            .filter(pk__in=strangers)
            .values_list("pk", flat=True)
        )
    return no("plans.not_our_person", "Une action se confie à une personne de l’organisme.") if strangers else Verdict()


def _set_sites(action: Action, residences: frozenset[int]) -> None:
    ActionSite.objects.filter(action=action).exclude(residence__in=residences).delete()
    held = set(ActionSite.objects.filter(action=action).values_list("residence_id", flat=True))
    ActionSite.objects.bulk_create(ActionSite(action=action, residence_id=pk) for pk in sorted(residences - held))


def _set_contributors(action: Action, people: frozenset[int]) -> None:
    Contribution.objects.filter(action=action).exclude(person__in=people).delete()
    held = set(Contribution.objects.filter(action=action).values_list("person_id", flat=True))
    Contribution.objects.bulk_create(Contribution(action=action, person_id=pk) for pk in sorted(people - held))


def entrusted(action: Action) -> str:
    """What the messages that entrust an action are taken back by."""
    return f"action:{action.pk}:assigned"


def _tell(
    action: Action, owner: int | None, sharing: frozenset[int], content: ActionContent, by: Person | None, at: datetime
) -> None:
    """Tell those to whom the action is newly entrusted, the person who does it apart; who no longer has it is not told it."""
    held = content.contributors | ({content.owner} if content.owner else set())
    cancel(undo_key=entrusted(action), at=at, people=[pk for pk in sharing | {owner} if pk and pk not in held])
    new = held - sharing - {owner, by.pk if by else None}
    if not new:
        return
    due = f" Échéance : {in_words(content.due_on, weekday=True)}." if content.due_on else ""
    post(
        event="plans.action_assigned",
        to=[pk for pk in new if pk],
        at=at,
        subject=f"L’action {action.code} vous est confiée",
        body=f"{action.title}.{due}",
        landlord=action.plan.landlord_id,
        link=f"/organismes/{action.plan.landlord_id}/plan/actions/{action.pk}/",
        undo_key=entrusted(action),
    )


def _json(value: object) -> object:
    if isinstance(value, frozenset):
        return sorted(value)
    return str(value) if isinstance(value, date | Decimal) else value


def _record(action: Action, act: str, by: Person | None, at: datetime, summary: str, **facts: object) -> None:
    record(
        act=f"plans.{act}",
        by=by.pk if by else None,
        at=at,
        on=("plans.action", action.pk),
        landlord=action.plan.landlord_id,
        summary=summary,
        facts={"code": action.code} | facts,
    )
