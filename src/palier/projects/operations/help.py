"""Asking for help: to the support desk and to conciliation, addressed to the label's team."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction

from palier.calendar import in_words, paris_day
from palier.directory.models import Person
from palier.directory.queries import people_of
from palier.directory.rules import LANDLORD_ROLES, Role
from palier.documents.models import Document
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post, unsay
from palier.projects import queries
from palier.projects.models import HelpRequest, Project
from palier.projects.operations.writing import lock, remember
from palier.projects.rules.terms import Desk, Standing
from palier.verdict import Refusal, no

_LANDLORD = LANDLORD_ROLES - {Role.CONTRIBUTOR}


@transaction.atomic
def ask_help(
    *, project: Project, desk: Desk, reasons: str, tried: str, documents: Collection[Document], by: Person, at: datetime
) -> HelpRequest:
    """Carry a situation to the support desk or to conciliation, with reasons and pieces of the file.

    Raises:
        Refusal: when the project is closed, no reason is given, a request to the same desk runs, or a piece is not ours.
    """
    project = lock(project)
    if not reasons.strip():
        raise Refusal(no("projects.help_reasons", "Écrivez pourquoi vous demandez cet appui."))
    if any(document.landlord_id != project.landlord_id or document.withdrawn_at for document in documents):
        raise Refusal(no("projects.not_our_document", "Une des pièces n’est pas de votre dossier."))
    try:
        with transaction.atomic():
            made = HelpRequest.objects.create(
                landlord=project.landlord, project=project, desk=desk, reasons=reasons.strip(), tried=tried.strip(),
                asked_at=at, asked_by=by,
            )  # fmt: skip
    except IntegrityError as twice:
        raise Refusal(no("projects.help_running", f"Une demande est déjà en cours : {desk.label}.")) from twice
    made.documents.set(documents)
    name = project.site.residence.name
    _remember(made, "help_asked", f"a saisi : {desk.label}, pour {name}.", by=by, at=at, reasons=made.reasons)
    _tell(made, frozenset({Role.REFERENT}), at, event="projects.help_asked",
          subject=f"{project.landlord.name} saisit : {desk.label}", body=f"Site : {name}.\n\n{made.reasons}",
          undo_key=f"help:{made.pk}")  # fmt: skip
    return made


@transaction.atomic
def acknowledge_help(*, request: HelpRequest, by: Person, at: datetime) -> None:
    """Take a request in charge, for the label's team.

    Raises:
        Refusal: when it was taken, or is closed.
    """
    request = _lock(request)
    if queries.standing(request) is not Standing.ASKED:
        raise Refusal(no("projects.help_taken", "Cette demande est déjà prise en charge."))
    HelpRequest.objects.filter(pk=request.pk).update(acknowledged_at=at, acknowledged_by=by)
    _unremind(request, at)
    desk = Desk(request.desk).label
    _remember(request, "help_acknowledged", f"a pris en charge la demande : {desk}.", by=by, at=at)
    _tell(request, _LANDLORD, at, event="projects.help_moved", subject=f"{desk} : demande prise en charge",
          body=f"{by.name} suit votre demande pour {request.project.site.residence.name}.")  # fmt: skip


@transaction.atomic
def answer_help(*, request: HelpRequest, answer: str, by: Person, at: datetime) -> None:
    """Answer a request, for the label's team; that takes it in charge too.

    Raises:
        Refusal: when there is nothing to say, or it was answered or closed.
    """
    request = _lock(request)
    if not answer.strip():
        raise Refusal(no("projects.help_answer", "Écrivez la réponse."))
    if queries.standing(request) in {Standing.ANSWERED, Standing.CLOSED}:
        raise Refusal(no("projects.help_answered", "Cette demande a déjà sa réponse."))
    taken = {} if request.acknowledged_at else {"acknowledged_at": at, "acknowledged_by": by}
    HelpRequest.objects.filter(pk=request.pk).update(answer=answer.strip(), answered_at=at, answered_by=by, **taken)
    _unremind(request, at)
    desk = Desk(request.desk).label
    _remember(request, "help_answered", f"a répondu à la demande : {desk}.", by=by, at=at, answer=answer.strip())
    _tell(request, _LANDLORD, at, event="projects.help_moved", subject=f"{desk} : réponse", body=answer.strip())


@transaction.atomic
def close_help(*, request: HelpRequest, closing: str, by: Person, at: datetime) -> None:
    """Close a request, with what came of it. One not answered yet is taken back that way.

    The label's team is told too, save those who heard nothing of a request still new.

    Raises:
        Refusal: when nothing is said, or it is closed already.
    """
    request = _lock(request)
    if not closing.strip():
        raise Refusal(no("projects.help_closing", "Dites quelle suite est donnée."))
    if request.closed_at:
        raise Refusal(no("projects.help_closed", "Cette demande est déjà close."))
    HelpRequest.objects.filter(pk=request.pk).update(closing=closing.strip(), closed_at=at, closed_by=by)
    desk = Desk(request.desk).label
    _remember(request, "help_closed", f"a clos la demande : {desk}.", by=by, at=at, closing=closing.strip())
    unsaid, known = unsay(undo_key=f"help:{request.pk}", at=at), request.acknowledged_at or request.reminded_on
    _tell(request, _LANDLORD | {Role.REFERENT}, at, event="projects.help_moved", subject=f"{desk} : demande close",
          body=closing.strip(), but={by.pk} if known else {by.pk} | unsaid)  # fmt: skip


@transaction.atomic
def remind_help_due(*, at: datetime) -> int:
    """Remind the label's team of the requests that wait too long, once a day: how many requests."""
    count = 0
    for request in queries.help_to_remind(on=paris_day(at)):
        waiting = HelpRequest.objects.filter(pk=request.pk, answered_at__isnull=True, closed_at__isnull=True)
        if not waiting.update(reminded_on=paris_day(at)):
            continue
        count += 1
        asked = in_words(paris_day(request.asked_at))
        _tell(request, frozenset({Role.REFERENT}), at, event="projects.help_asked",
              subject=f"Rappel : {request.landlord.name} attend une réponse ({Desk(request.desk).label})",
              body=f"Demande du {asked}, pour {request.project.title}.",
              undo_key=f"help:{request.pk}")  # fmt: skip
    return count


def _unremind(request: HelpRequest, at: datetime) -> None:
    """Take back the reminder that has not left, of a request that somebody moves; what asked for help still leaves."""
    if request.reminded_on:
        cancel(undo_key=f"help:{request.pk}", at=at)


def _lock(request: HelpRequest) -> HelpRequest:
    found = HelpRequest.objects.select_for_update(of=("self",)).select_related("landlord", "project__site__residence")
    return found.get(pk=request.pk)


def _remember(request: HelpRequest, act: str, summary: str, *, by: Person, at: datetime, **facts: object) -> None:
    remember(
        request.project, act, summary, by=by, at=at, audience=Audience.LANDLORD, request=request.pk, desk=request.desk, **facts
    )


def _tell(
    request: HelpRequest,
    roles: frozenset[Role],
    at: datetime,
    *,
    event: str,
    subject: str,
    body: str,
    but: Collection[int] = (),
    undo_key: str = "",
) -> None:
    people = people_of(landlord=request.landlord_id, roles=roles, on=paris_day(at))
    post(
        event=event,
        to={person.pk for person in people} - set(but),
        at=at,
        subject=subject[:200],
        body=body,
        landlord=request.landlord_id,
        link=f"/organismes/{request.landlord_id}/projets/{request.project_id}/appui/{request.pk}/",
        undo_key=undo_key,
    )
