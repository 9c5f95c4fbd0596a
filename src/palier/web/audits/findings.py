"""Findings, recommendations, and what is said of the plan's actions and of the priority sites."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.audits import operations, queries
from palier.audits.models import Finding, Recommendation
from palier.audits.operations import Written
from palier.audits.rules.findings import FindingKind, Treatment
from palier.audits.rules.missions import WRITING
from palier.directory.models import Landlord
from palier.documents import queries as pieces
from palier.documents.models import Document
from palier.documents.operations import Received, keep
from palier.documents.rules import PICTURES, extension_of
from palier.ledger.rules import Audience
from palier.plans.rules.terms import Effect, Outcome
from palier.sites import queries as sites
from palier.sites.rules import Level
from palier.web.audits.forms import ActionCheckForm, BecauseForm, FindingForm, RecommendationForm, SiteCheckForm
from palier.web.audits.shown import READ_FINDINGS, WRITE_FINDINGS, Shown, frame, said_in, show
from palier.web.documents.files import receives
from palier.web.doors import Request, door


@door(GET=READ_FINDINGS)
def findings(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """The findings of a mission, by kind, and its recommendations."""
    one = show(request, landlord, mission_id)
    found = list(queries.findings(one.mission, withdrawn=True)) if one.reads else []
    words = queries.themes()
    standing: list[dict[str, Any]] = [
        {"row": f, "theme": words.get(f.theme, f.theme)} for f in found if not f.withdrawn_because
    ]
    context = frame(request, one, "mission_findings") | {
        "groups": [
            {"kind": kind, "findings": some}
            for kind in FindingKind
            if (some := [line for line in standing if line["row"].kind == kind])
        ],
        "count": len(standing),
        "withdrawn": [f for f in found if f.withdrawn_because],
        "recommendations": [
            {"row": r, "theme": words.get(r.theme, r.theme)}
            for r in (queries.recommendations(one.mission) if one.reads else [])
        ],
        "writing": one.own and one.state in WRITING,
    }
    return render(request, "audits/findings.html", context)


@door(GET=WRITE_FINDINGS, POST=WRITE_FINDINGS, before=receives("file"))
def finding(request: Request, landlord: Landlord, mission_id: int, finding_id: int | None = None) -> HttpResponse:
    """Write a finding, or change one."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(Finding, pk=finding_id, mission=one.mission) if finding_id else None
    form = _finding_form(request, landlord, found)
    theirs = None
    if request.method == "POST" and form.is_valid():
        with said_in(form) as outcome:
            saved = _save_finding(request, one, form, found)
            messages.success(request, f"Le constat {saved.code} est enregistré.")
            return redirect("mission_findings", landlord_id=landlord.pk, mission_id=mission_id)
        theirs = outcome.theirs
    context = frame(request, one, "mission_findings") | {
        "form": form,
        "finding": found,
        "theirs": theirs,
        "theme": queries.themes().get(theirs.theme, theirs.theme) if theirs else "",
        "delivered": (report := getattr(one.mission, "report", None)) is not None and report.delivered_at is not None,
        "removal": BecauseForm() if found and one.own and one.state in WRITING else None,
    }
    return render(request, "audits/finding.html", context, status=409 if theirs else 422 if form.errors else 200)


def _finding_form(request: Request, landlord: Landlord, found: Finding | None) -> FindingForm:
    shown: dict[str, Any] = {}
    if found is not None:
        shown = {name: getattr(found, name) for name in ("kind", "theme", "text", "residence", "revision")}
        shown["documents"] = list(found.documents.all())
    offered = pieces.readable(landlord=landlord, roles=request.roles, person=request.user, on=request.on)
    return FindingForm(
        request.POST or None,
        request.FILES or None,
        themes=queries.themes(),
        residences=sites.residences(landlord=landlord.pk, campaign=None, on=request.on),
        documents=offered.filter(withdrawn_at__isnull=True).order_by("plain_title", "pk"),
        initial=shown,
    )


