"""The journey's pages on the day of the tests, and a journey with an association of tenants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import time_machine

from palier.directory.rules import Kind, Role
from tests.cases.conftest import desk
from tests.committee.conftest import at_the_committee, sitting
from tests.sites.conftest import make_stock
from tests.studies.conftest import make_region

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Organisation, Person
    from palier.label.models import Journey, RuleSetVersion

__all__ = ["at_the_committee", "desk", "make_region", "make_stock", "sitting"]


@pytest.fixture(autouse=True)
def clock(at: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


@pytest.fixture
def open_one(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    rules: RuleSetVersion,
    referent: Person,
    at: datetime,
) -> Callable[..., Journey]:
    from palier.directory.operations import open_file
    from palier.label import operations

    def make(name: str = "") -> Journey:
        landlord = make_landlord(name)
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)
        return operations.open_journey(landlord=landlord, rules=rules, by=referent, at=at)

    return make
