"""A landlord with a stock, a quality lead, and people who make visits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Role
from tests.fixtures import NOON
from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.stock.models import Residence
    from tests.visits.team import Field

__all__ = ["make_stock"]


@pytest.fixture
def field(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
) -> Field:
    """A landlord whose team goes on the spot; the shipped grids are there."""
    from palier.frameworks.operations import load_shipped
    from tests.visits.team import Field

    load_shipped(at=NOON)
    landlord = make_landlord()
    residence = make_stock(landlord)[0]
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme L.")
    agent = make_person(Role.CONTRIBUTOR, landlord, "M. A.")
    colleague = make_person(Role.CONTRIBUTOR, landlord, "Mme C.")
    return Field(landlord, residence, lead, agent, colleague)
