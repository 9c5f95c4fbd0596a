"""Sessions being prepared: the agenda, the convocation, who comes, and what each member declares."""

from __future__ import annotations

from datetime import UTC
from typing import Any

import icalendar
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from palier.calendar import paris_day
from palier.committee import operations, queries
from palier.committee.models import Committee, Mandate, Recusal, Session
from palier.committee.rules.agenda import Coming, SessionState
from palier.committee.rules.conflicts import Interest
from palier.committee.rules.seats import Recusal as Reach
from palier.committee.rules.terms import Matter
from palier.directory.rules import Right, Thing
from palier.verdict import Refusal
from palier.web.committee.finding import committee_session as _session
from palier.web.committee.finding import session_item as _item
from palier.web.committee.session_forms import (
    AgainForm,
    BecauseForm,
    DeclareForm,
    ItemForm,
    RecuseForm,
    ReplyForm,
    ReviewForm,
    SessionForm,
)
from palier.web.doors import Request, door

READ, WRITE, SPEAK = (Thing.BALLOT, Right.READ), (Thing.BALLOT, Right.WRITE), (Thing.BALLOT, Right.SPEAK)


def _committee(request: Request, committee_id: int) -> Committee:
    """A committee whose sessions the person may follow; unknown to the others."""
    found = queries.committees_of(person=request.user, roles=request.roles, on=request.on)
    return get_object_or_404(found, pk=committee_id)


def _mandate(request: Request, session: Session) -> Mandate | None:
    on = paris_day(session.starts_at)
    return queries.mandate_of(person=request.user, committee=session.committee_id, on=on)


def _own_mandate(request: Request, session: Session) -> Mandate:
    """What the person is in the committee on the day of the session; unknown to who is nothing there."""
    if (found := _mandate(request, session)) is None:
        raise Http404
    return found


def _back(session: Session) -> HttpResponse:
    return redirect("committee_session", committee_id=session.committee_id, session_number=session.number)


@door(GET=READ)
def sessions(request: Request, committee_id: int) -> HttpResponse:
    """The sessions of a committee, the latest first."""
    committee = _committee(request, committee_id)
    found = queries.sessions(person=request.user, roles=request.roles, on=request.on).filter(committee=committee)
    context = {"committee": committee, "rows": found, "may_write": bool(request.may(Right.WRITE, Thing.BALLOT))}
    return render(request, "committee/sessions.html", context)


@door(GET=WRITE, POST=WRITE)
def prepare(request: Request, committee_id: int) -> HttpResponse:
    """Prepare a session, or a written consultation."""
    committee = _committee(request, committee_id)
    form = SessionForm(request.POST or None)
    if form.is_valid():
        try:
            made = operations.prepare(committee=committee, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "La séance est préparée. Inscrivez ses points, puis convoquez.")
            return _back(made)
    context = {"committee": committee, "form": form}
    return render(request, "committee/session_prepare.html", context, status=422 if form.errors else 200)


