"""An indicator from its starting value to its target, as points of a small drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 16, 28, 32


@dataclass(frozen=True, slots=True)
class Point:
    """A value on a day, and where it is drawn."""

    on: date
    value: Decimal
    x: int
    y: int
    label_y: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What the template draws: the way planned, the measures, the day of today. Coordinates in a box of 640 × 220."""

    start: Point
    target: Point
    measures: tuple[Point, ...]
    line: str
    today_x: int | None
    width: int = WIDTH
    height: int = HEIGHT
    floor: int = HEIGHT - _BOTTOM


def draw(
    start: tuple[date, Decimal], target: tuple[date, Decimal], measures: Sequence[tuple[date, Decimal]], *, today: date
) -> Chart:
    """Place the values on one scale of days and one of values, a little wider than what they hold."""
    values = [start[1], target[1], *(value for _, value in measures)]
    days = [start[0], target[0], *(day for day, _ in measures)]
    low, high = min(values), max(values)
    spread = (high - low) or Decimal(1)
    first, last = min(days), max(days)
    length = (last - first).days or 1

    def x_of(day: date) -> int:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (day - first).days / length)

    def place(day: date, value: Decimal) -> Point:
        y = round(float(_TOP + 12 + (HEIGHT - _TOP - _BOTTOM - 24) * (1 - (value - low) / spread)))
        x = x_of(day)
        anchor = "start" if x < WIDTH / 4 else "end" if x > WIDTH * 3 / 4 else "middle"
        return Point(day, value, x, y, y - 18 if y > 60 else y + 26, anchor)

    placed = tuple(place(day, value) for day, value in measures)
    beginning, end = place(*start), place(*target)
    path = [beginning, *placed] if placed else []
    return Chart(
        start=beginning,
        target=end,
        measures=placed,
        line=" ".join(f"{p.x},{p.y}" for p in path),
        today_x=x_of(today) if first < today < last else None,
    )
