"""What one may ask of plans, each in a fixed number of SQL queries."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from palier.directory.models import Person
from palier.plans.models import (
    Action,
    ActionEvidence,
    ActionSite,
    ActionVerdict,
    Condition,
    ConditionAnswer,
    Contribution,
    Measure,
    Plan,
    Recommendation,
    Snapshot,
    State,
    Term,
)
from palier.plans.rules.action import ActionContent
from palier.plans.rules.conditions import Said, Standing, standing, to_do
from palier.plans.rules.plan import ActionFacts, PlanFacts, RecommendationFacts
from palier.plans.rules.plan import submittable as submittable_of
from palier.plans.rules.terms import DEFAULT_TERMS, Direction, Nature, Scope, Status, Vocabulary
from palier.verdict import Verdict
from palier.visits.rules import Responsibility

_OPEN = (Status.NOT_STARTED, Status.UNDER_WAY)


def terms(*, retired: bool = False) -> dict[Vocabulary, dict[str, str]]:
    """The lists of themes, levers and TFPB axes: the defaults as edited. ``retired`` keeps the words no longer offered."""
    found = {vocabulary: dict(words) for vocabulary, words in DEFAULT_TERMS.items()}
    for term in Term.objects.order_by("pk"):
        words = found[Vocabulary(term.vocabulary)]
        if term.retired and not retired:
            words.pop(term.code, None)
        else:
            words[term.code] = term.label
    return found


def plans(*, landlord: int) -> QuerySet[Plan]:
    """The plans of a landlord, latest cycle first."""
    return Plan.objects.filter(landlord=landlord).order_by("-cycle")


def plan_of(*, landlord: int, cycle: int | None = None) -> Plan | None:
    """The plan of a cycle, or the latest."""
    found = plans(landlord=landlord)
    return found.filter(cycle=cycle).first() if cycle else found.first()


def plan_state(*, landlord: int, cycle: int, priority: Mapping[int, str] | None = None) -> PlanFacts:
    """Everything that decides whether a plan may be handed in.

    ``priority`` gives the name of each priority site by residence.
    """
    return plan_states(asked=[(landlord, cycle)], priority={landlord: priority or {}})[landlord, cycle]


def plan_states(
    *, asked: Collection[tuple[int, int]], priority: Mapping[int, Mapping[int, str]]
) -> dict[tuple[int, int], PlanFacts]:
    """The same for many landlords, each with its cycle, in four SQL queries. ``priority`` is by landlord, then residence."""
    found = {
        (plan.landlord_id, plan.cycle): plan
        for plan in Plan.objects.filter(landlord__in={landlord for landlord, _ in asked})
        if (plan.landlord_id, plan.cycle) in set(asked)
    }
    live = Count("actions", filter=~Q(actions__status=Status.DROPPED))
    recommended: dict[int, list[RecommendationFacts]] = defaultdict(list)
    for row in Recommendation.objects.filter(plan__in=found.values()).annotate(live=live).order_by("pk"):
        recommended[row.plan_id].append(RecommendationFacts(row.pk, row.code, row.title, row.live, row.refused_at is not None))
    sites: dict[int, set[int]] = defaultdict(set)
    residence = Coalesce("residence__merged_into_id", "residence_id")
    for action, pk in ActionSite.objects.filter(action__plan__in=found.values()).values_list("action_id", residence):
        sites[action].add(pk)
    planned: dict[int, list[ActionFacts]] = defaultdict(list)
    for act in Action.objects.filter(plan__in=found.values()).order_by("pk"):
        content = content_of(act, residences=frozenset(sites[act.pk]))
        planned[act.plan_id].append(ActionFacts(act.pk, act.code, content, act.status == Status.DROPPED))
    return {
        (landlord, cycle): PlanFacts(landlord, cycle, None, priority=dict(priority.get(landlord, {})))
        if (plan := found.get((landlord, cycle))) is None
        else PlanFacts(
            landlord,
            cycle,
            plan.pk,
            plan.state == State.FROZEN,
            tuple(recommended[plan.pk]),
            tuple(planned[plan.pk]),
            dict(priority.get(landlord, {})),
        )
        for landlord, cycle in asked
    }


def submittable(*, landlord: int, cycle: int, priority: Mapping[int, str]) -> Verdict:
    """Whether a plan may be handed in."""
    return submittables(asked=[(landlord, cycle)], priority={landlord: priority})[landlord, cycle]


def submittables(
    *, asked: Collection[tuple[int, int]], priority: Mapping[int, Mapping[int, str]]
) -> dict[tuple[int, int], Verdict]:
    """Whether many plans may be handed in, in four SQL queries."""
    return {key: submittable_of(facts) for key, facts in plan_states(asked=asked, priority=priority).items()}


def content_of(
    row: Action, *, residences: frozenset[int] = frozenset(), contributors: frozenset[int] = frozenset()
) -> ActionContent:
    """What defines an action, from its row and its links. No SQL query."""
    return ActionContent(
        title=row.title,
        description=row.description,
        theme=row.theme,
        scope=Scope(row.scope),
        nature=Nature(row.nature) if row.nature else None,
        responsibility=Responsibility(row.responsibility) if row.responsibility else None,
        lever=row.lever,
        owner=row.owner_id,
        owner_label=row.owner_label,
        contributors=contributors,
        residences=residences,
        starts_on=row.starts_on,
        due_on=row.due_on,
        budget=row.budget,
        funding=row.funding,
        tfpb_axis=row.tfpb_axis,
        ordinary=row.ordinary,
        indicator=row.indicator,
        unit=row.unit,
        direction=Direction(row.direction) if row.direction else None,
        baseline=row.baseline,
        baseline_on=row.baseline_on,
        target=row.target,
        target_on=row.target_on,
    )


def full_content(row: Action) -> ActionContent:
    """What defines an action, its sites and contributors read. Two SQL queries."""
    return content_of(
        row,
        residences=frozenset(ActionSite.objects.filter(action=row).values_list("residence_id", flat=True)),
        contributors=frozenset(Contribution.objects.filter(action=row).values_list("person_id", flat=True)),
    )


def actions(*, landlord: int, cycle: int | None = None) -> QuerySet[Action]:
    """The actions of a landlord, by code, as lists show them. Four SQL queries.

    Each carries ``last_value`` and ``last_on`` (latest measure), ``outcome`` and ``effect`` (latest verdicts), ``proofs``
    (how many documents) and ``addition`` (added after the freeze of its plan, outside of the frozen version); owner, sites, recommendations and contributors are there.
    """
    latest = Measure.objects.filter(action=OuterRef("pk")).order_by("-on", "-pk")
    verdict = ActionVerdict.objects.filter(action=OuterRef("pk")).order_by("-at", "-pk")
    proofs = (
        ActionEvidence.objects.filter(action=OuterRef("pk"), document__withdrawn_at__isnull=True)
        .order_by()
        .values("action")
        .annotate(many=Count("pk"))
        .values("many")
    )
    found = Action.objects.filter(plan__landlord=landlord)
    if cycle is not None:
        found = found.filter(plan__cycle=cycle)
    return (
        found.select_related("plan", "owner")
        .annotate(
            last_value=Subquery(latest.values("value")[:1]),
            last_on=Subquery(latest.values("on")[:1]),
            outcome=Subquery(verdict.values("outcome")[:1]),
            effect=Subquery(verdict.exclude(effect="").values("effect")[:1]),
            proofs=Coalesce(Subquery(proofs), 0),
            addition=Q(plan__state=State.FROZEN, added_at__gt=F("plan__frozen_at")),
        )
        .prefetch_related("residences", "recommendations", "contributors")
        .order_by("-plan__cycle", "pk")
    )


def late(found: QuerySet[Action], *, on: date) -> QuerySet[Action]:
    """Among these actions, those past their day and not over, the oldest first."""
    return found.filter(status__in=_OPEN, due_on__lt=on).order_by("due_on", "pk")


def late_actions(*, landlord: int, on: date) -> QuerySet[Action]:
    """The actions of a landlord past their day and not over, the oldest first."""
    return late(actions(landlord=landlord), on=on)


def actions_on(*, residences: Collection[int]) -> dict[int, Counter[Status]]:
    """How many actions bear on each of some residences by how far they are, dropped ones left out. One SQL query."""
    counted: dict[int, Counter[Status]] = defaultdict(Counter)
    found = ActionSite.objects.filter(residence__in=residences).exclude(action__status=Status.DROPPED)
    for residence, status, many in found.values_list("residence", "action__status").annotate(many=Count("pk")):
        counted[residence][Status(status)] += many
    return dict(counted)


def entrusted_to(*, person: Person, landlord: int) -> QuerySet[Action]:
    """The actions of a landlord that somebody owns or contributes to."""
    mine = Contribution.objects.filter(person=person).values("action")
    return actions(landlord=landlord).filter(Q(owner=person) | Q(pk__in=mine))


def recommendations(*, landlord: int, cycle: int | None = None) -> QuerySet[Recommendation]:
    """The recommendations of a landlord, by code, with the actions that follow them. Two SQL queries."""
    found = Recommendation.objects.filter(plan__landlord=landlord)
    if cycle is not None:
        found = found.filter(plan__cycle=cycle)
    return (
        found.select_related("plan", "refused_by")
        .annotate(live=Count("actions", filter=~Q(actions__status=Status.DROPPED)))
        .prefetch_related(Prefetch("actions", Action.objects.order_by("pk")))
        .order_by("-plan__cycle", "pk")
    )


def measures(action: Action) -> QuerySet[Measure]:
    """The measures of an action, oldest first."""
    return Measure.objects.filter(action=action).select_related("by").order_by("on", "pk")


def evidence(action: Action) -> QuerySet[ActionEvidence]:
    """The documents that prove something of an action, latest first; withdrawn ones apart."""
    return (
        ActionEvidence.objects.filter(action=action, document__withdrawn_at__isnull=True)
        .select_related("document", "by")
        .order_by("-at", "-pk")
    )


def verdicts(action: Action) -> QuerySet[ActionVerdict]:
    """What auditors found of an action, latest first."""
    return ActionVerdict.objects.filter(action=action).select_related("by").order_by("-at", "-pk")


def conditions(*, landlords: Collection[int] | QuerySet[Any, Any]) -> QuerySet[Condition]:
    """The conditions that the committee set for landlords, by day, each with its answers, oldest first. Two SQL queries."""
    said = ConditionAnswer.objects.select_related("by", "document").order_by("pk")
    found = Condition.objects.filter(landlord__in=landlords).select_related("landlord")
    return found.prefetch_related(Prefetch("answers", said)).order_by("due_on", "pk")


def unmet_conditions(*, landlords: Collection[int] | QuerySet[Any, Any]) -> QuerySet[Condition]:
    """Those that nobody has found to be met yet."""
    last = ConditionAnswer.objects.filter(condition=OuterRef("pk")).order_by("-pk").values("said")[:1]
    found = conditions(landlords=landlords).annotate(last=Coalesce(Subquery(last), Value("")))
    return found.exclude(last=Said.MET)


def condition_standing(condition: Condition, *, on: date) -> Standing:
    """Where a condition stands on a day. No SQL query for those of ``conditions``."""
    answers = condition.answers.all()
    return standing(Said(answers[len(answers) - 1].said) if answers else None, due_on=condition.due_on, on=on)


def conditions_to_do(*, landlord: int, on: date) -> Verdict:
    """Yes once every condition of the committee is met; otherwise each that is not, by day. Two SQL queries."""
    unmet = unmet_conditions(landlords=[landlord])
    return Verdict(tuple(to_do(landlord, one.code, one.text, one.due_on, condition_standing(one, on=on)) for one in unmet))


def conditions_pending(*, landlords: Collection[int], on: date) -> dict[int, Counter[Standing]]:
    """How many conditions of each landlord are not met, by where they stand. Two SQL queries."""
    found: dict[int, Counter[Standing]] = defaultdict(Counter)
    for one in unmet_conditions(landlords=landlords):
        found[one.landlord_id][condition_standing(one, on=on)] += 1
    return found


def snapshots(*, landlord: int, cycle: int) -> QuerySet[Snapshot]:
    """The frozen versions of a plan, latest first."""
    return Snapshot.objects.filter(plan__landlord=landlord, plan__cycle=cycle).select_related("taken_by").order_by("-number")


def snapshot_content(plan: Plan) -> dict[str, Any]:
    """A plan as it is frozen: plain JSON values, words included, so that it is read without this database."""
    words = terms(retired=True)
    traces = defaultdict(list)
    for action, code in Action.objects.filter(plan=plan).values_list("pk", "recommendations__code").order_by("pk", "recommendations__code"):  # fmt: skip
        if code:
            traces[action].append(code)
    names = defaultdict(list)
    rows = ActionSite.objects.filter(action__plan=plan).values_list("action_id", "residence_id", "residence__name")
    for action, pk, name in rows.order_by("action_id", "residence__name", "residence_id"):
        names[action].append({"residence": pk, "name": name})
    return {
        "landlord": plan.landlord_id,
        "cycle": plan.cycle,
        "recommendations": [
            {
                "code": row.code,
                "title": row.title,
                "text": row.text,
                "theme": row.theme,
                "source": row.source,
                "refusal_reason": row.refusal_reason,
            }
            for row in Recommendation.objects.filter(plan=plan).order_by("pk")
        ],
        "actions": [
            _plain(row, words) | {"recommendations": traces[row.pk], "sites": names[row.pk]}
            for row in Action.objects.filter(plan=plan).annotate(owner_name=F("owner__name")).order_by("pk")
        ],
    }


_TEXTS = (
    "code",
    "title",
    "description",
    "scope",
    "nature",
    "responsibility",
    "owner_label",
    "funding",
    "ordinary",
    "indicator",
)
_MORE = ("unit", "direction", "status", "dropped_reason")
_DAYS = ("starts_on", "due_on", "baseline_on", "target_on")
_AMOUNTS = ("budget", "baseline", "target")


def _plain(row: Action, words: dict[Vocabulary, dict[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(row, name) for name in (*_TEXTS, *_MORE)}
    found |= {name: value.isoformat() if (value := getattr(row, name)) else None for name in _DAYS}
    found |= {name: None if (value := getattr(row, name)) is None else f"{value.normalize():f}" for name in _AMOUNTS}
    found |= {
        name: {"code": code, "label": words[vocabulary].get(code, code)} if (code := getattr(row, name)) else None
        for name, vocabulary in (
            ("theme", Vocabulary.THEME),
            ("lever", Vocabulary.LEVER),
            ("tfpb_axis", Vocabulary.TFPB_AXIS),
        )
    }
    return found | {"owner": getattr(row, "owner_name", None)}
