"""A landlord with a stock of 40 homes a residence, and files of figures brought in the way people do."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.sources.models import Intake
    from palier.stock.models import Residence

__all__ = ["make_stock"]
Deposit = Callable[..., "Intake"]


@pytest.fixture(autouse=True)
def _files_apart(settings: LazySettings, tmp_path: Path) -> None:
    settings.DOCUMENTS = tmp_path / "documents"


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("OPH de Bondy")


@pytest.fixture
def residences(landlord: Landlord, make_stock: Callable[..., list[Residence]]) -> list[Residence]:
    return make_stock(landlord, 4)


@pytest.fixture
def deposit(landlord: Landlord, at: datetime) -> Deposit:
    """Drop a file and read it as proposed, the answers given changing what is said."""
    from dataclasses import replace

    from palier.sources import operations
    from palier.stock.operations import receive

    def make(content: bytes, *, name: str = "chiffres.csv", save_as: str = "", **answers: object) -> Intake:
        received = receive(file=io.BytesIO(content), name=name)
        looked = operations.look_at(received.digest)
        intake = operations.open_intake(landlord=landlord, received=received, looked=looked, by=None, at=at)
        said = replace(operations.answers_of(intake), **answers)  # type: ignore[arg-type]
        found = operations.read_again(intake, said, at=at)
        return operations.keep_preview(intake=intake, answers=said, found=found, by=None, at=at, save_as=save_as)

    return make


@pytest.fixture
def apply(at: datetime) -> Callable[[Intake], Intake]:
    """Bring a preview in."""
    from palier.sources import operations

    def make(intake: Intake) -> Intake:
        found = operations.read_again(intake, operations.answers_of(intake), at=at)
        return operations.apply_intake(intake=intake, found=found, by=None, at=at)

    return make
