"""Free answers and their themes. Texts are read where enough answered, in an order that says nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from functools import cache
from pathlib import Path

import yaml
from django.db.models import Count, QuerySet

from palier.answers.models import Answer, Remark
from palier.answers.rules.themes import Coded, Tally, Theme, tally, themes_of
from palier.answers.rules.units import INSIDE
from palier.surveys.models import Wave

_SHIPPED = Path(__file__).parent.parent / "themes.yaml"


@cache
def themes() -> tuple[Theme, ...]:
    """What free answers may speak of."""
    return themes_of(yaml.load(_SHIPPED.read_text(encoding="utf-8"), yaml.CSafeLoader))


def readable(*, wave: Wave) -> bool:
    """Whether so many answered that free words name nobody. One SQL query."""
    return Answer.objects.filter(wave=wave)[INSIDE - 1 : INSIDE].exists()


def remarks(
    *, wave: Wave, verified: bool | None = None, theme: str = "", words: str = "", rows: Collection[uuid.UUID] | None = None
) -> QuerySet[Remark]:
    """The free answers of a wave that are still kept, by their random names; verified or not, of a theme, with these words."""
    found = Remark.objects.filter(wave=wave).exclude(text="").select_related("verified_by")
    if verified is not None:
        found = found.filter(verified_at__isnull=not verified)
    if theme:
        found = found.filter(**{"themes__contains" if verified else "proposed__contains": [theme]})
    for word in words.split():
        found = found.filter(text__icontains=word)
    return (found if rows is None else found.filter(row__in=rows)).order_by("row")


def tally_of(*, wave: Wave) -> Tally:
    """The free answers of a wave, counted by theme, for the landlord's own people. One SQL query."""
    rows = Remark.objects.filter(wave=wave).order_by().values_list("proposed", "themes").annotate(Count("pk"))
    coded = [
        Coded(frozenset(proposed), None if decided is None else frozenset(decided), count) for proposed, decided, count in rows
    ]
    return tally(coded, INSIDE)
