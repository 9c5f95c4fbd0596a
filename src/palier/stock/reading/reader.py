"""From a recognised file and the person's answers to uniform lines, and to everything that is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from palier.stock.reading.checks import Answers, Item, Reading
from palier.stock.reading.columns import read_columns
from palier.stock.reading.places import Fault, Unreadable
from palier.stock.reading.statutory import read_statutory
from palier.stock.rules.imports import LIMITS, Format, Limits


def read(path: Path, *, shape: Format, answers: Answers, limits: Limits = LIMITS) -> Reading:
    """Read a file, whatever its format. Nothing is raised: a file that cannot be read gives one fault."""
    reading = Reading(iter(()))
    if shape is Format.STATUTORY:
        items = read_statutory(path, answers, reading, limits)
    else:
        items = read_columns(path, shape, answers, reading, limits)
    reading.items = _guarded(items)
    return reading


def _guarded(items: Iterator[Item]) -> Iterator[Item]:
    try:
        yield from items
    except Unreadable as problem:
        yield Fault(problem.sentence)
