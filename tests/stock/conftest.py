"""What the stock's tests start from: a landlord, and files brought in the way people do."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.stock.models import Import

Bring = Callable[..., "Import"]


@pytest.fixture(autouse=True)
def _files_apart(settings: LazySettings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path / "documents"


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("OPH de Bondy")


@pytest.fixture
def read_in(landlord: Landlord, at: datetime) -> Bring:
    """Announce a file and let the worker read it: ``read_in(content, name="a.csv", year=2025)``."""
    from palier.stock import operations

    def make(content: bytes, *, name: str = "fichier.csv", year: int | None = 2025, of: Landlord | None = None) -> Import:
        received = operations.receive(file=io.BytesIO(content), name=name)
        item = operations.start_import(landlord=of or landlord, received=received, year=year, by=None, at=at)
        operations.run_import(import_id=item.pk, at=at)
        item.refresh_from_db()
        return item

    return make


@pytest.fixture
def bring_in(read_in: Bring, at: datetime) -> Bring:
    """Read a file and bring it into the stock, answering with ``answers`` what it does not say."""
    from palier.stock import operations
    from palier.stock.rules.imports import State

    def make(content: bytes, *, answers: dict[str, object] | None = None, when: datetime = at, **how: object) -> Import:
        item = read_in(content, **how)
        if item.state == State.TO_COMPLETE:
            item = operations.complete_import(
                item=item, **{"year": item.year or 2025, "by": None, "at": when, **(answers or {})}
            )
            operations.run_import(import_id=item.pk, at=when)
            item.refresh_from_db()
        assert item.state == State.READY, item.faults
        operations.ask_to_apply(item=item, by=None, at=when, accepted=True)
        assert operations.run_import(import_id=item.pk, at=when) is State.APPLIED
        item.refresh_from_db()
        return item

    return make
