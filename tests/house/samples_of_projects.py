"""A local project with its finding, its action, its partner and what it said, its residents, its request for help."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from palier.calendar import paris_day
from palier.plans.models import Plan
from palier.plans.rules.action import ActionContent
from palier.plans.rules.terms import Direction, Scope
from palier.projects import operations
from palier.projects.models import Partner, Project, ProjectAction
from palier.projects.rules.terms import Body, Desk, Family, Kind, Trace
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from palier.stock.models import Residence
from palier.visits.rules import Responsibility

if TYPE_CHECKING:
    from tests.house.samples import World

TOKENS: dict[int, str] = {}


def _project(world: World) -> Project:
    return Project.objects.get(landlord=world.landlord)


def project(world: World) -> int:
    place = Residence.objects.get(landlord=world.landlord, merged_into=None)
    site = declare_priority(
        landlord=world.landlord, residence=place, level=Level.EXTREME, reasons=world.canary, by=world.lead, at=world.at
    )
    return operations.open_project(
        site=site, kind=Kind.PGS, title=f"Projet {world.canary}", homes=120, by=world.lead, at=world.at
    ).pk


def finding(world: World) -> int:
    return operations.add_finding(
        project=_project(world), family=Family.CLEANLINESS, text=world.canary, responsibility=Responsibility.LANDLORD,
        levers=[], by=world.lead, at=world.at,
    ).pk  # fmt: skip


def link(world: World) -> int:
    today = paris_day(world.at)
    content = ActionContent(
        title=f"Action {world.canary}",
        scope=Scope.SITE,
        residences=frozenset({_project(world).site.residence_id}),
        indicator=world.canary,
        unit="%",
        direction=Direction.UP,
        baseline=Decimal(1),
        baseline_on=today,
        target=Decimal(2),
        target_on=today + timedelta(days=90),
    )
    plan = Plan.objects.get(landlord=world.landlord)
    return operations.create_action(project=_project(world), plan=plan, content=content, by=world.lead, at=world.at).pk


def partner(world: World) -> int:
    made, TOKENS[world.landlord.pk] = operations.invite_partner(
        project=_project(world), body=Body.TOWN, name=f"Ville {world.canary}", contact=world.canary,
        email=f"ville-{world.canary}@example.test", by=world.lead, at=world.at,
    )  # fmt: skip
    row = ProjectAction.objects.get(project=_project(world))
    operations.assign_action(link=row, partner=made, shared=True, by=world.lead, at=world.at)
    return made.pk


def token(world: World) -> str:
    return TOKENS[world.landlord.pk]


def word(world: World) -> int:
    who = Partner.objects.get(project=_project(world))
    return operations.speak(partner=who, link=who.links.get(), progress=10, text=world.canary, at=world.at).pk


def involvement(world: World) -> int:
    return operations.record_involvement(
        project=_project(world), trace=Trace.WALK, held_on=paris_day(world.at), residents=4, note=world.canary,
        by=world.lead, at=world.at,
    ).pk  # fmt: skip


def help_request(world: World) -> int:
    return operations.ask_help(
        project=_project(world), desk=Desk.SUPPORT, reasons=world.canary, tried="", documents=[], by=world.lead, at=world.at
    ).pk
