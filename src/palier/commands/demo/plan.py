"""The action plan: recommendations traced, sites covered, then the work, its measures and its proofs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from palier.calendar import paris_day
from palier.commands.demo import papers
from palier.commands.demo.matters import MATTERS, SITE, Matter
from palier.commands.demo.timeline import Part, later
from palier.commands.demo.world import Household
from palier.label.models import Journey
from palier.plans import operations as plans
from palier.plans import queries
from palier.plans.models import Action, Plan
from palier.plans.rules.action import ActionContent
from palier.plans.rules.terms import Direction, Nature, Scope, Status
from palier.sites.models import PrioritySite
from palier.sites.queries import priority_sites
from palier.visits.rules import Responsibility

_REFUSAL = "Le calendrier d’un autre projet couvre déjà ce point ; y revenir au prochain cycle."
_OF_THEME = {matter.theme: matter for matter in MATTERS}


def draft(home: Household, journey: Journey, at: datetime, *, leaving: bool = False) -> Part:
    """Every recommendation followed or refused with a reason, an action for every priority site, and one more.

    ``leaving`` leaves the last recommendation for later, and an action without its starting value.
    """
    rng, lead = home.rng, home.lead
    written = queries.plan_of(landlord=home.landlord.pk, cycle=journey.cycle)
    if written is None:
        raise RuntimeError("the plan opens with its stage")
    asked = list(queries.recommendations(landlord=home.landlord.pk, cycle=journey.cycle))
    for recommendation in asked[:-1] if leaving else asked:
        if rng.random() < 0.12:
            plans.refuse_recommendation(
                recommendation=recommendation, revision=recommendation.revision, reason=_REFUSAL, by=lead, at=at
            )
        else:
            content = _transversal(home, _OF_THEME.get(recommendation.theme, MATTERS[0]), at)
            plans.add_action(plan=written, content=content, by=lead, at=at, follows=[recommendation.pk])
        at += timedelta(minutes=20)
    at = yield later(at, 10, rng)
    for site in priority_sites(landlord=home.landlord.pk, on=paris_day(at)):
        plans.add_action(plan=written, content=_on_site(home, site, at), by=lead, at=at)
        at += timedelta(minutes=15)
    at = yield later(at, 12, rng)
    asked_of = {recommendation.theme for recommendation in asked}
    for matter in rng.sample([matter for matter in MATTERS if matter.theme not in asked_of], 1):
        plans.add_action(plan=written, content=_transversal(home, matter, at), by=lead, at=at)
    if leaving:
        unsaid = replace(_transversal(home, MATTERS[1], at), baseline=None, baseline_on=None)
        plans.add_action(plan=written, content=unsaid, by=lead, at=at)
    return at


def _transversal(home: Household, matter: Matter, at: datetime) -> ActionContent:
    said = ActionContent(
        title=matter.action,
        theme=matter.theme,
        scope=Scope.TRANSVERSAL,
        lever=matter.lever,
        indicator=matter.indicator,
        unit=matter.unit,
        direction=matter.direction,
        baseline=matter.baseline,
        target=matter.target,
    )
    return _planned(home, said, at)


def _on_site(home: Household, site: PrioritySite, at: datetime) -> ActionContent:
    title, lever, indicator, unit, baseline, target = home.rng.choice(SITE)
    start, end = Decimal(baseline), Decimal(target)
    said = ActionContent(
        title=title.format(site=site.residence.name),
        theme="complex_sites",
        scope=Scope.SITE,
        lever=lever,
        residences=frozenset({site.residence_id}),
        indicator=indicator,
        unit=unit,
        direction=Direction.UP if end > start else Direction.DOWN,
        baseline=start,
        target=end,
    )
    return _planned(home, said, at)


def _planned(home: Household, said: ActionContent, at: datetime) -> ActionContent:
    """What every action says besides: nature, people, dates, money."""
    rng, today = home.rng, paris_day(at)
    starts = today + timedelta(days=rng.randint(20, 120))
    due = starts + timedelta(days=rng.randint(120, 420))
    return replace(
        said,
        nature=rng.choice(list(Nature)),
        responsibility=rng.choice((Responsibility.LANDLORD, Responsibility.LANDLORD, Responsibility.SHARED)),
        owner=rng.choice((home.lead, *home.team)).pk,
        starts_on=starts,
        due_on=due,
        budget=Decimal(rng.choice((0, 4_000, 12_000, 25_000, 60_000, 140_000))),
        funding="Budget d’exploitation",
        baseline_on=today,
        target_on=due,
    )


def carry_out(home: Household, journey: Journey, at: datetime, *, days: float, level: float) -> Part:
    """The work, over ``days``: progress said at three moments, a measure and a proof for what is done."""
    rng = home.rng
    for share in (0.45, 0.9):
        at = yield later(at, days * 0.45, rng)
        for action in queries.actions(landlord=home.landlord.pk, cycle=journey.cycle).filter(
            status__in=[Status.NOT_STARTED, Status.UNDER_WAY]
        ):
            if rng.random() < 0.55:
                _report(home, action, min(share * level * 1.5 * rng.uniform(0.6, 1.2), 1), at)
                at += timedelta(minutes=6)
    return at


def _report(home: Household, action: Action, share: float, at: datetime) -> None:
    rng, by = home.rng, action.owner or home.lead
    if share > 0.85:
        plans.report_progress(
            action=action,
            revision=action.revision,
            status=Status.DONE,
            progress=100,
            by=by,
            at=at,
            tenants_informed_on=paris_day(at),
        )
        proof = papers.write(home, "control_sheet", by, at, title=f"Bilan de l’action {action.code}")
        plans.add_evidence(action=action, document=proof.document, by=by, at=at)
    else:
        plans.report_progress(
            action=action,
            revision=action.revision,
            status=Status.UNDER_WAY,
            progress=max(1, round(share * 10)) * 10,
            by=by,
            at=at,
        )
    if rng.random() < 0.5 and action.baseline is not None and action.target is not None:
        value = (
            action.baseline + (action.target - action.baseline) * Decimal(str(round(share * rng.uniform(0.5, 1.1), 2)))
        ).quantize(Decimal("0.1"))
        plans.record_measure(
            action=action, on=paris_day(at), value=value, source="Relevé de l’équipe de proximité", by=by, at=at
        )


def complete(home: Household, journey: Journey, at: datetime) -> Part:
    """A plan put off comes back: what was added meanwhile is followed too."""
    written: Plan | None = queries.plan_of(landlord=home.landlord.pk, cycle=journey.cycle)
    at = yield later(at, 25, home.rng)
    if written is not None:
        plans.add_action(plan=written, content=_transversal(home, home.rng.choice(MATTERS), at), by=home.lead, at=at)
    return at
