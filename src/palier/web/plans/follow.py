"""What is done on an action once it runs: entrusting it, saying how far it is, measuring, proving, giving it up."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.documents.models import Document
from palier.documents.operations import keep
from palier.plans import operations, queries
from palier.plans.models import Action
from palier.plans.rules.terms import Status
from palier.verdict import Conflict, Refusal, require
from palier.web.documents.files import receives
from palier.web.doors import Request, door
from palier.web.plans.actions import action_of, people_of_landlord
from palier.web.plans.forms import DropForm, EntrustForm, EvidenceForm, MeasureForm, ProgressForm
from palier.web.plans.views import WRITE, WRITE_OWN, editable


def _own(request: Request, landlord: Landlord, action_id: int) -> Action:
    """An action that the person may change.

    Raises:
        Refusal: when it is not entrusted to them.
    """
    found = action_of(landlord, action_id)
    require(editable(request, found))
    return found


@door(GET=WRITE, POST=WRITE)
def entrust(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Say who answers for an action, also once the plan is frozen."""
    found = action_of(landlord, action_id)
    content = queries.full_content(found)
    form = EntrustForm(
        request.POST or None,
        people=people_of_landlord(request, landlord),
        initial={
            "owner": content.owner,
            "owner_label": content.owner_label,
            "contributors": list(content.contributors),
            "revision": found.revision,
        },
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        operations.entrust_action(
            action=found,
            revision=given["revision"],
            owner=given["owner"].pk if given["owner"] else None,
            owner_label=given["owner_label"],
            contributors=frozenset(person.pk for person in given["contributors"]),
            by=request.user,
            at=request.at,
        )
        messages.success(request, f"L’action {found.code} est confiée.")
        return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    return _small(request, found, form, "Confier l’action", "Confier l’action")


# --- Following -----------------------------------------------------------------------------------------------------


@door(GET=WRITE_OWN, POST=WRITE_OWN)
def progress(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Say how far an action is."""
    found = action_of(landlord, action_id)
    form = ProgressForm(
        request.POST or None,
        initial={
            "status": found.status if found.status != Status.DROPPED else Status.UNDER_WAY,
            "progress": found.progress,
            "tenants_informed_on": found.tenants_informed_on,
            "revision": found.revision,
        },
    )
    if request.method == "POST" and form.is_valid():
        require(editable(request, found))
        given = form.cleaned_data
        try:
            operations.report_progress(
                action=found,
                revision=given["revision"],
                status=Status(given["status"]),
                progress=given["progress"],
                tenants_informed_on=given["tenants_informed_on"],
                note=given["note"],
                by=request.user,
                at=request.at,
            )
        except Conflict:
            raise
        except Refusal as refusal:
            form.add_error("progress", refusal.verdict.sentence)
        else:
            messages.success(request, f"L’avancement de {found.code} est enregistré.")
            return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    return _small(request, found, form, "Dire où en est l’action", "Enregistrer l’avancement")


@door(GET=WRITE_OWN, POST=WRITE_OWN)
def measure(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Record a value of the indicator."""
    found = action_of(landlord, action_id)
    form = MeasureForm(request.POST or None, initial={"on": request.on})
    form.fields["value"].label = f"Valeur, en {found.unit}" if found.unit else "Valeur"
    if request.method == "POST" and form.is_valid():
        require(editable(request, found))
        given = form.cleaned_data
        try:
            operations.record_measure(
                action=found,
                on=given["on"],
                value=given["value"],
                source=given["source"],
                note=given["note"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, "La mesure est enregistrée.")
            return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    return _small(request, found, form, f"Mesurer : {found.indicator or found.title}", "Enregistrer la mesure")


@door(GET=WRITE_OWN, POST=WRITE_OWN)
def drop(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Give an action up, with its reason."""
    found = action_of(landlord, action_id)
    form = DropForm(request.POST or None, initial={"revision": found.revision})
    if request.method == "POST" and form.is_valid():
        require(editable(request, found))
        given = form.cleaned_data
        operations.drop_action(action=found, revision=given["revision"], reason=given["reason"], by=request.user, at=request.at)
        messages.success(request, f"L’action {found.code} est abandonnée. Elle reste lisible, avec son motif.")
        return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    return _small(request, found, form, "Abandonner l’action", "Abandonner l’action", variant="danger")


def _small(request: Request, found: Action, form: Any, title: str, submit: str, variant: str = "primary") -> HttpResponse:
    context = {
        "landlord": found.plan.landlord,
        "action": found,
        "form": form,
        "title": title,
        "submit": submit,
        "variant": variant,
        "editable": editable(request, found),
    }
    return render(request, "plans/action_small.html", context, status=422 if form.errors else 200)


# --- Proving -------------------------------------------------------------------------------------------------------


@door(GET=(Thing.EVIDENCE, Right.WRITE), POST=(Thing.EVIDENCE, Right.WRITE), before=receives("file"))
def prove(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Attach a document to an action."""
    found = action_of(landlord, action_id)
    form = EvidenceForm(
        request.POST or None,
        request.FILES or None,
        documents=Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("plain_title", "pk"),
    )
    if request.method == "POST" and form.is_valid():
        require(editable(request, found))
        document = form.cleaned_data["document"]
        try:
            with transaction.atomic():
                if received := request.ready():
                    document = keep(
                        landlord=landlord,
                        received=received,
                        title=received.name.rsplit(".", 1)[0],
                        kind=form.cleaned_data["kind"],
                        by=request.user,
                        at=request.at,
                    ).document
                operations.add_evidence(action=found, document=document, by=request.user, at=request.at)
        except Refusal as refusal:
            form.add_error("file", refusal.verdict.sentence)
        else:
            messages.success(request, f"« {document.title} » est jointe à {found.code}.")
            return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    return _small(request, found, form, f"Joindre une preuve à {found.code}", "Joindre la preuve")


@door(POST=(Thing.EVIDENCE, Right.WRITE))
def unprove(request: Request, landlord: Landlord, action_id: int, evidence_id: int) -> HttpResponse:
    """Detach a document from an action; the document stays in the file."""
    found = _own(request, landlord, action_id)
    evidence = get_object_or_404(queries.evidence(found).select_related("action__plan"), pk=evidence_id)
    operations.remove_evidence(evidence=evidence, by=request.user, at=request.at)
    messages.success(request, "La preuve est détachée. Le document reste dans le dossier.")
    return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
