"""A stage with its round, its opinion and its meeting; a plan with its action, its recommendation and its proof."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from palier.calendar import paris_day
from palier.consultation.models import SharedDocument, Voice
from palier.consultation.operations import give_opinion, open_round, record_meeting
from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.operations import add_member, enter_person
from palier.directory.rules import Role
from palier.documents.operations import store
from palier.plans.models import Action, ActionEvidence, Plan
from palier.plans.operations import (
    add_action,
    add_evidence,
    add_recommendation,
    freeze,
    open_plan,
    reopen,
    set_conditions,
    show_condition,
)
from palier.plans.rules.action import ActionContent
from palier.plans.rules.conditions import Asked
from tests.documents.samples import pdf

if TYPE_CHECKING:
    from tests.house.samples import World


def consultation_round(world: World) -> int:
    speaker = enter_person(email=f"voix-{world.canary}@example.test".lower(), name=f"M. {world.canary}", at=world.at)
    add_member(person=speaker, organisation=world.association, role=Role.TENANT_REPRESENTATIVE, by=None, at=world.at)
    shared = store(
        landlord=world.landlord,
        file=pdf(f"partage {world.canary}"),
        name=f"{world.canary}.pdf",
        title=f"Projet {world.canary}",
        kind="action_plan",
        by=world.lead,
        at=world.at,
    )
    round_ = open_round(
        landlord=world.landlord,
        cycle=1,
        stage="plan_drafting",
        duty=Duty.OPINION,
        subject=f"Plan {world.canary}",
        message=f"Notre projet, {world.canary}.",
        documents=[shared],
        lapse_days=30,
        reminders=2,
        by=world.lead,
        at=world.at,
    )
    voice = Voice.objects.select_related("round", "association").get(round=round_, association=world.association)
    give_opinion(voice=voice, opinion=Opinion.RESERVED, text=f"Réserves {world.canary}.", by=speaker, at=world.at)
    return round_.pk


def voice(world: World) -> int:
    return Voice.objects.get(round__landlord=world.landlord).pk


def shared_document(world: World) -> int:
    return SharedDocument.objects.get(round__landlord=world.landlord).pk


def meeting(world: World) -> int:
    round_ = Voice.objects.select_related("round").get(round__landlord=world.landlord).round
    return record_meeting(
        round_=round_,
        body=Body.COUNCIL,
        held_on=paris_day(world.at),
        invited=[world.association],
        present=[world.association],
        documents=[],
        minutes=None,
        note=f"Dit par {world.canary}.",
        by=world.lead,
        at=world.at,
    ).pk


def recommendation(world: World) -> int:
    plan = open_plan(landlord=world.landlord, cycle=1, by=world.lead, at=world.at)
    return add_recommendation(
        plan=plan, title=f"Préconisation {world.canary}", text="", theme="", source="survey", by=world.lead, at=world.at
    ).pk


def action(world: World) -> int:
    plan = Plan.objects.get(landlord=world.landlord)
    content = ActionContent(title=f"Action {world.canary}", description=f"Pour {world.canary}.")
    made = add_action(plan=plan, content=content, by=world.lead, at=world.at)
    freeze(landlord=world.landlord, cycle=1, by=world.lead, at=world.at)
    reopen(landlord=world.landlord, cycle=1, by=world.lead, at=world.at)
    return made.pk


def evidence(world: World) -> int:
    made = Action.objects.get(plan__landlord=world.landlord)
    shared = SharedDocument.objects.select_related("version__document").get(round__landlord=world.landlord)
    add_evidence(action=made, document=shared.version.document, by=world.lead, at=world.at)
    return ActionEvidence.objects.get(action=made).pk


def condition(world: World) -> int:
    made = set_conditions(
        landlord=world.landlord,
        cycle=1,
        decision=0,
        asked=[Asked(f"Agir, {world.canary}.", paris_day(world.at) + timedelta(days=90))],
        decided_on=paris_day(world.at),
        by=world.staff,
        at=world.at,
    )[0]
    show_condition(condition=made, text=f"Fait, {world.canary}.", by=world.lead, at=world.at)
    return made.pk
