"""What surveys keep of tenants goes at its term, night after night: one act for each kind of data that a term ends."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from palier.answers import operations as answers
from palier.cases import operations as cases
from palier.surveys import operations as surveys
from palier.surveys.rules.retention import Held


class Eraser(Protocol):
    """Erases what is past its term, and says how many there were."""

    def __call__(self, *, at: datetime) -> int:
        """Erase, and count."""


# Who was asked goes before the households that left: nothing then asks them any more.
ERASERS: Mapping[Held, Eraser] = {
    Held.FILE: surveys.drop_old_files,
    Held.ASKED: surveys.forget_asked,
    Held.EVENT: surveys.forget_events,
    Held.HOUSEHOLD: surveys.forget_left,
    Held.REMARK: answers.erase_remarks,
    Held.CASE: cases.erase_due,
}


def erase(*, at: datetime) -> None:
    """Erase everything that is past its term, and keep that it was done."""
    for held, eraser in ERASERS.items():
        eraser(at=at)
        surveys.note_run(held=held, at=at)
