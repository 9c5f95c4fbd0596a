"""Figures and incidents of residences, for scores and alerts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin
from palier.sources.rules.readings import Given
from tests.fixtures import NOON

if TYPE_CHECKING:
    from palier.directory.models import Person
    from palier.frameworks.models import Assessment
    from palier.stock.models import Residence

TODAY = NOON.date()


def bring(residence: Residence, at: datetime = NOON, **values: float) -> None:
    """Figures of the last twelve months."""
    from palier.sources.operations import Entry, record_readings

    entries = [
        Entry(
            residence.pk,
            key,
            Given(TODAY - timedelta(days=364), TODAY, numerator=None, denominator=Decimal(40), value=Decimal(str(value))),
        )
        for key, value in values.items()
    ]
    record_readings(landlord=residence.landlord, entries=entries, origin=Origin.FORM, by=None, at=at)


def lay_incidents(residence: Residence, monthly: list[int], until: date) -> None:
    """So many halls held each month, the last month being that before ``until``."""
    from palier.sources.models import Incident

    month = until.replace(day=1)
    rows = []
    for many in reversed(monthly):
        month = (month - timedelta(days=1)).replace(day=1)
        rows += [
            Incident(
                landlord=residence.landlord,
                residence=residence,
                on=month + timedelta(days=n % 27),
                kind=IncidentKind.GATHERING,
                place=Place.HALL,
                text_until=month,
                origin=Origin.FORM,
                at=NOON,
            )
            for n in range(many)
        ]
    Incident.objects.bulk_create(rows)


def quiet(residences: list[Residence], until: date = TODAY, seed: int = 1) -> None:
    rng = np.random.default_rng(seed)
    for residence in residences:
        lay_incidents(residence, rng.poisson(3, 30).tolist(), until)


def finish_grid(grid: Assessment, by: Person, at: datetime, *, finished: bool = True) -> None:
    """Answer every question of a grid, to its end or not."""
    from palier.frameworks import operations, queries

    codes = queries.framework(grid.version).criteria
    entries = [operations.Entry(code, 2, justification="Vu sur place.") for code in codes]
    operations.fill(assessment=grid, entries=entries, by=by, at=at)
    if finished:
        operations.finish(assessment=grid, by=by, at=at)
