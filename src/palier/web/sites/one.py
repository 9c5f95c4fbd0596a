"""One residence's rating: its level, its reasons, the full grid, and its place on the list of priority sites."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Role, Thing
from palier.frameworks import operations as frameworks
from palier.frameworks import queries as grids
from palier.sites import operations, queries
from palier.sites.models import PrioritySite, RatingCampaign, SiteRating
from palier.sites.operations import Given
from palier.sites.rules import GRID, SUBJECT, Level, RatingFacts, diagnosed, may_rate, suggested
from palier.stock.models import Residence
from palier.verdict import Conflict, Refusal, no
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.projects.views import local_projects
from palier.web.sites.forms import ConfirmListForm, LevelForm, PriorityForm
from palier.web.sites.shown import AlertShown, Shown
from palier.web.sites.views import RATE, READ, READ_SCORE, WRITE, current, holds, opened, residence_of


@door(GET=READ, POST=RATE)
def site(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """One residence: its level as confirmed, what the full grid suggests, its former levels."""
    campaign, facts = current(landlord)
    residence = residence_of(landlord, campaign, residence_id, request)
    limited = not holds(request, WRITE)
    mine = holds(request, RATE) and (not limited or residence.entrusted_to_id == request.user.pk)
    shown = {"level": residence.level, "reasons": residence.reasons, "revision": residence.revision}
    form = LevelForm(request.POST or None, initial=shown) if mine and may_rate(facts) else None
    if request.method == "POST":
        campaign = opened(landlord)
        if form is None:
            raise Refusal(
                may_rate(facts)
                & no("sites.not_entrusted", "Vous cotez les résidences qui vous sont confiées, et elles seules.")
            )
        if form.is_valid():
            said = form.cleaned_data
            given = Given(residence.pk, Level(said["level"]), said["reasons"], said["revision"])
            try:
                operations.rate(campaign=campaign, given=[given], by=request.user, at=request.at, only_entrusted=limited)
            except Conflict as conflict:  # what the person wrote stays, over what now stands: a second save is a choice
                residence = residence_of(landlord, campaign, residence_id, request)
                renewed = request.POST.copy()
                renewed["revision"] = str(residence.revision)
                form = LevelForm(renewed)
                kept = "Vos propres réponses sont gardées : confirmez à nouveau pour les retenir."
                form.add_error(None, f"{conflict.verdict.sentence} {kept}")
            except Refusal as refusal:
                form.add_error(None, refusal.verdict.sentence)
            else:
                messages.success(request, f"{residence.name} : {given.level.label.lower()}.")
                return redirect("site", landlord_id=landlord.pk, residence_id=residence.pk)
    grid = grids.latest_by_subject(landlord=landlord, code=GRID, kind=SUBJECT).get(residence.pk)
    score = grids.score(grid) if grid else None
    former = SiteRating.objects.filter(residence=residence.pk, campaign__landlord=landlord).exclude(level="")
    sees_score = holds(request, READ_SCORE)
    run = queries.latest_run(landlord=landlord.pk) if sees_score else None
    scored = queries.score_of(run=run, residence=residence.pk)
    up = list(queries.alerts(landlord=landlord.pk).filter(residence=residence.pk)) if sees_score else []
    scoring = queries.scoring(landlord=landlord.pk) if sees_score else None
    context = {
        "sees_score": sees_score,
        "shown": Shown(scored, run, up) if scored and run else None,
        "site_alerts": [AlertShown(one) for one in up],
        "behind": scoring is not None and scoring.is_behind,
        "landlord": landlord,
        "residence": residence,
        "level": Level(residence.level) if residence.level else None,
        "levels": list(Level),
        "form": form,
        "facts": facts,
        "grid": grid,
        "score": score,
        "suggested": suggested(score.severity) if score else None,
        "may_start": mine and campaign is not None and (grid is None or grid.status != "open"),
        "former": former.exclude(campaign=campaign).select_related("campaign", "confirmed_by").order_by("-campaign__cycle"),
        "priority": queries.active_sites(landlord=landlord.pk).filter(residence=residence.pk).first(),
        "may_write": holds(request, WRITE) and campaign is not None,
        "reads_sources": holds(request, (Thing.SOURCES, Right.READ)),
        "projects": local_projects(request, landlord, residence.pk),
        "may_project": bool(request.may(Right.WRITE, Thing.ACTION_PLAN)),
    }
    return render(request, "sites/site.html", context, status=422 if form and form.errors else 200)


@door(POST=RATE)
def start_grid(request: Request, landlord: Landlord, residence_id: int) -> HttpResponse:
    """Start the full grid on a residence, or go on with the one under way."""
    campaign = opened(landlord)
    residence = residence_of(landlord, campaign, residence_id, request)
    if not holds(request, WRITE) and residence.entrusted_to_id != request.user.pk:
        raise Refusal(no("sites.not_entrusted", "Vous cotez les résidences qui vous sont confiées, et elles seules."))
    grid = grids.open_on(landlord=landlord, code=GRID, kind=SUBJECT, subject=residence.pk) or frameworks.start(
        version=grids.current_version(code=GRID, on=request.on),
        landlord=landlord,
        subject=(SUBJECT, residence.pk, residence.name),
        by=request.user,
        at=request.at,
        entrusted_to=request.user if Role.CONTRIBUTOR in request.roles else None,
    )
    return redirect("assessment", landlord_id=landlord.pk, assessment_id=grid.pk)


# --- Priority sites ------------------------------------------------------------------------------------------------


@door(GET=READ, POST=WRITE)
def priority(request: Request, landlord: Landlord) -> HttpResponse:
    """The list of priority sites; a POST adds one."""
    campaign, facts = current(landlord)
    active = list(queries.active_sites(landlord=landlord.pk))
    writing = holds(request, WRITE) and campaign is not None
    listed = {site.residence_id for site in active}
    done = grids.finished_on(landlord=landlord, code=GRID, kind=SUBJECT)
    open_to = queries.residences(landlord=landlord.pk, campaign=campaign) if writing else []
    offered = [r for r in open_to if r.pk not in listed and (r.pk in done or not facts.closed)]
    form = PriorityForm(request.POST or None, residences=offered) if writing else None
    here = set(
        queries.residences(landlord=landlord.pk, campaign=campaign)
        .order_by()
        .filter(pk__in=listed)
        .values_list("pk", flat=True)
    )
    ratings = SiteRating.objects.filter(campaign=campaign, residence__in=listed).exclude(level="")
    rated = {residence: Level(level) for residence, level in ratings.values_list("residence", "level")}
    removed = list(queries.removed_sites(landlord=landlord.pk))
    if request.method == "POST":
        opened(landlord)
        if form is not None and form.is_valid():
            said = form.cleaned_data
            residence = get_object_or_404(Residence, pk=said["residence"], landlord=landlord)
            operations.declare_priority(
                landlord=landlord,
                residence=residence,
                level=Level(said["level"]),
                reasons=said["reasons"],
                by=request.user,
                at=request.at,
            )
            messages.success(request, f"{residence.name} est un site prioritaire. {_then(facts)}")
            return redirect("priority_sites", landlord_id=landlord.pk)
    of_sites = {"sites.priority_site": [site.pk for site in (*active, *removed)]}
    proposed = [
        {"residence": r, "level": Level(r.level), "ready": r.pk in done or not facts.closed}
        for r in (_proposed(landlord, campaign) if campaign else ())
    ]
    context = {
        "landlord": landlord,
        "campaign": campaign,
        "facts": facts,
        "sites": [
            {
                "site": site,
                "level": Level(site.level),
                "rated": rated.get(site.residence_id),
                "left": site.residence_id not in here,
                "late": _late(campaign, site.declared_at),
                "lacking": site.residence_id in here - done,
            }
            for site in active
        ],
        "added": sum(_late(campaign, site.declared_at) for site in active),
        "removed": removed,
        "gone": sum(_late(campaign, site.removed_at) for site in removed if not _late(campaign, site.declared_at)),
        "proposed": proposed,
        "choosing": any(row["ready"] for row in proposed),
        "form": form,
        "writing": writing,
        "confirming": writing and not facts.closed,
        "confirmable": diagnosed(queries.undiagnosed(landlord=landlord.pk), landlord=landlord.pk),
        "confirm_form": ConfirmListForm(empty=not active),
        "represents": Role.TENANT_REPRESENTATIVE in request.roles,
        "may_read_projects": bool(request.may(Right.READ, Thing.ACTION_PLAN)),
        "history": entries_of(request, "sites.rating_campaign", campaign.pk, parts=of_sites) if campaign else [],
    }
    return render(request, "sites/priority.html", context, status=422 if form and form.errors else 200)


def _late(campaign: RatingCampaign | None, at: datetime | None) -> bool:
    """Whether something was done to the list after it was confirmed."""
    return bool(campaign and campaign.list_confirmed_at and at and at > campaign.list_confirmed_at)


def _then(facts: RatingFacts) -> str:
    """What follows an addition to the list."""
    return (
        "L’ajout est daté et signé, à la suite de la liste." if facts.closed else "Confirmez la liste quand elle est complète."
    )


def _proposed(landlord: Landlord, campaign: Any) -> list[Any]:
    return list(queries.proposed_sites(landlord=landlord.pk, campaign=campaign))


@door(POST=WRITE)
def accept_proposed(request: Request, landlord: Landlord) -> HttpResponse:
    """Put the chosen residences rated complex on the list, with the level and the reasons of their rating."""
    campaign, facts = opened(landlord), current(landlord)[1]
    chosen = {int(pk) for pk in request.POST.getlist("residence") if pk.isdigit()}
    added = [residence for residence in _proposed(landlord, campaign) if residence.pk in chosen]
    if not added:
        raise Refusal(no("sites.none_chosen", "Cochez au moins une résidence."))
    with transaction.atomic():  # all or none
        for residence in added:
            operations.declare_priority(
                landlord=landlord,
                residence=residence,
                level=Level(residence.level),
                reasons=residence.reasons,
                by=request.user,
                at=request.at,
            )
    messages.success(request, f"{len(added)} site{'s' if len(added) > 1 else ''} sur la liste. {_then(facts)}")
    return redirect("priority_sites", landlord_id=landlord.pk)


@door(POST=WRITE)
def remove(request: Request, landlord: Landlord, site_id: int) -> HttpResponse:
    """Take a site off the list, with the reason."""
    found = get_object_or_404(PrioritySite.objects.select_related("residence"), pk=site_id, landlord=landlord)
    operations.remove_priority(site=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, f"{found.residence.name} n’est plus un site prioritaire. Son histoire reste.")
    return redirect("priority_sites", landlord_id=landlord.pk)


@door(POST=WRITE)
def confirm(request: Request, landlord: Landlord) -> HttpResponse:
    """Confirm the list as it stands."""
    operations.confirm_list(
        campaign=opened(landlord), empty_because=request.POST.get("empty_because", ""), by=request.user, at=request.at
    )
    messages.success(request, "La liste est confirmée.")
    return redirect("sites", landlord_id=landlord.pk)
