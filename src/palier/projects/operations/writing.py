"""What every act on a project shares: its line in the ledger, the save that nobody else's crosses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from palier.directory.models import Person
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.projects.models import Project
from palier.projects.rules.terms import Stage
from palier.verdict import Conflict, Refusal, no


def remember(
    project: Project,
    act: str,
    summary: str,
    *,
    by: Person | None,
    at: datetime,
    audience: Audience = Audience.FILE,
    **facts: Any,
) -> None:
    """The line of an act on a project."""
    record(
        act=f"projects.{act}",
        by=by.pk if by else None,
        at=at,
        on=("projects.project", project.pk),
        landlord=project.landlord_id,
        summary=summary,
        facts={"residence": project.site.residence_id} | facts,
        audience=audience,
    )


def lock(project: Project) -> Project:
    """The project as it stands, locked, while it runs.

    Raises:
        Refusal: when it is closed.
    """
    found = Project.objects.select_for_update(of=("self",)).select_related("site__residence", "landlord", "assessment")
    project = found.get(pk=project.pk)
    if project.stage == Stage.CLOSED:
        raise Refusal(no("projects.closed", f"Le projet « {project.title} » est terminé : il ne change plus."))
    return project


def swap(project: Project, revision: int, *, by: Person, at: datetime, **fields: Any) -> Project:
    """Save these columns of a project if nobody changed it since ``revision``.

    Raises:
        Conflict: when somebody did; ``theirs`` is the project as it now stands.
    """
    done = Project.objects.filter(pk=project.pk, revision=revision).update(
        revision=revision + 1, changed_at=at, changed_by=by, **fields
    )
    project.refresh_from_db()
    if not done:
        who = project.changed_by.name if project.changed_by else "Palier"
        raise Conflict(
            no(
                "projects.changed_meanwhile",
                f"{who} a modifié le projet pendant que vous écriviez. Rien n’est enregistré, rien n’est perdu.",
            ),
            theirs=project,
        )
    return project
