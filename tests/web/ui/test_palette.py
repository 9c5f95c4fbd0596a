"""The contrasts that the design promises, computed from the tokens, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

CSS = Path("src/palier/web/ui/styles/tokens.css").read_text()


def theme(selector: str) -> dict[str, str]:
    """The colours that one rule declares."""
    block = CSS[CSS.index(selector) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block[: block.index("\n}")]))


LIGHT = theme(":root {")
DARK = {**LIGHT, **theme('[data-bs-theme="dark"] {')}


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.x."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.x."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *((ink, ground) for ink in ("ink", "ink-2", "rail", "brick", "lamp-ink") for ground in ("wall", "plaster")),
    ("ink-2", "wall-2"),
    ("on-rail", "rail"),
    ("lamp-ink", "lamp-tint"),
    ("brick", "brick-tint"),
    ("slate", "slate-tint"),
    ("plum", "plum-tint"),
    ("ink", "lamp-tint"),
]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT, ids="/".join)
def test_text_stands_out(colours: dict[str, str], ink: str, ground: str) -> None:
    assert contrast(colours[ink], colours[ground]) >= 6


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["wall", "plaster"])
def test_borders_that_mean_something_are_seen(colours: dict[str, str], ground: str) -> None:
    assert contrast(colours["line-strong"], colours[ground]) >= 3


def test_classes_of_sites_keep_their_order_in_grey() -> None:
    shades = [luminance(LIGHT[f"site-{level}"]) for level in range(4)]
    assert shades == sorted(shades, reverse=True)
