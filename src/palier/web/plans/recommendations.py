"""The pages of one recommendation: what became of it; and the lists that the label's owner edits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.plans import operations, queries
from palier.plans.models import Action, Recommendation, Term
from palier.plans.rules.terms import Source, Status, Vocabulary
from palier.verdict import Conflict, Refusal
from palier.web.doors import Request, door
from palier.web.ledger.history import entries_of
from palier.web.plans.forms import LinkForm, RecommendationForm, RefuseForm, TermForm
from palier.web.plans.views import READ, WRITE, asked_plan


def _recommendation(landlord: Landlord, recommendation_id: int) -> Recommendation:
    return get_object_or_404(queries.recommendations(landlord=landlord.pk), pk=recommendation_id)


@door(GET=READ)
def recommendation(request: Request, landlord: Landlord, recommendation_id: int) -> HttpResponse:
    """A recommendation: where it comes from, and what became of it."""
    found = _recommendation(landlord, recommendation_id)
    return _page(request, found)


def _page(
    request: Request,
    found: Recommendation,
    *,
    link: LinkForm | None = None,
    refuse: RefuseForm | None = None,
    stale: Conflict | None = None,
) -> HttpResponse:
    following = [action for action in found.actions.all() if action.status != Status.DROPPED]
    context: dict[str, Any] = {
        "landlord": found.plan.landlord,
        "found": found,
        "plan": found.plan,
        "source": Source(found.source).label,
        "theme": queries.terms(retired=True)[Vocabulary.THEME].get(found.theme, found.theme),
        "following": following,
        "may_write": bool(request.may(Right.WRITE, Thing.ACTION_PLAN)),
        "changeable": operations.changeable(found.plan),
        "link": link or LinkForm(actions=_offered(found)),
        "refuse": refuse or RefuseForm(initial={"revision": found.revision}),
        "stale": stale,
        "history": entries_of(request, "plans.recommendation", found.pk),
    }
    invalid = bool((link and link.errors) or (refuse and refuse.errors))
    return render(request, "plans/recommendation.html", context, status=409 if stale else 422 if invalid else 200)


def _offered(found: Recommendation) -> Any:
    live = Action.objects.filter(plan=found.plan).exclude(status=Status.DROPPED)
    return live.exclude(traces__recommendation=found).order_by("pk")


@door(POST=WRITE)
def link(request: Request, landlord: Landlord, recommendation_id: int) -> HttpResponse:
    """Say that an action follows it."""
    found = _recommendation(landlord, recommendation_id)
    form = LinkForm(request.POST, actions=_offered(found))
    if not form.is_valid():
        return _page(request, found, link=form)
    action = form.cleaned_data["action"]
    operations.link(action=action, recommendation=found, by=request.user, at=request.at)
    messages.success(request, f"{found.code} est reliée à {action.code}.")
    return redirect("recommendation", landlord_id=landlord.pk, recommendation_id=found.pk)


@door(POST=WRITE)
def unlink(request: Request, landlord: Landlord, recommendation_id: int, action_id: int) -> HttpResponse:
    """Say that an action does not follow it after all."""
    found = _recommendation(landlord, recommendation_id)
    action = get_object_or_404(Action, plan=found.plan, pk=action_id)
    operations.unlink(action=action, recommendation=found, by=request.user, at=request.at)
    messages.success(request, f"{found.code} est détachée de {action.code}.")
    return redirect("recommendation", landlord_id=landlord.pk, recommendation_id=found.pk)


@door(POST=WRITE)
def refuse(request: Request, landlord: Landlord, recommendation_id: int) -> HttpResponse:
    """Say why it is not followed."""
    found = _recommendation(landlord, recommendation_id)
    form = RefuseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, refuse=form)
    try:
        operations.refuse_recommendation(recommendation=found, by=request.user, at=request.at, **form.cleaned_data)
    except Conflict as stale:
        found = _recommendation(landlord, recommendation_id)
        form.data = given = request.POST.copy()
        given["revision"] = str(found.revision)
        return _page(request, found, refuse=form, stale=stale)
    messages.success(request, f"Le refus de {found.code} est enregistré, avec son motif.")
    return redirect("recommendation", landlord_id=landlord.pk, recommendation_id=found.pk)


@door(POST=WRITE)
def reconsider(request: Request, landlord: Landlord, recommendation_id: int) -> HttpResponse:
    """Take back a refusal."""
    found = _recommendation(landlord, recommendation_id)
    operations.reconsider_recommendation(recommendation=found, by=request.user, at=request.at)
    messages.success(request, f"{found.code} attend à nouveau une action.")
    return redirect("recommendation", landlord_id=landlord.pk, recommendation_id=found.pk)


@door(GET=WRITE, POST=WRITE)
def add(request: Request, landlord: Landlord) -> HttpResponse:
    """Bring a recommendation drawn from a survey, an opinion, incidents."""
    plan = asked_plan(request, landlord)
    if plan is None:
        return redirect("plan", landlord_id=landlord.pk)
    form = RecommendationForm(request.POST or None, words=queries.terms())
    if request.method == "POST" and form.is_valid():
        made = operations.add_recommendation(plan=plan, by=request.user, at=request.at, **form.cleaned_data)
        messages.success(request, f"La préconisation {made.code} est ajoutée.")
        return redirect("recommendation", landlord_id=landlord.pk, recommendation_id=made.pk)
    context = {"landlord": landlord, "plan": plan, "form": form}
    return render(request, "plans/recommendation_form.html", context, status=422 if form.errors else 200)


@door(GET=(Thing.RULE_SET, Right.READ), POST=(Thing.RULE_SET, Right.WRITE))
def terms(request: Request) -> HttpResponse:
    """The lists that plans draw from: themes, levers, TFPB axes."""
    form = TermForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            term = operations.set_term(
                vocabulary=Vocabulary(given["vocabulary"]),
                code=given["code"],
                label=given["label"],
                retired=given["retired"],
                by=request.user,
                at=request.at,
            )
        except Refusal as refusal:
            form.add_error("label", refusal.verdict.sentence)
        else:
            messages.success(request, f"« {term.label} » est enregistré.")
            return redirect("plan_terms")
    offered, known = queries.terms(), queries.terms(retired=True)
    edited = set(Term.objects.values_list("vocabulary", "code"))
    lists = [
        {
            "vocabulary": vocabulary,
            "words": [
                {
                    "code": code,
                    "label": name,
                    "retired": code not in offered[vocabulary],
                    "edited": (vocabulary, code) in edited,
                }
                for code, name in known[vocabulary].items()
            ],
        }
        for vocabulary in Vocabulary
    ]
    context = {"lists": lists, "form": form, "may_write": bool(request.may(Right.WRITE, Thing.RULE_SET))}
    return render(request, "plans/terms.html", context, status=422 if form.errors else 200)
