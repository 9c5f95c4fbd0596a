"""A landlord whose tenants ask to be called back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Role
from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.stock.models import Residence
    from tests.cases.desk import Desk

__all__ = ["make_stock"]


@pytest.fixture
def desk(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
) -> Desk:
    """A landlord, its quality lead, its director, two people who call."""
    from tests.cases.desk import Desk

    landlord = make_landlord()
    return Desk(
        landlord,
        make_stock(landlord)[0],
        make_person(Role.QUALITY_LEAD, landlord, "Mme L."),
        make_person(Role.DIRECTOR, landlord, "M. D."),
        make_person(Role.CONTRIBUTOR, landlord, "M. A."),
        make_person(Role.CONTRIBUTOR, landlord, "Mme C."),
    )
