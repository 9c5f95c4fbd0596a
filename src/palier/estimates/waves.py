"""Two waves compared: the gap between two shares, its interval, and whether it is more than chance, in words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import erfc, inf, sqrt

from palier.estimates.proportions import Z95, Share, around


class Move(StrEnum):
    """What may be said of a gap."""

    UP = "up"
    DOWN = "down"
    UNSURE = "unsure"

    @property
    def label(self) -> str:
        """In French, as a sentence of its own."""
        return {
            "up": "La hausse est établie : le hasard des réponses ne suffit pas à l’expliquer.",
            "down": "La baisse est établie : le hasard des réponses ne suffit pas à l’expliquer.",
            "unsure": "Aucun changement n’est établi : l’écart peut venir du hasard des réponses.",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Change:
    """The gap between two shares (after less before), its bounds, and the chance of such a gap were nothing to change."""

    gap: float
    low: float
    high: float
    chance: float
    move: Move


def compare(before: Share, after: Share, z: float = Z95) -> Change:
    """Whether a share changed between two independent samples, each for what it is worth (design effect, finite population).

    The interval is the hybrid of two Wilson intervals: Newcombe, R. G. (1998), Interval estimation for the difference between
    independent proportions, Statistics in Medicine 17, method 10. The chance is that of the two-proportion test. A change is
    established when both say so.
    """
    gap = after.value - before.value
    old_low, old_high = around(before.value, before.size, z)
    new_low, new_high = around(after.value, after.size, z)
    low = gap - sqrt((after.value - new_low) ** 2 + (old_high - before.value) ** 2)
    high = gap + sqrt((new_high - after.value) ** 2 + (before.value - old_low) ** 2)
    chance = _chance(gap, before, after)
    sure = chance < erfc(z / sqrt(2)) and not low <= 0 <= high
    return Change(gap, low, high, chance, Move.UNSURE if not sure else Move.UP if gap > 0 else Move.DOWN)


def _chance(gap: float, before: Share, after: Share) -> float:
    """The two-sided chance of a gap at least as large when both waves have the same share."""
    if gap == 0:
        return 1.0
    if before.size == after.size == inf:
        return 0.0
    if inf in (before.size, after.size):
        held = before.value if before.size == inf else after.value
    else:
        held = (before.value * before.size + after.value * after.size) / (before.size + after.size)
    error = sqrt(held * (1 - held) * (1 / before.size + 1 / after.size))
    return erfc(abs(gap) / error / sqrt(2)) if error else 0.0
