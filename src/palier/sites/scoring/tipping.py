"""Residences that tip over: what moved, since when, how sure, with few false alarms over a whole stock.

Monthly counts (incidents, requests) of n residences over T months, with their exposure (homes). The null hypothesis is
that the rate of a residence did not rise more than that of the stock: seasons and common trends are taken out. Three
looks at it, each with its p-value:

- **level**: a funnel. What the last months count, against what the past of the residence and the whole stock lead to
  expect (gamma–Poisson, so a negative binomial law: a small residence is drawn towards the stock);
- **break**: what came after each possible date of the last year, against what came before, given their sum (binomial
  law, beta-binomial where incidents call one another), the smallest of the dates multiplied by their number;
- **trend**: Mann–Kendall on the monthly rates, with Sen's slope to say by how much.

One p-value a residence: three times the smallest (Bonferroni). It holds whatever the dependence between the three, which
look at the same months; a sharper rule would have to assume something of it. Benjamini–Hochberg (1995) over the whole
stock then holds the share of false alarms among the alerts under the promised level.

Incidents call one another. The dispersion φ of each residence (variance ÷ mean of half-year sums around what is expected,
larger where more is counted) is measured on the stock and widens every law (McCullagh & Nelder 1989, quasi-likelihood). For the trend, what most residences of that size do is what chance does: the spread of z is
measured on them (an empirical null, Efron 2004).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

from palier.sites.scoring.composite import NORMAL_MAD
from palier.sites.scoring.counts import Floats

FALSE_ALARMS = 0.05
"""Promised share of false alarms among the alerts of a stock."""
RECENT = 6
"""Months that the funnel looks at."""
BREAKS = (2, 3, 4, 6, 9, 12)
"""Months since each possible date of a break."""
MONTHS = 18
"""Months without which nothing is said: a year of past at least."""
ENOUGH = 20
"""Residences without which the stock says nothing of chance."""
_ROWS_AT_ONCE = 512
_UNUSUAL = 0.005
"""Chance under which a break could end up as an alert, and is worth an exact sum."""


@dataclass(frozen=True, slots=True)
class Tipping:
    """The three looks at each of n residences and what they say together."""

    level: Floats
    break_: Floats
    trend: Floats
    p: Floats
    """Three times the smallest of the three, 1 at most."""
    q: Floats
    """p once the whole stock is taken into account (Benjamini–Hochberg): alerts are those under the promised level."""
    expected: Floats
    """(n, T) what the stock and its seasons lead to expect of a residence with this total."""
    dispersion: Floats
    """(n,) φ"""


@dataclass(frozen=True, slots=True)
class Move:
    """What moved in one residence: from ``before`` to ``after`` counts a month, since month ``since`` of its table."""

    since: int
    before: float
    after: float
    at_least: float
    """Times more than before, read cautiously: the lower end of a 95 % interval."""
    slope: float
    """Sen's slope: counts a month more, every month."""


def funnel(counts: Floats, exposure: Floats) -> tuple[Floats, Floats]:
    """What each unit's exposure leads to expect, and the chance of counting as much or more.

    Spiegelhalter (2005), *Funnel plots for comparing institutional performance*. Poisson where units do not differ more
    than chance explains; otherwise negative binomial, its dispersion by moments over the stock.
    """
    expected = exposure * counts.sum() / exposure.sum()
    alpha = _between(counts, expected)
    if alpha == 0:
        return expected, np.where(counts > 0, special.gammainc(np.maximum(counts, 1e-9), expected), 1.0)
    return expected, _negative_binomial(counts, expected, np.full(len(counts), 1 / alpha))


def _between(counts: Floats, expected: Floats) -> float:
    """How much rates differ between units beyond chance: the α of a variance μ + α·μ², by moments, never below 0."""
    if len(counts) < 2 or not (expected > 0).any():
        return 0.0
    return max(0.0, float(((counts - expected) ** 2 - counts).sum() / (expected**2).sum()))


def _negative_binomial(counts: Floats, mean: Floats, size: Floats) -> Floats:
    """P(X ≥ x) for a mean and a size, real values included (through the incomplete beta function)."""
    with np.errstate(invalid="ignore", divide="ignore"):
        found = special.betainc(np.maximum(counts, 1e-9), size, mean / (mean + size))
    return np.where(counts > 0, np.nan_to_num(found, nan=1.0), 1.0)


