"""What happened in a residence, its satisfaction and what was done for it, on one calendar: a drawing in a box 1 200 wide."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from palier.calendar import add_months

WIDTH = 1200
_LEFT = 146
_TOP, _FLOOR, _TALLEST = 26, 140, 86
_MARKS_TOP, _MARKS_HEIGHT = 166, 100
_SPANS_TOP, _SPAN_HEIGHT, _SPAN_STEP = 312, 26, 34
_AHEAD = 3
"""Months drawn after today: what is planned has its place."""
_LETTER = 7.2
"""Width of a letter, in the drawing: a bar too short for its name has it beside."""


Place = Callable[[date], float]
"""Where a day stands on the axis."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A share of satisfied tenants on a day, in percent, with its interval and how many answered."""

    on: date
    value: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True, slots=True)
class Span:
    """Something done for the residence, from a day to another or still open; ``action`` is its number in the plan."""

    name: str
    starts: date
    ends: date | None
    action: int = 0


@dataclass(frozen=True, slots=True)
class Bar:
    """The incidents of a month. ``kind``: ``high`` above what is expected, ``partial`` while the month runs, else ``plain``."""

    month: date
    count: int
    kind: str
    x: float
    y: float
    width: float
    height: float
    middle: float
    text_y: float


@dataclass(frozen=True, slots=True)
class Dot:
    """A mark, placed."""

    mark: Mark
    x: float
    y: float
    low_y: float
    high_y: float
    text_x: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Band:
    """A span, placed on a row of its own when another one is in the way."""

    span: Span
    planned: bool
    x: float
    y: float
    width: float
    text_x: float
    text_y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """What the template draws."""

    height: int
    ticks: tuple[tuple[date, float], ...]
    bars: tuple[Bar, ...]
    expected_y: float | None
    dots: tuple[Dot, ...]
    levels: tuple[tuple[int, float], ...]
    bands: tuple[Band, ...]
    today_x: float
    ahead: float
    width: int = WIDTH
    left: int = _LEFT
    floor: int = _FLOOR


def draw(
    incidents: Sequence[tuple[date, int]],
    *,
    expected: float | None,
    marks: Sequence[Mark],
    spans: Sequence[Span],
    today: date,
) -> Timeline:
    """Place everything on the months of ``incidents`` (first days, in order, the running month last) and the three to come.

    Raises:
        ValueError: without a month.
    """
    if not incidents:
        raise ValueError("A time line has months.")
    begins = incidents[0][0]
    ends = add_months(incidents[-1][0], 1 + _AHEAD)
    length = (ends - begins).days

    def x_of(day: date) -> float:
        return round(_LEFT + (WIDTH - _LEFT) * min(max((day - begins).days / length, 0), 1), 1)

    bars, expected_y = _bars(incidents, expected, x_of, today)
    bands, rows = _bands([s for s in spans if s.starts < ends and (s.ends is None or s.ends >= begins)], x_of, today)
    dots = tuple(_dot(mark, x_of) for mark in marks if begins <= mark.on < ends)
    ticks = [(month, x_of(month)) for month, _ in incidents if month.month % 3 == 1]
    following = incidents[-1][0]
    ticks += [(after, x_of(after)) for n in range(1, 1 + _AHEAD) if (after := add_months(following, n)).month % 3 == 1]
    return Timeline(
        height=_SPANS_TOP + max(rows, 2) * _SPAN_STEP,
        ticks=tuple(ticks),
        bars=bars,
        expected_y=expected_y,
        dots=dots,
        levels=tuple((level, _level_y(level)) for level in (0, 50, 100)) if dots else (),
        bands=bands,
        today_x=x_of(today),
        ahead=round(WIDTH - x_of(today), 1),
    )


def _bars(
    incidents: Sequence[tuple[date, int]], expected: float | None, x_of: Place, today: date
) -> tuple[tuple[Bar, ...], float | None]:
    tallest = max([count for _, count in incidents] + [expected or 0, 4])
    bars = []
    for month, count in incidents:
        after = add_months(month, 1)
        left, right = x_of(month), x_of(after)
        height = round(_TALLEST * count / tallest, 1)
        kind = "partial" if after > today else "high" if expected is not None and count > expected else "plain"
        x, width, y = round(left + (right - left) * 0.2, 1), round((right - left) * 0.6, 1), round(_FLOOR - height, 1)
        bars.append(Bar(month, count, kind, x, y, width, height, round((left + right) / 2, 1), round(y - 6, 1)))
    return tuple(bars), None if expected is None else round(_FLOOR - _TALLEST * expected / tallest, 1)


def _level_y(percent: float) -> float:
    return round(_MARKS_TOP + _MARKS_HEIGHT * (1 - percent / 100), 1)


def _dot(mark: Mark, x_of: Place) -> Dot:
    x = x_of(mark.on)
    near_the_end = x > WIDTH - 120
    text_x, anchor = (x - 12, "end") if near_the_end else (x + 12, "start")
    return Dot(mark, x, _level_y(mark.value), _level_y(mark.low), _level_y(mark.high), round(text_x, 1), anchor)


def _bands(spans: Sequence[Span], x_of: Place, today: date) -> tuple[tuple[Band, ...], int]:
    """The spans from the earliest, each on the first row where nothing is in the way; how many rows."""
    taken: list[float] = []
    bands = []
    for span in sorted(spans, key=lambda s: (s.starts, s.name)):
        left = x_of(span.starts)
        right = max(x_of(span.ends) if span.ends else WIDTH, left + 8)
        text = len(span.name) * _LETTER + 16
        text_x, anchor = left + 9, "start"
        begins, ends = left, right
        if text > right - left:  # its name stands beside it, on the side where there is room
            if right + text < WIDTH:
                text_x, ends = right + 8, right + text
            else:
                text_x, anchor, begins = left - 8, "end", left - text
        row = next((n for n, free in enumerate(taken) if free <= begins), len(taken))
        taken[row : row + 1] = [ends + 8]
        y = _SPANS_TOP + row * _SPAN_STEP
        planned = span.starts > today
        bands.append(Band(span, planned, left, y, round(right - left, 1), round(text_x, 1), y + 18, anchor))
    return tuple(bands), len(taken)
