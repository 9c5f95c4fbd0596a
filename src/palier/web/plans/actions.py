"""The pages of one action: its sheet, its form, its progress, its measures, its proofs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.calendar import PARIS
from palier.directory.models import Landlord, Person
from palier.directory.queries import people_of
from palier.directory.rules import LANDLORD_ROLES, Right, Thing
from palier.plans import operations, queries
from palier.plans.models import Action, Plan, Recommendation
from palier.plans.rules.action import ActionContent, changed, is_late, missing_of
from palier.plans.rules.terms import Direction, Effect, Outcome, Status
from palier.projects.queries import of_action
from palier.sites.queries import priority_names
from palier.stock.queries import residences
from palier.verdict import Conflict, Refusal, require
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.plans.chart import Chart, draw
from palier.web.plans.forms import ActionForm
from palier.web.plans.views import READ, WRITE, WRITE_OWN, asked_plan, editable, lines_of, state_words


def action_of(landlord: Landlord, action_id: int) -> Action:
    """An action of this landlord, or a 404."""
    return get_object_or_404(queries.actions(landlord=landlord.pk), pk=action_id)


def people_of_landlord(request: Request, landlord: Landlord) -> QuerySet[Person]:
    """The people to whom an action may be entrusted."""
    return people_of(landlord=landlord.pk, roles=LANDLORD_ROLES, on=request.on).order_by("name", "pk")


@door(GET=READ)
def action(request: Request, landlord: Landlord, action_id: int) -> HttpResponse:
    """An action: what it is, how far, measured how, proved by what, judged how."""
    found = action_of(landlord, action_id)
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
        "projects": list(of_action(action=found.pk)),
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
        people=people_of_landlord(request, landlord),
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
    context = {"landlord": landlord, "plan": plan, "form": form}
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
    found = action_of(landlord, action_id)
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
            with transaction.atomic():  # both or neither: the refusal is shown on the form
                operations.change_action(
                    action=found,
                    revision=form.cleaned_data["revision"] or 0,
                    content=content,
                    by=request.user,
                    at=request.at,
                )
                _link(request, found, {row.pk for row in form.cleaned_data.get("follows", ())})
        except Conflict as stale:
            theirs = action_of(landlord, action_id)
            context["conflict"] = _differences(form, content, theirs, stale)
            form.data = given = request.POST.copy()
            given["revision"] = str(theirs.revision)
            status = 409
        except Refusal as refusal:
            form.add_error(None, refusal.verdict.sentence)
        else:
            messages.success(request, f"L’action {found.code} est enregistrée à {request.at.astimezone(PARIS):%H:%M}.")
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
        {
            "label": form.fields[name].label,
            "mine": _say(form.fields[name], getattr(mine, name)),
            "theirs": _say(form.fields[name], getattr(content, name)),
        }
        for name in changed(content, mine)
        if name in form.fields
    ]
    return {"sentence": stale.verdict.sentence, "rows": rows, "who": theirs.changed_by, "at": theirs.changed_at}


def _say(field: forms.Field, value: Any) -> str:
    """A value as people read it, chosen words and names included."""
    if value is None or value in ("", frozenset()):
        return "rien"
    if isinstance(value, frozenset):
        return ", ".join(sorted(_say(field, one) for one in value))
    if isinstance(field, forms.ModelChoiceField):
        return str(field.queryset.filter(pk=value).first() or "une autre personne") if field.queryset is not None else ""
    if isinstance(field, forms.ChoiceField):
        return _words_of(field).get(str(value), str(value))
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else str(value)


def _words_of(field: forms.ChoiceField) -> dict[str, str]:
    """The words of each choice, those of groups included."""
    found: dict[str, str] = {}
    for code, words in cast("Iterable[tuple[Any, Any]]", field.choices):
        found |= {str(one): str(name) for one, name in words} if isinstance(words, list | tuple) else {str(code): str(words)}
    return found
