"""A landlord's plan: where it stands, its recommendations, its actions; as files, on paper, frozen, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing
from palier.label import queries as label
from palier.plans import operations, queries
from palier.plans.models import Action, Plan
from palier.plans.rules.action import is_late, may_edit, missing_of, way
from palier.plans.rules.plan import PlanFacts, submittable
from palier.plans.rules.terms import Direction, Effect, Nature, Outcome, Scope, Source, Status, Vocabulary
from palier.sites.queries import priority_names
from palier.verdict import YES, Verdict
from palier.visits.rules import Responsibility
from palier.web.doors import Request, door
from palier.web.export import MEDIA_TYPES, Cell, spreadsheet
from palier.web.ledger.history import entries_of
from palier.web.plans.forms import FilterForm

PER_PAGE = 25
GAPS = 6
READ = (Thing.ACTION_PLAN, Right.READ)
WRITE = (Thing.ACTION_PLAN, Right.WRITE)
WRITE_OWN = (Thing.ACTION_PLAN, Right.WRITE_OWN)
SORTS = {
    "code": "pk",
    "title": "title",
    "due": "due_on",
    "owner": "owner__name",
    "progress": "progress",
}


def asked_plan(request: Request, landlord: Landlord) -> Plan | None:
    """The plan of the cycle asked for in the address, or the latest."""
    cycle = request.GET.get("cycle", "")
    return queries.plan_of(landlord=landlord.pk, cycle=int(cycle) if cycle.isdigit() else None)


def state_of(request: Request, landlord: Landlord, cycle: int) -> PlanFacts:
    """Everything that decides whether a plan may be handed in, priority sites of today included."""
    names = priority_names(landlords=[landlord.pk], on=request.on)
    return queries.plan_state(landlord=landlord.pk, cycle=cycle, priority=names.get(landlord.pk, {}))


def editable(request: Request, action: Action) -> Verdict:
    """Whether the person may change this action: those who change the plan, and those to whom it is entrusted."""
    if request.may(Right.WRITE, Thing.ACTION_PLAN):
        return YES
    if not (verdict := request.may(Right.WRITE_OWN, Thing.ACTION_PLAN)):
        return verdict
    return may_edit(request.user.pk, action.owner_id, [p.pk for p in action.contributors.all()], action.code)


@dataclass(frozen=True, slots=True)
class Row:
    """An action as the table shows it."""

    action: Action
    theme: str
    late: bool
    missing: int
    state: str
    word: str


_STATES = {Status.NOT_STARTED: "todo", Status.UNDER_WAY: "doing", Status.DONE: "done", Status.DROPPED: "vacant"}


def state_words(action: Action, *, late: bool) -> tuple[str, str]:
    """The shape and the word of an action's state."""
    return ("late", "En retard") if late else (_STATES[Status(action.status)], Status(action.status).label)


@door(GET=READ)
def plan(request: Request, landlord: Landlord) -> HttpResponse:
    """Where the plan stands: what it holds, what is missing, its recommendations and its actions."""
    found = asked_plan(request, landlord)
    journey = label.open_journey(landlord=landlord.pk)
    context: dict[str, Any] = {"landlord": landlord, "plan": found, "journey": journey}
    context["may_write"] = bool(request.may(Right.WRITE, Thing.ACTION_PLAN))
    if found is None:
        return render(request, "plans/plan.html", context)
    facts = state_of(request, landlord, found.cycle)
    verdict = submittable(facts)
    words = queries.terms(retired=True)
    form = filter_form(request, landlord, found)
    listed = narrowed(request, landlord, facts, form)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    everything = queries.actions(landlord=landlord.pk, cycle=found.cycle)
    incomplete = {a.pk: len(missing_of(a.content)) for a in facts.live_actions}
    context |= {
        "facts": facts,
        "verdict": verdict,
        "gaps": verdict.reasons[:GAPS],
        "more_gaps": verdict.reasons[GAPS:],
        "changeable": operations.changeable(found),
        "recommendations": _recommendations(landlord, found, words),
        "form": form,
        "page": page,
        "rows": [_row(action, request, words, incomplete) for action in page.object_list],
        "late": queries.late(everything, on=request.on).count(),
        "done": everything.filter(status=Status.DONE).count(),
        "sort": request.GET.get("sort", "code"),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "query": request.GET.urlencode(),
        "plans": list(queries.plans(landlord=landlord.pk)),
        "conditions": queries.conditions_to_do(landlord=landlord.pk, on=request.on),
        "snapshots": list(queries.snapshots(landlord=landlord.pk, cycle=found.cycle)),
        "history": entries_of(request, "plans.plan", found.pk, limit=6),
    }
    return render(request, "plans/plan.html", context)


def _row(action: Action, request: Request, words: dict[Vocabulary, dict[str, str]], incomplete: dict[int, int]) -> Row:
    late = is_late(Status(action.status), action.due_on, request.on)
    theme = words[Vocabulary.THEME].get(action.theme, action.theme)
    return Row(action, theme, late, incomplete.get(action.pk, 0), *state_words(action, late=late))


