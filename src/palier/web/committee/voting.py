"""Polls: put to the vote, voted seat by seat with a fresh proof of identity, closed, voided; the receipt of a ballot."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.committee import operations, queries
from palier.committee.models import Ballot, Item, Poll, Seat, Session
from palier.committee.rules.effects import lines as in_lines
from palier.committee.rules.effects import parse
from palier.verdict import Conflict, Refusal, Verdict
from palier.web.committee.conditions import conditions
from palier.web.committee.finding import committee_session, run_session, session_item
from palier.web.committee.room import RUN, room_of_item, room_page
from palier.web.committee.room_forms import BallotForm, PollForm
from palier.web.committee.session_forms import VoidingForm
from palier.web.committee.sessions import READ, SPEAK
from palier.web.doors import Request, door, refused
from palier.web.ui.forms import typed_so_far


def _item(request: Request, committee_id: int, session_number: int, item_id: int, *, run: bool = True) -> Item:
    """A matter that the person may open, in a session that they may run unless said otherwise."""
    find = run_session if run else committee_session
    return session_item(request, find(request, committee_id, session_number), item_id)


def _poll(
    request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int, *, run: bool = True
) -> Poll:
    item = _item(request, committee_id, session_number, item_id, run=run)
    return get_object_or_404(Poll.objects.select_related("item__session__committee", "terms"), item=item, number=poll_number)


def _back(item: Item) -> HttpResponse:
    session = item.session
    return redirect("committee_room_item", committee_id=session.committee_id, session_number=session.number, item_id=item.pk)


def _form(request: Request, item: Item, form: VoidingForm | PollForm, page: str, **more: Any) -> HttpResponse:
    session: Session = item.session
    context = {"session": session, "committee": session.committee, "item": item, "form": form, "page": page} | more
    return render(request, "committee/poll_form.html", context, status=422 if form.errors else 200)


@door(GET=RUN, POST=RUN)
def open_poll(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Put something to the vote on the matter that is open."""
    item = _item(request, committee_id, session_number, item_id)
    more = "more" in request.POST
    form = PollForm(request.POST or None, item=item, outcomes=queries.outcomes(item=item, on=request.on))
    lines = conditions(request.POST or None) if item.journey else None
    if more:
        typed_so_far(form, *(lines or ()))
    if lines and lines.is_bound and not more and not lines.is_valid():
        lines.said_in(form)
    if not more and form.is_valid():
        given = form.given()
        given["effect"] = replace(given["effect"], conditions=lines.asked if lines else ())
        try:
            operations.open_poll(item=item, by=request.user, at=request.at, **given)
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error("reasons" if reason.code == "committee.reasons_missing" else None, reason.sentence)
        else:
            messages.success(request, "Le scrutin est ouvert. Le résultat reste caché jusqu’à la clôture.")
            return _back(item)
    return _form(request, item, form, "Mettre aux voix", lines=lines, proposed=in_lines(parse(item.proposal)))


@door(GET=READ, POST=SPEAK, fresh=True)
def vote(
    request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int, seat_id: int
) -> HttpResponse:
    """Give the voice of a seat, or change it until the close."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number, run=False)
    if request.method != "POST":
        return _back(poll.item)
    seat = get_object_or_404(Seat, committee=committee_id, pk=seat_id)
    form = BallotForm(request.POST, auto_id=f"id_{seat.number}_%s")
    if not form.is_valid():
        return room_page(request, room_of_item(request, poll.item), ballot=(seat.pk, form), status=422)
    try:
        cast = operations.cast(poll=poll, seat=seat, by=request.user, at=request.at, **form.given())
    except Conflict as conflict:
        form.now_sees(queries.current_ballots(poll=poll)[seat.pk])
        form.add_error(None, conflict.verdict.sentence)
        return room_page(request, room_of_item(request, poll.item), ballot=(seat.pk, form), status=409)
    if isinstance(cast, Verdict):
        return refused(request, cast, status=422)
    messages.success(request, "Votre voix est enregistrée. Vous pouvez la changer jusqu’à la clôture ; gardez votre reçu.")
    return _back(poll.item)


@door(GET=SPEAK)
def ballot_receipt(
    request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int, seat_id: int, version: int
) -> HttpResponse:
    """The receipt of one's own ballot: its line of the ledger, its proof, and what opens its seal."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number, run=False)
    ballot = get_object_or_404(Ballot, poll=poll, seat=seat_id, version=version, by=request.user)
    receipt = queries.ballot_receipt(ballot=ballot)
    headers = {"Content-Disposition": f'attachment; filename="recu-{ballot.entry}.json"'}
    text = json.dumps(receipt, ensure_ascii=False, indent=1) + "\n"
    return HttpResponse(text, content_type="application/json; charset=utf-8", headers=headers)


@door(POST=RUN)
def close_poll(request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int) -> HttpResponse:
    """Close a poll: two counters, one result."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number)
    operations.close_poll(poll=poll, by=request.user, at=request.at)
    messages.success(request, "Le scrutin est clos. Les deux comptages disent la même chose.")
    return _back(poll.item)


@door(POST=RUN)
def remind(request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int) -> HttpResponse:
    """Write to those whose seat has not voted yet."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number)
    count = operations.remind_undecided(poll=poll, by=request.user, at=request.at)
    messages.success(request, f"{count} personne{'s' if count > 1 else ''} à qui un rappel est envoyé.")
    return _back(poll.item)


@door(GET=RUN, POST=RUN, fresh=True)
def void(request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int) -> HttpResponse:
    """Sign the voiding of a closed poll; it takes two people."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number)

    def said() -> str:
        done = queries.is_void(poll=poll)
        return "Le scrutin est annulé ; il reste au dossier." if done else "Votre signature est notée : il en faut une seconde."

    return _voiding(request, poll, operations.void, "Annuler le scrutin", said)


def _voiding(request: Request, poll: Poll, act: Callable[..., object], page: str, said: Callable[[], str]) -> HttpResponse:
    """A form about the voiding of a poll, under who asks for it; none to who asks for it: they may take it back."""
    form = VoidingForm(request.POST or None)
    if form.is_valid():
        try:
            act(poll=poll, by=request.user, at=request.at, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, said())
            return _back(poll.item)
    point = room_of_item(request, poll.item).point
    vote = next((one for one in point.contested if one.number == poll.number), None) if point else None
    signed = vote is not None and any(one.by == request.user.pk for one in vote.signatures)
    form.stand_on(vote.signatures[0].pk if vote else 0)
    asked = {"point": point, "vote": vote, "viewer": request.user.pk, "signed": signed, "may_run": True}
    return _form(request, poll.item, form, page, lead=poll.motion, **asked)


@door(GET=RUN, POST=RUN, fresh=True)
def set_aside(request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int) -> HttpResponse:
    """Set aside the voiding that somebody else asks for, with the reason."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number)
    said = "La demande d’annulation est écartée. Elle reste au journal, avec votre motif."
    return _voiding(request, poll, operations.set_aside, "Écarter la demande d’annulation", lambda: said)


@door(POST=RUN)
def take_signature_back(
    request: Request, committee_id: int, session_number: int, item_id: int, poll_number: int
) -> HttpResponse:
    """Take back one's own signature under a voiding that nobody else has signed."""
    poll = _poll(request, committee_id, session_number, item_id, poll_number)
    operations.take_signature_back(poll=poll, by=request.user, at=request.at)
    messages.success(request, "Votre signature est retirée : vous ne demandez plus l’annulation. Elle reste au journal.")
    return _back(poll.item)
