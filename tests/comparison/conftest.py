"""A region whose landlords bring their figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from palier.comparison.rules import SITES, Period, Territory
from palier.directory.rules import Kind, plain

if TYPE_CHECKING:
    from palier.directory.models import Landlord, Organisation
    from palier.stock.models import Residence

QUARTER = Period(date(2025, 10, 1))
AFTER = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
BOTH = tuple(Territory)


@dataclass
class Region:
    """A regional association, its landlords by name, the residences of each by town."""

    association: Organisation
    landlords: dict[str, Landlord]
    residences: dict[str, dict[str, Residence]]


@pytest.fixture
def make_region(
    db: None, make_landlord: Callable[..., Landlord], make_organisation: Callable[..., Organisation]
) -> Callable[..., Region]:
    """Landlords A, B, C… of one association with homes in towns, and the share of vacancy that each brings there."""
    from palier.directory.models import Landlord
    from palier.sources.models import Reading
    from palier.stock.models import Import, Residence, ResidenceVintage
    from palier.stock.rules.imports import State

    def make(towns: dict[str, dict[str, tuple[int, float]]], *, name: str = "Association d’essai") -> Region:
        association = make_organisation(Kind.REGIONAL_ASSOCIATION, name)
        region = Region(association, {}, {})
        for who in sorted({who for there in towns.values() for who in there}):
            landlord = make_landlord(f"Bailleur {who} {name}")
            Landlord.objects.filter(pk=landlord.pk).update(regional_association=association)
            landlord.refresh_from_db()
            region.landlords[who] = landlord
            source = Import.objects.create(
                landlord=landlord, state=State.APPLIED, year=2025, file_name="parc.csv", file_digest="0" * 64, file_bytes=1,
                at=AFTER, applied_at=AFTER,
            )  # fmt: skip
            region.residences[who] = {}
            for number, (town, there) in enumerate(towns.items(), 1):
                if who not in there:
                    continue
                homes, vacancy = there[who]
                residence = Residence.objects.create(
                    landlord=landlord, name=f"Résidence {who} {town}", plain_name=plain(f"Résidence {who} {town}"),
                    commune=f"93{number:03}", commune_name=town, first_source=source, last_source=source,
                )  # fmt: skip
                ResidenceVintage.objects.create(residence=residence, source=source, homes=homes)
                region.residences[who][town] = residence
                Reading.objects.create(
                    landlord=landlord, residence=residence, indicator="vacancy", starts_on=QUARTER.starts_on,
                    ends_on=QUARTER.ends_on, numerator=Decimal(str(vacancy)) * homes / 100, denominator=homes,
                    value=Decimal(str(vacancy)), origin="form", at=AFTER,
                )  # fmt: skip
        return region

    return make


def agree_all(
    region: Region, *, but: Sequence[str] = (), indicators: Sequence[str] = ("vacancy",), where: Sequence[Territory] = BOTH
) -> None:
    """Every landlord but some agrees to bring these indicators, and its count of sites for the region."""
    from palier.comparison.operations import agree

    for who, landlord in region.landlords.items():
        if who not in but:
            wanted = {(indicator, place) for indicator in indicators for place in where} | {(SITES, Territory.REGION)}
            agree(landlord=landlord, wanted=wanted, by=None, at=AFTER)
