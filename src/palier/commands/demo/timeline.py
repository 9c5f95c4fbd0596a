"""Time in the demonstration: lives that wait, woken in the order of the calendar."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator
from datetime import date, datetime, timedelta
from itertools import count
from random import Random

from palier.calendar import PARIS, is_working_day

Life = Generator[datetime, datetime, None]
"""Somebody's acts: yields the instant from which it wants to go on, receives the instant at which it does."""
Part = Generator[datetime, datetime, datetime]
"""A chapter of a life, for ``yield from``: the same, and returns the instant at which it ends."""


SEED = 2016


def chance(*subject: object) -> Random:
    """A source of chance for one subject alone: a chapter added elsewhere does not move it."""
    return Random(":".join(map(str, (SEED, *subject))))  # noqa: S311 - a story, not a secret


def office_hours(day: date, rng: Random) -> datetime:
    """An instant of work on a day, or on the next working day."""
    while not is_working_day(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, rng.randint(8, 17), rng.randint(0, 59), rng.randint(0, 59), tzinfo=PARIS)


def later(at: datetime, days: float, rng: Random) -> datetime:
    """An instant of work about so many days later, never earlier than ``at``."""
    about = days * rng.uniform(0.8, 1.2)
    return max(
        office_hours((at + timedelta(days=about)).astimezone(PARIS).date(), rng), at + timedelta(minutes=rng.randint(2, 40))
    )


class Timeline:
    """Lives side by side, until an end that none of them passes."""

    def __init__(self, ends_at: datetime) -> None:
        self.ends_at = ends_at
        self._waiting: list[tuple[datetime, int, Life]] = []
        self._order = count()

    def begin(self, life: Life) -> None:
        """Let a life start: it says when it wants to be woken first."""
        self._wait(life, next(life, None))

    def _wait(self, life: Life, until: datetime | None) -> None:
        if until is not None and until <= self.ends_at:
            heapq.heappush(self._waiting, (until, next(self._order), life))

    def run(self, tick: Callable[[datetime], None]) -> None:
        """Wake every life in turn; ``tick`` is told of each instant before."""
        while self._waiting:
            at, _, life = heapq.heappop(self._waiting)
            tick(at)
            try:
                self._wait(life, life.send(at))
            except StopIteration:
                continue
