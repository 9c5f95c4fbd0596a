"""What one may do with the conditions of a decision: set them, show that one is met, find that it is or is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.ledger.operations import record
from palier.outbox.models import Message
from palier.outbox.operations import cancel, post
from palier.plans import queries
from palier.plans.models import Condition, ConditionAnswer
from palier.plans.rules.conditions import REMINDERS, Asked, Said, Standing, reminder, sound
from palier.verdict import Refusal, no, require

_LEADS = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR})


@transaction.atomic
def set_conditions(
    *, landlord: Landlord, cycle: int, decision: int, asked: Sequence[Asked], decided_on: date, by: Person, at: datetime
) -> list[Condition]:
    """Keep the conditions of a decision, to be followed one by one. ``decision`` is its id in the room above.

    Raises:
        Refusal: when one says nothing, or is due before the decision.
    """
    require(sound(asked, decided_on=decided_on))
    Landlord.objects.select_for_update(no_key=True).get(pk=landlord.pk)
    first = Condition.objects.filter(landlord=landlord, cycle=cycle).count() + 1
    made = [
        Condition.objects.create(
            landlord=landlord,
            cycle=cycle,
            code=f"R-{number:02}",
            text=one.text.strip(),
            due_on=one.due_on,
            shown_by=one.shown_by,
            decision_id=decision,
            asked_on=decided_on,
        )
        for number, one in enumerate(asked, first)
    ]
    for condition in made:
        summary = f"a inscrit la réserve {condition.code}, au plus tard le {in_words(condition.due_on)} : {condition.text}"
        _record(condition, "condition_set", summary, by, at, decision=decision, due_on=condition.due_on.isoformat())
    return made


@transaction.atomic
def show_condition(
    *, condition: Condition, text: str, by: Person, at: datetime, document: Document | None = None
) -> ConditionAnswer:
    """Say, for the landlord, how a condition is met, with a document; the label's team then checks it.

    Raises:
        Refusal: without a word, once it is found to be met, or when the document is another landlord's.
    """
    condition = _locked(condition)
    if not text.strip():
        raise Refusal(no("plans.condition_how", "Dites en une phrase comment cette réserve est remplie."))
    if _last(condition) == Said.MET:
        raise Refusal(no("plans.condition_met", f"La réserve {condition.code} est déjà constatée remplie."))
    if document is not None and document.landlord_id != condition.landlord_id:
        raise Refusal(no("plans.not_our_document", "Ce document n’est pas de votre organisme."))
    answer = ConditionAnswer.objects.create(
        condition=condition, said=Said.SHOWN, text=text.strip(), document=document, by=by, at=at
    )
    summary = f"a présenté la réserve {condition.code} comme remplie : {text.strip()}"
    _record(condition, "condition_shown", summary, by, at, document=document.pk if document else 0)
    return answer


@transaction.atomic
def find_condition(*, condition: Condition, met: bool, text: str, by: Person, at: datetime) -> ConditionAnswer:
    """Find, for the label's team, that a condition is met, or that it is not; the landlord is told.

    Raises:
        Refusal: without a word, or when nothing would change.
    """
    condition = _locked(condition)
    if not text.strip():
        raise Refusal(no("plans.condition_found", "Dites en une phrase ce qui est constaté : l’organisme le lira."))
    said = Said.MET if met else Said.UNMET
    if _last(condition) == said:
        raise Refusal(no("plans.condition_same", f"La réserve {condition.code} est déjà constatée : {said.label.lower()}."))
    answer = ConditionAnswer.objects.create(condition=condition, said=said, text=text.strip(), by=by, at=at)
    summary = f"a constaté la réserve {condition.code} : {said.label.lower()}. {text.strip()}"
    _record(condition, "condition_found", summary, by, at, met=met)
    people = people_of(landlord=condition.landlord_id, roles=_LEADS, on=paris_day(at))
    cancel(undo_key=f"condition:{condition.pk}", at=at)  # the contrary, found just before
    post(
        event="plans.condition_found",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        landlord=condition.landlord_id,
        subject=f"Réserve {condition.code} : {said.label.lower()}",
        body=f"{condition.text}\n\n{text.strip()}",
        link=f"/organismes/{condition.landlord_id}/reserves/",
        undo_key=f"condition:{condition.pk}",
    )
    return answer


def remind_due(*, at: datetime) -> int:
    """Remind landlords of the conditions that they have not shown, each on its days, once; how many reminders were written."""
    on, written = paris_day(at), 0
    near = Condition.objects.filter(due_on__lte=on + timedelta(days=max(REMINDERS))).values("landlord")
    for condition in queries.unmet_conditions(landlords=near):
        days = reminder(asked_on=condition.asked_on, due_on=condition.due_on, on=on)
        if days is None or queries.condition_standing(condition, on=on) is Standing.SHOWN:
            continue
        key = f"condition:{condition.pk}:{days}"
        if not Message.objects.filter(landlord_id=condition.landlord_id, undo_key=key).exists():
            written += _remind(condition, key, at)
    return written


@transaction.atomic
def _remind(condition: Condition, key: str, at: datetime) -> int:
    late = condition.due_on < paris_day(at)
    when = "était attendue" if late else "est à remplir au plus tard"
    people = people_of(landlord=condition.landlord_id, roles=_LEADS, on=paris_day(at))
    sent = post(
        event="plans.condition_due",
        to=list(people.values_list("pk", flat=True)),
        at=at,
        landlord=condition.landlord_id,
        subject=f"Réserve {condition.code} : {'en retard' if late else 'échéance proche'}",
        body=f"Cette réserve du comité {when} le {in_words(condition.due_on)} :\n\n{condition.text}\n\nMontrez comment elle est remplie.",
        link=f"/organismes/{condition.landlord_id}/reserves/",
        undo_key=key,
    )
    return len(sent)


def _locked(condition: Condition) -> Condition:
    """The condition, its row locked: what was said last is what one answers."""
    return Condition.objects.select_for_update(no_key=True).get(pk=condition.pk)


def _last(condition: Condition) -> str:
    return condition.answers.order_by("-pk").values_list("said", flat=True).first() or ""


def _record(condition: Condition, act: str, summary: str, by: Person, at: datetime, **facts: object) -> None:
    record(
        act=f"plans.{act}",
        by=by.pk,
        at=at,
        on=("plans.condition", condition.pk),
        landlord=condition.landlord_id,
        summary=summary,
        facts={"code": condition.code} | facts,
    )
