"""A landlord, its people, and grids of the tests. Models are imported late: Django is not set up yet when this is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pytest_django.fixtures import Settings

from palier.directory.rules import Role
from tests.documents.samples import pdf
from tests.frameworks.samples import HELD, SMALL

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.documents.models import Document
    from palier.frameworks.models import Assessment, FrameworkVersion


@pytest.fixture(autouse=True)
def documents(settings: Settings, tmp_path: Path) -> Path:
    settings.DOCUMENTS = tmp_path / "documents"
    return settings.DOCUMENTS


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord()


@pytest.fixture
def lead(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, name="Mme B.")


@pytest.fixture
def colleague(landlord: Landlord, make_person: Callable[..., Person]) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, name="M. D.")


@pytest.fixture
def version(db: None, at: datetime) -> FrameworkVersion:
    from palier.frameworks.operations import import_version

    return import_version(text=SMALL, by=None, at=at, effective_from=date(2020, 1, 1))


@pytest.fixture
def held_version(db: None, at: datetime) -> FrameworkVersion:
    from palier.frameworks.operations import import_version

    return import_version(text=HELD, by=None, at=at, effective_from=date(2020, 1, 1))


@pytest.fixture
def assessment(version: FrameworkVersion, landlord: Landlord, lead: Person, at: datetime) -> Assessment:
    from palier.frameworks.operations import start

    return start(version=version, landlord=landlord, subject=("landlord", landlord.pk, landlord.name), by=lead, at=at)


@pytest.fixture
def keep(at: datetime) -> Callable[..., Document]:
    """Keep a piece of a kind in a landlord's file."""
    from palier.documents.operations import store

    def make(landlord: Landlord, kind: str = "procedure", title: str = "Pièce", **more: object) -> Document:
        kept = store(
            landlord=landlord,
            file=pdf(title),
            name="a.pdf",
            title=title,
            kind=kind,
            by=None,
            at=at,
            **more,  # type: ignore[arg-type]
        )
        return kept.document

    return make
