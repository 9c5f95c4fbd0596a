"""The actions of a project: added to the plan from here, linked, assigned to a partner, taken out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.plans.models import Recommendation
from palier.plans.queries import plan_of, terms
from palier.projects import operations, queries
from palier.projects.models import Partner, Project, ProjectAction
from palier.projects.rules.terms import LEVERS
from palier.verdict import Refusal
from palier.web.doors import Request, door
from palier.web.plans.actions import people_of_landlord
from palier.web.projects.acts import answer, back
from palier.web.projects.forms import AssignForm, LinkForm, SiteActionForm
from palier.web.projects.views import WRITE, project_of


def _partners(found: Project) -> QuerySet[Partner]:
    return queries.partners(found).filter(revoked_at__isnull=True)


@door(GET=WRITE, POST=WRITE)
def add(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Add an action to the plan, on the site of the project, with its measure."""
    found = project_of(landlord, project_id)
    plan = plan_of(landlord=landlord.pk)
    if plan is None:
        messages.error(request, "Le plan d’actions n’est pas encore ouvert : ouvrez-le d’abord.")
        return redirect("plan", landlord_id=landlord.pk)
    lever = request.GET.get("lever", "")
    form = SiteActionForm(
        request.POST or None, words=terms(), people=people_of_landlord(request, landlord),
        recommendations=Recommendation.objects.none(), residence=found.site.residence_id, partners=_partners(found),
        initial={"theme": "complex_sites", "lever": lever if lever in LEVERS else "", "baseline_on": request.on, "shared": True},
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        try:
            link = operations.create_action(
                project=found, plan=plan, content=form.content(), partner=form.cleaned_data["partner"],
                shared=form.cleaned_data["shared"], by=request.user, at=request.at,
            )  # fmt: skip
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"L’action {link.action.code} est dans le plan, et sert ce projet.")
            return back(found, "actions")
    context = {
        "landlord": landlord,
        "project": found,
        "form": form,
        "plan": plan,
    }
    return render(request, "projects/action_form.html", context, status=422 if form.errors else 200)


@door(GET=WRITE, POST=WRITE)
def link(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Make an action of the plan serve the project too."""
    found = project_of(landlord, project_id)
    actions = queries.linkable(found)
    form = LinkForm(request.POST or None, actions=actions, partners=_partners(found))
    lead = (
        "L’action reste celle du plan : rien n’est copié."
        if actions
        else "Aucune autre action du plan ne porte sur ce site. Ajoutez-en une depuis le projet."
    )

    def act(given: dict[str, Any]) -> object:
        return operations.link_action(project=found, by=request.user, at=request.at, **given)

    return answer(
        request, form, act, project=found, title="Relier une action du plan", submit="Relier l’action",
        done="L’action sert maintenant ce projet.", anchor="actions", lead=lead,
    )  # fmt: skip


def _link(found: Project, link_id: int) -> ProjectAction:
    rows = ProjectAction.objects.select_related("action__plan", "project", "partner")
    return get_object_or_404(rows, project=found, pk=link_id)


@door(GET=WRITE, POST=WRITE)
def assign(request: Request, landlord: Landlord, project_id: int, link_id: int) -> HttpResponse:
    """Say which partner answers for an action, and whether partners see it."""
    found = project_of(landlord, project_id)
    row = _link(found, link_id)
    form = AssignForm(
        request.POST or None, partners=_partners(found), initial={"partner": row.partner_id, "shared": row.shared}
    )

    def act(given: dict[str, Any]) -> object:
        return operations.assign_action(link=row, by=request.user, at=request.at, **given)

    return answer(
        request, form, act, project=found, title=f"Partager {row.action.code}", submit="Enregistrer",
        done="Le partage est enregistré.", anchor="actions", lead=row.action.title,
    )  # fmt: skip


@door(POST=WRITE)
def unlink(request: Request, landlord: Landlord, project_id: int, link_id: int) -> HttpResponse:
    """Take an action out of the project; it stays in the plan."""
    found = project_of(landlord, project_id)
    row = _link(found, link_id)
    operations.unlink_action(link=row, by=request.user, at=request.at)
    messages.success(request, f"{row.action.code} ne sert plus ce projet. Elle reste dans le plan.")
    return back(found, "actions")
