"""A landlord and the one who runs its quality."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from palier.directory.rules import Role

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord()


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, name="Mme B.")


@pytest.fixture
def office(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(lead)
