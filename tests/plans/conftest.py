"""A landlord with its team, three residences and a plan under way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Role
from palier.plans.rules.action import ActionContent
from palier.plans.rules.terms import Direction, Nature, Scope
from palier.visits.rules import Responsibility

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.plans.models import Action, Plan, Recommendation
    from palier.stock.models import Residence

COMPLETE = ActionContent(
    title="Contrôler le ménage par cage d’escalier",
    theme="cleanliness",
    nature=Nature.REMEDIAL,
    responsibility=Responsibility.LANDLORD,
    lever="reinforced_cleaning",
    owner_label="Responsable de secteur",
    starts_on=date(2026, 4, 1),
    due_on=date(2026, 12, 31),
    budget=Decimal(12_000),
    indicator="Cages contrôlées conformes",
    unit="%",
    direction=Direction.UP,
    baseline=Decimal(61),
    baseline_on=date(2026, 2, 1),
    target=Decimal(80),
    target_on=date(2026, 12, 31),
)


@dataclass
class Desk:
    """Who is there, on what."""

    landlord: Landlord
    lead: Person
    agent: Person
    plan: Plan
    residences: list[Residence]


@pytest.fixture
def make_residence(db: None, at: datetime) -> Callable[..., Residence]:
    from palier.directory.rules import plain
    from palier.stock.models import Import, Residence
    from palier.stock.rules.imports import State

    def make(landlord: Landlord, name: str) -> Residence:
        source, _ = Import.objects.get_or_create(
            landlord=landlord,
            file_digest="0" * 64,
            defaults={
                "state": State.APPLIED,
                "year": 2026,
                "file_name": "parc.csv",
                "file_bytes": 1,
                "at": at,
                "applied_at": at,
            },
        )
        return Residence.objects.create(
            landlord=landlord, name=name, plain_name=plain(name), first_source=source, last_source=source
        )

    return make


@pytest.fixture
def desk(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_residence: Callable[..., Residence],
    at: datetime,
) -> Desk:
    from palier.plans.operations import open_plan

    landlord = make_landlord("Montfictif Habitat")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme B.")
    return Desk(
        landlord,
        lead,
        make_person(Role.CONTRIBUTOR, landlord, "M. D."),
        open_plan(landlord=landlord, cycle=1, by=lead, at=at),
        [make_residence(landlord, name) for name in ("Les Glycines", "Le Verger", "Les Tilleuls")],
    )


@pytest.fixture
def make_action(desk: Desk, at: datetime) -> Callable[..., Action]:
    from dataclasses import replace

    from palier.plans.operations import add_action

    def make(*sites: Residence, plan: Plan | None = None, follows: tuple[int, ...] = (), **more: object) -> Action:
        content = replace(COMPLETE, **more)  # type: ignore[arg-type]
        if sites:
            content = replace(content, scope=Scope.SITE, residences=frozenset(site.pk for site in sites))
        return add_action(plan=plan or desk.plan, content=content, by=desk.lead, at=at, follows=follows)

    return make


@pytest.fixture
def make_recommendation(desk: Desk, at: datetime) -> Callable[..., Recommendation]:
    from palier.plans.operations import add_recommendation

    def make(title: str = "Mesurer la propreté", plan: Plan | None = None, **more: object) -> Recommendation:
        return add_recommendation(
            **{  # type: ignore[arg-type]
                "plan": plan or desk.plan,
                "title": title,
                "text": "",
                "theme": "cleanliness",
                "source": "hqs",
                "by": None,
                "at": at,
            }
            | more
        )

    return make
