"""Scores of one landlord of 16,000 homes: 200 residences, ten sources, three years of incidents."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from figures import aside, figure, ready

AT = datetime(2026, 3, 10, 11, tzinfo=UTC)
RESIDENCES, HOMES = 200, 80


def main() -> None:
    ready()
    from tests.fixtures import luhn_siren

    from palier.directory.operations import add_landlord
    from palier.directory.rules import LandlordType
    from palier.sites import operations, queries
    from palier.sites.scoring.assessed import assess
    from palier.sites.scoring.method import in_force
    from palier.sources.models import Incident, Reading
    from palier.sources.rules.incidents import IncidentKind, Place
    from palier.sources.rules.indicators import BROUGHT
    from palier.sources.rules.intake import Origin
    from palier.stock.models import Import, Residence, ResidenceVintage
    from palier.stock.rules.imports import State

    rng, today = random.Random(1), AT.date()
    with aside():
        landlord = add_landlord(name="Banc", siren_number=luhn_siren(7), landlord_type=LandlordType.OPH, by=None, at=AT)
        source = Import.objects.create(
            landlord=landlord,
            state=State.APPLIED,
            year=2025,
            file_name="x",
            file_digest="0" * 64,
            file_bytes=1,
            at=AT,
            applied_at=AT,
        )
        stock = Residence.objects.bulk_create(
            Residence(landlord=landlord, name=f"R{n}", plain_name=f"r{n}", first_source=source, last_source=source)
            for n in range(RESIDENCES)
        )
        ResidenceVintage.objects.bulk_create(ResidenceVintage(residence=one, source=source, homes=HOMES) for one in stock)
        Reading.objects.bulk_create(
            Reading(
                landlord=landlord,
                residence=one,
                indicator=key,
                starts_on=today - timedelta(days=364),
                ends_on=today - timedelta(days=1),
                denominator=Decimal(HOMES),
                value=Decimal(rng.randint(0, 40 if found.most > 5 else 5)),
                origin=Origin.FORM,
                at=AT,
            )
            for one in stock
            for key, found in BROUGHT.items()
            if rng.random() < 0.8
        )
        Incident.objects.bulk_create(
            Incident(
                landlord=landlord,
                residence=rng.choice(stock),
                on=today - timedelta(days=rng.randint(1, 1080)),
                kind=rng.choice(list(IncidentKind)),
                place=Place.HALL,
                text_until=today,
                origin=Origin.FORM,
                at=AT,
            )
            for _ in range(12_000)
        )
        method = in_force(today)
        operations.score(landlord=landlord, at=AT)
        took: dict[str, list[float]] = {}
        for _ in range(5):
            start = time.perf_counter()
            table = queries.table(landlord=landlord.pk, keys=method.keys, on=today)
            read = time.perf_counter()
            assess(table.values, method)
            took.setdefault("reading the sources", []).append(read - start)
            took.setdefault("scores, classes, rank intervals", []).append(time.perf_counter() - read)
            start = time.perf_counter()
            operations.score(landlord=landlord, at=AT)
            took.setdefault("everything, alerts and rows written too", []).append(time.perf_counter() - start)
        figure("scores, classes, rank intervals", min(took["scores, classes, rank intervals"]) * 1000, "ms", promised=150)
        for what in ("reading the sources", "everything, alerts and rows written too"):
            figure(what, min(took[what]) * 1000, "ms")


main()
