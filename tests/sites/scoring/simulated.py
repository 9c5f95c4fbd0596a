"""A simulated stock in which some residences tip over on a known date: what the alerts are held to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from palier.sites.scoring.composite import Floats


@dataclass(frozen=True, slots=True)
class Stock:
    """Monthly incidents (n, T), homes (n,), and which residences were made to tip over."""

    counts: Floats
    homes: Floats
    planted: npt.NDArray[np.bool_]


def stock(
    seed: int,
    *,
    residences: int = 600,
    months: int = 36,
    share: float = 0.05,
    factor: float = 3.0,
    ago: int = 6,
    clustered: bool = True,
) -> Stock:
    """15 to 300 homes each, rates that differ from one residence to another, a season, a rising trend common to all.

    With ``clustered``, incidents call one another: rates drift from month to month (AR(1), ρ = 0.5), which is no tipping.
    """
    rng = np.random.default_rng(seed)
    homes = rng.integers(15, 300, residences).astype(np.float64)
    rates = rng.gamma(2, 0.5, residences) * 0.04
    season = (1 + 0.3 * np.sin(np.arange(months) * 2 * np.pi / 12)) * np.linspace(1, 1.3, months)
    means = (homes * rates)[:, None] * season
    planted = rng.random(residences) < share
    means[planted, months - ago :] *= factor
    if clustered:
        drift = rng.normal(0, 0.25, (residences, months))
        for month in range(1, months):
            drift[:, month] = 0.5 * drift[:, month - 1] + drift[:, month] * np.sqrt(0.75)
        means *= np.exp(drift - 0.25**2 / 2)
    return Stock(rng.poisson(means).astype(np.float64), homes, planted)


@dataclass(frozen=True, slots=True)
class Tally:
    """What the alerts of many stocks came to."""

    false: float
    """Share of false alarms among the alerts, the mean over stocks (0 for a stock without alert)."""
    found: float
    """Share of the planted sites that were alerted on."""


def tally(stocks: list[Stock], level: float) -> Tally:
    """Alert on each stock at a promised level, and count."""
    from palier.sites.scoring.tipping import tipping

    false, seen, planted = [], 0, 0
    for one in stocks:
        alerts = tipping(one.counts, one.homes).q <= level
        false.append((alerts & ~one.planted).sum() / max(1, alerts.sum()))
        seen += int((alerts & one.planted).sum())
        planted += int(one.planted.sum())
    return Tally(float(np.mean(false)), seen / max(1, planted))
