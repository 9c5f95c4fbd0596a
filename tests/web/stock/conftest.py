"""What the tests of the stock's pages start from: a landlord, its quality lead, a stock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.stock.conftest import _files_apart, bring_in, landlord, read_in

if TYPE_CHECKING:
    from django.http import HttpResponse
    from django.test import Client

    from palier.directory.models import Landlord, Person

__all__ = ["_files_apart", "bring_in", "landlord", "read_in", "words"]


def words(response: HttpResponse) -> str:
    """A page's text with plain spaces, as people read it."""
    return response.text.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    from palier.directory.rules import Role

    return make_person(Role.QUALITY_LEAD, landlord)


@pytest.fixture
def visitor(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    """The quality lead's browser."""
    return sign_in(lead)