def _save_finding(request: Request, one: Shown, form: FindingForm, found: Finding | None) -> Finding:
    given = form.cleaned_data
    evidence = list(given.get("documents") or [])
    if received := request.ready():
        evidence.append(_deposit(request, one, received))
    written = Written(FindingKind(given["kind"]), given["theme"], given["text"], given["residence"], tuple(evidence))
    if found is None:
        return operations.write_finding(mission=one.mission, written=written, by=request.user, at=request.at)
    return operations.change_finding(
        mission=one.mission,
        finding=found,
        revision=given["revision"] or 0,
        written=written,
        by=request.user,
        at=request.at,
    )


def _deposit(request: Request, one: Shown, received: Received) -> Document:
    """What the auditor brings back from a visit: held with them and the label's team until the report is delivered."""
    kind = "photo" if extension_of(received.name) in PICTURES else "site_visit_sheet"
    version = keep(
        landlord=one.mission.landlord,
        received=received,
        title=received.name.rpartition(".")[0],
        kind=kind,
        audience=Audience.AUDIT,
        by=request.user,
        at=request.at,
    )
    return version.document


@door(POST=WRITE_FINDINGS)
def remove_finding(request: Request, landlord: Landlord, mission_id: int, finding_id: int) -> HttpResponse:
    """Remove a finding, or withdraw it once the report is delivered."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(Finding, pk=finding_id, mission=one.mission)
    because = request.POST.get("because", "")
    operations.remove_finding(mission=one.mission, finding=found, because=because, by=request.user, at=request.at)
    messages.success(request, f"Le constat {found.code} est retiré.")
    return redirect("mission_findings", landlord_id=landlord.pk, mission_id=mission_id)


@door(GET=WRITE_FINDINGS, POST=WRITE_FINDINGS)
def recommendation(request: Request, landlord: Landlord, mission_id: int, recommendation_id: int | None = None) -> HttpResponse:
    """Write a recommendation, or change one."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(Recommendation, pk=recommendation_id, mission=one.mission) if recommendation_id else None
    shown: dict[str, Any] = {}
    if found is not None:
        shown = {name: getattr(found, name) for name in ("title", "text", "theme", "revision")}
        shown["findings"] = list(found.findings.all())
    form = RecommendationForm(
        request.POST or None, themes=queries.themes(), findings=queries.findings(one.mission), initial=shown
    )
    theirs = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"revision": form.cleaned_data["revision"] or 0}
        with said_in(form) as outcome:
            saved = operations.write_recommendation(
                mission=one.mission, recommendation=found, by=request.user, at=request.at, **given
            )
            messages.success(request, f"La préconisation {saved.code} est enregistrée.")
            return redirect("mission_findings", landlord_id=landlord.pk, mission_id=mission_id)
        theirs = outcome.theirs
    context = frame(request, one, "mission_findings") | {
        "form": form,
        "theirs": theirs,
        "mine": _whole(form["title"].value(), form["text"].value()),
        "written": _whole(theirs.title, theirs.text) if theirs else "",
        "theme": queries.themes().get(theirs.theme, theirs.theme) if theirs else "",
        "recommendation": found,
        "removable": found is not None and one.own and one.state in WRITING,
    }
    return render(request, "audits/recommendation.html", context, status=409 if theirs else 422 if form.errors else 200)


def _whole(title: str | None, text: str | None) -> str:
    return "\n".join(filter(None, (title, text)))


@door(POST=WRITE_FINDINGS)
def remove_recommendation(request: Request, landlord: Landlord, mission_id: int, recommendation_id: int) -> HttpResponse:
    """Remove a recommendation."""
    one = show(request, landlord, mission_id)
    found = get_object_or_404(Recommendation, pk=recommendation_id, mission=one.mission)
    operations.remove_recommendation(mission=one.mission, recommendation=found, by=request.user, at=request.at)
    messages.success(request, f"La préconisation {found.code} est supprimée.")
    return redirect("mission_findings", landlord_id=landlord.pk, mission_id=mission_id)


# --- Implementation and verification -------------------------------------------------------------------------------


