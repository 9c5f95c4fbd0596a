"""The representatives' side: what is shared with their association, and its opinion in two steps. Made for a phone."""

from __future__ import annotations

from typing import Any, cast

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.consultation import operations, queries
from palier.consultation.models import Voice
from palier.consultation.rules import Duty, Opinion
from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.label.rules.stages import Stage
from palier.plans.queries import plan_of
from palier.verdict import Conflict
from palier.web.consultation.forms import OpinionForm, VoicesForm
from palier.web.consultation.landlord import stage_name
from palier.web.doors import Open, Request, door

PER_PAGE = 20
_SPEAK = (Thing.TENANTS_STEP, Right.SPEAK)
# At these stages the plan itself is what is shared.
_OF_PLAN = frozenset({Stage.PLAN_DRAFTING, Stage.PLAN_DEFERRED})


def _voice(request: Request, landlord: Landlord, voice_id: int) -> Voice:
    found = queries.voices_of(person=request.user, on=request.on).filter(round__landlord=landlord)
    return get_object_or_404(found, pk=voice_id)


@door(GET=Open.SIGNED_IN)
def voices(request: Request) -> HttpResponse:
    """What awaits the person's associations, then all that was shared with them: by landlord, filtered, in pages."""
    found = queries.voices_of(person=request.user, on=request.on)
    awaited = Q(answered_at__isnull=True, round__closed_at__isnull=True) & ~Q(round__duty=Duty.INFORM)
    others = found.exclude(awaited)
    shared = queries.shared_with(others)
    form = VoicesForm(request.GET, shared=shared, stages={code: stage_name(code) for _, _, code, _ in shared})
    listed = others.filter(**form.asked()).order_by(
        "round__landlord__plain_name", "round__landlord", "-round__opened_at", "-pk"
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    for voice in page:
        voice.stage_name = stage_name(voice.round.stage)  # type: ignore[attr-defined]
    context = {
        "nothing": not shared,
        "asked": list(found.filter(awaited).order_by("round__answer_until", "pk")),
        "page": page,
        "form": form,
        "filtered": any(request.GET.get(name) for name in form.fields),
    }
    return render(request, "consultation/voices.html", context)


def _among(request: Request, voices: set[int]) -> set[int]:
    return set(queries.voices_of(person=request.user, on=request.on).filter(pk__in=voices).values_list("pk", flat=True))


@door(GET=_SPEAK, among=_among)
def voice(request: Request, landlord: Landlord, voice_id: int) -> HttpResponse:
    """What is shared with an association, and where its opinion is written. Opening it is traced."""
    found = _voice(request, landlord, voice_id)
    if operations.may_speak(voice=found, person=request.user, on=request.on):
        operations.mark_read(voice=found, by=request.user, at=request.at)
    return _page(request, found, OpinionForm())


def _page(request: Request, found: Voice, form: OpinionForm, *, status: int = 200, unsent: str = "") -> HttpResponse:
    context: dict[str, Any] = {
        "voice": found,
        "round": found.round,
        "landlord": found.round.landlord,
        "stage": stage_name(found.round.stage),
        "duty": Duty(found.round.duty),
        "asks": found.round.duty != Duty.INFORM,
        "shared": list(found.round.shared.select_related("version__document").order_by("pk")),
        "replies": list(found.replies.select_related("by").order_by("at", "pk")),
        "form": form,
        "may_speak": operations.may_speak(voice=found, person=request.user, on=request.on),
        "unsent": unsent,
        "plan": plan_of(landlord=found.round.landlord_id, cycle=found.round.cycle) if found.round.stage in _OF_PLAN else None,
    }
    return render(request, "consultation/voice.html", context, status=status)


@door(POST=_SPEAK)
def review(request: Request, landlord: Landlord, voice_id: int) -> HttpResponse:
    """Second step: the opinion as it will be sent. Nothing is kept yet."""
    found = _voice(request, landlord, voice_id)
    form = OpinionForm(request.POST)
    if request.POST.get("again") or not form.is_valid():
        return _page(request, found, form, status=200 if request.POST.get("again") else 422)
    context = {
        "voice": found,
        "round": found.round,
        "landlord": landlord,
        "opinion": Opinion(form.cleaned_data["opinion"]),
        "text": form.cleaned_data["text"],
    }
    return render(request, "consultation/review.html", context)


@door(POST=_SPEAK)
def send(request: Request, landlord: Landlord, voice_id: int) -> HttpResponse:
    """Send the opinion, once and for all."""
    found = _voice(request, landlord, voice_id)
    form = OpinionForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    try:
        operations.give_opinion(
            voice=found,
            opinion=Opinion(form.cleaned_data["opinion"]),
            text=form.cleaned_data["text"],
            by=request.user,
            at=request.at,
        )
    except Conflict as meanwhile:
        given = cast(Voice, meanwhile.theirs)
        return _page(request, given, OpinionForm(), status=409, unsent=form.cleaned_data["text"])
    return redirect("voice_thanks", landlord_id=landlord.pk, voice_id=voice_id)


@door(GET=_SPEAK)
def thanks(request: Request, landlord: Landlord, voice_id: int) -> HttpResponse:
    """What was sent, and what becomes of it."""
    found = _voice(request, landlord, voice_id)
    if found.answered_at is None:
        return redirect("voice", landlord_id=landlord.pk, voice_id=voice_id)
    return render(request, "consultation/thanks.html", {"voice": found, "round": found.round, "landlord": landlord})
