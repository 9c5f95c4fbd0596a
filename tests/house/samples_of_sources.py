"""Figures, files and incidents of a landlord, its canary in their texts, for the permission table."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from palier.sources import operations
from palier.sources.models import Intake, SavedMapping
from palier.sources.operations import Entry, Told
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.intake import Origin, State
from palier.sources.rules.readings import Given
from palier.stock.queries import all_residences

if TYPE_CHECKING:
    from tests.house.samples import World


def intake(world: World) -> int:
    found = {"unknown": {}, "lost": [[world.canary, 1]], "lost_count": 1}
    profile = {"columns": [{"header": world.canary, "samples": [world.canary], "filled": 1}], "signature": world.canary}
    return Intake.objects.create(
        landlord=world.landlord,
        state=State.READY,
        layout="wide",
        file_name=f"{world.canary}.csv",
        file_digest="0" * 64,
        file_bytes=1,
        profile=profile,
        report=found,
        at=world.at,
        by=world.lead,
    ).pk


def saved_mapping(world: World) -> int:
    return SavedMapping.objects.create(
        landlord=world.landlord,
        name=world.canary,
        signature=world.canary,
        layout="wide",
        columns={"columns": {"0": "residence"}, "words": {}},
        saved_at=world.at,
        saved_by=world.lead,
    ).pk


def incident(world: World) -> int:
    home = all_residences(landlord=world.landlord).order_by("pk").first()
    if home is None:
        return 999_999_999
    given = Given(date(2025, 1, 1), date(2025, 12, 31), Decimal(1), Decimal(40))
    entries = [Entry(home.pk, "vacancy", given)]
    operations.record_readings(landlord=world.landlord, entries=entries, origin=Origin.FORM, by=world.lead, at=world.at)
    told = Told(home.pk, date(2025, 12, 1), IncidentKind.GRAFFITI, Place.HALL, text=world.canary.lower())
    return operations.record_incident(landlord=world.landlord, told=told, origin=Origin.FORM, by=world.lead, at=world.at).pk
