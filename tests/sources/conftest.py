"""A landlord with a stock of 40 homes a residence, for the figures."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.stock.models import Residence

__all__ = ["make_stock"]


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("OPH de Bondy")


@pytest.fixture
def residences(landlord: Landlord, make_stock: Callable[..., list[Residence]]) -> list[Residence]:
    return make_stock(landlord, 4)
