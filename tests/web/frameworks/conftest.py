"""The people and grids of the frameworks tests, and browsers signed in as them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.test import Client

from palier.directory.rules import Kind, Role
from tests.frameworks.conftest import (  # noqa: F401 - fixtures
    assessment,
    colleague,
    documents,
    held_version,
    keep,
    landlord,
    lead,
    version,
)

if TYPE_CHECKING:
    from datetime import datetime

    from palier.directory.models import Landlord, Organisation, Person


@pytest.fixture
def office(lead: Person, sign_in: Callable[[Person], Client]) -> Client:  # noqa: F811
    return sign_in(lead)


@pytest.fixture
def referent(make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))


@pytest.fixture
def auditor(
    landlord: Landlord,  # noqa: F811
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> Person:
    from palier.directory.operations import open_file

    firm = make_organisation(Kind.AUDIT_FIRM)
    open_file(landlord=landlord, holder=firm, role=Role.AUDITOR, source="test", by=None, at=at)
    return make_person(Role.AUDITOR, firm)
