"""Asking for help on a site: the landlord's request, and the label's team that takes it, answers, until it is closed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.projects import operations, queries
from palier.projects.models import HelpRequest
from palier.projects.rules.terms import Desk, Standing
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.projects.acts import answer, documents_of
from palier.web.projects.forms import AnswerForm, ClosingForm, HelpForm
from palier.web.projects.views import WRITE, project_of

READ = (Thing.EVIDENCE, Right.READ)
TEAM = (Thing.INSTRUCTION_NOTE, Right.WRITE)


@door(GET=WRITE, POST=WRITE)
def ask(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Ask for help."""
    found = project_of(landlord, project_id)
    form = HelpForm(request.POST or None, documents=documents_of(landlord), initial={"desk": Desk.SUPPORT})

    def act(given: dict[str, Any]) -> object:
        return operations.ask_help(
            project=found, desk=Desk(given["desk"]), reasons=given["reasons"], tried=given["tried"],
            documents=given.get("documents", ()), by=request.user, at=request.at,
        )  # fmt: skip

    return answer(
        request, form, act, project=found, title="Demander un appui", submit="Envoyer la demande",
        done="La demande est envoyée à l’équipe du label. Elle en accuse réception sous 5 jours ouvrés.", anchor="help",
        lead=f"{found.site.residence.name}, projet « {found.title} ».",
    )  # fmt: skip


def _one(landlord: Landlord, project_id: int, help_id: int) -> HelpRequest:
    return get_object_or_404(queries.help_requests(landlord=landlord.pk, project=project_id), pk=help_id)


@door(GET=READ)
def request_page(request: Request, landlord: Landlord, project_id: int, help_id: int) -> HttpResponse:
    """A request for help: reasons, pieces, where it stands, and what is to do."""
    return _page(request, _one(landlord, project_id, help_id))


def _page(
    request: Request, found: HelpRequest, *, answering: AnswerForm | None = None, closing: ClosingForm | None = None
) -> HttpResponse:
    standing = queries.standing(found)
    team = bool(request.may(Right.WRITE, Thing.INSTRUCTION_NOTE))
    context = {
        "landlord": found.landlord,
        "project": found.project,
        "help": found,
        "desk": Desk(found.desk),
        "standing": standing,
        "due": queries.due_on(found),
        "may_take": team and standing is Standing.ASKED,
        "answering": (answering or AnswerForm()) if team and standing in {Standing.ASKED, Standing.ACKNOWLEDGED} else None,
        "closing": (closing or ClosingForm())
        if request.may(Right.WRITE, Thing.ACTION_PLAN) and standing is not Standing.CLOSED
        else None,
    }
    errors = (answering and answering.errors) or (closing and closing.errors)
    return render(request, "projects/help.html", context, status=422 if errors else 200)


def _back(found: HelpRequest) -> HttpResponse:
    return redirect("project_help", landlord_id=found.landlord_id, project_id=found.project_id, help_id=found.pk)


@door(POST=TEAM)
def acknowledge(request: Request, landlord: Landlord, project_id: int, help_id: int) -> HttpResponse:
    """Take a request in charge."""
    found = _one(landlord, project_id, help_id)
    operations.acknowledge_help(request=found, by=request.user, at=request.at)
    messages.success(request, "Vous suivez cette demande ; l’organisme en est averti.")
    return _back(found)


@door(POST=TEAM)
def respond(request: Request, landlord: Landlord, project_id: int, help_id: int) -> HttpResponse:
    """Answer a request."""
    found = _one(landlord, project_id, help_id)
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            operations.answer_help(request=found, answer=form.cleaned_data["answer"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("answer", refusal.verdict.sentence)
        else:
            messages.success(request, "La réponse est envoyée à l’organisme.")
            return _back(found)
    return _page(request, found, answering=form)


@door(POST=WRITE)
def close(request: Request, landlord: Landlord, project_id: int, help_id: int) -> HttpResponse:
    """Close a request, with what came of it."""
    found = _one(landlord, project_id, help_id)
    form = ClosingForm(request.POST)
    if form.is_valid():
        try:
            operations.close_help(request=found, closing=form.cleaned_data["closing"], by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("closing", refusal.verdict.sentence)
        else:
            messages.success(request, "La demande est close.")
            return _back(found)
    return _page(request, found, closing=form)
