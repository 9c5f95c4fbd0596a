"""The landlord's side: associating representatives with a stage, reminding, recording a meeting, replying."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.consultation import operations, queries
from palier.consultation.models import Meeting, Round, SharedDocument, Voice
from palier.consultation.rules import Body, Duty, awaited, may_remind_some
from palier.directory.models import Landlord, Organisation
from palier.directory.queries import associations_of
from palier.directory.rules import Right, Thing
from palier.documents.models import Document, Version
from palier.documents.operations import Received, keep
from palier.documents.queries import current
from palier.label import queries as label
from palier.label.rules.stages import Stage
from palier.projects.rules.terms import round_words
from palier.verdict import YES, Refusal, Remedy, Verdict, no
from palier.web.consultation.forms import BecauseForm, MeetingForm, OpeningForm, ReplyForm
from palier.web.documents.files import attachment, receives
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of

_STAGES = {stage.value: stage.label for stage in Stage}
_READ = (Thing.TENANTS_STEP, Right.READ)
_WRITE = (Thing.TENANTS_STEP, Right.WRITE)


def stage_name(code: str) -> str:
    """A stage as people name it."""
    return _STAGES.get(code) or round_words(code) or code


def _round(landlord: Landlord, round_id: int) -> Round:
    return get_object_or_404(queries.rounds(landlord=landlord.pk).select_related("landlord"), pk=round_id)


def _documents(landlord: Landlord) -> Any:
    return Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("plain_title", "pk")


@door(GET=_READ)
def consultation(request: Request, landlord: Landlord) -> HttpResponse:
    """What was asked of representatives, stage after stage, and what they said."""
    journey = label.open_journey(landlord=landlord.pk)
    found = list(queries.rounds(landlord=landlord.pk))
    for round_ in found:
        round_.stage_name = stage_name(round_.stage)  # type: ignore[attr-defined]
    context: dict[str, Any] = {"landlord": landlord, "journey": journey, "rounds": found}
    context["may_write"] = bool(request.may(Right.WRITE, Thing.TENANTS_STEP))
    context["associations"] = list(associations_of(landlord=landlord.pk, on=request.on))
    if journey is not None:
        ask = label.gate_ask(journey)
        facts = queries.gate_facts(asks=[ask], on=request.on)[0]
        context |= {"ask": ask, "stage": stage_name(ask.stage), "gate": queries.gate_view(facts), "facts": facts}
        context["opinions"] = list(queries.opinions(landlord=landlord.pk, cycle=journey.cycle))
    return render(request, "consultation/rounds.html", context)


@door(GET=_WRITE, POST=_WRITE, before=receives("file"))
def open_page(request: Request, landlord: Landlord) -> HttpResponse:
    """Associate the representatives with the stage under way."""
    journey = label.open_journey(landlord=landlord.pk)
    if journey is None:
        return redirect("consultation", landlord_id=landlord.pk)
    ask = label.gate_ask(journey)
    if open_ := queries.current_round(landlord=landlord.pk, cycle=ask.cycle, stage=ask.stage):
        return redirect("consultation_round", landlord_id=landlord.pk, round_id=open_.pk)
    associations = _reachable(landlord, request)
    form = OpeningForm(
        request.POST or None,
        request.FILES or None,
        documents=_documents(landlord),
        direct=not associations,
        initial={"subject": stage_name(ask.stage)},
    )
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():  # a refused file leaves nothing behind: the form is shown again as it was
                versions = [current(document) for document in form.cleaned_data.get("documents", ())]
                if received := request.ready():
                    versions.append(_keep(request, landlord, received, "other"))
                round_ = operations.open_round(
                    landlord=landlord,
                    cycle=ask.cycle,
                    stage=ask.stage,
                    duty=ask.duty,
                    subject=form.cleaned_data["subject"],
                    message=form.cleaned_data["message"],
                    documents=versions,
                    lapse_days=ask.lapse_days,
                    reminders=ask.reminders,
                    by=request.user,
                    at=request.at,
                )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            if associations:
                messages.success(request, "Le dossier est partagé avec les associations.")
            else:
                messages.success(request, "La consultation est ouverte. Inscrivez ici ce qui a été fait avec les locataires.")
            done = "consultation_round" if associations else "consultation_meeting"
            return redirect(done, landlord_id=landlord.pk, round_id=round_.pk)
    context = {
        "landlord": landlord,
        "form": form,
        "ask": ask,
        "stage": stage_name(ask.stage),
        "associations": associations,
    }
    return render(request, "consultation/open.html", context, status=422 if form.errors else 200)


def _reachable(landlord: Landlord, request: Request) -> list[dict[str, Any]]:
    """The associations present, each with how many people will be written to."""
    found = list(associations_of(landlord=landlord.pk, on=request.on))
    people = queries.speakers(landlord=landlord.pk, associations=[a.pk for a in found], on=request.on)
    return [{"name": a.name, "people": len(people.get(a.pk, []))} for a in found]


def _keep(request: Request, landlord: Landlord, received: Received, kind: str) -> Version:
    title = received.name.rsplit(".", 1)[0]
    return keep(landlord=landlord, received=received, title=title, kind=kind, by=request.user, at=request.at)


@door(GET=_READ)
def round_page(request: Request, landlord: Landlord, round_id: int) -> HttpResponse:
    """One stage: the gate, who answered what, documents, meetings."""
    round_ = _round(landlord, round_id)
    return render(request, "consultation/round.html", _round_context(request, round_))


def _round_context(request: Request, round_: Round) -> dict[str, Any]:
    facts = queries.facts_of(round_, on=request.on)
    voices, meetings = list(queries.voices(round_)), list(queries.meetings(round_))
    parts = {"consultation.voice": [one.pk for one in voices], "consultation.meeting": [one.pk for one in meetings]}
    return {
        "landlord": round_.landlord,
        "round": round_,
        "stage": stage_name(round_.stage),
        "duty": Duty(round_.duty),
        "gate": queries.gate_view(facts),
        "voices": voices,
        "shared": list(round_.shared.select_related("version__document").order_by("pk")),
        "meetings": meetings,
        "may_write": bool(request.may(Right.WRITE, Thing.TENANTS_STEP)),
        "remindable": may_remind_some(facts) if round_.duty != Duty.INFORM else YES,
        "unreached": [voice for voice in awaited(facts) if voice.sent_on is None],
        "because": BecauseForm(),
        "history": entries_of(request, "consultation.round", round_.pk, limit=8, parts=parts),
    }


@door(POST=_WRITE)
def reach(request: Request, landlord: Landlord, round_id: int) -> HttpResponse:
    """Write to the associations that could not be reached at first."""
    told = operations.reach(round_=_round(landlord, round_id), by=request.user, at=request.at)
    messages.success(request, f"Le dossier est partagé avec {', '.join(told)}.")
    return redirect("consultation_round", landlord_id=landlord.pk, round_id=round_id)


@door(POST=_WRITE)
def remind(request: Request, landlord: Landlord, round_id: int) -> HttpResponse:
    """Remind those awaited."""
    told = operations.remind(round_=_round(landlord, round_id), by=request.user, at=request.at)
    messages.success(request, f"La relance part à {', '.join(told)} dans quelques minutes.")
    return redirect("consultation_round", landlord_id=landlord.pk, round_id=round_id)


@door(POST=_WRITE)
def close(request: Request, landlord: Landlord, round_id: int) -> HttpResponse:
    """Close a round opened by mistake; what was said in it stays."""
    round_ = _round(landlord, round_id)
    form = BecauseForm(request.POST)
    if not form.is_valid():
        raise Refusal(_say_why(round_))
    operations.close_round(
        landlord=landlord,
        cycle=round_.cycle,
        stage=round_.stage,
        by=request.user,
        at=request.at,
        because=form.cleaned_data["because"],
    )
    messages.success(request, f"« {round_.subject} » est clos. Ce qui a été dit reste lisible.")
    return redirect("consultation", landlord_id=landlord.pk)


def _say_why(round_: Round) -> Verdict:
    here = {"landlord_id": round_.landlord_id, "round_id": round_.pk}
    return no("consultation.reason_missing", "Dites pourquoi.", Remedy("Revenir à la concertation", "consultation_round", here))


@door(GET=_WRITE, POST=_WRITE, before=receives("minutes"))
def meeting(request: Request, landlord: Landlord, round_id: int) -> HttpResponse:
    """Record a meeting, or a direct consultation of tenants."""
    round_ = _round(landlord, round_id)
    facts = queries.facts_of(round_, on=request.on)
    associations = Organisation.objects.filter(pk__in=[v.association for v in facts.voices]).order_by("plain_name", "pk")
    form = MeetingForm(
        request.POST or None,
        request.FILES or None,
        associations=associations,
        documents=_documents(landlord),
        initial={"body": Body.COUNCIL if facts.voices else Body.DIRECT},
    )
    if request.method == "POST" and form.is_valid():
        done = form.cleaned_data
        try:
            with transaction.atomic():
                minutes, kind = request.ready(), "minutes" if facts.voices else "tenant_notice"
                operations.record_meeting(
                    round_=round_,
                    body=Body(done["body"]),
                    held_on=done["held_on"],
                    invited=list(done.get("invited", ())),
                    present=list(done.get("present", ())),
                    documents=[current(document) for document in done.get("documents", ())],
                    minutes=_keep(request, landlord, minutes, kind) if minutes else None,
                    tenants=done["tenants"],
                    note=done["note"],
                    by=request.user,
                    at=request.at,
                )
        except Refusal as refusal:
            for reason in refusal.verdict.reasons:
                form.add_error(None, reason.sentence)
        else:
            told = " Les associations présentes en sont informées." if done.get("present") else ""
            messages.success(request, f"La réunion est enregistrée.{told}")
            return redirect("consultation_round", landlord_id=landlord.pk, round_id=round_id)
    context = {"landlord": landlord, "round": round_, "stage": stage_name(round_.stage), "form": form}
    return render(request, "consultation/meeting.html", context, status=422 if form.errors else 200)


@door(POST=_WRITE)
def withdraw_meeting(request: Request, landlord: Landlord, meeting_id: int) -> HttpResponse:
    """Take back a meeting recorded by mistake."""
    found = get_object_or_404(Meeting.objects.select_related("round"), pk=meeting_id, round__landlord=landlord)
    form = BecauseForm(request.POST)
    if not form.is_valid():
        raise Refusal(_say_why(found.round))
    operations.withdraw_meeting(meeting=found, because=form.cleaned_data["because"], by=request.user, at=request.at)
    messages.success(request, "La réunion est retirée. Elle reste lisible, avec son motif.")
    return redirect("consultation_round", landlord_id=landlord.pk, round_id=found.round_id)


@door(GET=_WRITE, POST=_WRITE)
def reply(request: Request, landlord: Landlord, voice_id: int) -> HttpResponse:
    """Reply to an opinion, under it."""
    voice = get_object_or_404(
        Voice.objects.select_related("round__landlord", "association", "person"), pk=voice_id, round__landlord=landlord
    )
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.answer_opinion(voice=voice, text=form.cleaned_data["text"], by=request.user, at=request.at)
        messages.success(request, f"{voice.association.name} reçoit votre réponse.")
        return redirect("consultation_round", landlord_id=landlord.pk, round_id=voice.round_id)
    return render(
        request,
        "consultation/reply.html",
        {"landlord": landlord, "voice": voice, "form": form},
        status=422 if form.errors else 200,
    )


@door(GET=_READ)
def document(request: Request, landlord: Landlord, shared_id: int) -> FileResponse:
    """A document shared with the associations, in the version that was shared."""
    shared = get_object_or_404(
        SharedDocument.objects.select_related("version__document"), pk=shared_id, round__landlord=landlord
    )
    return attachment(shared.version)
