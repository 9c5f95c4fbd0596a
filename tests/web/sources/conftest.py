"""A landlord with a stock, and its people, for the pages of the sources."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

from palier.directory.rules import Role
from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.stock.models import Residence

__all__ = ["make_stock"]


@pytest.fixture(autouse=True)
def _files_apart(settings: LazySettings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path / "documents"


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Montfictif Habitat")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme Q.")


@pytest.fixture
def residences(landlord: Landlord, make_stock: Callable[..., list[Residence]]) -> list[Residence]:
    return make_stock(landlord, 4)
