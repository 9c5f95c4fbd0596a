"""A landlord with a stock, for the rating."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import plain
from tests.fixtures import NOON

if TYPE_CHECKING:
    from palier.directory.models import Landlord
    from palier.stock.models import Residence


@pytest.fixture
def make_stock(db: None) -> Callable[..., list[Residence]]:
    """A vintage of a landlord with so many residences."""
    from palier.stock.models import Import, Residence, ResidenceVintage
    from palier.stock.rules.imports import State

    def make(landlord: Landlord, count: int = 3, *, year: int = 2025) -> list[Residence]:
        source = Import.objects.create(
            landlord=landlord,
            state=State.APPLIED,
            year=year,
            file_name=f"parc-{year}.csv",
            file_digest="0" * 64,
            file_bytes=1,
            at=NOON,
            applied_at=NOON,
        )
        residences = [
            Residence.objects.create(
                landlord=landlord,
                name=f"Résidence {letter}",
                plain_name=plain(f"Résidence {letter}"),
                commune_name="Bondy",
                first_source=source,
                last_source=source,
            )
            for letter in (chr(ord("A") + n) if n < 26 else f"Z{n}" for n in range(count))
        ]
        for residence in residences:
            ResidenceVintage.objects.create(residence=residence, source=source, homes=40)
        return residences

    return make
