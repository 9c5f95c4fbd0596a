"""Waves: list, preparation with the sample as it would be drawn, launch, follow-up, stop, close."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.questionnaires import queries as questionnaires
from palier.questionnaires.rules.form import Audience
from palier.surveys import operations, queries
from palier.surveys.models import Wave
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.outcomes import Outcome, Rates
from palier.surveys.rules.sampling import Aside
from palier.surveys.rules.sendings import State as SendingState
from palier.surveys.rules.sendings import Why, next_ring
from palier.surveys.rules.waves import Design, Split, State, may_edit, may_launch
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, View, door
from palier.web.ledger.history import entries_of
from palier.web.surveys.forms import WaveForm

PER_PAGE = 25
READ, WRITE = (Thing.SURVEYS, Right.READ), (Thing.SURVEYS, Right.WRITE)
CALL = (Thing.CALLS, Right.WRITE_OWN)
Sendings = dict[tuple[int, str, str], int]
"""How many messages stand where, by pace, channel and state."""
# A letter is prepared here and posted elsewhere; a call reaches somebody.
_WENT = {Channel.POST: "préparé", Channel.PHONE: "joint"}
SHAPES = {
    State.DRAFT: "todo",
    State.DRAWN: "doing",
    State.RUNNING: "doing",
    State.STOPPED: "late",
    State.CLOSED: "done",
}


def percent(part: Fraction | None) -> str:
    """A rate in whole percents, or nothing for a rate over nobody."""
    return "" if part is None else f"{round(part * 100)} %"


def _get(landlord: Landlord, wave_id: int) -> Wave:
    return get_object_or_404(
        queries.waves(landlord=landlord).select_related("landlord", "panel_of", "questionnaire"), pk=wave_id
    )


def _back(wave: Wave) -> HttpResponse:
    return redirect("wave", landlord_id=wave.landlord_id, wave_id=wave.pk)


@door(GET=READ)
def listing(request: Request, landlord: Landlord) -> HttpResponse:
    """The waves of a landlord, latest first."""
    page = Paginator(queries.waves(landlord=landlord), PER_PAGE).get_page(request.GET.get("page"))
    rates = queries.rates_of_many(waves=page.object_list)
    context = {
        "landlord": landlord,
        "page": page,
        "rows": [
            (
                wave,
                Design(wave.design).label,
                rates[wave.pk],
                percent(rates[wave.pk].response_2),
                SHAPES[state],
                state.label_of(Design(wave.design)),
            )
            for wave in page
            if (state := State(wave.state))
        ],
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "may_list": bool(request.may(Right.READ, Thing.HOUSEHOLDS)),
        "may_call": bool(request.may(CALL[1], CALL[0])),
        "may_call_back": bool(request.may(CALL[1], Thing.CALL_BACKS)),
    }
    return render(request, "surveys/waves.html", context)


def _form(request: Request, landlord: Landlord, wave: Wave | None = None) -> WaveForm:
    past = queries.waves(landlord=landlord).filter(launched_at__isnull=False).exclude(design=Design.HOT)
    asked = questionnaires.versions(organisations=[landlord.pk]).filter(questionnaire__audience=Audience.TENANTS)
    on = request.on + timedelta(days=7)
    return WaveForm(request.POST or None, panels=past, questionnaires=asked, wave=wave, on=on)


def _keep(form: WaveForm, act: Callable[[], Wave]) -> Wave | None:
    """Do what the form says; a refusal of the field becomes an error of the form."""
    try:
        return act()
    except Conflict:
        raise
    except Refusal as refusal:
        for reason in refusal.verdict.reasons:
            form.add_error(None, reason.sentence)
    return None


@door(GET=WRITE, POST=WRITE)
def create(request: Request, landlord: Landlord) -> HttpResponse:
    """Prepare a wave."""
    form = _form(request, landlord)
    if request.method == "POST" and form.is_valid():
        wave = _keep(form, lambda: operations.create_wave(landlord=landlord, draft=form.draft, by=request.user, at=request.at))
        if wave:
            return _back(wave)
    context = {"landlord": landlord, "form": form, "wave": None}
    return render(request, "surveys/wave_form.html", context, status=422 if request.method == "POST" else 200)


@door(GET=WRITE, POST=WRITE)
def edit(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """Change a wave that is not drawn yet."""
    wave = _get(landlord, wave_id)
    if not may_edit(State(wave.state)):
        return _back(wave)
    form = _form(request, landlord, wave)
    seen = request.POST.get("revision", "")
    if request.method == "POST" and form.is_valid():
        revision = int(seen) if len(seen) < 10 and seen.isascii() and seen.isdigit() else 0
        act = lambda: operations.edit_wave(wave=wave, draft=form.draft, seen=revision, by=request.user, at=request.at)  # noqa: E731
        if _keep(form, act):
            return _back(wave)
    context = {"landlord": landlord, "form": form, "wave": wave, "revision": seen or wave.revision}
    return render(request, "surveys/wave_form.html", context, status=422 if request.method == "POST" else 200)


@door(GET=READ)
def item(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
    """One wave: the sample as it would be drawn, or how it goes."""
    wave = _get(landlord, wave_id)
    state = State(wave.state)
    sendings = queries.sendings_of(wave=wave)
    context: dict[str, Any] = {
        "landlord": landlord,
        "wave": wave,
        "state": state.label_of(Design(wave.design)),
        "shape": SHAPES[state],
        "states": {s.name: s is state for s in State},
        "design": Design(wave.design).label,
        "split": Split(wave.split).label,
        "hot": wave.design == Design.HOT,
        "launch": may_launch(state, has_questionnaire=wave.questionnaire_id is not None),
        "paces": _calendar(wave, sendings),
        "ceiling": wave.cost_ceiling / 1000,
        "spent": wave.spent / 1000,
        "may_write": bool(request.may(WRITE[1], WRITE[0])),
        "may_call": bool(request.may(CALL[1], CALL[0])) and state is State.RUNNING,
        "may_post": bool(request.may(Right.WRITE, Thing.HOUSEHOLDS))
        and wave.launched_at is not None
        and wave.design != Design.HOT,
        "history": entries_of(request, "surveys.wave", wave.pk),
    }
    if state is State.DRAFT:
        context |= _planned(wave, request)
    else:
        context |= _followed(wave, request, sendings)
    return render(request, "surveys/wave.html", context)


def _planned(wave: Wave, request: Request) -> dict[str, Any]:
    if wave.design == Design.HOT:
        return {}
    plan = queries.plan_of(wave=wave, at=request.at)
    return {
        "plan": plan,
        "parts": plan.parts[:200],
        "aside": [(why.label, plan.aside[why]) for why in Aside if plan.aside[why]],
        "short": [
            part.label for part in plan.parts if wave.margin and part.drawn * (wave.expected_rate or 0) < part.wanted * 100
        ],
    }


def _followed(wave: Wave, request: Request, sendings: Sendings) -> dict[str, Any]:
    standings = queries.standings(wave=wave, on=request.on)
    total = queries.rates_of(wave=wave)
    outcomes = queries.outcomes_of(wave=wave)
    whys: dict[str, int] = queries.dropped(wave=wave)
    return {
        "total": total,
        "rates": _rates(total),
        "standings": [(s, percent(s.rates.response_2)) for s in standings[:200]],
        "lagging": sum(s.lags for s in standings),
        "outcomes": [(outcome, outcome.label, outcomes[outcome]) for outcome in Outcome if outcomes.get(outcome)],
        "invited": sum(outcomes.values()),
        "homes": queries.homes_of(wave=wave),
        "waiting": [_waits(Channel(way), count, due_at, request.at) for way, count, due_at in queries.waiting(wave=wave)],
        "sent": [
            (
                channel.label,
                _WENT.get(channel, "parti"),
                sum(count for (_, way, state), count in sendings.items() if way == channel and state == SendingState.SENT),
            )
            for channel in Channel
        ],
        "dropped": [(why.label, whys[why]) for why in Why if whys.get(why)],
        "failed": sum(count for (_, _, state), count in sendings.items() if state == SendingState.FAILED),
        "aside": [(Aside(why).label, count) for why, count in wave.excluded.items()],
    }


def _waits(channel: Channel, count: int, due_at: datetime, at: datetime) -> tuple[int, str, datetime | None, bool]:
    """Messages that wait: how many, by which way, when the first leaves (None: within minutes), whether hours hold it back."""
    first = max(due_at, at)
    rings = next_ring(first) if channel is Channel.SMS else first
    words = channel.label if channel is Channel.SMS else f"{channel.label.lower()}{'s' if count > 1 else ''}"
    return count, words, rings if rings > at else None, channel is Channel.SMS


def _rates(found: Rates) -> list[tuple[str, str, str]]:
    return [
        (
            "Taux de réponse",
            percent(found.response_2),
            "RR2 : réponses entières et partielles, sur tous les invités encore locataires",
        ),
        ("Réponses entières", percent(found.response_1), "RR1"),
        ("Refus", percent(found.refusal_1), "REF1"),
        ("Joints", percent(found.contact_1), "CON1"),
    ]


def _calendar(wave: Wave, sendings: Sendings) -> list[dict[str, Any]]:
    """What leaves on which day, by which way, and what left of it."""
    found = []
    for rank, pace in enumerate(queries.paces(wave)):
        ways = ", sinon ".join(channel.label if channel is Channel.SMS else channel.label.lower() for channel in pace.channels)
        found.append(
            {
                "name": "Premier envoi" if not rank else f"Rappel {rank}",
                "on": wave.opens_on + timedelta(days=pace.day),
                "day": pace.day,
                "ways": ways,
                "planned": rank < wave.planned,
                "left": _count(sendings, rank, SendingState.SENT),
                "waits": _count(sendings, rank, SendingState.PLANNED, SendingState.LEAVING),
            }
        )
    return found


def _count(sendings: Sendings, pace: int, *states: SendingState) -> int:
    return sum(count for (rank, _, state), count in sendings.items() if rank == pace and state in states)


def _act(name: str, said: str, hot: str = "") -> View:
    """A page that does one thing to a wave and comes back to it. ``hot`` is what it says of a hot wave, if not the same."""

    @door(POST=WRITE)
    def act(request: Request, landlord: Landlord, wave_id: int) -> HttpResponse:
        wave = _get(landlord, wave_id)
        getattr(operations, name)(wave=wave, by=request.user, at=request.at)
        messages.success(request, hot if hot and wave.design == Design.HOT else said)
        return _back(wave)

    return act


draw = _act(
    "draw_sample",
    "L’échantillon est tiré. Personne n’est encore sollicité.",
    "La vague est prête à écouter ses événements. Personne n’est encore sollicité.",
)
undo_draw = _act("undo_draw", "Le tirage est défait. La vague peut changer.", "La vague peut changer à nouveau.")
launch = _act("launch", "La vague est lancée. Les messages partent à l’heure dite.")
stop = _act("stop", "Les envois sont arrêtés. Rien ne part plus ; les liens déjà reçus prennent encore des réponses.")
resume = _act("resume", "Les envois reprennent.")
close = _act("close", "La vague est close. Elle ne reçoit plus de réponses.")
