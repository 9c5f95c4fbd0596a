"""How sure a share is: the interval of Wilson."""

from __future__ import annotations

from math import sqrt

Z95 = 1.959963984540054


def wilson(count: float, of: float, z: float = Z95) -> tuple[float, float]:
    """The bounds of a share, between 0 and 1, at 95 % unless told otherwise; (0, 1) when nobody answered.

    Wilson, E. B. (1927), Probable inference, the law of succession, and statistical inference, JASA 22. It stays within
    0 and 1 and never closes on a share of 0 or 100 %.

    Raises:
        ValueError: when the count is negative or larger than what it is counted of.
    """
    if not 0 <= count <= of:
        raise ValueError(f"{count} of {of} is no share.")
    if not of:
        return 0.0, 1.0
    share = count / of
    centre = share + z * z / (2 * of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    scale = 1 + z * z / of
    return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)
