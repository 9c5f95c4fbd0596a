"""What may not be shown by itself: too few contributors, one too large, figures too close to one's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Contributions = Mapping[Any, float]
"""What each contributor brings to a cell, zero or more. Who is named with zero contributes: its zero is a figure too."""


class Why(StrEnum):
    """Why a figure is hidden."""

    TOO_FEW = "too_few"
    DOMINATED = "dominated"
    TOO_CLOSE = "too_close"
    ZERO = "zero"
    COMPLEMENT = "complement"
    OVERLAP = "overlap"

    @property
    def label(self) -> str:
        """In French, after « masqué : »."""
        return {
            "too_few": "trop peu d’organismes",
            "dominated": "un organisme y pèse trop",
            "too_close": "un organisme pourrait en déduire le chiffre d’un autre",
            "zero": "un zéro dirait le chiffre de chacun",
            "complement": "permettrait de recalculer une autre case masquée",
            "overlap": "la différence avec un autre territoire publié désignerait trop peu d’organismes",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds of one publication.

    ``fewest`` contributors at least; the largest one at most ``largest`` of the total; the ``together[0]`` largest at most
    ``together[1]`` of it; the second largest must not know the largest within ``closeness`` of it (the p % rule). What is
    hidden stays uncertain by ``width`` of itself on both sides and by ``floor`` at least (1 for counts, which are whole), and by
    ``least_width`` when it is zero.
    """

    fewest: int = 5
    largest: float = 0.4
    together: tuple[int, float] | None = (2, 0.75)
    closeness: float | None = 0.1
    width: float = 0.1
    floor: float = 0.0
    least_width: float = 1.0
    zeros_speak: bool = True


BETWEEN_LANDLORDS = Policy()


def hidden_because(contributions: Contributions, policy: Policy = BETWEEN_LANDLORDS) -> Why | None:
    """Why a cell may not be shown by itself; None when it may. A cell to which nobody contributes says nothing of anybody.

    A zero to which several contribute says that each of them has zero: it is hidden where ``zeros_speak``.
    """
    if not contributions:
        return None
    if len(contributions) < policy.fewest:
        return Why.TOO_FEW
    sizes = sorted(contributions.values(), reverse=True)
    total = sum(sizes)
    if total <= 0:
        return Why.ZERO if policy.zeros_speak else None
    too_large = policy.together is not None and sum(sizes[: policy.together[0]]) > policy.together[1] * total
    if too_large or sizes[0] > policy.largest * total:
        return Why.DOMINATED
    if policy.closeness is not None and total - sum(sizes[:2]) < policy.closeness * sizes[0]:
        return Why.TOO_CLOSE
    return None
