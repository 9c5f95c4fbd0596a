"""Sessions being prepared: the agenda, the convocation, who comes, and what each member declares."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.calendar import paris_day
from palier.committee import operations, queries
from palier.committee.models import Committee, Mandate, Session
from palier.committee.rules.agenda import Coming, SessionState
from palier.committee.rules.terms import Matter
from palier.directory.rules import Right, Thing
from palier.minutes import queries as minutes
from palier.verdict import YES, Refusal
from palier.web.committee.finding import committee_session
from palier.web.committee.session_forms import (
    AgainForm,
    BecauseForm,
    MoveForm,
    ReplyForm,
    SessionForm,
)
from palier.web.doors import Request, door
from palier.web.ledger.history import in_words

# Beside which field a refusal is said.
_FIELD_OF = {
    "committee.session_times": "ends",
    "committee.session_past": "day",
    "committee.not_written": "written",
    "committee.not_remote": "remote_link",
    "committee.no_terms": "day",
}
READ, WRITE, SPEAK = (Thing.BALLOT, Right.READ), (Thing.BALLOT, Right.WRITE), (Thing.BALLOT, Right.SPEAK)


def committee_of(request: Request, committee_id: int) -> Committee:
    """A committee whose sessions the person may follow; unknown to the others."""
    found = queries.committees_of(person=request.user, roles=request.roles, on=request.on)
    return get_object_or_404(found, pk=committee_id)


def mandate_in(request: Request, session: Session) -> Mandate | None:
    """What the person is in the committee on the day of the session, if anything; in writing, today, while it runs."""
    on = paris_day(session.starts_at)
    if session.written:
        on = min(max(on, request.on), paris_day(session.ends_at))
    return queries.mandate_of(person=request.user, committee=session.committee_id, on=on)


def own_mandate(request: Request, session: Session) -> Mandate:
    """What the person is in the committee on the day of the session; unknown to who is nothing there."""
    if (found := mandate_in(request, session)) is None:
        raise Http404
    return found


def back_to(session: Session) -> HttpResponse:
    """To the page of a session, after an act."""
    return redirect("committee_session", committee_id=session.committee_id, session_number=session.number)


@door(GET=READ)
def sessions(request: Request, committee_id: int) -> HttpResponse:
    """The sessions of a committee, the latest first."""
    committee = committee_of(request, committee_id)
    found = queries.sessions(person=request.user, roles=request.roles, on=request.on).filter(committee=committee)
    context = {"committee": committee, "rows": found, "may_write": bool(request.may(Right.WRITE, Thing.BALLOT))}
    return render(request, "committee/sessions.html", context)


@door(GET=WRITE, POST=WRITE)
def prepare(request: Request, committee_id: int) -> HttpResponse:
    """Prepare a session, or a written consultation."""
    committee = committee_of(request, committee_id)
    form = SessionForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.prepare(committee=committee, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            form.add_error(_FIELD_OF.get(refusal.verdict.reasons[0].code), refusal.verdict.sentence)
        else:
            messages.success(request, "La séance est préparée. Inscrivez ses points, puis convoquez.")
            return back_to(made)
    context = {"committee": committee, "form": form}
    return render(request, "committee/session_prepare.html", context, status=422 if form.errors else 200)


@door(GET=READ)
def session(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """One session: its agenda with the quorum that is promised, and who comes."""
    found = committee_session(request, committee_id, session_number)
    agenda = list(queries.items(session=found))
    closed_to_me = set(queries.recused_items(person=request.user).filter(session=found).values_list("pk", flat=True))
    terms = queries.terms_on(committee=found.committee, on=paris_day(found.starts_at))
    promised = queries.forecasts(session=found, agenda=agenda, terms=queries.terms_of(terms)) if terms else {}
    said = queries.replies(session=found)
    mine = mandate_in(request, found)
    live = [one for one in agenda if not one.is_over]
    held = queries.room(person=request.user, roles=request.roles, on=request.on, committee=committee_id, number=session_number)
    points = {point.item.pk: point for point in held.points} if held and found.opened_at else {}
    context: dict[str, Any] = {
        "session": found,
        "committee": found.committee,
        "agenda": [
            {
                "item": one,
                "matter": Matter(one.matter).label,
                "recused": one.pk in closed_to_me,
                "forecast": promised.get(one.pk),
                "point": points.get(one.pk),
                "last": one == live[-1] if live else False,
            }
            for one in agenda
        ],
        "live": live,
        "convenable": queries.may_convene(session=found, terms=queries.terms_of(terms), on=request.on) if terms else YES,
        "members": [{"mandate": m, "coming": said.get(m.pk)} for m in queries.holders_of(session=found)],
        "mine": mine,
        "reply_form": ReplyForm(initial={"coming": said.get(mine.pk)}) if mine else None,
        "may_write": bool(request.may(Right.WRITE, Thing.BALLOT)),
        "preparing": found.state is SessionState.PREPARED,
        "convened": found.state is SessionState.CONVENED,
        "may_cancel": found.state in {SessionState.PREPARED, SessionState.CONVENED},
        "may_convene_again": found.state in {SessionState.CONVENED, SessionState.CLOSED}
        and request.at >= found.starts_at
        and (bool(live) or any(point.left for point in points.values())),
        "ready": queries.ready(on=request.on).count() if found.state is SessionState.PREPARED else 0,
        "to_approve": len(minutes.awaiting_approval(committee_id=committee_id)) if found.state is SessionState.PREPARED else 0,
        "has_minutes": bool(minutes.due(session=found, at=request.at)),
        "cancel_form": BecauseForm(),
        "history": in_words(queries.history(session=found, person=request.user)),
    }
    return render(request, "committee/session.html", context)


@door(GET=READ)
def calendar(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """The session for a calendar program."""
    found = committee_session(request, committee_id, session_number)
    name = f"seance-{found.committee_id}-{found.number}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    file = queries.calendar_of(session=found, at=request.at)
    return HttpResponse(file, content_type="text/calendar; charset=utf-8", headers=headers)


@door(GET=WRITE, POST=WRITE)
def move(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Hold a session in preparation on another day."""
    found = committee_session(request, committee_id, session_number)
    form = MoveForm(request.POST or None, session=found)
    if form.is_valid():
        try:
            operations.move(session=found, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            code = refusal.verdict.reasons[0].code
            form.add_error(_FIELD_OF.get(code), refusal.verdict.sentence)
        else:
            messages.success(request, "La séance est reportée. Convoquez quand l’ordre du jour est prêt.")
            return back_to(found)
    context = {"session": found, "committee": found.committee, "form": form}
    return render(request, "committee/session_move.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def convene(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Convene titulars and substitutes; the files are frozen."""
    found = committee_session(request, committee_id, session_number)
    operations.convene(session=found, by=request.user, at=request.at)
    messages.success(request, "Le comité est convoqué. Les dossiers sont figés tels qu’ils sont aujourd’hui.")
    return back_to(found)


@door(GET=WRITE, POST=WRITE)
def convene_again(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Convene a second time for what is left, in one act."""
    found = committee_session(request, committee_id, session_number)
    form = AgainForm(request.POST or None)
    if form.is_valid():
        try:
            again = operations.convene_again(session=found, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "La seconde convocation est partie, avec les points restants.")
            return back_to(again)
    left = queries.left_undecided(session=found, at=request.at)
    context = {"session": found, "committee": found.committee, "form": form, "left": left}
    return render(request, "committee/session_again.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def cancel(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Cancel a session that was not opened."""
    found = committee_session(request, committee_id, session_number)
    operations.cancel(session=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "La séance est annulée. Ses dossiers peuvent être inscrits ailleurs.")
    return back_to(found)


@door(POST=SPEAK)
def reply(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Say whether one comes."""
    found = committee_session(request, committee_id, session_number)
    mandate = own_mandate(request, found)
    form = ReplyForm(request.POST)
    if form.is_valid():
        coming = Coming(form.cleaned_data["coming"])
        operations.reply(session=found, mandate=mandate, coming=coming, by=request.user, at=request.at)
        messages.success(request, "Votre réponse est enregistrée. Vous pouvez la changer jusqu’à l’ouverture.")
    else:
        messages.error(request, "Choisissez une réponse.")
    return back_to(found)
