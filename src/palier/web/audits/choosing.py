"""Choosing an auditor: the landlord's missions, the consultation, the choice; a mission's own page and its end."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.audits import operations, queries
from palier.audits.models import Mission
from palier.audits.rules.missions import HELD, OFFERED, OVER, Side, State, audit_to_choose
from palier.directory.models import Landlord
from palier.directory.rules import Role
from palier.label import queries as label
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.rules import Audience
from palier.plans import queries as plans
from palier.verdict import YES, Verdict, no
from palier.web.audits.forms import BecauseForm, ConsultForm, FeedbackForm
from palier.web.audits.shown import LANDLORD, READ_PLAN, frame, not_for, said_in, show, shown
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of

NOW = {
    State.CONSULTED: ("répondre à la consultation", "mission"),
    State.PROPOSED: ("choisir un auditeur", "missions"),
    State.ACCEPTED: ("composer le plan", "mission_plan"),
    State.PLANNED: ("ouvrir la mission sur place", "mission_on_site"),
    State.ON_SITE: ("tenir le plan et écrire les constats", "mission_on_site"),
    State.REPORT_DRAFTED: ("rendre le rapport", "mission_report"),
    State.REPORT_DELIVERED: ("relire le rapport", "mission_report"),
}


_AGREE = ("arrêter le plan", "mission_plan")


@door(GET=READ_PLAN)
def missions(request: Request, landlord: Landlord) -> HttpResponse:
    """The audits of a landlord: the one to choose an auditor for, those under way, those done."""
    journey = label.open_journey(landlord=landlord.pk)
    stage = Stage(journey.stage) if journey else None
    wanted = audit_to_choose(stage)
    found = list(queries.visible(landlord=landlord.pk, person=request.user, roles=request.roles))
    choosing = bool(request.roles & LANDLORD)
    given = any(m.audit == wanted and journey and m.cycle == journey.cycle and m.state in HELD for m in found)
    offered = [m for m in found if m.state in OFFERED]
    years = queries.independence_years(on=request.on)
    context = {
        "landlord": landlord,
        "wanted": wanted,
        "choosing": choosing,
        "may_consult": choosing and wanted is not None and not given,
        "offered": [_offer(request, m, years) for m in offered],
        "held": [shown(request, m) for m in found if m.state in HELD],
        "over": [m for m in found if m.state in OVER - HELD],
        "chosen": given,
    }
    return render(request, "audits/missions.html", context)


def _offer(request: Request, mission: Mission, years: int) -> dict[str, Any]:
    """A consultation as the landlord compares it: where it stands, what the declaration says."""
    verdict = queries.independence(mission, years=years, on=request.on)
    return {"mission": mission, "state": State(mission.state), "independent": verdict}


@door(GET=READ_PLAN, POST=READ_PLAN)
def consult(request: Request, landlord: Landlord) -> HttpResponse:
    """Consult accredited auditors for the audit that comes."""
    if refusal := not_for(request, "accept"):
        return refusal
    journey = label.open_journey(landlord=landlord.pk)
    audit = audit_to_choose(Stage(journey.stage) if journey else None)
    possible: Verdict = YES if audit else no("audits.not_the_moment", "Le parcours n’est pas à l’étape du choix d’un auditeur.")
    consulted = queries.missions(landlord=landlord.pk).filter(
        cycle=journey.cycle if journey else 1, audit=audit, state__in=OFFERED
    )
    accredited = queries.auditors_for(audit=audit or Audit.HQS, on=request.on).exclude(person__in=consulted.values("auditor"))
    form = ConsultForm(request.POST or None, accredited=accredited)
    if request.method == "POST" and audit and form.is_valid():
        given = form.cleaned_data
        with said_in(form):
            asked = operations.consult(
                landlord=landlord,
                audit=audit,
                auditors=list(given["auditors"]),
                request=given["request"],
                answer_by=given["answer_by"],
                by=request.user,
                at=request.at,
            )
            some = f"{len(asked)} auditeur{'s' if len(asked) > 1 else ''}"
            messages.success(request, f"{some} : la consultation part dans quelques minutes.")
            return redirect("missions", landlord_id=landlord.pk)
    context = {"landlord": landlord, "audit": audit, "form": form, "possible": possible, "nobody": not accredited.exists()}
    return render(request, "audits/consult.html", context, status=422 if form.errors else 200)


@door(GET=READ_PLAN)
def mission(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """One mission: where it stands, who acts next, the proposal, the declaration of independence."""
    one = show(request, landlord, mission_id)
    found = one.mission
    comparing = bool(request.roles & (LANDLORD | {Role.REFERENT, Role.ADMINISTRATOR})) or one.own
    now, now_page = NOW.get(one.state, ("", ""))
    if one.state is State.ACCEPTED and found.plan_proposed_at:
        now, now_page = _AGREE
    feedback = found.feedback.filter(side=_side(request)).first() if found.state == State.APPROVED else None
    context = frame(request, one, "mission") | {
        "now": now,
        "now_page": now_page,
        "comparing": comparing,
        "clues": queries.clues(found, years=queries.independence_years(on=request.on), on=request.on) if comparing else [],
        "acceptable": operations.acceptable(mission=found, on=request.on) if found.state in OFFERED else None,
        "may_interrupt": not not_for(request, "interrupt", found) and found.state not in OVER | OFFERED,
        "may_set_aside": found.state in OFFERED and bool(request.roles & LANDLORD),
        "may_judge": found.state == State.APPROVED and _side(request) is not None and feedback is None,
        "feedback": feedback,
        "conditions": plans.conditions_to_do(landlord=landlord.pk, on=request.on) if found.state in HELD else None,
        "history": entries_of(
            request,
            "audits.mission",
            found.pk,
            limit=None,
            # What passes between the landlord and the auditor of a mission is also the auditor's to read.
            more=frozenset({Audience.LANDLORD}) if one.own else frozenset(),
        ),
    }
    return render(request, "audits/mission.html", context)


@door(POST=READ_PLAN)
def accept(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Choose the auditor of a mission."""
    one = show(request, landlord, mission_id)
    if refusal := not_for(request, "accept", one.mission):
        return refusal
    found = operations.accept(mission=one.mission, by=request.user, at=request.at)
    messages.success(request, f"La mission est confiée à {found.auditor.name} : le dossier de l’organisme lui est ouvert.")
    return redirect("mission", landlord_id=landlord.pk, mission_id=found.pk)


