"""A landlord, whoever leads its quality, and the stock of the rating, for its pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Role
from tests.sites.conftest import diagnose, make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person

__all__ = ["diagnose", "make_stock"]


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Montfictif Habitat")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme Q.")
