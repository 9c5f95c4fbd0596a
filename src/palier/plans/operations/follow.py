"""What one may do with an action once it runs: say how far it is, measure it, prove it, judge it, drop it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Person
from palier.documents.models import Document
from palier.ledger.operations import record
from palier.outbox.operations import cancel
from palier.plans.models import Action, ActionEvidence, ActionVerdict, Measure
from palier.plans.operations.actions import entrusted
from palier.plans.operations.guards import swap
from palier.plans.rules.action import may_progress
from palier.plans.rules.terms import Effect, Outcome, Status
from palier.verdict import Refusal, no, require


@transaction.atomic
def report_progress(
    *,
    action: Action,
    revision: int,
    status: Status,
    progress: int,
    by: Person,
    at: datetime,
    tenants_informed_on: date | None = None,
    note: str = "",
) -> Action:
    """Say how far an action is (``progress`` in percent), and when tenants were told of it.

    Raises:
        Conflict: when it was changed since ``revision``; ``theirs`` is the action as it now stands.
        Refusal: when state and progress contradict each other.
    """
    require(may_progress(status, progress))
    if tenants_informed_on and tenants_informed_on > paris_day(at):
        raise Refusal(no("plans.informed_later", "Les locataires sont informés un jour passé, ou aujourd’hui."))
    swap(
        action,
        revision,
        by,
        at,
        status=status,
        progress=progress,
        tenants_informed_on=tenants_informed_on,
        dropped_reason="",
    )
    _record(
        action,
        "progress_reported",
        by,
        at,
        f"a indiqué l’avancement de {action.code} : {status.label.lower()}, {progress} %.",
        status=status.value,
        progress=progress,
        note=note.strip(),
    )
    return action


@transaction.atomic
def drop_action(*, action: Action, revision: int, reason: str, by: Person, at: datetime) -> Action:
    """Give an action up, and say why. It stays in the plan; progress reported later takes it up again.

    Raises:
        Conflict: when it was changed since ``revision``; ``theirs`` is the action as it now stands.
        Refusal: without a reason.
    """
    if not reason.strip():
        raise Refusal(no("plans.drop_needs_reason", "Un abandon se motive : écrivez pourquoi l’action n’est pas menée."))
    swap(action, revision, by, at, status=Status.DROPPED, dropped_reason=reason.strip())
    cancel(undo_key=entrusted(action), at=at)
    summary = f"a abandonné l’action {action.code} : {reason.strip()}"
    _record(action, "action_dropped", by, at, summary, reason=reason.strip())
    return action


@transaction.atomic
def record_measure(
    *, action: Action, on: date, value: Decimal, source: str, by: Person | None, at: datetime, note: str = ""
) -> Measure:
    """Record the value of an action's indicator on a day, in its unit.

    Raises:
        Refusal: for a day to come, without a source, or when the action names no indicator.
    """
    if on > paris_day(at):
        raise Refusal(no("plans.measure_to_come", "Une mesure se fait un jour passé, ou aujourd’hui."))
    if not source.strip():
        raise Refusal(no("plans.measure_source", "Dites d’où vient la valeur, par exemple « relevé de contrôle du ménage »."))
    if not action.indicator:
        raise Refusal(no("plans.no_indicator", f"L’action {action.code} n’a pas encore d’indicateur."))
    measure = Measure.objects.create(action=action, on=on, value=value, source=source.strip(), note=note.strip(), by=by, at=at)
    said = f"{value.normalize():f}".replace(".", ",")
    _record(
        action,
        "measure_recorded",
        by,
        at,
        f"a mesuré {action.code} : {said} {action.unit} le {in_words(on)}.",
        on=on.isoformat(),
        value=str(value),
        source=measure.source,
    )
    return measure


@transaction.atomic
def add_evidence(*, action: Action, document: Document, by: Person | None, at: datetime) -> ActionEvidence:
    """Attach a document of the landlord to an action. Twice changes nothing.

    Raises:
        Refusal: when the document is another landlord's.
    """
    if document.landlord_id != action.plan.landlord_id:
        raise Refusal(no("plans.not_our_document", "Ce document n’est pas de votre organisme."))
    found, created = ActionEvidence.objects.get_or_create(action=action, document=document, defaults={"by": by, "at": at})
    if created:
        summary = f"a joint « {document.title} » à l’action {action.code}."
        _record(action, "evidence_added", by, at, summary, document=document.pk)
    return found


@transaction.atomic
def remove_evidence(*, evidence: ActionEvidence, by: Person, at: datetime) -> None:
    """Detach a document from an action; the document itself stays."""
    action, document = evidence.action, evidence.document
    evidence.delete()
    summary = f"a détaché « {document.title} » de l’action {action.code}."
    _record(action, "evidence_removed", by, at, summary, document=document.pk)


@transaction.atomic
def set_verdict(
    *,
    action: Action,
    occasion: str,
    mission_id: int,
    outcome: Outcome,
    by: Person,
    at: datetime,
    effect: Effect | None = None,
    note: str = "",
) -> ActionVerdict:
    """Keep what an auditor finds of an action in one audit; said again in the same audit, it replaces.

    The room of audits says whether the report may still be changed.

    Raises:
        Refusal: when a verdict other than done or under way comes without a note.
    """
    if outcome not in {Outcome.DONE, Outcome.UNDER_WAY} and not note.strip():
        raise Refusal(no("plans.verdict_note", f"« {outcome.label} » s’accompagne d’une observation : écrivez-la."))
    found, _ = ActionVerdict.objects.update_or_create(
        action=action,
        mission_id=mission_id,
        defaults={
            "occasion": occasion,
            "outcome": outcome,
            "effect": effect or "",
            "note": note.strip(),
            "by": by,
            "at": at,
        },
    )
    _record(
        action,
        "verdict_set",
        by,
        at,
        f"a constaté pour {action.code} : {outcome.label.lower()}{f', {effect.label.lower()}' if effect else ''}.",
        occasion=occasion,
        mission=mission_id,
        outcome=outcome.value,
        effect=effect.value if effect else "",
        note=note.strip(),
    )
    return found


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
