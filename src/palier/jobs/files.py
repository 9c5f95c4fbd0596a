"""Files that no row names: an upload cut before its act, an act refused after its upload. Swept a day later."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Manager, Q, QuerySet

from palier.documents.models import Version
from palier.documents.storage import sweep_incoming, sweep_unnamed
from palier.minutes.models import Copy
from palier.register.models import SealedFile
from palier.sources.models import Intake
from palier.sources.rules.intake import OPEN, Layout
from palier.stock.models import Import
from palier.surveys.models import FrameFile
from palier.surveys.rules.frame import OPEN as FRAME_OPEN

# Every column that names a file by its SHA-256.
NAMES: tuple[tuple[Manager[Any] | QuerySet[Any], str], ...] = (
    (Version.objects, "sha256"),
    (Import.objects, "file_digest"),
    # A list of incidents may hold names: it goes once what counts was taken from it.
    (Intake.objects.filter(~Q(layout=Layout.INCIDENTS) | Q(state__in=OPEN)), "file_digest"),
    # A file of tenants goes once what it says is in the households.
    (FrameFile.objects.filter(state__in=FRAME_OPEN), "file_digest"),
    (SealedFile.objects, "sha256"),
    (Copy.objects, "sha256"),
)
# No act takes this long from its file to its row.
LONGEST = timedelta(days=1)


def sweep(*, at: datetime) -> int:
    """Remove what uploads cut short have left, and the files that no row names; how many there were."""
    before = at - LONGEST
    return sweep_incoming(before=before) + sweep_unnamed(before=before, named=_named)


def _named(digests: list[str]) -> set[str]:
    found: set[str] = set()
    for rows, column in NAMES:
        found.update(rows.filter(**{f"{column}__in": digests}).values_list(column, flat=True))
    return found
