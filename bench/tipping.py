"""Sites that tip over: share of false alarms, share found and delay, on simulated stocks of 2,000 residences."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import numpy as np
from figures import figure
from tests.sites.scoring.simulated import stock, tally

from palier.sites.scoring.tipping import FALSE_ALARMS, tipping

STOCKS, RESIDENCES = 20, 2_000


def main() -> None:
    for factor in (2, 3, 4):
        for clustered in (False, True):
            told = f"rate × {factor} for 6 months{', incidents calling one another' if clustered else ''}"
            seeds = range(STOCKS)
            found = tally(
                [stock(seed, residences=RESIDENCES, factor=factor, clustered=clustered) for seed in seeds], FALSE_ALARMS
            )
            figure(f"false alarms among alerts, {told}", found.false * 100, "%", promised=FALSE_ALARMS * 100)
            figure(f"planted sites found, {told}", found.found * 100, "%")
    whole = stock(0, residences=RESIDENCES, months=48, ago=12, factor=3)
    for ago in (1, 2, 3, 4, 6, 9, 12):
        seen = tipping(whole.counts[:, : 36 + ago], whole.homes).q <= FALSE_ALARMS
        figure(f"planted sites found {ago} month(s) after a rate × 3", float(seen[whole.planted].mean() * 100), "%")
    country = stock(1, residences=150_000)
    start = time.perf_counter()
    tipping(country.counts, country.homes)
    figure("150,000 residences × 36 months", time.perf_counter() - start, "s", promised=10)
    assert np.isfinite(country.counts).all()


main()
