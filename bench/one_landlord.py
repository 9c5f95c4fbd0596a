"""Sites of one landlord of 16,000 dwellings: tables crossed, scored and classed at each save, once warm."""

from __future__ import annotations

import sys
import time
from datetime import date
from pathlib import Path

import numpy as np
from figures import figure, seconds

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

DWELLINGS, RESIDENCES, NOTES = 16_000, 400, 12_000
ON = date(2025, 12, 31)


def main() -> None:
    """The tables of a made-up landlord, then the time of one save."""
    from tests.sites.chain.scenes import contours, square

    from palier.sites.chain.crossing import columns_of, table
    from palier.sites.chain.landlord import of_landlord
    from palier.sites.chain.registry import registry_plan
    from palier.sites.scoring.classes import assign
    from palier.sites.scoring.composite import composite
    from palier.sites.scoring.method import in_force

    rng = np.random.default_rng(7)
    plan, method = registry_plan(ON), in_force(ON)
    owner = np.sort(rng.integers(RESIDENCES, size=DWELLINGS))
    brought = [key for key, _ in plan.readings][:20]
    tables = {
        "dwellings": table(
            "dwellings",
            {
                "residence": [str(number) for number in owner],
                "landlord": [""] * DWELLINGS,
                "commune": ["93010"] * DWELLINGS,
                "lon": (2.45 + owner * 1e-4 + np.round(rng.random(DWELLINGS), 1) * 1e-3).tolist(),
                "lat": (48.9 + owner % 7 * 1e-3).tolist(),
                "homes": [1] * DWELLINGS,
            },
        ),
        "incidents": table(
            "incidents",
            {
                "residence": [str(number) for number in rng.integers(RESIDENCES, size=NOTES)],
                "month": [date(2023 + int(m) // 12, int(m) % 12 + 1, 1) for m in rng.integers(36, size=NOTES)],
                "kind": [plan.kinds[at] for at in rng.integers(len(plan.kinds), size=NOTES)],
                "count": [1] * NOTES,
            },
        ),
        "readings": table(
            "readings",
            {
                "residence": [str(number) for number in range(RESIDENCES) for _ in brought],
                "indicator": brought * RESIDENCES,
                "ends_on": [ON] * (RESIDENCES * len(brought)),
                "value": rng.uniform(0, 60, RESIDENCES * len(brought)).tolist(),
            },
        ),
    }
    districts = contours(*(square(f"QN{at}", 2.45 + at * 4e-3, 48.9, 3e-3) for at in range(8)))

    def save() -> None:
        crossed = of_landlord(tables, plan, districts=districts)
        values = columns_of(crossed, method.keys)
        composite(values, method.criteria, method.method)
        assign(values, method.thresholds)

    save()
    start = time.process_time()
    took = seconds(save, times=30, of=min)
    processor = (time.process_time() - start) / 32
    figure(f"{DWELLINGS} dwellings crossed, scored and classed", took * 1000, "ms", promised=150)
    figure("  processor, all threads added up", processor * 1000, "ms")


if __name__ == "__main__":
    main()
