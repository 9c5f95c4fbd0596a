"""The small drawings of the design, as SVG: attributes only, so that they hold under the policy that refuses styles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Figure = float | int | str
"""A number, or its digits where a template writes them."""

_BARS = {"done": "done-bar", "doing": "here-bar", "todo": "ahead-bar"}


def _svg(css: str, body: SafeString, *, box: str = "", label: str = "") -> SafeString:
    name = format_html('role="img" aria-label="{}"', label) if label else format_html('aria-hidden="true"')
    view = format_html(' viewBox="{}" preserveAspectRatio="xMinYMid"', box) if box else ""
    return format_html('<svg class="{}"{} {}>{}</svg>', css, view, name, body)


def mini_staircase(bars: Sequence[str], label: str = "") -> SafeString:
    """One bar a landing, rising: ``done`` filled, ``doing`` amber, ``todo`` outlined. Always beside words."""
    return _mini_staircase(tuple(bars), label)


@lru_cache(maxsize=256)
def _mini_staircase(bars: tuple[str, ...], label: str) -> SafeString:
    rects = format_html_join(
        "",
        '<rect class="{}" x="{}" y="{}" width="8.6" height="{}"/>',
        (
            (_BARS[state], round(0.5 + 9.6 * i, 1), round(18.6 - 14.5 * i / max(len(bars) - 1, 1), 1),
             round(5.9 + 14.5 * i / max(len(bars) - 1, 1), 1))
            for i, state in enumerate(bars)
        ),
    )  # fmt: skip
    return _svg("mini-staircase", rects, box=f"0 0 {round(9.6 * len(bars) + 0.4, 1)} 26", label=label)


def rating_steps(rank: int, count: int, *, descending: bool = False) -> SafeString:
    """The steps of one level of a scale: ``rank`` of ``count`` filled, rising, or going down when the lowest is best."""
    width = round((36.5 - (count - 1)) / count, 2)
    rects = []
    for i in range(count):
        height = 22.4 if count == 1 else 8.6 + 13.8 * (count - 1 - i if descending else i) / (count - 1)
        x, y = round(0.5 + i * (width + 1), 2), round(24.5 - height, 2)
        rects.append(("full" if i < rank else "empty-step", x, y, round(width - 0.5, 2), round(height, 2)))
    drawn = format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>', rects)
    return _svg("steps", drawn, box="0 0 36.5 25")


def confidence_range(
    value: Figure, low: Figure, high: Figure, regime: str = "measured", target: Figure | None = None, *, labelled: bool = False
) -> SafeString:
    """A percentage between 0 and 100 on its axis: interval as a bar, value as a tick, commitment as a dotted line."""
    parts: list[SafeString] = [format_html('<line class="axis" x1="0" x2="100%" y1="11" y2="11"/>')]
    parts += [format_html('<line class="axis" x1="{0}%" x2="{0}%" y1="7" y2="15"/>', mark) for mark in (0, 50, 100)]
    if regime == "grouped":
        parts.append(
            format_html('<rect class="interval-group" x="{}%" width="{}%" y="6.5" height="9"/>', low, float(high) - float(low))
        )
    else:
        css = "interval-model" if regime == "modelled" else "interval"
        parts.append(format_html('<line class="{}" x1="{}%" x2="{}%" y1="11" y2="11"/>', css, low, high))
    if target not in {None, ""}:
        parts.append(format_html('<line class="target-mark" x1="{0}%" x2="{0}%" y1="1" y2="21"/>', target))
    parts.append(format_html('<line class="halo" x1="{0}%" x2="{0}%" y1="3" y2="19"/>', value))
    parts.append(format_html('<line class="point" x1="{0}%" x2="{0}%" y1="2" y2="20"/>', value))
    if labelled:
        parts.append(format_html('<text x="0" y="38">0</text><text x="50%" y="38" text-anchor="middle">50</text>'))
        parts.append(format_html('<text x="100%" y="38" text-anchor="end">100 %</text>'))
    return _svg("range range--labelled" if labelled else "range", format_html_join("", "{}", ((p,) for p in parts)))


def stacked_bar(best: Figure, good: Figure, poor: Figure, worst: Figure) -> SafeString:
    """Four shares in percent, best first, with a dark rule between satisfied and not. Words stand under it.

    Rounded shares may add up to 101: they are drawn as parts of their sum, so that the bar is always just full.
    """
    parts: list[SafeString] = []
    start, total = 0.0, sum(map(float, (best, good, poor, worst))) or 100
    for css, given, on in (("s4", best, "on"), ("s3", good, ""), ("s2", poor, ""), ("s1", worst, "on")):
        share = 100 * float(given) / total
        parts.append(
            format_html(
                '<rect class="{}" x="{}%" y="0" width="{}%" height="44"/>', css, round(start, 1), round(max(share - 0.4, 0), 1)
            )
        )
        if share >= 12:
            parts.append(
                format_html('<text x="{}%" y="28" class="{}">{} %</text>', round(start + 1.2, 1), on, round(float(given)))
            )
        start += share
    half = round(100 * (float(best) + float(good)) / total - 0.2, 1)
    parts.append(format_html('<line class="half" x1="{0}%" x2="{0}%" y1="-6" y2="50"/>', half))
    return _svg("stacked", format_html_join("", "{}", ((p,) for p in parts)))


def elapsed(passed: Figure, total: Figure) -> SafeString:
    """How much of a duration has gone, as a filled ruler. The words stand under it."""
    share = round(100 * min(max(float(passed) / float(total), 0), 1), 1) if float(total) else 100
    ground = format_html('<rect x="1" y="10" width="99%" height="8" rx="4" class="r0"/>')
    return _svg("ruler", ground + format_html('<rect x="1" y="10" width="{}%" height="8" rx="4" class="r1"/>', share * 0.99))


def factor_bar(share: Figure | None) -> SafeString:
    """What one line brings to a score, in percent of the largest; a source that is missing is an empty dashed bar."""
    if share is None or share == "":
        bar = format_html('<rect class="f0" x="1" y="3" width="50%" height="10"/>')
    else:
        bar = format_html('<rect class="f1" x="0" y="3" width="{}%" height="10"/>', share)
    return _svg("factor-bar", bar)


def rank_range(rank: int, low: int, high: int, ranked: int) -> SafeString:
    """A rank among many, 1 on the left: the interval it stays in as a bar, the rank as a ring, both ends and bounds in figures."""
    at = {place: round(100 * (place - 1) / max(ranked - 1, 1), 2) for place in (rank, low, high)}
    parts = [
        format_html('<line class="axis" x1="0" x2="100%" y1="12" y2="12"/>'),
        format_html('<line class="interval" x1="{}%" x2="{}%" y1="12" y2="12"/>', at[low], at[high]),
        format_html('<circle class="point" cx="{}%" cy="12" r="6"/>', at[rank]),
    ]
    # A bound that stands on an end of the axis, or on the other bound, is written once.
    shown: dict[int, float] = {1: 0.0, ranked: 100.0}
    for place in (low, high):
        if all(abs(at[place] - other) >= 7 for other in shown.values()):
            shown[place] = at[place]
    for place, where in sorted(shown.items()):
        anchor = "start" if where == 0 else "end" if where == 100 else "middle"
        parts.append(format_html('<text x="{}%" y="36" text-anchor="{}">{}</text>', where, anchor, place))
    return _svg("range range--rank", format_html_join("", "{}", ((part,) for part in parts)))
