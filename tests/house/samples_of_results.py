"""A wave of a landlord that was counted, its canary in its texts, for the permission table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from palier.answers.models import Recount, Remark
from palier.stock.queries import all_residences
from tests.answers.counted import closed, counted, households, version

if TYPE_CHECKING:
    from tests.house.samples import World

NOBODY = 999_999_999


def wave(world: World) -> int:
    """A closed wave that twelve households of one residence answered, not shown to tenants."""
    known = Recount.objects.filter(wave__landlord=world.landlord).first()
    if known:
        return known.wave_id
    homes = list(all_residences(landlord=world.landlord).order_by("pk")[:1])
    if not homes:
        return NOBODY
    everybody = households(world.landlord, homes, 12, world.at)
    made = closed(world.landlord, everybody, version(world.at), world.at, name=f"Enquête {world.canary}", response=1)
    for number in range(6):
        Remark.objects.create(
            wave=made, emptied_on=world.at.date(), question="free_word", text=f"{world.canary} {number}", proposed=["lift"]
        )
    recount = counted(made, world.at)
    Recount.objects.filter(pk=recount.pk).update(
        context=world.canary, context_at=world.at, context_by=world.lead, words=world.canary
    )
    return recount.wave_id


PAGES = (
    "remarks",
    "remarks_file",
    "results",
    "method_note",
    "results_report",
    "results_file",
    "results_commitment",
    "results_show",
)
SAMPLES: dict[str, Callable[[World], int | str]] = {
    **{f"{page}:wave_id": wave for page in PAGES},
    "remarks_file:form": lambda _: "csv",
    "hot_results_file:form": lambda _: "csv",
    "results_file:form": lambda _: "csv",
    "open_results_file:form": lambda _: "csv",
}
