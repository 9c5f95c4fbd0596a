"""The room of a session: its live screen, who comes and goes, the matters opened and concluded one by one."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse

from palier.committee import operations, queries
from palier.committee.models import Ballot, Item, Poll, Proxy, Session
from palier.committee.rules.agenda import Coming, SessionState
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.outcomes import SPARING
from palier.committee.rules.scenes import stands
from palier.committee.rules.seats import Office
from palier.committee.rules.tally import may_divide
from palier.committee.rules.terms import Matter
from palier.directory.rules import Right, Thing
from palier.verdict import YES, Refusal
from palier.web.committee.finding import run_session, session_item
from palier.web.committee.room_forms import AWAY, HERE, REMOTE, BallotForm, MandateForm, PresenceForm, ProxyForm
from palier.web.committee.sessions import READ
from palier.web.doors import Request, door

RUN = (Thing.BALLOT, Right.VALIDATE)
HELD = frozenset({SessionState.CONVENED, SessionState.OPEN})


@door(GET=READ)
def room(request: Request, committee_id: int, session_number: int, item_id: int | None = None) -> HttpResponse:
    """The screen of a session: the matter under way (or the one asked for), one line a seat; it updates by itself."""
    found = _room(request, committee_id, session_number, item_id)
    if request.htmx:
        return _refresh(request, found)
    return room_page(request, found)


def _room(request: Request, committee_id: int, session_number: int, item_id: int | None) -> queries.Room:
    found = queries.room(
        person=request.user,
        roles=request.roles,
        on=request.on,
        committee=committee_id,
        number=session_number,
        item=item_id,
    )
    if found is None:
        raise Http404
    return found


def room_of_item(request: Request, item: Item) -> queries.Room:
    """The room of a session on one of its matters."""
    return _room(request, item.session.committee_id, item.session.number, item.pk)


def room_page(
    request: Request, found: queries.Room, *, ballot: tuple[int, BallotForm] | None = None, status: int = 200
) -> HttpResponse:
    """The whole screen; ``ballot`` is the form of a seat that was not understood."""
    live = _live(request, found)
    context = live | {"seen": _seen(live), "mine": _mine(request, found, ballot), "receipts": _receipts(request, found)}
    return render(request, "committee/room.html", context, status=status)


def _refresh(request: Request, found: queries.Room) -> HttpResponse:
    """What changed on the screen since it was drawn: nothing but the clock, its lines, or all of it."""
    if request.GET.get("stage") != _stage(found):
        return HttpResponse(headers={"HX-Refresh": "true"})
    if found.point and found.point.closed_to_me:
        return HttpResponse(status=204)
    live = _live(request, found)
    seen = _seen(live)
    if request.GET.get("seen") == seen:
        clock = render(request, "committee/room.html#clock", live | {"alone": True})
        clock.headers["HX-Reswap"] = "none"
        return clock
    return render(request, "committee/room.html#live", live | {"seen": seen, "swap": True})


def _live(request: Request, found: queries.Room) -> dict[str, Any]:
    session, point = found.session, found.point
    vote = point.standing if point and not point.closed_to_me else None
    terms = vote.terms if vote else found.terms
    spares = bool(vote and vote.outcome in SPARING)
    rule = terms.majority_on(Matter(point.item.matter), spares=spares) if terms and point else None
    titulars = (m.person for line in found.lines if line.office is Office.PRESIDENT for m in line.members if not m.rank)
    runs = bool(request.may(Right.WRITE, Thing.BALLOT)) or request.user.pk in titulars
    may_run = runs and not (point and point.closed_to_me)
    waited = _waited(found) if may_run else None
    return {
        "room": found,
        "session": session,
        "committee": session.committee,
        "point": point,
        "matter": Matter(point.item.matter).label if point else "",
        "vote": vote,
        "rule": rule,
        "settled": queries.settled(item=point.item) if may_run and point and point.contested else YES,
        "divides": bool(terms and rule and may_divide(terms, rule)),
        "terms": terms,
        "may_run": may_run,
        "may_open": queries.another_under_way(item=waited.item) & waited.verdict if waited else None,
        "doubted": {mandate.pk for mandate, _ in waited.clues} if waited else set(),
        "held": session.state in HELD and not session.written,
        "open": session.state is SessionState.OPEN,
        "stage": _stage(found),
        "address": request.path if request.method == "GET" else _address(session, point.item if point else None),
        "every": 30 if session.written else 3,
        "viewer": request.user.pk,
        "now": request.at,
        "left": [p for p in found.points if p.item.opened_at is None and not p.item.is_over],
    }


def _waited(found: queries.Room) -> queries.Waiting | None:
    """What keeps the matter shown from opening, where it could be opened now."""
    point = found.point
    if found.session.state is not SessionState.OPEN or point is None or point.item.opened_at or point.item.is_over:
        return None
    return queries.waited_for(item=point.item)


def _stage(found: queries.Room) -> str:
    """Where a session stands: once it changes, the whole screen is drawn again."""
    point = found.point
    vote = point.vote if point and not point.closed_to_me else None
    parts: list[object] = [found.session.state, len(found.points), point and point.item.pk]
    if point is not None:
        parts += [point.closed_to_me, point.item.opened_at is not None, point.item.is_over]
        parts += [found.quorum is not None and found.quorum.reached]
    if point is not None and vote is not None:
        parts += [vote.pk, vote.closed_at is not None, *(len(one.signatures) for one in point.votes)]
    return ".".join(str(part) for part in parts)


def _seen(live: dict[str, Any]) -> str:
    """What the lines say, in short: the screen changes when it does."""
    drawn = render_to_string("committee/room.html#lines", live) + render_to_string("committee/room.html#strip", live)
    return sha256(drawn.encode()).hexdigest()[:16]


def _mine(request: Request, found: queries.Room, bound: tuple[int, BallotForm] | None) -> list[dict[str, Any]]:
    """The voices that the person may give in the poll shown: each with its form, and what stands already."""
    point = found.point
    if point is None or point.closed_to_me or point.vote is None or point.vote.closed_at is not None:
        return []
    poll = Poll.objects.select_related("item__session").get(pk=point.vote.pk)
    seats = queries.voices(poll=poll, person=request.user, at=request.at)
    standing = queries.current_ballots(poll=poll) if seats else {}
    able = queries.writers(poll=poll, at=request.at) if seats and found.session.written else {}
    mine = []
    for line in found.lines:
        before = standing.get(line.seat)
        others = before is not None and before.by_id != request.user.pk
        if line.seat not in seats or (others and not found.session.written):
            continue
        if before and stands(before.by_id, request.user.pk, able.get(line.seat, ())):
            continue
        predecessor = before.by.name if before and others else ""
        seen = before.version if before else 0
        before = None if others else before
        given = {"choice": before.choice, "conditions": before.conditions, "reasons": before.reasons} if before else {}
        form = (
            bound[1]
            if bound and bound[0] == line.seat
            else BallotForm(initial=given | {"seen": seen}, auto_id=f"id_{line.number}_%s")
        )
        own = next((m for m in line.members if m.person == request.user.pk), None)
        undeclared = found.session.written and (own is None or own.said is not Interest.NONE)
        mine.append({"line": line, "form": form, "before": before, "predecessor": predecessor, "undeclared": undeclared})
    return mine


def _receipts(request: Request, found: queries.Room) -> list[Ballot]:
    """One's own ballots on the matter shown, the latest first."""
    if found.point is None or found.point.closed_to_me:
        return []
    mine = Ballot.objects.filter(by=request.user, poll__item=found.point.item)
    return list(mine.select_related("poll", "seat__body").order_by("-pk"))