def tipping(counts: Floats, exposure: Floats, *, recent: int = RECENT, breaks: Sequence[int] = BREAKS) -> Tipping:
    """The p-value of each residence: ``counts`` (n, T), the last column the last whole month; ``exposure`` (n,).

    Everything is 1 (nothing to say) where there are fewer than 18 months.
    """
    n, months = counts.shape
    nothing = np.ones(n)
    if months < MONTHS or not counts.any():
        return Tipping(nothing, nothing, nothing, nothing, nothing, np.zeros((n, months)), nothing)
    season = counts.sum(axis=0) / counts.sum()
    totals = counts.sum(axis=1)
    expected = totals[:, None] * season
    phi = dispersion(counts, season, recent)
    level = _level(counts, exposure, season, recent, phi)
    break_ = _break(counts, season, [one for one in breaks if one < months], phi)
    z = mann_kendall(np.divide(counts, season * months, where=season > 0, out=np.zeros_like(counts)))
    trend = stats.norm.sf(z / _spread(z, totals))
    p = np.minimum(1.0, 3 * np.minimum(np.minimum(level, break_), trend))
    return Tipping(level, break_, trend, p, benjamini_hochberg(p), expected, phi)


def dispersion(counts: Floats, season: Floats, block: int) -> Floats:
    """φ (n,): variance ÷ mean of the sums of ``block`` months around what each residence's own total leads to expect, ≥ 1.

    Sums of several months, so that incidents that call one another over a few months are counted as such. φ = a + b · mean,
    a and b ≥ 0 by least squares over the stock, the most scattered one per cent left out: a real move is not noise.
    """
    many = counts.shape[1] // block
    start = counts.shape[1] - many * block
    sums = counts[:, start:].reshape(len(counts), many, block).sum(axis=2)
    shares = season[start:].reshape(many, block).sum(axis=1)
    shares = shares / shares.sum() if shares.sum() else shares
    means = sums.mean(axis=1)
    # Rows too small to scatter say nothing of φ.
    kept = np.flatnonzero(means * shares.min() * many >= 1)
    if many < 2 or len(kept) < ENOUGH:
        return np.ones(len(counts))
    expected = sums[kept].sum(axis=1)[:, None] * shares
    chi = ((sums[kept] - expected) ** 2 / expected).sum(axis=1) / (many - 1)
    guess = np.ones(len(kept))
    for _ in range(3):
        usual = np.argsort(chi / guess)[: int(np.ceil(len(kept) * 0.99))]
        sides = np.column_stack([np.ones(len(usual)), means[kept][usual]]) / guess[usual, None]
        (base, growth), _ = optimize.nnls(sides, chi[usual] / guess[usual])
        guess = np.maximum(1.0, base + growth * means[kept])
    return np.asarray(np.maximum(1.0, base + growth * means))


def _level(counts: Floats, exposure: Floats, season: Floats, recent: int, phi: Floats) -> Floats:
    """The funnel of the last months: negative binomial, from the residence's past and the stock's rates."""
    now, past = counts[:, -recent:].sum(axis=1), counts[:, :-recent].sum(axis=1) / phi
    share = season[-recent:].sum()
    stock = past.sum() / exposure.sum()
    if stock == 0 or share == 1:
        return np.ones(len(counts))
    before = exposure * stock
    # Rates between residences follow a gamma law of mean 1 and variance α; the past makes it (1/α + past) ÷ (1/α + before).
    prior = 1 / max(_between(past, before), 1e-6)
    mean = before * (prior + past) / (prior + before) * phi * share / (1 - share)
    doubt = mean**2 / (prior + past)
    return _negative_binomial(now, mean, mean**2 / np.maximum((phi - 1) * mean + doubt, 1e-12))


def _break(counts: Floats, season: Floats, breaks: Sequence[int], phi: Floats) -> Floats:
    """The smallest chance, over the possible dates, that as much of the total fell after them; times their number.

    Months that scatter φ times more than chance share a total out as a beta-binomial law does; its binomial equivalent
    (counts worth 1 ÷ φ) is close enough where nothing is unusual, and spares the sum.
    """
    totals, smallest = counts.sum(axis=1), np.ones(len(counts))
    for months in breaks:
        after, share = counts[:, -months:].sum(axis=1), float(season[-months:].sum())
        rows = np.flatnonzero(after > totals * share)
        found = special.betainc(after[rows] / phi[rows], (totals - after)[rows] / phi[rows] + 1, share)
        unusual = np.flatnonzero((found < _UNUSUAL) & (phi[rows] > 1.01))
        if len(unusual):
            which = rows[unusual]
            spread = totals[which] / (phi[which] - 1)
            found[unusual] = _beta_binomial(after[which], totals[which], spread * share, spread * (1 - share))
        smallest[rows] = np.minimum(smallest[rows], found)
    return np.minimum(1.0, smallest * max(1, len(breaks)))


