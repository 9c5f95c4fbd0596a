"""What the landlord does with a project: open, define, pass, step back, evaluate, abandon, involve residents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.documents.models import Document
from palier.label.queries import open_journey
from palier.plans.queries import plan_of
from palier.projects import operations, queries
from palier.projects.models import Involvement, Project
from palier.projects.operations import Definition
from palier.projects.rules.project import warnings
from palier.projects.rules.terms import Kind, Stage, Trace
from palier.sites.queries import active_sites
from palier.stock.queries import residences
from palier.verdict import Conflict, Refusal, no
from palier.web.doors import Request, door
from palier.web.projects.forms import AssociateForm, EvaluateForm, InvolveForm, OpenForm, ProjectForm
from palier.web.projects.views import WRITE, project_of


def documents_of(landlord: Landlord) -> QuerySet[Document]:
    """The pieces of the file that may be attached."""
    return Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("plain_title", "pk")


def answer(
    request: Request,
    form: forms.BaseForm,
    act: Callable[[dict[str, Any]], object],
    *,
    project: Project,
    title: str,
    submit: str,
    done: str,
    anchor: str = "",
    lead: str = "",
) -> HttpResponse:
    """A small page with one form: the act when it is filled in, its refusal on the form, then back to the project."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                act(form.cleaned_data)
            except Conflict as stale:
                renewed = request.POST.copy()
                renewed["revision"] = str(cast(Project, stale.theirs).revision)
                form.data = renewed
                kept = "Votre texte est gardé : enregistrez à nouveau pour le retenir."
                form.add_error(None, f"{stale.verdict.sentence} {kept}")
                status = 409
            except Refusal as refusal:
                form.add_error(None, refusal.verdict.sentence)
            else:
                messages.success(request, done)
                return back(project, anchor)
        status = 422 if status == 200 else status
    context = {"landlord": project.landlord, "project": project, "form": form, "title": title, "submit": submit, "lead": lead}
    return render(request, "projects/small.html", context, status=status)


def back(project: Project, anchor: str = "") -> HttpResponse:
    """To the page of the project."""
    answered = redirect("project", landlord_id=project.landlord_id, project_id=project.pk)
    if anchor:
        answered["Location"] += f"#{anchor}"
    return answered


@door(GET=WRITE, POST=WRITE)
def open_project(request: Request, landlord: Landlord) -> HttpResponse:
    """Open the local project of a priority site."""
    sites = active_sites(landlord=landlord.pk)
    asked = request.GET.get("site", "")
    form = OpenForm(request.POST or None, sites=sites, initial={"site": asked if asked.isdigit() else None, "kind": Kind.PGS})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        site = given["site"]
        stock = residences(landlord=landlord, on=request.on).filter(pk=site.residence_id).first()
        homes = given["homes"] or (stock.homes if stock else None)
        try:
            made = operations.open_project(
                site=site, kind=Kind(given["kind"]), title=given["title"], homes=homes, by=request.user, at=request.at
            )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            said = warnings(Kind(made.kind), homes=homes, starts_on=None, ends_on=None)
            messages.success(request, " ".join(["Le projet est ouvert, à son diagnostic.", *said]))
            return back(made)
    context = {"landlord": landlord, "form": form, "sites": sites}
    return render(request, "projects/open.html", context, status=422 if form.errors else 200)


