"""A landlord, its people and their documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from palier.directory.rules import Kind, Role
from tests.documents.samples import pdf

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Organisation, Person
    from palier.documents.models import Document


@pytest.fixture(autouse=True)
def documents(settings: Settings, tmp_path: Path) -> Path:
    settings.DOCUMENTS = tmp_path / "documents"
    return settings.DOCUMENTS


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Habitat des Coteaux")


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord)


@pytest.fixture
def office(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(lead)


@pytest.fixture
def keep(landlord: Landlord, lead: Person, at: datetime) -> Callable[..., Document]:
    from palier.documents.operations import store

    def make(title: str = "Procédure d’accueil", kind: str = "procedure", **more: object) -> Document:
        fields: dict[str, object] = {"landlord": landlord, "by": lead, **more}
        return store(file=pdf(title), name=f"{title}.pdf", title=title, kind=kind, at=at, **fields).document  # type: ignore[arg-type]

    return make


@pytest.fixture
def representative(
    landlord: Landlord, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person], at: datetime
) -> tuple[Organisation, Person]:
    from palier.directory.operations import open_file

    association = make_organisation(Kind.TENANTS_ASSOCIATION, "Amicale des Coteaux")
    open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)
    return association, make_person(Role.TENANT_REPRESENTATIVE, association)
