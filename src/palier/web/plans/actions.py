"""The pages of one action: its sheet, its form, its progress, its measures, its proofs."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import LANDLORD_ROLES, Right, Thing
from palier.documents.models import Document
from palier.documents.operations import store
from palier.plans import operations, queries
from palier.plans.models import Action, Plan, Recommendation
from palier.plans.rules.action import ActionContent, changed, is_late, missing_of
from palier.plans.rules.terms import Direction, Effect, Outcome, Status
from palier.sites.queries import priority_names
from palier.stock.queries import residences
from palier.verdict import Conflict, Refusal, require
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.plans.chart import Chart, draw
from palier.web.plans.forms import ActionForm, DropForm, EntrustForm, EvidenceForm, MeasureForm, ProgressForm
from palier.web.plans.views import READ, WRITE, WRITE_OWN, asked_plan, editable, lines_of, state_words


def _action(landlord: Landlord, action_id: int) -> Action:
    return get_object_or_404(queries.actions(landlord=landlord.pk), pk=action_id)


def _own(request: Request, landlord: Landlord, action_id: int) -> Action:
    """An action that the person may change.

    Raises:
        Refusal: when it is not entrusted to them.
    """
    found = _action(landlord, action_id)
    require(editable(request, found))
    return found


def _people(request: Request, landlord: Landlord) -> QuerySet[Person]:
    return people_of(landlord=landlord.pk, roles=LANDLORD_ROLES, on=request.on).order_by("name", "pk")


@door(GET=READ)
def action(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """An action: what it is, how far, measured how, proved by what, judged how."""
    found = _action(landlord, action_id)
    content = queries.full_content(found)
    late = is_late(Status(found.status), found.due_on, request.on)
    measures = list(queries.measures(found))
    state, word = state_words(found, late=late)
    context: dict[str, Any] = {
        "landlord": landlord,
        "action": found,
        "plan": found.plan,
        "lines": lines_of(found, queries.terms(retired=True)),
        "late": late,
        "state": state,
        "word": word,
        "missing": missing_of(content) if found.status != Status.DROPPED else (),
        "measures": measures,
        "chart": _chart(request, found, content, [(m.on, m.value) for m in measures]),
        "sentence": _sentence(found, measures),
        "direction": Direction(found.direction).label if found.direction else "",
        "evidence": list(queries.evidence(found)),
        "verdicts": [
            {"row": row, "outcome": Outcome(row.outcome).label, "effect": Effect(row.effect).label if row.effect else ""}
            for row in queries.verdicts(found)
        ],
        "editable": editable(request, found),
        "may_write": bool(request.may(Right.WRITE, Thing.ACTION_PLAN)),
        "may_prove": bool(request.may(Right.WRITE, Thing.EVIDENCE)),
        "may_read_proofs": bool(request.may(Right.READ, Thing.EVIDENCE)),
        "changeable": operations.changeable(found.plan),
        "history": entries_of(request, "plans.action", found.pk, limit=20),
    }
    return render(request, "plans/action.html", context)


def _chart(request: Request, found: Action, content: ActionContent, measures: list[tuple[Any, Decimal]]) -> Chart | None:
    if content.baseline is None or content.target is None or not content.baseline_on or not content.target_on:
        return None
    return draw((content.baseline_on, content.baseline), (content.target_on, content.target), measures, today=request.on)


def _sentence(found: Action, measures: list[Any]) -> str:
    """What the measures say, never more."""
    if found.baseline is None or found.target is None or not measures:
        return ""
    last = measures[-1].value
    if last == found.baseline:
        return "Aucun écart avec la valeur de départ."
    improves = (last > found.baseline) == (found.target > found.baseline)
    reached = last >= found.target if found.target > found.baseline else last <= found.target
    if reached:
        return "La cible est atteinte à la dernière mesure."
    return (
        "La dernière mesure va dans le bon sens, sans atteindre la cible."
        if improves
        else "La dernière mesure s’éloigne de la cible."
    )


# --- Defining ------------------------------------------------------------------------------------------------------


def _form(request: Request, landlord: Landlord, plan: Plan, initial: dict[str, Any]) -> ActionForm:
    priority = priority_names(landlords=[landlord.pk], on=request.on).get(landlord.pk, {})
    others = [(site.pk, site.name) for site in residences(landlord=landlord.pk) if site.pk not in priority]
    kept = [(pk, name) for pk, name in initial.get("held_sites", {}).items() if pk not in priority and (pk, name) not in others]
    sites = [("Sites prioritaires", sorted(priority.items(), key=lambda pair: pair[1]))] if priority else []
    if others or kept:
        sites.append(("Autres sites" if priority else "Sites", others + kept))
    return ActionForm(
        request.POST or None,
        words=queries.terms(),
        people=_people(request, landlord),
        recommendations=Recommendation.objects.filter(plan=plan).order_by("pk"),
        sites=sites,
        initial=initial,
    )


@door(GET=WRITE, POST=WRITE)
def add(request: Request, landlord: Landlord) -> HttpResponse:
    """Add an action to the plan."""
    plan = asked_plan(request, landlord)
    if plan is None:
        return redirect("plan", landlord_id=landlord.pk)
    asked = request.GET.get("follows", "")
    site = request.GET.get("site", "")
    initial: dict[str, Any] = {"follows": [int(asked)] if asked.isdigit() else []}
    if site.isdigit():
        initial |= {"scope": "site", "residences": [site]}
    form = _form(request, landlord, plan, initial)
    if request.method == "POST" and form.is_valid():
        try:
            made = operations.add_action(
                plan=plan,
                content=form.content(),
                follows=[row.pk for row in form.cleaned_data.get("follows", ())],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"L’action {made.code} est ajoutée.")
            return redirect("action", landlord_id=landlord.pk, action_id=made.pk)
    context = {"landlord": landlord, "plan": plan, "form": form, "changeable": operations.changeable(plan)}
    return render(request, "plans/action_form.html", context, status=422 if form.errors else 200)


def _initial(found: Action) -> dict[str, Any]:
    content = queries.full_content(found)
    return {
        **{name: getattr(content, name) for name in ActionContent.__dataclass_fields__},
        **{
            name: value.normalize() + 0 if (value := getattr(content, name)) is not None else None
            for name in ("baseline", "target", "budget")
        },
        "residences": [str(pk) for pk in content.residences],
        "contributors": list(content.contributors),
        "follows": [row.pk for row in found.recommendations.all()],
        "held_sites": {site.pk: site.name for site in found.residences.all()},
        "revision": found.revision,
    }


@door(GET=WRITE_OWN, POST=WRITE_OWN)
def change(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Change what defines an action; a stale save shows both, and loses nothing."""
    found = _action(landlord, action_id)
    context: dict[str, Any] = {
        "landlord": landlord,
        "action": found,
        "plan": found.plan,
        "changeable": operations.changeable(found.plan) & editable(request, found),
    }
    if request.method == "POST":
        require(editable(request, found))
    form = _form(request, landlord, found.plan, _initial(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        content = form.content()
        if "contributors" not in form.fields:
            content = replace(content, contributors=queries.full_content(found).contributors)
        try:
            operations.change_action(
                action=found, revision=form.cleaned_data["revision"] or 0, content=content, by=request.user, at=request.at
            )
            _link(request, found, {row.pk for row in form.cleaned_data.get("follows", ())})
        except Conflict as stale:
            theirs = _action(landlord, action_id)
            context["conflict"] = _differences(form, content, theirs, stale)
            form.data = given = request.POST.copy()
            given["revision"] = str(theirs.revision)
            status = 409
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"L’action {found.code} est enregistrée à {request.at.astimezone():%H:%M}.")
            return redirect("action", landlord_id=landlord.pk, action_id=found.pk)
    context |= {"form": form, "missing": missing_of(queries.full_content(found))}
    return render(request, "plans/action_form.html", context, status=422 if form.errors else status)


def _link(request: Request, found: Action, wanted: set[int]) -> None:
    held = {row.pk: row for row in found.recommendations.all()}
    for row in Recommendation.objects.filter(plan=found.plan, pk__in=wanted - set(held)):
        operations.link(action=found, recommendation=row, by=request.user, at=request.at)
    for pk, row in held.items():
        if pk not in wanted:
            operations.unlink(action=found, recommendation=row, by=request.user, at=request.at)


def _differences(form: ActionForm, mine: ActionContent, theirs: Action, stale: Conflict) -> dict[str, Any]:
    """What the two versions say differently, field by field."""
    content = queries.full_content(theirs)
    rows = [
        {"label": form.fields[name].label, "mine": _say(getattr(mine, name)), "theirs": _say(getattr(content, name))}
        for name in changed(content, mine)
        if name in form.fields
    ]
    return {"sentence": stale.verdict.sentence, "rows": rows, "who": theirs.changed_by, "at": theirs.changed_at}


def _say(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    if hasattr(value, "strftime"):
        return f"{value:%d/%m/%Y}"
    return str(getattr(value, "label", value) or "rien")


@door(GET=WRITE, POST=WRITE)
def entrust(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Say who answers for an action, also once the plan is frozen."""
    found = _action(landlord, action_id)
    content = queries.full_content(found)
    form = EntrustForm(
        request.POST or None,
        people=_people(request, landlord),
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
    found = _action(landlord, action_id)
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
    found = _action(landlord, action_id)
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
    found = _action(landlord, action_id)
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


@door(GET=(Thing.EVIDENCE, Right.WRITE), POST=(Thing.EVIDENCE, Right.WRITE))
def prove(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """Attach a document to an action."""
    found = _action(landlord, action_id)
    form = EvidenceForm(
        request.POST or None,
        request.FILES or None,
        documents=Document.objects.filter(landlord=landlord, withdrawn_at__isnull=True).order_by("plain_title", "pk"),
    )
    if request.method == "POST" and form.is_valid():
        require(editable(request, found))
        document = form.cleaned_data["document"]
        try:
            if upload := form.cleaned_data["file"]:
                document = store(
                    landlord=landlord,
                    file=upload,
                    name=upload.name,
                    title=str(upload.name).rsplit(".", 1)[0],
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
