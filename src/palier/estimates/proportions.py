"""Shares: how sure one is, what margin a number of answers gives, and how many answers a margin asks for."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, sqrt

Z90 = 1.6448536269514722
Z95 = 1.959963984540054


def wilson(count: float, of: float, z: float = Z95) -> tuple[float, float]:
    """The bounds of a share, between 0 and 1, at 95 % unless told otherwise; (0, 1) when nobody answered.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22. It stays within
    0 and 1 and never closes on a share of 0 or 100 %, unless everybody has answered (``of`` infinite: ``effective``).

    Raises:
        ValueError: when the count is negative or larger than what it is counted of.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share.")
    return around(count / of, of, z) if of else (0.0, 1.0)


def around(share: float, size: float, z: float = Z95) -> tuple[float, float]:
    """The bounds of Wilson around a share that is worth ``size`` answers; the share itself when that is infinite."""
    if size == inf:
        return share, share
    if size <= 0:
        return 0.0, 1.0
    centre = share + z * z / (2 * size)
    half = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    scale = 1 + z * z / size
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)


def effective(answers: float, population: float | None = None, effect: float = 1.0) -> float:
    """How many answers of an endless simple random draw these answers are worth; infinite when everybody answered.

    A finite population makes them worth more: its variance carries the factor (N - n) / (N - 1) (Cochran, W. G. (1977),
    Sampling Techniques, § 3.2). A design effect makes them worth less (Kish, L. (1965), Survey Sampling, § 8.2). Wilson's
    interval is then drawn from that size, as in Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24.

    Raises:
        ValueError: when more people answered than there are.
    """
    worth = answers / effect
    if population is None:
        return worth
    if answers > population:
        raise ValueError(f"{answers} answers for {population} people.")
    return worth * (population - 1) / (population - answers) if answers < population else inf


@dataclass(frozen=True, slots=True)
class Share:
    """A share with what one must know to read it: from how many answers, between which bounds, for which design effect.

    ``size`` is what the answers are worth (``effective``): it carries the finite population and the design effect.
    """

    value: float
    answers: int
    low: float
    high: float
    size: float
    effect: float = 1.0

    @property
    def margin(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2


def share(count: float, of: int, *, population: int | None = None, effect: float = 1.0, z: float = Z95) -> Share | None:
    """A share with its interval, or None when nobody answered. ``count`` may be weighted, so that it adds up to ``of``."""
    if not of:
        return None
    if not 0 <= count <= of + 1e-9:
        raise ValueError(f"{count} of {of} is no share.")
    value = min(count / of, 1.0)
    size = effective(of, population, effect)
    return Share(value, of, *around(value, size, z), size, effect)


def margin(answers: int, population: int | None = None, *, expected: float = 0.5, effect: float = 1.0, z: float = Z95) -> float:
    """The margin of a share before it is known: at worst, when half are satisfied. 1 when nobody answers."""
    size = effective(answers, population, effect)
    return min(z * sqrt(expected * (1 - expected) / size), 1.0) if size else 1.0


def answers_needed(
    wanted: float, population: int | None = None, *, expected: float = 0.5, effect: float = 1.0, z: float = Z95
) -> int:
    """The fewest answers that give a share a margin (0.05 for 5 points), in a population of a known size.

    n = n0 / (1 + (n0 - 1) / N) with n0 = z² p (1 - p) / e² (Cochran, § 4.4): it depends on the margin, hardly on the
    population, and is never a percentage of it. A design effect multiplies it; nobody is asked twice, so it stops at N.

    Raises:
        ValueError: when the margin is not between 0 and 1.
    """
    if not 0 < wanted < 1:
        raise ValueError(f"{wanted} is no margin.")
    endless = z * z * expected * (1 - expected) / (wanted * wanted)
    if population is None:
        return ceil(endless * effect - 1e-9)
    if population <= 0:
        return 0
    return min(ceil(endless / (1 + (endless - 1) / population) * effect - 1e-9), population)


def to_invite(answers: int, response: float, population: int) -> int:
    """How many to invite to have that many answers, at the response rate expected; everybody if need be.

    Raises:
        ValueError: when the response rate is not above 0 and at most 1.
    """
    if not 0 < response <= 1:
        raise ValueError(f"{response} is no response rate.")
    return min(ceil(answers / response - 1e-9), population)
