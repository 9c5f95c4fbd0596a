"""The actions of a project: those of the landlord's plan, added or linked, never copied."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from palier.directory.models import Person
from palier.plans.models import Action, Plan
from palier.plans.operations import add_action
from palier.plans.queries import full_content
from palier.plans.rules.action import ActionContent
from palier.projects.models import Partner, Project, ProjectAction
from palier.projects.operations.writing import lock, remember
from palier.projects.rules.project import measurable, on_the_site
from palier.verdict import Refusal, no, require


@transaction.atomic
def create_action(
    *,
    project: Project,
    plan: Plan,
    content: ActionContent,
    by: Person,
    at: datetime,
    partner: Partner | None = None,
    shared: bool = True,
) -> ProjectAction:
    """Add an action to the landlord's plan from a project, and link it.

    Raises:
        Refusal: when the plan is another landlord's, or frozen and the action incomplete, the action cannot be measured or bears on another site.
    """
    project = lock(project)
    _ours(project, plan, partner)
    require(measurable(content))
    return _link(project, add_action(plan=plan, content=content, by=by, at=at), content, partner, shared, by=by, at=at)


@transaction.atomic
def link_action(
    *, project: Project, action: Action, by: Person, at: datetime, partner: Partner | None = None, shared: bool = True
) -> ProjectAction:
    """Make an action of the landlord's plan serve a project too; its plan may be frozen.

    Raises:
        Refusal: when it is another landlord's, cannot be measured, bears on another site, or serves the project already.
    """
    project = lock(project)
    _ours(project, action.plan, partner)
    content = full_content(action)
    require(measurable(content))
    return _link(project, action, content, partner, shared, by=by, at=at)


def _ours(project: Project, plan: Plan, partner: Partner | None) -> None:
    if plan.landlord_id != project.landlord_id:
        raise Refusal(no("projects.not_our_plan", "Cette action n’est pas du plan de l’organisme."))
    if partner and partner.project_id != project.pk:
        raise Refusal(no("projects.not_our_partner", "Ce partenaire n’est pas de ce projet."))


def _link(
    project: Project,
    action: Action,
    content: ActionContent,
    partner: Partner | None,
    shared: bool,
    *,
    by: Person,
    at: datetime,
) -> ProjectAction:
    require(on_the_site(content, project.site.residence_id, project.site.residence.name))
    link, created = ProjectAction.objects.get_or_create(
        project=project, action=action,
        defaults={"partner": partner, "shared": shared or partner is not None, "added_at": at, "added_by": by},
    )  # fmt: skip
    if not created:
        raise Refusal(no("projects.already_linked", f"L’action {action.code} sert déjà ce projet."))
    summary = f"a relié l’action {action.code}, {action.title}, au projet « {project.title} »."
    remember(project, "action_linked", summary, by=by, at=at, action=action.pk, code=action.code)
    return link


@transaction.atomic
def assign_action(*, link: ProjectAction, partner: Partner | None, shared: bool, by: Person, at: datetime) -> None:
    """Say which partner answers for an action, and whether partners see it. Who answers for it always sees it.

    Raises:
        Refusal: when the project is closed or the partner is of another one.
    """
    project = lock(link.project)
    _ours(project, link.action.plan, partner)
    ProjectAction.objects.filter(pk=link.pk).update(partner=partner, shared=shared or partner is not None)
    who = partner.name if partner else "l’organisme"
    summary = f"a confié l’action {link.action.code} du projet « {project.title} » : {who} en répond."
    remember(project, "action_assigned", summary, by=by, at=at, action=link.action_id, shared=shared or partner is not None)


@transaction.atomic
def unlink_action(*, link: ProjectAction, by: Person, at: datetime) -> None:
    """Take an action out of a project; it stays in the plan.

    Raises:
        Refusal: when the project is closed, or a partner spoke of it.
    """
    project = lock(link.project)
    if link.words.exists():
        raise Refusal(
            no("projects.partner_spoke", f"Un partenaire s’est exprimé sur {link.action.code} : elle reste dans le projet.")
        )
    action = link.action
    link.delete()
    summary = f"a détaché l’action {action.code} du projet « {project.title} »."
    remember(project, "action_unlinked", summary, by=by, at=at, action=action.pk, code=action.code)