def _recommendations(landlord: Landlord, found: Plan, words: dict[Vocabulary, dict[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "row": row,
            "source": Source(row.source).label,
            "theme": words[Vocabulary.THEME].get(row.theme, row.theme),
            "actions": [action for action in row.actions.all() if action.status != Status.DROPPED],
        }
        for row in queries.recommendations(landlord=landlord.pk, cycle=found.cycle)
    ]


def filter_form(request: Request, landlord: Landlord, found: Plan) -> FilterForm:
    """The filters, with the people and the sites that the plan names."""
    named = Action.objects.filter(plan=found)
    owners = named.filter(owner__isnull=False).values_list("owner_id", "owner__name").distinct().order_by("owner__name")
    sites = named.filter(residences__isnull=False).values_list("residences", "residences__name").distinct()
    return FilterForm(
        request.GET,
        words=queries.terms(retired=True),
        owners=[(str(pk), name) for pk, name in owners],
        sites=[(str(pk), name) for pk, name in sites.order_by("residences__name")],
    )


def narrowed(request: Request, landlord: Landlord, facts: PlanFacts, form: FilterForm) -> QuerySet[Action]:
    """The actions of a plan, as filtered and sorted in the address."""
    found = queries.actions(landlord=landlord.pk, cycle=facts.cycle)
    asked: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    if words := asked.get("q", "").strip():
        found = found.filter(
            Q(code__iexact=words)
            | Q(title__icontains=words)
            | Q(description__icontains=words)
            | Q(residences__plain_name__icontains=words)
        ).distinct()
    found = found.filter(**{name: asked[name] for name in ("theme", "scope") if asked.get(name)})
    if asked.get("site"):
        found = found.filter(residences=int(asked["site"]))
    if owner := asked.get("owner"):
        mine = queries.entrusted_to(person=request.user, landlord=landlord.pk).values("pk")
        found = found.filter(pk__in=mine) if owner == "me" else found.filter(owner=int(owner))
    match asked.get("status"):
        case "late":
            found = queries.late(found, on=request.on)
        case "incomplete":
            found = found.filter(pk__in=[a.pk for a in facts.live_actions if missing_of(a.content)])
        case str(status) if status:
            found = found.filter(status=status)
    sort = request.GET.get("sort", "code")
    key = F(SORTS.get(sort.removeprefix("-"), "pk"))
    return found.order_by(key.desc(nulls_last=True) if sort.startswith("-") else key.asc(nulls_last=True), "pk")


@door(POST=WRITE)
def open_plan(request: Request, landlord: Landlord) -> HttpResponse:
    """Open the plan of the cycle under way, before the journey asks for it."""
    journey = label.open_journey(landlord=landlord.pk)
    if journey is not None:
        operations.open_plan(landlord=landlord, cycle=journey.cycle, by=request.user, at=request.at)
        messages.success(request, "Le plan d’actions est ouvert.")
    return redirect("plan", landlord_id=landlord.pk)


HEADER = (
    "Code", "Action", "Description", "Thème", "Périmètre", "Sites", "Préconisations", "Nature", "Responsabilité", "Levier",
    "Responsable", "Début", "Échéance", "Budget (€ TTC)", "Financement", "Axe TFPB", "Fait sans l’abattement", "Indicateur",
    "Unité", "Sens", "Valeur de départ", "Mesurée le", "Cible", "À atteindre le", "Dernière mesure", "Mesurée le",
    "État", "Avancement (%)", "Locataires informés le", "Preuves", "Dernier verdict d’audit", "Motif d’abandon", "Ajoutée après l’arrêt du plan le",
)  # fmt: skip


@door(GET=READ)
def export(request: Request, landlord: Landlord, form: str) -> HttpResponse:
    """The actions, as filtered, as a file for spreadsheets."""
    found = asked_plan(request, landlord)
    if found is None or form not in MEDIA_TYPES:
        raise Http404
    facts = state_of(request, landlord, found.cycle)
    rows = narrowed(request, landlord, facts, filter_form(request, landlord, found))
    words = queries.terms(retired=True)
    return spreadsheet(form, f"plan-cycle-{found.cycle}", HEADER, [_cells(action, words) for action in rows])


def _cells(action: Action, words: dict[Vocabulary, dict[str, str]]) -> list[Cell]:
    outcome = getattr(action, "outcome", None)
    return [
        action.code,
        action.title,
        action.description,
        words[Vocabulary.THEME].get(action.theme, action.theme),
        Scope(action.scope).label,
        ", ".join(sorted(site.name for site in action.residences.all())),
        ", ".join(row.code for row in action.recommendations.all()),
        Nature(action.nature).label if action.nature else "",
        Responsibility(action.responsibility).label if action.responsibility else "",
        words[Vocabulary.LEVER].get(action.lever, action.lever),
        action.owner.name if action.owner else action.owner_label,
        action.starts_on,
        action.due_on,
        action.budget,
        action.funding,
        words[Vocabulary.TFPB_AXIS].get(action.tfpb_axis, action.tfpb_axis),
        action.ordinary,
        action.indicator,
        action.unit,
        Direction(action.direction).label if action.direction else "",
        action.baseline,
        action.baseline_on,
        action.target,
        action.target_on,
        getattr(action, "last_value", None),
        getattr(action, "last_on", None),
        Status(action.status).label,
        action.progress,
        action.tenants_informed_on,
        getattr(action, "proofs", 0),
        Outcome(outcome).label if outcome else "",
        action.dropped_reason,
        action.added_at if getattr(action, "addition", False) else None,
    ]


@door(GET=READ)
def whole(request: Request, landlord: Landlord) -> HttpResponse:
    """The whole plan on paper: every recommendation and every action in full."""
    found = asked_plan(request, landlord)
    if found is None:
        raise Http404
    words = queries.terms(retired=True)
    actions = [
        {"row": action, "lines": lines_of(action, words), "measured": getattr(action, "last_value", None) is not None}
        for action in queries.actions(landlord=landlord.pk, cycle=found.cycle)
    ]
    context = {"landlord": landlord, "plan": found, "facts": state_of(request, landlord, found.cycle), "actions": actions}
    context["recommendations"] = _recommendations(landlord, found, words)
    return render(request, "plans/whole.html", context)


def lines_of(action: Action, words: dict[Vocabulary, dict[str, str]]) -> list[tuple[str, str]]:
    """What is said of how an action is done, as labels and words; what is not said is left out."""
    found = (
        ("Thème", words[Vocabulary.THEME].get(action.theme, action.theme)),
        ("Périmètre", Scope(action.scope).label),
        ("Sites", ", ".join(sorted(site.name for site in action.residences.all()))),
        ("Nature", Nature(action.nature).label if action.nature else ""),
        ("Responsabilité", Responsibility(action.responsibility).label if action.responsibility else ""),
        ("Levier", words[Vocabulary.LEVER].get(action.lever, action.lever)),
        ("Financement", action.funding),
        ("Axe de l’abattement de TFPB", words[Vocabulary.TFPB_AXIS].get(action.tfpb_axis, action.tfpb_axis)),
        ("Fait sans l’abattement", action.ordinary),
    )
    return [(name, value) for name, value in found if value]


@door(GET=READ)
def effects(request: Request, landlord: Landlord) -> HttpResponse:
    """Before and after: each indicator from its starting value to its last measure, beside its target."""
    found = asked_plan(request, landlord)
    if found is None:
        raise Http404
    rows = [_effect(action) for action in queries.actions(landlord=landlord.pk, cycle=found.cycle) if action.indicator]
    measured = [row for row in rows if row["share"] is not None]
    context = {
        "landlord": landlord,
        "plan": found,
        "rows": rows,
        "sentence": _effects_in_words([row["share"] for row in measured], len(rows)),
    }
    return render(request, "plans/effects.html", context)


def _effects_in_words(shares: list[Fraction], indicators: int) -> str:
    """How many indicators were measured since the start, and where they stand; never that an action caused it."""
    if not shares:
        return "Aucun indicateur n’a encore été mesuré depuis le départ."
    groups = (
        (sum(share >= 1 for share in shares), "atteint sa cible", "atteignent leur cible"),
        (sum(0 < share < 1 for share in shares), "s’en approche", "s’en approchent"),
        (sum(share == 0 for share in shares), "ne bouge pas", "ne bougent pas"),
        (sum(share < 0 for share in shares), "s’en éloigne", "s’en éloignent"),
    )
    parts = [f"{count} {one if count == 1 else many}" for count, one, many in groups if count]
    plural = "s" if len(shares) > 1 else ""
    return f"{len(shares)} indicateur{plural} mesuré{plural} sur {indicators}. {', '.join(parts)}."


def _effect(action: Action) -> dict[str, Any]:
    value = getattr(action, "last_value", None)
    share = way(queries.content_of(action), value) if value is not None else None
    effect = getattr(action, "effect", None)
    return {
        "action": action,
        "value": value,
        "share": share,
        "percent": round(share * 100) if share is not None else None,
        "effect": Effect(effect).label if effect else "",
    }


@door(GET=READ)
def snapshot(request: Request, landlord: Landlord, number: int) -> HttpResponse:
    """A frozen version of a plan, with its fingerprint."""
    found = asked_plan(request, landlord)
    if found is None:
        raise Http404
    copy = get_object_or_404(queries.snapshots(landlord=landlord.pk, cycle=found.cycle), number=number)
    return render(request, "plans/snapshot.html", {"landlord": landlord, "plan": found, "copy": copy})
