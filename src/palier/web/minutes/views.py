"""Minutes to read: those of a committee, one version, its signed files; each reader meets what is theirs."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import queries as committee
from palier.committee.models import Item, Session
from palier.directory.rules import Right, Thing
from palier.ledger import queries as ledger
from palier.minutes import operations, queries
from palier.minutes.models import Minutes
from palier.minutes.rules.life import State
from palier.minutes.rules.reading import proposed_to
from palier.verdict import Refusal, no, require
from palier.web.committee.finding import committee_session, session_item
from palier.web.documents.files import kept
from palier.web.doors import Answer, Request, door
from palier.web.minutes.forms import CommentForm, CorrectForm

READ, WRITE, SPEAK = (Thing.BALLOT, Right.READ), (Thing.BALLOT, Right.WRITE), (Thing.BALLOT, Right.SPEAK)


def held(request: Request, committee_id: int, number: int) -> Session:
    """A session that has minutes and that the person may follow; unknown to the others."""
    found = committee.sessions(person=request.user, roles=request.roles, on=request.on).select_related("designated__person")
    session = get_object_or_404(found, committee=committee_id, number=number)
    require(queries.due(session=session, at=request.at))
    return session


def open_items(request: Request, session: Session) -> list[Item]:
    """The matters of a session that are open to the person."""
    return list(committee.visible_items(session=session, person=request.user))


@door(GET=READ)
def every(request: Request, committee_id: int) -> HttpResponse:
    """The minutes of a committee, the latest session first."""
    mine = committee.committees_of(person=request.user, roles=request.roles, on=request.on)
    one = get_object_or_404(mine, pk=committee_id)
    sessions = committee.sessions(person=request.user, roles=request.roles, on=request.on).filter(committee=one)
    rows = [
        {"session": s, "minutes": next(iter(s.minutes.all()), None)}
        for s in queries.sessions_with(sessions=sessions, at=request.at)
    ]
    context = {"committee": one, "rows": rows, "may_write": bool(request.may(Right.WRITE, Thing.BALLOT))}
    return render(request, "minutes/list.html", context)


@door(GET=READ, POST=SPEAK)
def minutes(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """The last version of the minutes of a session. A POST is one’s own comment."""
    session = held(request, committee_id, session_number)
    found = queries.latest(session=session)
    form = CommentForm(request.POST or None, items=open_items(request, session))
    if request.method == "POST":
        if found is None:
            raise Http404
        if form.is_valid():
            item = Item.objects.filter(pk=form.cleaned_data["item"], session=session).first()
            try:
                operations.comment(minutes=found, text=form.cleaned_data["text"], item=item, by=request.user, at=request.at)
            except Refusal as refusal:
                form.add_error("text", refusal.verdict.sentence)
            else:
                messages.success(request, "Votre remarque est enregistrée.")
                return redirect("minutes", committee_id=committee_id, session_number=session_number)
    return _page(request, session, found, form)


@door(GET=READ)
def version(request: Request, committee_id: int, session_number: int, number: int) -> HttpResponse:
    """One version of the minutes of a session."""
    session = held(request, committee_id, session_number)
    found = get_object_or_404(queries.versions(session=session), number=number)
    return _page(request, session, found, CommentForm(items=open_items(request, session)))


def _page(request: Request, session: Session, found: Minutes | None, form: CommentForm) -> HttpResponse:
    may_write = bool(request.may(Right.WRITE, Thing.BALLOT))
    state = found.state if found else None
    shown = may_write or state not in {None, State.DRAFT}
    closed = queries.withheld(session=session, person=request.user)
    said = queries.comments(minutes=found, person=request.user, closed=closed) if found and shown else []
    office = queries.signer(committee_id=session.committee_id, person=request.user, on=request.on)
    last = found is not None and not hasattr(found, "replaced_by")
    context: dict[str, Any] = {
        "session": session,
        "committee": session.committee,
        "minutes": found,
        "state": state,
        "content": moments(queries.read_by(session=session, minutes=found, person=request.user)) if shown else None,
        "closed": closed,
        "comments": said,
        "form": form if state is State.SENT and request.user.pk in queries.attendees(session=session) else None,
        "may_write": may_write,
        "may_complete": may_write and state in {State.DRAFT, State.SENT},
        **(_approval(found, may_write=may_write) if found and state is State.SENT else {}),
        "may_sign": state is State.APPROVED and office is not None and bool(request.may(Right.SPEAK, Thing.BALLOT)),
        "correct_form": CorrectForm() if may_write and state is State.SIGNED and last else None,
        "copy": queries.copy_for(minutes=found, person=request.user) if found and state is State.SIGNED else None,
        "versions": list(queries.versions(session=session)) if shown else [],
    }
    return render(request, "minutes/minutes.html", context, status=422 if form.errors else 200)


def _approval(found: Minutes, *, may_write: bool) -> dict[str, Any]:
    """Where the approval stands: the session that was asked, whether its vote holds; else whether one may be asked, and which."""
    asked = queries.standing(minutes=found)
    waits = asked is None or (asked[0].is_over and not asked[1])
    ahead = found.session.committee.sessions.filter(convened_at__isnull=True, cancelled_at__isnull=True)
    return {
        "asked": asked[0] if asked else None,
        "holds": asked[1] if asked else None,
        "proposable": queries.proposable(minutes=found) if waits and may_write else None,
        "ahead": ahead.order_by("starts_at").first(),
    }


@door(GET=READ)
def proposed(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """The minutes that a matter puts to the approval of a session, as they were frozen: text, fingerprint, comments."""
    item = session_item(request, committee_session(request, committee_id, session_number), item_id)
    about = item.minutes_of
    if about is None:
        raise Http404
    text = item.dossiers.latest("number").content["text"]
    closed = queries.withheld(session=about, person=request.user)
    context = {
        "session": item.session,
        "committee": item.session.committee,
        "item": item,
        "about": about,
        "text": moments(proposed_to(text, closed, request.user.pk)),
        "closed": closed,
    }
    return render(request, "minutes/proposed.html", context)


@door(GET=READ)
def file(request: Request, committee_id: int, session_number: int, number: int, form: str) -> Answer:
    """The signed copy that the person may have: its PDF as it was sealed, or its data with the proof that the ledger attests them."""
    session = held(request, committee_id, session_number)
    found = get_object_or_404(queries.versions(session=session), number=number, signed_at__isnull=False)
    copy = queries.copy_for(minutes=found, person=request.user)
    if copy is None:
        raise Refusal(no("minutes.no_copy", "Aucun exemplaire n’existe sans les points sur lesquels vous ne siégez pas."))
    name = f"proces-verbal-{committee_id}-{session_number}-{number}"
    if form == "json":
        proof = ledger.attested(payload=copy.content, number=copy.entry)
        headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
        text = json.dumps(proof, ensure_ascii=False, indent=1)
        return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)
    if form != "pdf" or not copy.sha256:
        raise Http404
    return kept(copy.sha256, name=f"{name}.pdf", media_type="application/pdf")


def moments(value: Any, name: str = "") -> Any:
    """The content of minutes with its instants and days as such, for the page to write in French."""
    if isinstance(value, dict):
        return {key: moments(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [moments(item) for item in value]
    is_moment = isinstance(value, str) and value and (name in {"at", "on"} or name.endswith(("_at", "_on")))
    return datetime.fromisoformat(value) if is_moment else value