@door(GET=WRITE, POST=WRITE)
def change(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Say what defines a project."""
    found = project_of(landlord, project_id)
    form = ProjectForm.of(found, request.POST or None)

    def act(given: dict[str, Any]) -> object:
        revision = given.pop("revision")
        return operations.change_project(
            project=found, revision=revision, given=cast(Definition, given), by=request.user, at=request.at
        )

    return answer(
        request, form, act, project=found, title="Définir le projet", submit="Enregistrer le projet",
        done="Le projet est enregistré.", anchor="definition",
    )  # fmt: skip


@door(POST=WRITE)
def pass_stage(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Pass the present stage."""
    found = operations.pass_stage(project=project_of(landlord, project_id), by=request.user, at=request.at)
    stage = Stage(found.stage)
    said = "Le projet est terminé." if stage is Stage.CLOSED else f"Le projet passe à l’étape « {stage.label} »."
    messages.success(request, said)
    return back(found)


@door(POST=WRITE)
def step_back(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Take the project back to the stage before."""
    found = project_of(landlord, project_id)
    found = operations.step_back(project=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, f"Le projet revient à l’étape « {Stage(found.stage).label} ».")
    return back(found)


@door(POST=WRITE)
def abandon(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Give the project up, with the reason."""
    found = project_of(landlord, project_id)
    operations.abandon(project=found, because=request.POST.get("because", ""), by=request.user, at=request.at)
    messages.success(request, "Le projet est arrêté. Il reste lisible, et ses actions restent dans le plan.")
    return back(found)


@door(GET=WRITE, POST=WRITE)
def evaluate(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Write what the project changed and what follows."""
    found = project_of(landlord, project_id)
    initial = {"outcome": found.outcome, "next_steps": found.next_steps, "revision": found.revision}
    form = EvaluateForm(request.POST or None, initial=initial)
    return answer(
        request, form, lambda given: operations.evaluate(project=found, by=request.user, at=request.at, **given),
        project=found, title="Écrire l’évaluation", submit="Enregistrer l’évaluation", done="L’évaluation est enregistrée.",
        anchor="evaluation",
    )  # fmt: skip


# --- Residents -----------------------------------------------------------------------------------------------------


@door(GET=WRITE, POST=WRITE)
def involve(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Record how residents took part in the present stage."""
    found = project_of(landlord, project_id)
    walks = queries.walks_to_cite(found)
    initial = {"held_on": None if walks else request.on, "trace": Trace.WALK}
    form = InvolveForm(request.POST or None, documents=documents_of(landlord), walks=walks, initial=initial)

    def act(given: dict[str, Any]) -> object:
        by: dict[str, Any] = {"project": found, "by": request.user, "at": request.at}
        if walk := given.pop("walk", None):
            return operations.cite_walk(walk=walk, note=given["note"], document=given["document"], **by)
        return operations.record_involvement(**given | by | {"trace": Trace(given["trace"])})

    return answer(
        request, form, act, project=found, title="Inscrire la participation des habitants", submit="Inscrire",
        done="La participation des habitants est inscrite.", anchor="residents",
        lead=f"Étape « {Stage(found.stage).label} ». Les réunions et les avis des associations s’inscrivent dans la concertation.",
    )  # fmt: skip


@door(POST=WRITE)
def withdraw_involvement(request: Request, landlord: Landlord, project_id: int, involvement_id: int) -> HttpResponse:
    """Take a trace back, with the reason."""
    found = project_of(landlord, project_id)
    trace = get_object_or_404(Involvement.objects.select_related("project"), project=found, pk=involvement_id)
    because = request.POST.get("because", "")
    operations.withdraw_involvement(involvement=trace, because=because, by=request.user, at=request.at)
    messages.success(request, "La ligne est retirée. Elle reste lisible, avec son motif.")
    return back(found, "residents")


@door(GET=WRITE, POST=WRITE)
def associate(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Ask the tenants' associations about the present stage, in the consultation."""
    found = project_of(landlord, project_id)
    if round_ := queries.current_round(found):
        return redirect("consultation_round", landlord_id=landlord.pk, round_id=round_.pk)
    journey, plan = open_journey(landlord=landlord.pk), plan_of(landlord=landlord.pk)
    cycle = journey.cycle if journey else plan.cycle if plan else None

    def act(given: dict[str, Any]) -> object:
        if cycle is None:
            raise Refusal(no("projects.no_cycle", "La concertation s’ouvre avec le parcours du label."))
        return operations.associate(project=found, cycle=cycle, message=given["message"], by=request.user, at=request.at)

    return answer(
        request, AssociateForm(request.POST or None), act, project=found, title="Associer les représentants de locataires",
        submit="Envoyer aux associations", done="Les associations sont associées à cette étape.", anchor="residents",
        lead=f"Étape « {Stage(found.stage).label} » du projet.",
    )  # fmt: skip