@door(GET=READ)
def session(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """One session: its agenda with the quorum that is promised, and who comes."""
    found = _session(request, committee_id, session_number)
    agenda = list(queries.items(session=found))
    closed_to_me = set(queries.recused_items(person=request.user).filter(session=found).values_list("pk", flat=True))
    terms = queries.terms_on(committee=found.committee, on=paris_day(found.starts_at))
    promised = queries.forecasts(session=found, agenda=agenda, terms=queries.terms_of(terms)) if terms else {}
    said = queries.replies(session=found)
    mine = _mandate(request, found)
    context: dict[str, Any] = {
        "session": found,
        "committee": found.committee,
        "agenda": [
            {
                "item": one,
                "matter": Matter(one.matter).label,
                "recused": one.pk in closed_to_me,
                "forecast": promised.get(one.pk),
            }
            for one in agenda
        ],
        "live": [one for one in agenda if not one.is_over],
        "members": [{"mandate": m, "coming": said.get(m.pk)} for m in queries.holders_of(session=found)],
        "mine": mine,
        "reply_form": ReplyForm(initial={"coming": said.get(mine.pk)}) if mine else None,
        "may_write": bool(request.may(Right.WRITE, Thing.BALLOT)),
        "preparing": found.state is SessionState.PREPARED,
        "convened": found.state is SessionState.CONVENED,
        "may_cancel": found.state in {SessionState.PREPARED, SessionState.CONVENED},
        "may_convene_again": found.state in {SessionState.CONVENED, SessionState.OPEN, SessionState.CLOSED}
        and request.at >= found.starts_at
        and any(not one.is_over for one in agenda),
        "ready": queries.ready(on=request.on).count() if found.state is SessionState.PREPARED else 0,
        "cancel_form": BecauseForm(),
    }
    return render(request, "committee/session.html", context)


@door(GET=READ)
def calendar(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """The session for a calendar program."""
    found = _session(request, committee_id, session_number)
    event = icalendar.Event()
    event.add("uid", f"session-{found.pk}@{request.get_host()}")
    event.add("summary", f"{found.committee.name}, séance n° {found.number}")
    event.add("dtstamp", request.at.astimezone(UTC))
    event.add("dtstart", found.starts_at.astimezone(UTC))
    event.add("dtend", found.ends_at.astimezone(UTC))
    event.add("status", "CANCELLED" if found.cancelled_at else "CONFIRMED")
    where = ", ".join(part for part in (found.place, found.remote_link) if part)
    if where:
        event.add("location", where)
    args = {"committee_id": found.committee_id, "session_number": found.number}
    event.add("url", request.build_absolute_uri(reverse("committee_session", kwargs=args)))
    file = icalendar.Calendar()
    file.add("prodid", "-//Palier//FR")
    file.add("version", "2.0")
    file.add_component(event)
    name = f"seance-{found.committee_id}-{found.number}.ics"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(file.to_ical(), content_type="text/calendar; charset=utf-8", headers=headers)


@door(GET=WRITE, POST=WRITE)
def add_item(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Put a matter on the agenda."""
    found = _session(request, committee_id, session_number)
    journeys = queries.ready(on=request.on)
    form = ItemForm(request.POST or None, journeys=journeys)
    if form.is_valid():
        try:
            operations.add_item(session=found, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "Le point est inscrit à l’ordre du jour.")
            return _back(found)
    context = {"session": found, "committee": found.committee, "form": form}
    return render(request, "committee/item_add.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def add_ready(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Put every journey that waits on the agenda."""
    found = _session(request, committee_id, session_number)
    made = operations.add_ready(session=found, by=request.user, at=request.at)
    messages.success(
        request, f"{len(made)} dossier{'s' if len(made) > 1 else ''} inscrit{'s' if len(made) > 1 else ''} à l’ordre du jour."
    )
    return _back(found)


@door(POST=WRITE)
def convene(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Convene titulars and substitutes; the files are frozen."""
    found = _session(request, committee_id, session_number)
    operations.convene(session=found, by=request.user, at=request.at)
    messages.success(request, "Le comité est convoqué. Les dossiers sont figés tels qu’ils sont aujourd’hui.")
    return _back(found)


@door(GET=WRITE, POST=WRITE)
def convene_again(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Convene a second time for what is left, in one act."""
    found = _session(request, committee_id, session_number)
    form = AgainForm(request.POST or None)
    if form.is_valid():
        try:
            again = operations.convene_again(session=found, by=request.user, at=request.at, **form.given())
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "La seconde convocation est partie, avec les points restants.")
            return _back(again)
    context = {"session": found, "committee": found.committee, "form": form}
    return render(request, "committee/session_again.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def cancel(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Cancel a session that was not opened."""
    found = _session(request, committee_id, session_number)
    operations.cancel(session=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "La séance est annulée. Ses dossiers peuvent être inscrits ailleurs.")
    return _back(found)


@door(POST=SPEAK)
def reply(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Say whether one comes."""
    found = _session(request, committee_id, session_number)
    mandate = _own_mandate(request, found)
    form = ReplyForm(request.POST)
    if form.is_valid():
        coming = Coming(form.cleaned_data["coming"])
        operations.reply(session=found, mandate=mandate, coming=coming, by=request.user, at=request.at)
        messages.success(request, "Votre réponse est enregistrée. Vous pouvez la changer jusqu’à l’ouverture.")
    else:
        messages.error(request, "Choisissez une réponse.")
    return _back(found)


@door(GET=READ, POST=SPEAK)
def item(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """One matter: its frozen file, what members declare, who takes no part in it. A POST is one's own declaration."""
    found = _session(request, committee_id, session_number)
    one = _item(request, found, item_id)
    mine = _mandate(request, found)
    members = queries.holders_of(session=found)
    said = queries.declarations(item=one)
    declared = said.get(mine.pk) if mine else None
    form = DeclareForm(request.POST or None, initial={"interest": declared.interest if declared else None})
    if form.is_valid():
        given = form.cleaned_data
        try:
            operations.declare(
                item=one,
                mandate=_own_mandate(request, found),
                interest=Interest(given["interest"]),
                text=given["text"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error("text" if not given["text"] else None, refusal.verdict.sentence)
        else:
            messages.success(request, "Votre déclaration est enregistrée.")
            return _back(found)
    people = {m.person_id: m.person.name for m in members}
    may_write = bool(request.may(Right.WRITE, Thing.BALLOT))
    context: dict[str, Any] = {
        "session": found,
        "committee": found.committee,
        "item": one,
        "matter": Matter(one.matter).label,
        "dossier": one.dossiers.order_by("-number").first(),
        "declared": Interest(declared.interest).label if declared else "",
        "form": form if mine and one.opened_at is None and not one.is_over else None,
        "members": [{"mandate": m, "interest": Interest(said[m.pk].interest).label if m.pk in said else ""} for m in members],
        "clues": [
            {"clue": clue, "name": people[clue.person]} for clue in queries.clues(item=one, mandates=members) if may_write
        ],
        "recusals": Recusal.objects.filter(item=one).select_related("mandate__person", "mandate__seat__body").order_by("pk"),
        "off_form": BecauseForm(),
        "may_write": may_write,
    }
    return render(request, "committee/item.html", context, status=422 if form.errors else 200)


@door(GET=WRITE, POST=WRITE)
def review(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Confirm or dismiss a likely conflict."""
    found = _session(request, committee_id, session_number)
    one = _item(request, found, item_id)
    members = queries.holders_of(session=found)
    form = ReviewForm(request.POST or None, clues=queries.clues(item=one, mandates=members), members=members)
    if form.is_valid():
        operations.review(item=one, by=request.user, at=request.at, **form.given())
        messages.success(request, "Votre réponse est enregistrée ; elle vaut aussi pour les séances à venir.")
        return redirect("committee_item", committee_id=committee_id, session_number=session_number, item_id=item_id)
    context = {"session": found, "committee": found.committee, "item": one, "form": form, "page": "Trancher un lien possible"}
    return render(request, "committee/item_form.html", context, status=422 if form.errors else 200)


@door(POST=WRITE)
def place(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Move a matter one place up the agenda."""
    found = _session(request, committee_id, session_number)
    one = _item(request, found, item_id)
    before = found.items.filter(withdrawn_at__isnull=True, position__lt=one.position).count()
    operations.place_item(item=one, position=before, by=request.user, at=request.at)
    return _back(found)


@door(POST=WRITE)
def take_off(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Take a matter off the agenda."""
    found = _session(request, committee_id, session_number)
    one = _item(request, found, item_id)
    operations.take_off(item=one, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "Le point est retiré de l’ordre du jour.")
    return _back(found)


@door(GET=WRITE, POST=WRITE)
def recuse(request: Request, committee_id: int, session_number: int, item_id: int) -> HttpResponse:
    """Keep a member out of a matter."""
    found = _session(request, committee_id, session_number)
    one = _item(request, found, item_id)
    members = queries.holders_of(session=found)
    form = RecuseForm(request.POST or None, members=members)
    if form.is_valid():
        given = form.cleaned_data
        mandate = next(m for m in members if m.pk == given["mandate"])
        try:
            operations.recuse(
                item=one, mandate=mandate, reach=Reach(given["reach"]), because=given["because"], by=request.user, at=request.at
            )
        except Refusal as refusal:
            form.add_error("mandate", refusal.verdict.sentence)
        else:
            messages.success(request, f"{mandate.person.name} ne prend plus part à ce point.")
            return _back(found)
    context = {"session": found, "committee": found.committee, "item": one, "form": form, "page": "Récuser une personne"}
    return render(request, "committee/item_form.html", context, status=422 if form.errors else 200)
