"""A confirmed site, its project, and those who work on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Kind as BodyKind
from palier.directory.rules import Role
from palier.plans.rules.terms import Scope
from palier.projects.rules.terms import Body, Kind
from tests.plans.conftest import COMPLETE, Desk, desk, make_residence

if TYPE_CHECKING:
    from palier.directory.models import Organisation, Person
    from palier.plans.rules.action import ActionContent
    from palier.projects.models import Partner, Project
    from palier.sites.models import PrioritySite

__all__ = ["desk", "make_residence"]


@dataclass
class Place:
    """The site, its project, who is there."""

    desk: Desk
    site: PrioritySite
    project: Project
    association: Organisation
    speaker: Person
    referent: Person

    @property
    def lead(self) -> Person:
        return self.desk.lead

    def content(self, **more: object) -> ActionContent:
        """A complete action on the site."""
        on_site = replace(COMPLETE, scope=Scope.SITE, residences=frozenset({self.site.residence_id}))
        return replace(on_site, **more)  # type: ignore[arg-type]


@pytest.fixture
def place(
    desk: Desk, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person], at: datetime
) -> Place:
    from palier.directory.operations import add_association, add_organisation
    from palier.projects.operations import open_project
    from palier.sites.operations import declare_priority
    from palier.sites.rules import Level

    association = add_organisation(
        kind=BodyKind.TENANTS_ASSOCIATION, name="Amicale des Glycines", of_landlord=desk.landlord, by=None, at=at
    )
    add_association(landlord=desk.landlord, association=association, by=None, at=at)
    site = declare_priority(
        landlord=desk.landlord, residence=desk.residences[0], level=Level.IMPORTANT, reasons="Le hall 3.", by=desk.lead, at=at
    )
    project = open_project(site=site, kind=Kind.PGS, title="Projet des Glycines", homes=180, by=desk.lead, at=at)
    return Place(
        desk,
        site,
        project,
        association,
        make_person(Role.TENANT_REPRESENTATIVE, association, "Mme T."),
        make_person(Role.REFERENT, make_organisation(BodyKind.LABEL_OWNER), "Mme R."),
    )


@pytest.fixture
def partner(place: Place, at: datetime) -> tuple[Partner, str]:
    from palier.projects.operations import invite_partner

    return invite_partner(
        project=place.project, body=Body.TOWN, name="Ville de Montfictif", contact="M. V.", email="v@ville.test",
        brings="Collecte des encombrants", by=place.lead, at=at,
    )  # fmt: skip