@door(POST=READ_PLAN)
def set_aside(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Not to retain a proposal, with the reason."""
    one = show(request, landlord, mission_id)
    if refusal := not_for(request, "set_aside", one.mission):
        return refusal
    operations.end(
        mission=one.mission, act="set_aside", because=request.POST.get("because", ""), by=request.user, at=request.at
    )
    messages.success(request, f"{one.mission.auditor.name} est informé de votre choix.")
    return redirect("missions", landlord_id=landlord.pk)


@door(GET=READ_PLAN, POST=READ_PLAN)
def interrupt(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """Stop a mission under way, from either side."""
    one = show(request, landlord, mission_id)
    if refusal := not_for(request, "interrupt", one.mission):
        return refusal
    form = BecauseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.interrupt(mission=one.mission, because=form.cleaned_data["because"], by=request.user, at=request.at)
        messages.success(request, "La mission est interrompue. L’autre partie en est informée.")
        return redirect("my_missions") if one.own else redirect("missions", landlord_id=landlord.pk)
    context = frame(request, one, "") | {"form": form}
    return render(request, "audits/interrupt.html", context, status=422 if form.errors else 200)


def _side(request: Request) -> Side | None:
    """On whose behalf the person judges an auditor."""
    if request.roles & LANDLORD:
        return Side.LANDLORD
    return Side.SCHEME if Role.REFERENT in request.roles else None


@door(GET=READ_PLAN, POST=READ_PLAN)
def feedback(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """What the landlord, or the label's team, says of the auditor."""
    one = show(request, landlord, mission_id)
    side = _side(request)
    if side is None:
        return not_for(request, "accept") or redirect("mission", landlord_id=landlord.pk, mission_id=one.mission.pk)
    form = FeedbackForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        operations.give_feedback(
            mission=one.mission, side=side, marks=form.marks, text=form.cleaned_data["text"], by=request.user, at=request.at
        )
        messages.success(request, "Votre avis est enregistré. L’équipe du label le lit.")
        return redirect("mission", landlord_id=landlord.pk, mission_id=one.mission.pk)
    context = frame(request, one, "") | {"form": form}
    return render(request, "audits/feedback.html", context, status=422 if form.errors else 200)
