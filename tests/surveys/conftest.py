"""A landlord with households in four residences, and waves of it at any point of their life."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.conf import LazySettings

from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.stock.models import Residence
    from palier.surveys.models import Household, Wave

__all__ = ["make_stock"]
Households = Callable[..., "list[Household]"]
MakeWave = Callable[..., "Wave"]


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
def make_households(landlord: Landlord, residences: list[Residence], at: datetime) -> Households:
    """So many households, a residence each in turn, two agencies, all with an e-mail, a mobile and an address."""
    from palier.surveys.models import Household

    def make(count: int, **more: object) -> list[Household]:
        return Household.objects.bulk_create(
            Household(
                landlord=landlord,
                reference=f"L{number:05}",
                residence=residences[number % 4],
                **(
                    {
                        "agency": "Nord" if number % 4 < 2 else "Sud",
                        "name": f"Mme L{number}",
                        "email": f"l{number}@example.test",
                        "phone": f"+336{number:08}",
                        "address": f"{number} rue du Port, 93140 Bondy",
                        "changed_at": at,
                    }
                    | more
                ),
            )
            for number in range(count)
        )

    return make


@pytest.fixture
def make_wave(landlord: Landlord, at: datetime) -> MakeWave:
    """A wave as far as said: ``draft``, ``drawn`` or ``running``."""
    from tests.surveys.waves import wave_of

    def make(until: str = "running", **more: object) -> Wave:
        return wave_of(landlord, until=until, at=at, **more)

    return make
