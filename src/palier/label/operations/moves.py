"""What one may do on a journey. ``advance`` is the only function that changes a stage."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from palier.calendar import paris_day
from palier.consultation import operations as consultation
from palier.directory import queries as directory
from palier.directory.models import Landlord, Person
from palier.directory.operations import open_file
from palier.directory.rules import Role
from palier.french import linked
from palier.label import queries
from palier.label.models import Journey, Passage, Reached, Reminder, RuleSetVersion
from palier.label.rules import dates
from palier.label.rules.guards import Facts, Milestone, by_whom, conditions, holder
from palier.label.rules.rulesets import RuleSet
from palier.label.rules.stages import DECISIONS, INSTRUCTIONS, ROLES_OF_HOLDER, Holder, Stage
from palier.label.rules.steps import BY_ACT, Effect, Step
from palier.ledger.operations import record
from palier.ledger.rules import Audience
from palier.outbox.operations import cancel, post
from palier.plans import operations as plans
from palier.verdict import Conflict, Refusal, no, require

_TOLD = frozenset({Role.QUALITY_LEAD, Role.DIRECTOR, Role.TENANT_REPRESENTATIVE})


# --- The journey ---------------------------------------------------------------------------------------------------


@transaction.atomic
def open_journey(*, landlord: Landlord, rules: RuleSetVersion, by: Person | None, at: datetime) -> Journey:
    """Open a landlord's journey under a published rule set.

    Raises:
        Refusal: when a journey is already open, the landlord has merged into another, or the rules are a draft.
    """
    if rules.published_at is None:
        raise Refusal(no("label.rules_draft", "Ces règles ne sont pas encore publiées."))
    if landlord.merged_into_id:
        raise Refusal(
            no("label.landlord_merged", "Cet organisme a fusionné : le parcours est celui de l’organisme qui l’a repris.")
        )
    if queries.open_journey(landlord=landlord.pk):
        raise Refusal(no("label.journey_open", "Un parcours est déjà ouvert pour cet organisme."))
    on = paris_day(at)
    journey = Journey(landlord=landlord, rules=rules, entered_on=on, opened_at=at)
    journey.due_on = dates.stage_deadline(queries.rules_of(rules), Stage.ENGAGEMENT, on, None, None)
    journey.save()
    Passage.objects.create(journey=journey, cycle=1, act="open", source="", target=Stage.ENGAGEMENT, by=by, at=at)
    _record(
        journey,
        "open",
        by,
        at,
        f"a ouvert le parcours {linked('de', landlord.name)} (« {rules.title} », version {rules.number}).",
        {"rules": rules.pk},
    )
    _tell_holder(journey, Stage.ENGAGEMENT, at)
    return journey


@transaction.atomic
def advance(
    *, journey: Journey, act: str, by: Person | None, at: datetime, decided_on: date | None = None, note: str = ""
) -> Journey:
    """Take one step of the table, if everything it asks for holds.

    Args:
        journey: as last read; a step taken meanwhile by somebody else is a conflict.
        act: the step's code.
        by: who takes it; None for the clock.
        at: instant of the step.
        decided_on: day of the committee's decision, said by its room alone; the label is counted from it.
        note: a reason, kept with the passage; a step that somebody takes to stop the journey asks for one.

    Raises:
        Conflict: when the journey moved since it was read.
        Refusal: when the step is not this person's, or something is missing (all of it is said).
    """
    step, on = BY_ACT[act], paris_day(at)
    seen = journey.stage
    journey = Journey.objects.select_for_update(of=("self",)).select_related("rules", "landlord").get(pk=journey.pk)
    if journey.stage != seen:
        raise Conflict(
            no(
                "label.moved_meanwhile",
                f"Le parcours vient de passer à l’étape « {Stage(journey.stage).label} ». Rechargez la page.",
            ),
            theirs=journey.stage,
        )
    if by is not None and decided_on is None:
        require(by_whom(step, directory.roles_on(person=by, landlord=journey.landlord_id, on=on)))
    elif step.roles:
        raise Refusal(no("label.not_yours", f"« {step.label} » ne se fait pas sans une personne."))
    facts = queries.facts(journey=journey, on=on, decided=decided_on is not None)
    require(conditions(step, facts))
    if step.sad and step.roles and not note.strip():
        raise Refusal(no("label.reason_missing", f"Donnez le motif : « {step.label} » se fait avec ses raisons."))
    _apply(journey, step.effect, facts.rules, decided_on or on, at)
    return _move(journey, step, facts, by, at, note)


def _move(journey: Journey, step: Step, facts: Facts, by: Person | None, at: datetime, note: str) -> Journey:
    on, source = facts.on, facts.stage
    target = Stage(journey.returns_to) if step.returns else step.target or source
    journey.returns_to = source if target is Stage.HEARING else ""
    if target is not source:
        journey.stage, journey.entered_on = target, on
        journey.due_on = dates.stage_deadline(facts.rules, target, on, journey.label_from, journey.label_until)
    journey.save()
    Passage.objects.create(
        journey=journey,
        cycle=facts.cycle,
        act=step.act,
        source=source,
        target=target,
        by=by,
        at=at,
        label_from=journey.label_from,
        label_until=journey.label_until,
        note=note,
    )
    _record(
        journey, step.act, by, at, f"{step.done}.", {"from": source, "to": target, "cycle": facts.cycle, "note": note},
    )  # fmt: skip
    if target not in {source, Stage.HEARING}:  # come back to later, a stage asks tenants again
        consultation.close_round(landlord=journey.landlord, cycle=facts.cycle, stage=source, by=by, at=at)
    _carry(journey, step, target, by, at)
    return journey


def _apply(journey: Journey, effect: Effect, rules: RuleSet, on: date, at: datetime) -> None:
    """What a step does to the label itself, from the day it takes effect."""
    match effect:
        case Effect.AWARD:
            journey.label_from, journey.label_until = dates.awarded(rules, on)
        case Effect.CONFIRM if journey.label_from:
            journey.label_until = dates.confirmed(rules, journey.label_from)
        case Effect.RENEW if journey.label_until:
            journey.label_from, journey.label_until = dates.renewed(rules, on, journey.label_until)
        case Effect.SUSPEND:
            journey.suspended_on = on
        case Effect.LIFT:
            journey.suspended_on = None
        case Effect.NEXT_CYCLE:
            journey.cycle += 1
        case Effect.END:
            journey.closed_at = at


def _carry(journey: Journey, step: Step, target: Stage, by: Person | None, at: datetime) -> None:
    """What follows in the rooms below: the plan freezes or opens again, the file opens to the committee, people are told."""
    cycle, landlord = journey.cycle, journey.landlord
    if target is Stage.PLAN_DRAFTING:
        plans.open_plan(landlord=landlord, cycle=cycle, by=by, at=at)
    elif step.act in {"submit_plan", "resubmit_plan"}:
        plans.freeze(landlord=landlord, cycle=cycle, by=by, at=at)
    elif target is Stage.PLAN_DEFERRED:
        plans.reopen(landlord=landlord, cycle=cycle, by=by, at=at)
    if step.returns:
        _forget(journey, Milestone.OBSERVATIONS, at)
    if target in DECISIONS:
        for body, role in directory.committee_bodies(on=paris_day(at)):
            open_file(landlord=landlord, holder=body, role=role, source="committee", by=by, at=at)
    if target in DECISIONS | INSTRUCTIONS and step.target is not None:
        consultation.inform(
            landlord=landlord,
            cycle=cycle,
            stage=target,
            subject=target.label,
            message=f"Le parcours {linked('de', landlord.name)} vers le label est à l’étape « {target.label} ». {target.about.holder.label.capitalize()} de poursuivre.",
            by=by,
            at=at,
        )
    if target is not step.target and not step.returns:
        return
    cancel(undo_key=f"journey:{journey.pk}:turn", at=at)  # whose turn it was need not hear of it any more
    _tell_holder(journey, target, at)
    _tell_others(journey, step, target, at)


def _tell_holder(journey: Journey, stage: Stage, at: datetime) -> None:
    people = _people(journey, ROLES_OF_HOLDER[stage.about.holder], at)
    if stage.is_over or not people:
        return
    until = f" Jusqu’au {journey.due_on:%d/%m/%Y}, 23:59." if journey.due_on else ""
    post(
        event="label.your_turn",
        to=people,
        at=at,
        landlord=journey.landlord_id,
        subject=f"{journey.landlord.name} : la main est à vous",
        body=f"{journey.landlord.name} est à l’étape « {stage.label} ». Il reste à {stage.about.now}.{until}",
        link=f"/organismes/{journey.landlord_id}/parcours/",
        undo_key=f"journey:{journey.pk}:turn",
    )


def _tell_others(journey: Journey, step: Step, target: Stage, at: datetime) -> None:
    holder = set(_people(journey, ROLES_OF_HOLDER[target.about.holder], at)) if not target.is_over else set()
    post(
        event="label.moved",
        to=set(_people(journey, _TOLD, at)) - holder,
        at=at,
        landlord=journey.landlord_id,
        subject=f"{journey.landlord.name} : {target.label.lower()}",
        body=f"Le parcours {linked('de', journey.landlord.name)} est à l’étape « {target.label} » ({step.label.lower()}).",
        link=f"/organismes/{journey.landlord_id}/parcours/",
    )


def _people(journey: Journey, roles: frozenset[Role], at: datetime) -> list[int]:
    found = directory.people_of(landlord=journey.landlord_id, roles=roles, on=paris_day(at))
    return list(found.values_list("pk", flat=True))


# --- Milestones, brought by the rooms above ------------------------------------------------------------------------


@transaction.atomic
def reach(*, journey: Journey, milestone: Milestone, by: Person | None, at: datetime, detail: str = "") -> Reached:
    """Say that a milestone is reached in the current cycle; saying it twice changes nothing.

    The room that brings the fact writes its own ledger line.
    """
    reached, _ = Reached.objects.get_or_create(
        journey=journey,
        cycle=journey.cycle,
        milestone=milestone,
        forgotten_at=None,
        defaults={"by": by, "at": at, "detail": detail},
    )
    return reached


@transaction.atomic
def forget(*, journey: Journey, milestone: Milestone, at: datetime) -> None:
    """Say that a milestone no longer holds (an auditor gives a mission back)."""
    _forget(journey, milestone, at)


def _forget(journey: Journey, milestone: Milestone, at: datetime) -> None:
    journey.reached.filter(cycle=journey.cycle, milestone=milestone, forgotten_at__isnull=True).update(forgotten_at=at)


@transaction.atomic
def present_observations(*, journey: Journey, text: str, by: Person, at: datetime) -> None:
    """The landlord's observations in a withdrawal procedure: kept, shown to the committee, and the hearing is held.

    Raises:
        Refusal: when no procedure is open, the observations were already presented, or the text is empty.
    """
    if journey.stage != Stage.HEARING:
        raise Refusal(no("label.no_hearing", "Aucune procédure de retrait n’est ouverte."))
    if not text.strip():
        raise Refusal(no("label.observations_empty", "Écrivez vos observations."))
    if Milestone.OBSERVATIONS in queries.milestones(journey=journey):
        raise Refusal(no("label.observations_presented", "Les observations sont déjà transmises au comité."))
    reach(journey=journey, milestone=Milestone.OBSERVATIONS, by=by, at=at, detail=text.strip())
    _record(journey, "observations", by, at, "a présenté les observations de l’organisme.", {"text": text.strip()})


@transaction.atomic
def merge(*, journey: Journey, into: Landlord, by: Person, at: datetime) -> Journey:
    """The landlord joins another: its journey ends, and the other's file says so.

    Raises:
        Refusal: when both are the same, or the step is refused.
    """
    if into.pk == journey.landlord_id:
        raise Refusal(no("label.merge_self", "Choisissez un autre organisme."))
    journey = advance(journey=journey, act="merge", by=by, at=at, note=f"Repris par {into.name}.")
    Landlord.objects.filter(pk=journey.landlord_id).update(merged_into=into)
    record(
        act="label.merged_in",
        by=by.pk,
        at=at,
        on=("directory.organisation", into.pk),
        landlord=into.pk,
        summary=f"a constaté la reprise {linked('de', journey.landlord.name)} par {into.name}.",
        facts={"from": journey.landlord_id},
    )
    return journey


# --- The clock -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Passed:
    """What a day's clock did."""

    expired: int
    reminded: int


