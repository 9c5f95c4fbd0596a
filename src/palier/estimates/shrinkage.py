"""The share of a small group, helped by its neighbours: a residence within its agency.

Eight answers do not tell the satisfaction of a residence, but they add to what its agency tells. The shares of the residences
of an agency are taken as spread around its own by a beta law, answers as binomial within each (Kleinman, J. C. (1973),
Proportions with extraneous variance, JASA 68). The spread is common to all agencies. Agency share and spread are not known
either: every couple on a grid counts for as much as it explains the answers, so that their doubt widens the intervals
(as in Kass, R. E. and Steffey, D. (1989), Approximate Bayesian inference in conditionally independent hierarchical models,
JASA 84). What is estimated is the share among the people of the residence: those who answered are known, the others
are foretold.

What a reader sees is told by a *regime*: ``MEASURED`` (its own answers suffice), ``MODELLED`` (helped by its neighbours),
``GROUPED`` (several residences with too few answers, read together).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from palier.estimates.designs import Floats
from palier.estimates.proportions import Z90, around, effective, margin

Ints = npt.NDArray[np.int_]

_AWAY = np.linspace(-4, 4, 33)
"""Agency shares tried, around the one that its answers give: so many times its doubt, on the scale of odds."""
_APART = 0.6
"""About how far residences are from one another, on that scale: only how far to look depends on it."""
_SPREADS = np.geomspace(1.5, 600.0, 20)
"""Spreads tried, as a + b of the beta law: how many answers the agency is worth to a residence."""
_WORTH = 1e-4
"""Couples that explain the answers so much less than the others are left out."""


class Regime(StrEnum):
    """How the figure of a residence was made."""

    MEASURED = "measured"
    MODELLED = "modelled"
    GROUPED = "grouped"

    @property
    def label(self) -> str:
        """In French."""
        return {"measured": "mesuré directement", "modelled": "estimé par un modèle", "grouped": "groupé"}[self.value]


FEWEST = 5
"""Answers under which nothing is said of a residence by itself."""
DIRECT_MARGIN = 0.1
"""The margin, at 90 % and at worst, from which the own answers of a residence suffice."""


@dataclass(frozen=True, slots=True)
class Modelled:
    """By row: the share, its interval at 90 %, the chance that it is under the commitment, and its regime."""

    values: Floats
    low: Floats
    high: Floats
    under: Floats
    regimes: tuple[Regime, ...]


def by_residence(
    satisfied: npt.ArrayLike,
    answers: npt.ArrayLike,
    agencies: npt.ArrayLike,
    population: npt.ArrayLike,
    joined: npt.ArrayLike,
    *,
    commitment: float = 0.5,
) -> Modelled:
    """The share of each row: ``satisfied`` of ``answers``, in its agency, among ``population`` households.

    A row is a residence, or several of one agency ``joined`` because each has too few answers.

    Raises:
        ValueError: when a row has more satisfied than answers, more answers than households, or fewer than ``FEWEST`` answers.
    """
    yes, size = np.asarray(satisfied, dtype=float), np.asarray(answers, dtype=float)
    people = np.asarray(population, dtype=float)
    if (yes < 0).any() or (yes > size).any() or (size > people).any():
        raise ValueError("Satisfied, answers and households must follow each other.")
    if (size < FEWEST).any():
        raise ValueError(f"Fewer than {FEWEST} answers: join the residence with others first.")
    centre, width = _posterior(yes, size, np.unique(np.asarray(agencies), return_inverse=True)[1])
    low, high, under = _foretold(yes, size, people, centre, width, commitment)
    values = (yes + (people - size) * centre) / people
    regimes = []
    for row, together in enumerate(np.asarray(joined, dtype=bool).tolist()):
        # Whatever was answered: were the margin that of the share observed, an extreme share would always suffice.
        direct = margin(int(size[row]), int(people[row]), z=Z90) <= DIRECT_MARGIN
        if direct:
            values[row] = own = yes[row] / size[row]
            low[row], high[row] = around(own, effective(size[row], people[row]), Z90)
        regimes.append(Regime.GROUPED if together else Regime.MEASURED if direct else Regime.MODELLED)
    return Modelled(values, low, high, under, tuple(regimes))


def _posterior(yes: Floats, size: Floats, agencies: Ints) -> tuple[Floats, Floats]:
    """The mean and the variance of the share of each residence, over every couple (agency share, spread) of the grid."""
    count = int(agencies.max(initial=-1)) + 1
    rows = [np.flatnonzero(agencies == agency) for agency in range(count)]
    grids = [_grid(yes[here], size[here]) for here in rows]
    tops = [explained.max() for _, _, explained in grids]
    of_spread = sum(
        (
            np.log(np.maximum(np.exp(explained - top).sum(axis=0), 1e-300))
            for (_, _, explained), top in zip(grids, tops, strict=True)
        ),
        start=np.zeros(len(_SPREADS)),
    )
    of_spread = np.exp(of_spread - of_spread.max())
    mean, variance = np.zeros(len(size)), np.zeros(len(size))
    for here, (alpha, beta, explained), top in zip(rows, grids, tops, strict=True):
        given = np.exp(explained - top)
        held = given / np.maximum(given.sum(axis=0), 1e-300) * of_spread
        kept = held > _WORTH * held.max()
        worth = held[kept] / held[kept].sum()
        first = alpha[kept][None, :] + yes[here][:, None]
        whole = first + beta[kept][None, :] + (size[here] - yes[here])[:, None]
        centres = first / whole
        mean[here] = centres @ worth
        variance[here] = (centres * (1 - centres) / (whole + 1) + centres**2) @ worth - mean[here] ** 2
    return mean, variance


def _grid(yes: Floats, size: Floats) -> tuple[Floats, Floats, Floats]:
    """For one agency, the beta laws tried (shares × spreads), and how well each explains its answers."""
    from scipy import special  # noqa: PLC0415 - only where a wave is counted, never at start

    middle = (yes.sum() + 0.5) / (size.sum() + 1)
    doubt = np.sqrt(1 / (size.sum() * middle * (1 - middle)) + _APART**2 / len(size))
    shares = 1 / (1 + np.exp(-np.log(middle / (1 - middle)) - doubt * _AWAY))[:, None]
    alpha, beta = shares * _SPREADS, (1 - shares) * _SPREADS
    # Even on the share itself: 0 and 100 % stay possible.
    explained = np.log(shares * (1 - shares)) - len(size) * special.betaln(alpha, beta)
    # Many residences have the same counts: each is weighed once.
    (ones, of_ones), (others, of_others), (sizes, of_sizes) = (
        np.unique(counts, return_counts=True) for counts in (yes, size - yes, size)
    )
    explained = explained + special.gammaln(alpha[..., None] + ones) @ of_ones
    explained = explained + special.gammaln(beta[..., None] + others) @ of_others
    return alpha, beta, explained - special.gammaln(_SPREADS[:, None] + sizes) @ of_sizes


def _foretold(
    yes: Floats, size: Floats, people: Floats, centre: Floats, width: Floats, commitment: float
) -> tuple[Floats, Floats, Floats]:
    """Bounds at 90 % of the share among all the people, and the chance of being under the commitment.

    How many of those who did not answer are satisfied has a mean (``centre``) and a variance: that of the residence's share,
    and that of drawing so few. A beta law of that mean and variance gives the bounds, from half a household under none to
    half a household over all of them, since households are whole.
    """
    from scipy import special  # noqa: PLC0415 - only where a wave is counted, never at start

    rest = people - size
    count = rest * centre
    spread = rest * (rest - 1) * width + rest * centre * (1 - centre)
    middle = (count + 0.5) / (rest + 1)
    variance = np.minimum((spread + 1 / 12) / (rest + 1) ** 2, 0.999 * middle * (1 - middle))
    worth = middle * (1 - middle) / variance - 1
    first, second = middle * worth, (1 - middle) * worth
    low, high = (np.clip((rest + 1) * special.betaincinv(first, second, bound) - 0.5, 0, rest) for bound in (0.05, 0.95))
    short = np.ceil(commitment * people - 1e-9) - yes  # satisfied households still needed to reach the commitment
    under = special.betainc(first, second, np.clip(short / (rest + 1), 0, 1))
    return (yes + low) / people, (yes + high) / people, np.where(short > rest, 1.0, np.where(short <= 0, 0.0, under))
