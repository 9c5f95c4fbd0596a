"""Partners: the landlord lets them in, and what they see and say through their own link, and nothing else."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control

from palier.directory.models import Landlord
from palier.projects import operations, queries
from palier.projects.models import Partner, PartnerWord, Project
from palier.projects.rules.terms import Body, Kind, Stage, Trace
from palier.verdict import Refusal
from palier.visits.rules import Responsibility
from palier.web.directory.sign_in import too_many
from palier.web.doors import Open, Request, door
from palier.web.projects.acts import answer, back
from palier.web.projects.forms import PartnerForm, ReportForm, SpeakForm
from palier.web.projects.views import WRITE, landings, project_of, shown


@door(GET=WRITE, POST=WRITE)
def invite(request: Request, landlord: Landlord, project_id: int) -> HttpResponse:
    """Let a partner in."""
    found = project_of(landlord, project_id)

    def act(given: dict[str, Any]) -> object:
        return operations.invite_partner(project=found, by=request.user, at=request.at, **given | {"body": Body(given["body"])})

    return answer(
        request, PartnerForm(request.POST or None), act, project=found, title="Ouvrir le projet à un partenaire",
        submit="Envoyer le lien", done="Le lien personnel est parti.", anchor="partners",
        lead="Le partenaire voit la présentation, les constats et les actions marqués comme partagés. Rien d’autre du dossier.",
    )  # fmt: skip


def _partner(found: Project, partner_id: int) -> Partner:
    return get_object_or_404(queries.partners(found).select_related("project__site__residence"), pk=partner_id)


@door(POST=WRITE)
def renew(request: Request, landlord: Landlord, project_id: int, partner_id: int) -> HttpResponse:
    """Send a new link; the former one is void."""
    found = project_of(landlord, project_id)
    partner = _partner(found, partner_id)
    operations.renew_link(partner=partner, by=request.user, at=request.at)
    messages.success(request, f"Un nouveau lien part à {partner.name}. L’ancien ne s’ouvre plus.")
    return back(found, "partners")


@door(POST=WRITE)
def revoke(request: Request, landlord: Landlord, project_id: int, partner_id: int) -> HttpResponse:
    """Close an access."""
    found = project_of(landlord, project_id)
    partner = _partner(found, partner_id)
    operations.revoke_partner(partner=partner, by=request.user, at=request.at)
    messages.success(request, f"L’accès de {partner.name} est fermé.")
    return back(found, "partners")


@door(POST=WRITE)
def take_over(request: Request, landlord: Landlord, project_id: int, word_id: int) -> HttpResponse:
    """Take a reported progress over into the plan."""
    found = project_of(landlord, project_id)
    word = get_object_or_404(PartnerWord, partner__project=found, pk=word_id)
    operations.take_over(word=word, by=request.user, at=request.at)
    messages.success(request, "L’avancement est repris dans le plan.")
    return back(found, "partners")


# --- The partner's side --------------------------------------------------------------------------------------------


def _let_in(request: Request, token: str) -> Partner | HttpResponse:
    if answer := too_many(request, "token"):
        return answer
    partner = queries.partner_by(token=token, on=request.on)
    return partner or render(request, "projects/link_over.html", status=410)


def _page(
    request: Request, partner: Partner, token: str, *, form: SpeakForm, report: tuple[int, ReportForm] | None = None
) -> HttpResponse:
    found = partner.project
    rows = [row for row in shown(request, queries.lines(found)) if row["link"].shared]
    for row in rows:
        row["mine"] = row["link"].partner_id == partner.pk
        if row["mine"]:
            asked = report is not None and report[0] == row["link"].pk
            prefix = f"a{row['link'].pk}"
            row["form"] = (
                report[1] if report and asked else ReportForm(prefix=prefix, initial={"progress": row["action"].progress})
            )
    findings = [finding for finding in queries.findings(found) if finding.shared]
    context = {
        "partner": partner,
        "project": found,
        "landlord": found.landlord,
        "kind": Kind(found.kind),
        "stage": Stage(found.stage),
        "running": found.closed_at is None,
        "landings": landings(queries.facts(found), found),
        "rows": rows,
        "heard": [part for part in queries.parts(found) if part.trace is not Trace.OPINION and not part.withdrawn],
        "findings": [{"row": row, "who": row.actor or Responsibility(row.responsibility).label} for row in findings],
        "said": [word for word in queries.words(found) if word.partner_id == partner.pk],
        "form": form,
        "token": token,
    }
    status = 422 if form.errors or (report and report[1].errors) else 200
    answered = render(request, "projects/partner_page.html", context, status=status)
    patch_cache_control(answered, no_store=True, private=True)
    return answered


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def shared(request: Request, token: str) -> HttpResponse:
    """What a partner sees by its link; a POST is a remark on the project."""
    partner = _let_in(request, token)
    if isinstance(partner, HttpResponse):
        return partner
    form = SpeakForm(request.POST or None)
    if request.method == "GET":
        operations.mark_seen(partner=partner, at=request.at)
        return _page(request, partner, token, form=form)
    if form.is_valid():
        try:
            operations.speak(partner=partner, text=form.cleaned_data["text"], at=request.at)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"Votre remarque est transmise à {partner.project.landlord.name}.")
            return redirect("project_shared", token=token)
    return _page(request, partner, token, form=form)


@door(POST=Open.PUBLIC)
def report(request: Request, token: str, link_id: int) -> HttpResponse:
    """A partner says how far an action that it answers for is."""
    partner = _let_in(request, token)
    if isinstance(partner, HttpResponse):
        return partner
    link = get_object_or_404(partner.links.select_related("action"), pk=link_id)
    form = ReportForm(request.POST, prefix=f"a{link_id}")
    if form.is_valid():
        try:
            operations.speak(partner=partner, link=link, at=request.at, **form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "L’avancement est transmis.")
            return redirect("project_shared", token=token)
    return _page(request, partner, token, form=SpeakForm(), report=(link_id, form))
