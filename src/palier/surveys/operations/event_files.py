"""What a file of events brings: told as the landlord's own software would, all of them or none."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any

from palier.directory.models import Landlord, Person
from palier.surveys.models import HotEvent, Household
from palier.surveys.operations.events import MOST_AT_ONCE, hear_events, listening
from palier.surveys.reading.events import ReadEvents
from palier.surveys.rules.frame import Origin


def events_report(landlord: Landlord, found: ReadEvents, *, on: date) -> dict[str, Any]:
    """The preview, as plain JSON values: how many of each kind, known already, of households that no file named, heard by nobody."""
    if found.fault_count:
        return {}
    references = {one.reference for one in found.lines}
    said = {one.household for one in found.lines}
    known = HotEvent.objects.filter(landlord=landlord, reference__in=references).count()
    there = Household.objects.filter(landlord=landlord, reference__in=said, left_on__isnull=True)
    homes, waves = {*there.values_list("reference", flat=True)}, listening(landlord, on)
    kinds = Counter(one.kind for one in found.lines)
    return {
        "count": len(found.lines),
        "known": known,
        "strangers": sum(one.household not in homes for one in found.lines),
        "kinds": [[kind.label, number, kind in waves] for kind, number in kinds.most_common()],
    }


def bring_events(*, landlord: Landlord, found: ReadEvents, by: Person | None, at: datetime) -> int:
    """Tell every event of a file; how many asked their household, now or before."""
    heard: list[HotEvent] = []
    for start in range(0, len(found.lines), MOST_AT_ONCE):
        heard += hear_events(
            landlord=landlord, told=found.lines[start : start + MOST_AT_ONCE], origin=Origin.FILE, by=by, at=at
        )
    return sum(not event.silent_because for event in heard)