def lapse_due(*, at: datetime) -> Passed:
    """Once a day: labels that ended are found expired, and the rules' reminders leave. Twice a day changes nothing."""
    on = paris_day(at)
    expired = reminded = 0
    live: QuerySet[Journey] = Journey.objects.filter(closed_at__isnull=True).select_related("rules", "landlord").order_by("pk")
    for journey in live.filter(label_until__lt=on):
        if conditions(BY_ACT["expire"], queries.facts(journey=journey, on=on)):
            advance(journey=journey, act="expire", by=None, at=at)
            expired += 1
    for journey in live.filter(due_on__gte=on, due_on__lte=on + timedelta(days=366)):
        reminded += _remind_by_rules(journey, on, at)
    return Passed(expired, reminded)


def _remind_by_rules(journey: Journey, on: date, at: datetime) -> int:
    stage, due_on = Stage(journey.stage), journey.due_on
    if due_on is None:
        return 0
    reached = [n for n in queries.rules_of(journey.rules).at(stage).reminders if (due_on - on).days <= n]
    if not reached:
        return 0
    with transaction.atomic():
        _, created = Reminder.objects.get_or_create(
            journey=journey, stage=stage, due_on=due_on, days_before=min(reached), defaults={"at": at}
        )
        if created:
            whose = holder(queries.facts(journey=journey, on=on))
            if whose is Holder.REPRESENTATIVES:  # consultation reminds them at its own pace
                whose = stage.about.holder
            _write(journey, _people(journey, ROLES_OF_HOLDER[whose], at), *queries.reminder_words(journey, whose), None, at)
    return int(created)


