"""What happened to households, and what became of it. ``landlord`` is always said."""

from __future__ import annotations

from django.db.models import Count, Q, QuerySet

from palier.directory.models import Landlord
from palier.directory.rules import plain
from palier.surveys.models import HotEvent, Wave
from palier.surveys.rules.waves import Design, EventKind, State

ASKED = "asked"
"""What became of an event that asked its household, where the others say why not."""


def hot_events(*, landlord: Landlord | int, words: str = "", kind: str = "", became: str = "") -> QuerySet[HotEvent]:
    """The events of a landlord, latest first; of a kind, with these words, asked or silent for a reason.

    ``words`` looks among references, suppliers, themes, agencies and residences.
    """
    found = HotEvent.objects.filter(landlord=landlord).select_related("household__residence")
    for word in words.split():
        found = found.filter(
            Q(reference__icontains=word)
            | Q(supplier__icontains=word)
            | Q(theme__icontains=word)
            | Q(household__reference__icontains=word)
            | Q(household__agency__icontains=word)
            | Q(household__residence__plain_name__contains=plain(word))
        )
    if kind:
        found = found.filter(kind=kind)
    if became:
        found = found.filter(silent_because="" if became == ASKED else became)
    return found.order_by("-at", "-pk")


def events_by_fate(*, landlord: Landlord | int) -> dict[str, int]:
    """How many events asked their household (``ASKED``), or why they did not. One SQL query."""
    rows = HotEvent.objects.filter(landlord=landlord).order_by().values_list("silent_because").annotate(Count("pk"))
    return {why or ASKED: count for why, count in rows}


def hot_waves(*, landlord: Landlord | int, kind: EventKind | None = None) -> QuerySet[Wave]:
    """The hot waves that were launched, latest first; those that wait for one kind of event."""
    found = Wave.objects.filter(
        landlord=landlord,
        design=Design.HOT,
        questionnaire__isnull=False,
        state__in=[State.RUNNING, State.STOPPED, State.CLOSED],
    )
    return (found.filter(trigger=kind) if kind else found).order_by("-opens_on", "-pk")