def _address(session: Session, item: Item | None) -> str:
    """Where the screen of a session stands, on one of its matters or on the one under way."""
    where = {"committee_id": session.committee_id, "session_number": session.number}
    return (
        reverse("committee_room_item", kwargs=where | {"item_id": item.pk}) if item else reverse("committee_room", kwargs=where)
    )


def _back(session: Session, item: Item | None = None) -> HttpResponse:
    return redirect(_address(session, item))


@door(POST=RUN)
def open_session(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Open the session."""
    found = run_session(request, committee_id, session_number)
    operations.open_session(session=found, by=request.user, at=request.at)
    messages.success(request, "La consultation écrite est ouverte." if found.written else "La séance est ouverte.")
    return _back(found)


@door(POST=RUN)
def close_session(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Close the session."""
    found = run_session(request, committee_id, session_number)
    operations.close_session(session=found, by=request.user, at=request.at)
    messages.success(request, "La consultation est close." if found.written else "La séance est close.")
    return redirect("committee_session", committee_id=committee_id, session_number=session_number)


@door(GET=RUN, POST=RUN)
def presences(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Note where everybody is, in one form; before anybody came in, it proposes what they answered."""
    found = run_session(request, committee_id, session_number)
    members = queries.holders_of(session=found)
    inside = queries.inside(session=found)
    now = {mandate: REMOTE if move.remote else HERE for mandate, move in inside.items()}
    said = queries.replies(session=found) if not found.moves.exists() else {}
    proposed = {mandate: {Coming.PRESENT: HERE, Coming.REMOTE: REMOTE}.get(coming, AWAY) for mandate, coming in said.items()}
    terms = queries.terms_on(committee=found.committee, on=request.on)
    remote = bool(terms and queries.terms_of(terms).remote)
    form = PresenceForm(request.POST or None, members=members, remote=remote, now=now, proposed=now or proposed)
    if form.is_valid():
        for mandate, (was, where) in ((m, form.given()[m.pk]) for m in members):
            if where in {was, now.get(mandate.pk, AWAY)}:  # unchanged here, or noted meanwhile by somebody else
                continue
            if where == AWAY:
                operations.leave(session=found, mandate=mandate, by=request.user, at=request.at)
            else:
                operations.enter(session=found, mandate=mandate, by=request.user, at=request.at, remote=where == REMOTE)
        messages.success(request, "Les présences sont notées.")
        return _back(found)
    lines = [{"mandate": m, "field": form[str(m.pk)], "was": form[f"{m.pk}-was"]} for m in members]
    context = {"session": found, "committee": found.committee, "members": lines}
    return render(request, "committee/presences.html", context, status=422 if form.errors else 200)


@door(GET=RUN, POST=RUN)
def designate(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Choose who presides when neither the president nor the vice-president can."""
    found = run_session(request, committee_id, session_number)
    inside = queries.inside(session=found)
    members = [m for m in queries.holders_of(session=found) if m.pk in inside]
    form = MandateForm(request.POST or None, members=members)
    if form.is_valid():
        mandate = next(m for m in members if m.pk == form.cleaned_data["mandate"])
        operations.designate(session=found, mandate=mandate, by=request.user, at=request.at)
        messages.success(request, f"{mandate.person.name} préside à défaut de la présidence et de la vice-présidence.")
        return _back(found)
    return _form(request, found, form, "Désigner qui préside")


@door(GET=RUN, POST=RUN)
def give_proxy(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Note that a member's voice is carried by another."""
    found = run_session(request, committee_id, session_number)
    members = queries.holders_of(session=found)
    form = ProxyForm(request.POST or None, members=members)
    if form.is_valid():
        by_pk = {m.pk: m for m in members}
        giver, carrier = by_pk[form.cleaned_data["giver"]], by_pk[form.cleaned_data["carrier"]]
        try:
            operations.give_proxy(session=found, giver=giver, carrier=carrier, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"{carrier.person.name} porte la voix de {giver.person.name}.")
            return _back(found)
    return _form(request, found, form, "Noter un pouvoir")


def _form(request: Request, found: Session, form: Any, page: str) -> HttpResponse:
    context = {"session": found, "committee": found.committee, "form": form, "page": page}
    return render(request, "committee/room_form.html", context, status=422 if form.errors else 200)


@door(POST=RUN)
def take_proxy_back(request: Request, committee_id: int, session_number: int, proxy_id: int) -> HttpResponse:
    """Note that a member takes back the voice that another carried."""
    found = run_session(request, committee_id, session_number)
    proxy = get_object_or_404(Proxy.objects.select_related("giver__person", "session"), session=found, pk=proxy_id)
    operations.take_proxy_back(proxy=proxy, by=request.user, at=request.at)
    messages.success(request, "Le pouvoir est repris.")
    return _back(found)


@door(POST=RUN)
def open_item(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Open a matter: who sits on it is fixed."""
    found = run_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    operations.open_item(item=one, by=request.user, at=request.at)
    return _back(found, one)


@door(POST=RUN)
def conclude(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Conclude a matter: what was adopted takes effect."""
    found = run_session(request, committee_id, session_number)
    one = session_item(request, found, item_id)
    decision = operations.conclude(item=one, by=request.user, at=request.at)
    told = "L’organisme et les représentants de ses locataires sont prévenus." if one.journey_id else ""
    undecided = "Il n’est pas décidé : il pourra revenir devant le comité." if one.journey_id and decision is None else ""
    messages.success(request, " ".join(part for part in (f"« {one.title} » est conclu.", undecided, told) if part))
    return _back(found, one)
