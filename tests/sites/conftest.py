"""A landlord with a stock, for the rating."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from palier.directory.rules import plain
from tests.fixtures import NOON

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Person
    from palier.frameworks.models import Assessment
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


@pytest.fixture
def diagnose(db: None) -> Callable[..., Assessment]:
    """Hold a residence against the common grid, to its end or (``finished=False``) not."""
    from palier.frameworks import operations, queries
    from palier.sites.rules import GRID, SUBJECT
    from tests.sites.figures import finish_grid

    def make(residence: Residence, by: Person, at: datetime = NOON, *, finished: bool = True) -> Assessment:
        operations.load_shipped(at=at)
        grid = operations.start(
            version=queries.current_version(code=GRID, on=at.date()),
            landlord=residence.landlord,
            subject=(SUBJECT, residence.pk, residence.name),
            by=by,
            at=at,
        )
        finish_grid(grid, by, at, finished=finished)
        return grid

    return make
