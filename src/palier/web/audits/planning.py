"""The plan of a mission: its moments, the documents asked, the direction's agreement, and what is held on site."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import operations, queries
from palier.audits.models import DocumentRequest, PlanItem
from palier.audits.operations import Moment
from palier.audits.rules.missions import AT_WORK, WRITING, ItemKind, State, follows, plan_advice
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents import queries as pieces
from palier.documents.models import Document
from palier.documents.operations import keep
from palier.sites import queries as sites
from palier.verdict import Refusal
from palier.web.audits.forms import HandForm, ItemForm, NoteForm, RequestForm
from palier.web.audits.shown import READ_FINDINGS, READ_PLAN, WRITE_FINDINGS, WRITE_PLAN, Shown, frame, said_in, show
from palier.web.documents.files import receives
from palier.web.doors import Request, door
from palier.web.ledger.history import HistoryEntry, entries_of

HAND = (Thing.EVIDENCE, Right.WRITE)


@door(GET=READ_PLAN, POST=WRITE_PLAN)
def plan(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """The plan; a POST adds a moment."""
    one = show(request, landlord, mission_id)
    form = _new_item(request, one, request.POST or None)
    if request.method == "POST" and form is None:
        raise Refusal(follows("agree_plan", one.state))
    if form is not None and request.method == "POST" and form.is_valid():
        with said_in(form):
            return _write(request, one, form, None)
    return _plan_page(request, one, form=form)


def _plan_page(
    request: Request, one: Shown, *, form: ItemForm | None = None, asking: RequestForm | None = None
) -> HttpResponse:
    """The plan, with what is being added to it: a moment, or a document asked."""
    form = form or _new_item(request, one, None)
    found = queries.planned(one.mission, on=request.on)
    handing = bool(request.may(HAND[1], HAND[0])) and one.state in AT_WORK
    context = frame(request, one, "mission_plan") | {
        "items": queries.items(one.mission),
        "form": form,
        "advice": plan_advice(found),
        "sent_back": _sent_back(request, one) if form else None,
        "proposable": operations.proposable(mission=one.mission, on=request.on) if form else None,
        "may_agree": bool(request.may(Right.VALIDATE, Thing.AUDIT_PLAN)) and one.mission.plan_proposed_at is not None,
        "agreeable": operations.agreeable(mission=one.mission, on=request.on) if one.state is State.ACCEPTED else None,
        "requests": queries.document_requests(one.mission),
        "handing": handing,
        "asking": asking or _request_form() if one.own and one.state in AT_WORK else None,
    }
    failed = any(shown is not None and shown.errors for shown in (form, asking))
    return render(request, "audits/plan.html", context, status=422 if failed else 200)


def _request_form(data: Any = None) -> RequestForm:
    return RequestForm(data, auto_id="id_request_%s")


def _sent_back(request: Request, one: Shown) -> HistoryEntry | None:
    """Why the plan came back, until it is proposed again."""
    if one.mission.plan_proposed_at:
        return None
    acts = entries_of(request, "audits.mission", one.mission.pk, limit=50)
    return next((entry for entry in acts if entry.act == "audits.plan_sent_back"), None)


def _new_item(request: Request, one: Shown, data: Any) -> ItemForm | None:
    """The form of a moment to add, for the auditor who writes the plan."""
    return _item_form(request, one, data) if one.own and one.state is State.ACCEPTED else None


def _item_form(request: Request, one: Shown, data: Any, item: PlanItem | None = None) -> ItemForm:
    shown: dict[str, Any] = {}
    if item is not None:
        names = ("kind", "day", "starts_at", "ends_at", "title", "people", "residence")
        shown = {name: getattr(item, name) for name in names}
    residences = sites.residences(landlord=one.mission.landlord_id, campaign=None, on=request.on)
    return ItemForm(data, residences=residences, initial=shown)


def _write(request: Request, one: Shown, form: ItemForm, item: PlanItem | None) -> HttpResponse:
    given = form.cleaned_data
    moment = Moment(
        ItemKind(given["kind"]),
        given["day"],
        given["title"],
        given["starts_at"],
        given["ends_at"],
        given["people"],
        given["residence"],
    )
    operations.write_item(mission=one.mission, moment=moment, item=item, by=request.user, at=request.at)
    messages.success(request, "Le plan est à jour.")
    return redirect("mission_plan", landlord_id=one.mission.landlord_id, mission_id=one.mission.pk)


@door(GET=WRITE_PLAN, POST=WRITE_PLAN)
def item(request: Request, landlord: Landlord, mission_id: int, item_id: int) -> HttpResponse:
    """Change a moment of the plan."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(queries.items(one.mission), pk=item_id)
    form = _item_form(request, one, request.POST or None, found)
    if request.method == "POST" and form.is_valid():
        with said_in(form):
            return _write(request, one, form, found)
    context = frame(request, one, "mission_plan") | {"form": form, "item": found}
    return render(request, "audits/item.html", context, status=422 if form.errors else 200)


