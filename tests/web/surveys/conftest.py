"""A landlord with a stock and its people, for the pages of surveys."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import Role
from tests.sites.conftest import make_stock
from tests.surveys.conftest import _files_apart, landlord, make_households, make_wave, residences

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person

__all__ = ["_files_apart", "landlord", "make_households", "make_stock", "make_wave", "residences"]


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme Q.")


@pytest.fixture
def caller(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.CONTRIBUTOR, landlord, "M. T.")