@transaction.atomic
def remind(*, journey: Journey, by: Person, at: datetime, message: str = "") -> int:
    """Remind by hand those who really hold the journey; how many people or associations are written to.

    Tenants' representatives receive the reminder of their round, which counts for the gate.

    Raises:
        Refusal: when there is nobody to write to, or when representatives were written to too lately.
    """
    plan = queries.remindings(journeys=[journey], by=by, on=paris_day(at), message=message)[0]
    require(plan.verdict)
    Reminder.objects.create(journey=journey, stage=journey.stage, due_on=journey.due_on, by=by, at=at)
    if plan.round is not None:
        return len(consultation.remind(round_=plan.round, by=by, at=at))
    _write(journey, [person.pk for person in plan.people], plan.subject, plan.body, by, at)
    return len(plan.people)


def _write(journey: Journey, people: list[int], subject: str, body: str, by: Person | None, at: datetime) -> None:
    post(
        event="label.reminded",
        to=people,
        at=at,
        landlord=journey.landlord_id,
        subject=subject,
        body=body,
        link=f"/organismes/{journey.landlord_id}/parcours/",
        undo_key=f"journey:{journey.pk}:turn",
    )
    summary = f"a rappelé l’étape « {Stage(journey.stage).label} »."
    _record(journey, "reminded", by, at, summary, {"people": len(people)}, Audience.LANDLORD)


def _record(
    journey: Journey,
    act: str,
    by: Person | None,
    at: datetime,
    summary: str,
    facts: dict[str, Any],
    audience: Audience = Audience.FILE,
) -> None:
    record(
        act=f"label.{act}",
        by=by.pk if by else None,
        at=at,
        on=("label.journey", journey.pk),
        landlord=journey.landlord_id,
        summary=summary,
        facts=facts,
        audience=audience,
    )