@door(POST=WRITE_PLAN)
def remove_item(request: Request, landlord: Landlord, mission_id: int, item_id: int) -> HttpResponse:
    """Take a moment off the plan."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(queries.items(one.mission), pk=item_id)
    operations.remove_item(mission=one.mission, item=found, by=request.user, at=request.at)
    messages.success(request, "Ce moment est retiré du plan.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


@door(POST=WRITE_PLAN)
def propose(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Send the plan to the direction."""
    one = show(request, landlord, mission_id)
    operations.propose_plan(mission=one.mission, by=request.user, at=request.at)
    messages.success(request, "Le plan est proposé. La direction de l’organisme en est informée.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


@door(POST=(Thing.AUDIT_PLAN, Right.VALIDATE))
def agree(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Agree to the plan as it was read."""
    one = show(request, landlord, mission_id)
    revision = request.POST.get("revision", "")
    read = int(revision) if revision.isdigit() else -1
    operations.agree_plan(mission=one.mission, revision=read, by=request.user, at=request.at)
    messages.success(request, "Le plan est arrêté.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


@door(POST=(Thing.AUDIT_PLAN, Right.VALIDATE))
def send_back(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Ask for changes of the plan."""
    one = show(request, landlord, mission_id)
    operations.send_back_plan(mission=one.mission, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "L’auditeur est informé de ce qu’il doit revoir.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


# --- Documents asked -----------------------------------------------------------------------------------------------


@door(POST=WRITE_PLAN)
def ask(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Ask for a document."""
    one = show(request, landlord, mission_id)
    form = _request_form(request.POST)
    if form.is_valid():
        operations.ask_document(mission=one.mission, by=request.user, at=request.at, **form.cleaned_data)
        messages.success(request, "La demande est inscrite.")
        return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)
    return _plan_page(request, one, asking=form)


@door(GET=HAND, POST=HAND, before=receives("file"))
def hand(request: Request, landlord: Landlord, mission_id: int, request_id: int) -> HttpResponse:
    """Give a document that was asked: one of the file, or a new one."""
    one = show(request, landlord, mission_id)
    asked = get_object_or_404(DocumentRequest, pk=request_id, mission=one.mission, withdrawn_at=None)
    offered = pieces.readable(landlord=landlord, roles=request.roles, person=request.user, on=request.on)
    offered = offered.filter(withdrawn_at__isnull=True).order_by("plain_title", "pk")
    form = HandForm(request.POST or None, request.FILES or None, documents=offered)
    if request.method == "POST" and form.is_valid():
        with said_in(form, "file"):
            document = form.cleaned_data["document"] or _deposit(request, landlord, asked)
            operations.hand_document(mission=one.mission, request=asked, document=document, by=request.user, at=request.at)
            messages.success(request, f"« {asked.title} » est remis à l’auditeur.")
            return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)
    context = frame(request, one, "mission_plan") | {"form": form, "asked": asked}
    return render(request, "audits/hand.html", context, status=422 if form.errors else 200)


def _deposit(request: Request, landlord: Landlord, asked: DocumentRequest) -> Document:
    version = keep(landlord=landlord, received=request.ready(), title=asked.title, kind="other", by=request.user, at=request.at)
    return version.document


@door(POST=HAND)
def give_up(request: Request, landlord: Landlord, mission_id: int, request_id: int) -> HttpResponse:
    """Say that a document cannot be given."""
    one = show(request, landlord, mission_id)
    asked = get_object_or_404(DocumentRequest, pk=request_id, mission=one.mission)
    because = request.POST.get("because", "")
    operations.give_up_document(mission=one.mission, request=asked, because=because, by=request.user, at=request.at)
    messages.success(request, "L’auditeur en est informé sur cette page.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


@door(POST=WRITE_PLAN)
def withdraw(request: Request, landlord: Landlord, mission_id: int, request_id: int) -> HttpResponse:
    """Take back a request, with the reason."""
    one = show(request, landlord, mission_id)
    asked = get_object_or_404(DocumentRequest, pk=request_id, mission=one.mission)
    because = request.POST.get("because", "")
    operations.withdraw_request(mission=one.mission, request=asked, because=because, by=request.user, at=request.at)
    messages.success(request, f"« {asked.title} » n’est plus demandé.")
    return redirect("mission_plan", landlord_id=landlord.pk, mission_id=mission_id)


# --- On site -------------------------------------------------------------------------------------------------------


@door(GET=READ_FINDINGS, POST=WRITE_FINDINGS)
def on_site(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """What is held on site, moment by moment; a POST opens the mission on site."""
    one = show(request, landlord, mission_id)
    if request.method == "POST":
        operations.open_on_site(mission=one.mission, by=request.user, at=request.at)
        messages.success(request, "La mission est ouverte sur place.")
        return redirect("mission_on_site", landlord_id=landlord.pk, mission_id=mission_id)
    noting = one.own and one.state in WRITING - {State.PLANNED}
    found = list(queries.items(one.mission))
    context = frame(request, one, "mission_on_site") | {
        "items": [{"item": item, "form": _note_form(item) if noting else None} for item in found],
        "held": sum(item.held is True for item in found),
        "left": sum(item.held is None for item in found),
        "openable": operations.openable(mission=one.mission, on=request.on) if one.own and one.state is State.PLANNED else None,
        "grid": queries.assessment(one.mission) if one.is_hqs and one.reads else None,
    }
    return render(request, "audits/on_site.html", context)


def _note_form(item: PlanItem, data: Any = None) -> NoteForm:
    held = {True: "yes", False: "no", None: ""}[item.held]
    return NoteForm(data, prefix=str(item.pk), initial={"held": held, "day": item.day, "notes": item.notes})


@door(POST=WRITE_FINDINGS)
def note(request: Request, landlord: Landlord, mission_id: int, item_id: int) -> HttpResponse:
    """Say what became of a moment of the plan."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(queries.items(one.mission), pk=item_id)
    form = _note_form(found, request.POST)
    if form.is_valid():
        with said_in(form):
            operations.note_item(
                mission=one.mission,
                item=found,
                held=form.is_held,
                day=form.cleaned_data["day"],
                notes=form.cleaned_data["notes"],
                by=request.user,
                at=request.at,
            )
            messages.success(request, f"« {found.title} » est noté.")
            return redirect("mission_on_site", landlord_id=landlord.pk, mission_id=mission_id)
    context = frame(request, one, "mission_on_site") | {
        "items": [{"item": found, "form": form}],
        "held": 0,
        "left": 0,
    }
    return render(request, "audits/on_site.html", context, status=422)
