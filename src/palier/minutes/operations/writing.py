"""Minutes before their approval: what the référent adds to the record, and the comments of those who were there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from palier.committee import operations as committee
from palier.committee.models import Item, Session
from palier.committee.rules.agenda import SessionState
from palier.directory.models import Person
from palier.ledger.models import Entry
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.minutes import queries
from palier.minutes.models import Comment, Debate, Minutes
from palier.minutes.rules.life import State, concluded
from palier.outbox.operations import post
from palier.verdict import Refusal, no, require

BEFORE_APPROVAL = frozenset({State.DRAFT, State.SENT})


@transaction.atomic
def start(*, session: Session, by: Person, at: datetime) -> Minutes:
    """Start the minutes of a session, held or not: the record is written down, and is from then on.

    Raises:
        Refusal: before the session is closed, or its hour past where it never opened; when they were started already.
    """
    session = Session.objects.select_for_update(of=("self",), no_key=True).select_related("committee").get(pk=session.pk)
    require(queries.due(session=session, at=at))
    if session.minutes.exists():
        raise Refusal(no("minutes.started", "Le procès-verbal de cette séance est déjà commencé."))
    minutes = Minutes.objects.create(session=session, number=1, drafted_at=at, drafted_by=by)
    remember(minutes, "started", f"a commencé le procès-verbal de la séance n° {session.number}.", by=by, at=at)
    return minutes


@transaction.atomic
def write_texts(*, minutes: Minutes, preamble: str, debates: Mapping[int, str], by: Person, at: datetime) -> None:
    """Add to the record, by matter (id) the debates, and a preamble. A matter that is not given keeps what it has.

    Raises:
        Refusal: once approved, or for a matter that is closed to the person or of another session.
    """
    minutes = locked(minutes)
    _require_before_approval(minutes)
    closed = queries.withheld(session=minutes.session, person=by)
    items = {item.pk: item for item in minutes.session.items.exclude(position__in=closed)}
    if not set(debates) <= set(items):
        raise Refusal(no("minutes.not_yours", "Ce point ne vous est pas ouvert."))
    minutes.preamble = preamble.strip()
    minutes.save(update_fields=["preamble"])
    for pk, text in debates.items():
        Debate.objects.update_or_create(minutes=minutes, item=items[pk], defaults={"text": text.strip()})
    _propose_anew(minutes, by, at)
    remember(minutes, "written", f"a complété le procès-verbal de la séance n° {minutes.session.number}.", by=by, at=at)


@transaction.atomic
def send(*, minutes: Minutes, by: Person, at: datetime) -> None:
    """Send the draft for comments to those who were there. What it says of a matter is on its page, not in the message.

    Raises:
        Refusal: when it was sent already, or a matter that adopted something is not concluded.
    """
    minutes = locked(minutes)
    if minutes.state is not State.DRAFT:
        raise Refusal(no("minutes.sent_already", f"Le procès-verbal est déjà {minutes.state.label}."))
    require(concluded(queries.unconcluded(session=minutes.session)))
    minutes.sent_at = at
    minutes.save(update_fields=["sent_at"])
    people = queries.attendees(session=minutes.session)
    tell(
        minutes,
        people,
        f"Procès-verbal à relire : {minutes.session.committee.name}, séance n° {minutes.session.number}",
        "Le projet de procès-verbal attend vos remarques, point par point. Il sera approuvé à une séance suivante.",
        at=at,
    )
    summary = f"a envoyé le projet de procès-verbal de la séance n° {minutes.session.number} à {len(people)} personnes."
    remember(minutes, "sent", summary, by=by, at=at)


@transaction.atomic
def comment(*, minutes: Minutes, text: str, by: Person, at: datetime, item: Item | None = None) -> Comment:
    """Say something of the draft, on one matter or on the session.

    Raises:
        Refusal: without a text, before it is sent or once it is approved, from who was not there, or on a matter that is
            closed to them.
    """
    minutes = locked(minutes)
    if minutes.state is not State.SENT:
        raise Refusal(
            no("minutes.no_comment_now", f"Les remarques se font pendant la relecture ; le texte est {minutes.state.label}.")
        )
    if not text.strip():
        raise Refusal(no("minutes.comment_missing", "Écrivez votre remarque."))
    if by.pk not in queries.attendees(session=minutes.session):
        raise Refusal(no("minutes.was_not_there", "Les remarques reviennent aux personnes qui ont siégé à cette séance."))
    if item is not None and (
        item.session_id != minutes.session_id or item.position in queries.withheld(session=minutes.session, person=by)
    ):
        raise Refusal(no("minutes.not_yours", "Ce point ne vous est pas ouvert."))
    made = Comment.objects.create(minutes=minutes, item=item, by=by, text=text.strip(), at=at)
    _propose_anew(minutes, by, at)
    summary = f"a fait une remarque sur le procès-verbal de la séance n° {minutes.session.number}."
    remember(minutes, "commented", summary, by=by, at=at, comment=made.pk)
    subject = f"Une remarque sur le procès-verbal, séance n° {minutes.session.number}"
    tell(minutes, {minutes.drafted_by_id}, subject, "Elle attend votre réponse.", at=at, event="minutes.commented")
    return made


@transaction.atomic
def answer(*, comment: Comment, taken: bool, text: str, by: Person, at: datetime) -> None:
    """Answer a comment: whether the text was changed, and what is said to who made it.

    Raises:
        Refusal: without an answer, when it has one, or once the minutes are approved.
    """
    minutes = locked(comment.minutes)
    _require_before_approval(minutes)
    if not text.strip():
        raise Refusal(no("minutes.answer_missing", "Écrivez la réponse : son auteur la lira."))
    given = {"taken": taken, "answer": text.strip(), "answered_at": at, "answered_by": by}
    if not Comment.objects.filter(pk=comment.pk, answered_at__isnull=True).update(**given):
        raise Refusal(no("minutes.answered", "Cette remarque a déjà sa réponse."))
    _propose_anew(minutes, by, at)
    summary = f"a répondu à une remarque sur le procès-verbal de la séance n° {minutes.session.number}."
    remember(minutes, "answered", summary, by=by, at=at, comment=comment.pk, taken=taken)
    subject = f"Réponse à votre remarque sur le procès-verbal, séance n° {minutes.session.number}"
    body = "Elle est sous votre remarque, sur la page du procès-verbal."
    tell(minutes, {comment.by_id}, subject, body, at=at, event="minutes.commented")


def _propose_anew(minutes: Minutes, by: Person, at: datetime) -> None:
    """Bring the text on an agenda in preparation up to date. Once convened, the members have read theirs, and it stays."""
    item = queries.approvals(minutes=minutes).filter(concluded_at__isnull=True).first()
    if item is not None and item.session.state is SessionState.PREPARED:
        committee.restate(item=item, text=queries.proposal(minutes=minutes), by=by, at=at)


def _require_before_approval(minutes: Minutes) -> None:
    if minutes.state not in BEFORE_APPROVAL:
        raise Refusal(no("minutes.approved", f"Le procès-verbal est {minutes.state.label} : son texte ne change plus."))


def locked(minutes: Minutes) -> Minutes:
    """A version of minutes, its row locked, with its session and committee."""
    related = ("session__committee", "session__first", "session__designated__person", "approval__session")
    return Minutes.objects.select_for_update(of=("self",), no_key=True).select_related(*related).get(pk=minutes.pk)


def tell(
    minutes: Minutes, people: Collection[int], subject: str, body: str, *, at: datetime, event: str = "minutes.moved"
) -> None:
    """Write to some people, with the page of the minutes. No message says anything of a matter."""
    session = minutes.session
    link = f"/comites/{session.committee_id}/seances/{session.number}/proces-verbal/"
    post(event=event, to=people, at=at, subject=subject, body=body, link=link)


def remember(
    minutes: Minutes,
    act: str,
    summary: str,
    *,
    by: Person,
    at: datetime,
    attests: Mapping[str, Any] | None = None,
    **facts: Any,
) -> Entry:
    """Write an act on minutes in the ledger, for the label’s team. No line says anything of a matter."""
    return record(
        act=f"minutes.{act}",
        by=by.pk,
        at=at,
        on=("minutes.minutes", minutes.pk),
        landlord=None,
        summary=summary,
        facts={"session": minutes.session_id, "version": minutes.number} | facts,
        attests=attests,
        audience=Audience.SCHEME,
    )
