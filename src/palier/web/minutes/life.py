"""What moves minutes along: started, completed, sent, answered, signed, corrected."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from palier.committee.models import Session
from palier.minutes import operations, queries
from palier.minutes.models import Minutes
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.minutes.forms import AnswerForm, CorrectForm, TextsForm
from palier.web.minutes.views import SPEAK, WRITE, held, open_items


def _latest(session: Session) -> Minutes:
    found = queries.latest(session=session)
    if found is None:
        raise Http404
    return found


def _back(session: Session) -> HttpResponse:
    return redirect("minutes", committee_id=session.committee_id, session_number=session.number)


@door(POST=WRITE)
def start(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Start the minutes: the record is written down."""
    session = held(request, committee_id, session_number)
    operations.start(session=session, by=request.user, at=request.at)
    messages.success(request, "Le relevé est écrit. Complétez-le, puis envoyez-le à relire.")
    return _back(session)


@door(GET=WRITE, POST=WRITE)
def write(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Add a preamble and the debates; nothing that is recorded can be changed here."""
    session = held(request, committee_id, session_number)
    found = _latest(session)
    items = open_items(request, session)
    debates = dict(found.debates.values_list("item", "text"))
    form = TextsForm(request.POST or None, items=items, debates=debates, initial={"preamble": found.preamble})
    if form.is_valid():
        given = {"preamble": form.cleaned_data["preamble"], "debates": form.debates()}
        try:
            operations.write_texts(minutes=found, by=request.user, at=request.at, **given)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "Le procès-verbal est complété.")
            return _back(session)
    return _form(request, session, form, "Compléter le procès-verbal", "Enregistrer les textes")


@door(POST=WRITE)
def send(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Send the draft to those who were there."""
    session = held(request, committee_id, session_number)
    operations.send(minutes=_latest(session), by=request.user, at=request.at)
    messages.success(request, "Le projet est envoyé aux personnes qui ont siégé.")
    return _back(session)


@door(GET=WRITE, POST=WRITE)
def answer(request: Request, committee_id: int, session_number: int, comment_id: int) -> HttpResponse:
    """Answer a comment."""
    session = held(request, committee_id, session_number)
    found = _latest(session)
    closed = queries.withheld(session=session, person=request.user)
    readable = queries.comments(minutes=found, person=request.user, closed=closed)
    comment = next((one for one in readable if one.pk == comment_id), None)
    if comment is None:
        raise Http404
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        try:
            operations.answer(comment=comment, by=request.user, at=request.at, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "La réponse est enregistrée sous la remarque.")
            return _back(session)
    return _form(request, session, form, "Répondre à une remarque", "Enregistrer la réponse", said=comment)


@door(POST=SPEAK, fresh=True)
def sign(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Sign the approved minutes; the operation takes nobody but the president or vice-president in office."""
    session = held(request, committee_id, session_number)
    operations.sign(minutes=_latest(session), by=request.user, at=request.at)
    messages.success(request, "Le procès-verbal est signé. Son PDF est prêt dans la minute.")
    return _back(session)


@door(GET=WRITE, POST=WRITE)
def correct(request: Request, committee_id: int, session_number: int) -> HttpResponse:
    """Start a new version of signed minutes."""
    session = held(request, committee_id, session_number)
    form = CorrectForm(request.POST or None)
    if form.is_valid():
        try:
            operations.correct(minutes=_latest(session), because=form.cleaned_data["because"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("because", refusal.verdict.sentence)
        else:
            messages.success(request, "La correction est commencée. La version signée reste lisible.")
            return _back(session)
    return _form(request, session, form, "Corriger le procès-verbal", "Commencer la correction")


def _form(
    request: Request,
    session: Session,
    form: TextsForm | AnswerForm | CorrectForm,
    page: str,
    submit: str,
    **more: object,
) -> HttpResponse:
    context = {"session": session, "committee": session.committee, "form": form, "page": page, "submit": submit, **more}
    return render(request, "minutes/form.html", context, status=422 if form.errors else 200)