@door(GET=READ_FINDINGS)
def verdicts(request: Request, landlord: Landlord, mission_id: int) -> HttpResponse:
    """What the audit says of each action of the plan and of each priority site."""
    one = show(request, landlord, mission_id)
    actions = queries.actions_to_check(one.mission) if one.reads and not one.is_hqs else []
    found = queries.sites_to_check(one.mission, on=request.on) if one.reads and not one.is_hqs else []
    context = frame(request, one, "mission_verdicts") | {
        "actions": [{"action": action, "check": check} for action, check in actions],
        "judged": sum(check is not None for _, check in actions),
        "sites": [{"site": site, "check": check, "level": Level(site.level)} for site, check in found],
        "checked": sum(check is not None for _, check in found),
        "amending": one.own and one.state in WRITING,
    }
    return render(request, "audits/verdicts.html", context)


@door(GET=WRITE_FINDINGS, POST=WRITE_FINDINGS)
def check_action(request: Request, landlord: Landlord, mission_id: int, action_id: int) -> HttpResponse:
    """Give a verdict on one action; the next one without a verdict follows."""
    one = show(request, landlord, mission_id)
    rows = queries.actions_to_check(one.mission)
    action, check = next(((a, c) for a, c in rows if a.pk == action_id), (None, None))
    if action is None:
        return redirect("mission_verdicts", landlord_id=landlord.pk, mission_id=mission_id)
    shown = {"outcome": check.outcome, "effect": check.effect, "note": check.note} if check else {}
    form = ActionCheckForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        effect = Effect(given["effect"]) if given["effect"] else None
        with said_in(form, "note"):
            operations.check_action(
                mission=one.mission,
                action=action,
                outcome=Outcome(given["outcome"]),
                effect=effect,
                note=given["note"],
                by=request.user,
                at=request.at,
            )
            following = next((a.pk for a, c in rows if c is None and a.pk != action_id), None)
            messages.success(request, f"{action.code} : {Outcome(given['outcome']).label.lower()}.")
            if following:
                return redirect("mission_action", landlord_id=landlord.pk, mission_id=mission_id, action_id=following)
            return redirect("mission_verdicts", landlord_id=landlord.pk, mission_id=mission_id)
    context = frame(request, one, "mission_verdicts") | {"form": form, "action": action}
    return render(request, "audits/check.html", context, status=422 if form.errors else 200)


@door(GET=WRITE_FINDINGS, POST=WRITE_FINDINGS)
def check_site(request: Request, landlord: Landlord, mission_id: int, site_id: int) -> HttpResponse:
    """Say what is found of one priority site; the next one that is not checked follows."""
    one = show(request, landlord, mission_id)
    rows = queries.sites_to_check(one.mission, on=request.on)
    site, check = next(((s, c) for s, c in rows if s.pk == site_id), (None, None))
    if site is None:
        return redirect("mission_verdicts", landlord_id=landlord.pk, mission_id=mission_id)
    dedicated = [
        action
        for action, _ in queries.actions_to_check(one.mission)
        if any(residence.pk == site.residence_id for residence in action.residences.all())
    ]
    names = ("identified", "has_action", "treatment", "note")
    shown = {name: getattr(check, name) for name in names} if check else {"has_action": bool(dedicated)}
    form = SiteCheckForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with said_in(form, "note"):
            operations.check_site(
                mission=one.mission,
                site=site,
                identified=given["identified"],
                has_action=given["has_action"],
                treatment=Treatment(given["treatment"]),
                note=given["note"],
                by=request.user,
                at=request.at,
            )
            following = next((s.pk for s, c in rows if c is None and s.pk != site_id), None)
            messages.success(request, f"Le contrôle est enregistré : {site.residence.name}.")
            if following:
                return redirect("mission_site", landlord_id=landlord.pk, mission_id=mission_id, site_id=following)
            return redirect("mission_verdicts", landlord_id=landlord.pk, mission_id=mission_id)
    context = frame(request, one, "mission_verdicts") | {
        "form": form,
        "site": site,
        "level": Level(site.level),
        "dedicated": dedicated,
    }
    return render(request, "audits/check.html", context, status=422 if form.errors else 200)
