"""The detailed diagnosis of a project's site: its grid, its findings, the levers considered."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.frameworks import queries as grids
from palier.projects import operations, queries
from palier.projects.models import Finding, Project
from palier.projects.rules.terms import AORIF, LEVERS, Family
from palier.visits.rules import Responsibility
from palier.web.doors import Request, door
from palier.web.projects.acts import answer
from palier.web.projects.forms import FindingForm
from palier.web.projects.views import project_of

READ = (Thing.SITE_RATING, Right.READ)
WRITE = (Thing.SITE_RATING, Right.WRITE)


@door(GET=READ)
def diagnosis(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """The grid, the findings by family with who answers for each, and the table of levers with its source."""
    found = project_of(landlord, project_id)
    findings, names = list(queries.findings(found)), queries.levers()
    context = {
        "landlord": landlord,
        "project": found,
        "running": found.closed_at is None,
        "grid": found.assessment,
        "progress": grids.progress(found.assessment) if found.assessment else None,
        "families": {
            family: [{"row": row, "levers": [names[code] for code in row.levers]} for row in rows]
            for family, rows in queries.by_family(findings).items()
        },
        "total": len(findings),
        "withdrawn": list(queries.findings(found, withdrawn=True)),
        "answering": [{"label": r.label, "count": sum(f.responsibility == r for f in findings)} for r in Responsibility],
        "levers": [(names[code], lever) for code, lever in LEVERS.items()],
        "source": AORIF,
        "may_write": bool(request.may(Right.WRITE, Thing.SITE_RATING)) and found.closed_at is None,
    }
    return render(request, "projects/diagnosis.html", context)


@door(POST=WRITE)
def start(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Start the grid, or go on with it."""
    assessment = operations.start_diagnosis(project=project_of(landlord, project_id), by=request.user, at=request.at)
    return redirect("assessment", landlord_id=landlord.pk, assessment_id=assessment.pk)


@door(GET=WRITE, POST=WRITE)
def add_finding(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Add a finding."""
    found = project_of(landlord, project_id)
    form = FindingForm(request.POST or None, initial={"responsibility": Responsibility.LANDLORD})

    def act(given: dict[str, Any]) -> object:
        typed = {"family": Family(given["family"]), "responsibility": Responsibility(given["responsibility"])}
        return operations.add_finding(project=found, by=request.user, at=request.at, **given | typed)

    answered = answer(
        request, form, act, project=found, title="Ajouter un constat", submit="Ajouter le constat",
        done="Le constat est ajouté.",
    )  # fmt: skip
    return _here(found) if answered.status_code == 302 else answered


def _finding(found: Project, finding_id: int) -> Finding:
    return get_object_or_404(Finding.objects.select_related("project"), project=found, pk=finding_id)


def _here(found: Project) -> HttpResponse:
    return redirect("project_diagnosis", landlord_id=found.landlord_id, project_id=found.pk)


@door(POST=WRITE)
def withdraw_finding(request: Request, landlord: Landlord, project_id: int, finding_id: int) -> HttpResponse:
    """Take a finding out; it may come back."""
    found = project_of(landlord, project_id)
    operations.withdraw_finding(finding=_finding(found, finding_id), by=request.user, at=request.at)
    messages.success(request, "Le constat est retiré. Il se reprend au bas de la page.")
    return _here(found)


@door(POST=WRITE)
def restore_finding(request: Request, landlord: Landlord, project_id: int, finding_id: int) -> HttpResponse:
    """Bring a finding back."""
    found = project_of(landlord, project_id)
    operations.restore_finding(finding=_finding(found, finding_id), by=request.user, at=request.at)
    messages.success(request, "Le constat est repris.")
    return _here(found)