def _beta_binomial(least: Floats, total: Floats, a: Floats, b: Floats) -> Floats:
    """P(X ≥ least) under a beta-binomial law, line by line: each term from the one before it."""
    found = np.empty(len(least))
    order = np.argsort(total - least)
    for rows in np.array_split(order, len(order) // 512 + 1):
        n, k, alpha, beta = total[rows], least[rows], a[rows], b[rows]
        first = special.betaln(k + alpha, n - k + beta) - special.betaln(alpha, beta)
        first -= np.log1p(n) + special.betaln(n - k + 1, k + 1)
        steps = k[:, None] + np.arange(int((n - k).max()))
        left = np.maximum(n[:, None] - steps, 0.0)
        ratios = left / (steps + 1) * (alpha[:, None] + steps) / np.maximum(beta[:, None] + left - 1, 1e-12)
        found[rows] = np.exp(first) * (1 + np.cumprod(ratios, axis=1).sum(axis=1))
    return np.minimum(1.0, found)


def _spread(z: Floats, totals: Floats) -> Floats:
    """How much wider than a standard normal law z is among the residences of each size, ≥ 1: its robust deviation."""
    found = np.ones(len(z))
    groups = np.array_split(np.argsort(totals, kind="stable"), int(np.clip(len(z) // 100, 1, 10)))
    for group in groups:
        if len(group) >= ENOUGH:
            found[group] = max(1.0, float(np.median(np.abs(z[group] - np.median(z[group])))) * NORMAL_MAD)
    return found


def mann_kendall(values: Floats) -> Floats:
    """For each line, how far it rises: z, standard normal without a trend. NaN are left out.

    Mann (1945), Kendall (1975), ties taken into account, with continuity correction.
    """
    found = [_mann_kendall(values[start : start + _ROWS_AT_ONCE]) for start in range(0, len(values), _ROWS_AT_ONCE)]
    return np.concatenate(found) if found else np.empty(0)


def _mann_kendall(values: Floats) -> Floats:
    score, equal = np.zeros(len(values)), np.ones(values.shape)
    for lag in range(1, values.shape[1]):
        later, before = values[:, lag:], values[:, :-lag]
        score += np.count_nonzero(later > before, axis=1) - np.count_nonzero(later < before, axis=1)
        tie = later == before
        equal[:, lag:] += tie
        equal[:, :-lag] += tie
    seen = np.count_nonzero(~np.isnan(values), axis=1).astype(np.float64)
    # Σ t(t−1)(2t+5) over groups of t equal values is Σ (t−1)(2t+5) over values.
    variance = (seen * (seen - 1) * (2 * seen + 5) - ((equal - 1) * (2 * equal + 5)).sum(axis=1)) / 18
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(variance > 0, (score - np.sign(score)) / np.sqrt(variance), 0.0)


def sen_slope(values: Floats) -> float:
    """By how much one line rises each period: the median of the slopes between all pairs (Sen 1968); 0 without a pair."""
    first, second = np.triu_indices(len(values), 1)
    slopes = (values[second] - values[first]) / (second - first)
    slopes = slopes[~np.isnan(slopes)]
    return float(np.median(slopes)) if len(slopes) else 0.0


def benjamini_hochberg(p: Floats) -> Floats:
    """The q-value of each p-value: alerts are those with q at most the promised level."""
    order = np.argsort(p)
    raw = p[order] * len(p) / np.arange(1, len(p) + 1)
    found = np.empty(len(p))
    found[order] = np.minimum(1.0, np.minimum.accumulate(raw[::-1])[::-1])
    return found


def change_point(values: Floats) -> int | None:
    """The first index of the new level, when a line has one change of mean (least squares, ``ruptures``); else None."""
    import ruptures  # noqa: PLC0415 - heavy, and only the alerts are dated

    if len(values) < 4 or not np.ptp(values):
        return None
    return int(ruptures.Dynp(model="l2", min_size=2, jump=1).fit(np.asarray(values, dtype=np.float64)).predict(n_bkps=1)[0])


def move(counts: npt.NDArray[np.float64], expected: Floats, phi: float = 1.0) -> Move:
    """When a residence moved, from what to what, and by how much at least.

    Counts are compared with what the season leads to expect. The interval is that of the ratio of two Poisson rates
    (conditional binomial, Clopper–Pearson), counts worth 1 ÷ φ.
    """
    season = expected / expected.mean() if expected.any() else np.ones_like(counts)
    since = change_point(np.divide(counts, season, where=season > 0, out=np.zeros_like(counts)))
    since = len(counts) - RECENT if since is None else since
    old, new = counts[:since].sum() / phi, counts[since:].sum() / phi
    share = float(season[since:].sum() / season.sum())
    low = float(special.betaincinv(new, old + 1, 0.025)) if new > 0 else 0.0
    ratio = low / max(1 - low, 1e-12) * (1 - share) / share
    return Move(
        since,
        float(counts[:since].mean()),
        float(counts[since:].mean()),
        ratio,
        sen_slope(counts / np.where(season > 0, season, 1.0)),
    )
