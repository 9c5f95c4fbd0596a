"""Households, waves and a call of a landlord, its canary in their texts, for the permission table."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from palier.stock.queries import all_residences
from palier.surveys import operations
from palier.surveys.models import FrameFile, Household, Invitation, Wave
from palier.surveys.rules.frame import Origin, State
from tests.surveys.waves import wave_of

if TYPE_CHECKING:
    from tests.house.samples import World

NOBODY = 999_999_999


def household(world: World) -> int:
    home = all_residences(landlord=world.landlord).order_by("pk").first()
    if home is None:
        return NOBODY
    found, _ = Household.objects.get_or_create(
        landlord=world.landlord,
        reference=world.canary,
        defaults={
            "residence": home,
            "name": world.canary,
            "email": f"{world.canary}@example.test".lower(),
            "phone": "+33612345678",
            "changed_at": world.at,
        },
    )
    return found.pk


def objection(world: World) -> int:
    if household(world) == NOBODY:
        return NOBODY
    home = all_residences(landlord=world.landlord).order_by("pk")[0]
    other, _ = Household.objects.get_or_create(
        landlord=world.landlord,
        reference=f"{world.canary}-2",
        defaults={"residence": home, "name": world.canary, "changed_at": world.at},
    )
    return operations.object_to(household=other, origin=Origin.STAFF, by=world.lead, at=world.at).pk


def wave(world: World) -> int:
    if household(world) == NOBODY:
        return NOBODY
    known = Wave.objects.filter(landlord=world.landlord, name=world.canary).first()
    return known.pk if known else wave_of(world.landlord, until="running", at=world.at, name=world.canary).pk


def invitation(world: World) -> int:
    if wave(world) == NOBODY:
        return NOBODY
    found = Invitation.objects.filter(wave=wave(world))[0]
    found.held_by, found.held_until = world.lead, world.at + timedelta(days=36_500)
    found.save()
    return found.pk


def frame_file(world: World) -> int:
    return FrameFile.objects.create(
        landlord=world.landlord,
        state=State.READY,
        file_name=f"{world.canary}.csv",
        file_digest="0" * 64,
        file_bytes=1,
        profile={"columns": [{"header": world.canary, "samples": [world.canary], "filled": 1}], "signature": world.canary},
        report={"lost": [[world.canary, 1]]},
        at=world.at,
        by=world.lead,
    ).pk


SAMPLES: dict[str, Callable[[World], int | str]] = {
    "household_id": household,
    "objection_id": objection,
    "wave_id": wave,
    "call_id": invitation,
    "frame_file_id": frame_file,
    "frame_file_faults:kind": lambda _: "csv",
    "survey_letters_print:day": lambda _: "2026-03-10",
}
