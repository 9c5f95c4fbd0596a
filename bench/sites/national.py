"""National scale: from files to scores, against the same chain in pandas + geopandas, measured in the same run.

5.4 million dwellings, 150,000 residences, 20 million monthly lines of incidents, the real priority districts. Each chain is
a process of its own: its seconds on the clock, its seconds of processor and its memory at its highest are those the system
counted. The load of the machine is printed beside: seconds on a busy machine say little, ratios hold.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1])]

from figures import figure
from generate import TERRITORY, stock

SIZES = (0.1, 1.0, 4.0)


@dataclass(frozen=True)
class Run:
    """What one process took."""

    clock: float
    processor: float
    megabytes: float


def measured(act: str, scale: float, threads: int = 2) -> Run:
    """Run one chain in a process of its own."""
    start = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-W", "ignore", __file__, act, str(scale), str(threads)])
    _, status, used = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{act} at {scale:g} failed")
    return Run(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def out(act: str, scale: float) -> Path:
    """Where a chain leaves its answer."""
    return stock(scale) / f"{act}.parquet"


def with_palier(scale: float, threads: int, *, alerts: bool = False, name: str = "palier") -> None:
    """What ``palier sites score`` runs."""
    from palier.sites.chain.whole import Inputs, Options, score

    folder = stock(scale)
    inputs = Inputs(
        folder / "dwellings.parquet",
        folder / "incidents.parquet",
        districts=TERRITORY / "qpv2024.geojson",
        offences=TERRITORY / "delinquance_communes.json.gz",
        incomes=TERRITORY / "filoiris.json.gz",
    )
    options = Options(alerts=alerts, threads=threads)
    score(inputs, out(name, scale), options=options, say=str)


def with_pandas(scale: float, *, by_address: bool, name: str) -> None:
    """The same steps in pandas and geopandas, then the same rating."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from with_pandas import ON, chain

    from palier.sites.chain.crossing import Crossed
    from palier.sites.chain.expressions import COLUMNS
    from palier.sites.chain.registry import registry_plan
    from palier.sites.chain.scored import scored
    from palier.sites.scoring.method import in_force

    plan = registry_plan(ON.date())
    found = chain(stock(scale), TERRITORY, dict(plan.events), by_address=by_address).reset_index()
    found["landlord"] = ""
    values = found.reindex(columns=list(plan.keys)).to_numpy(dtype=np.float64)
    residences = pa.Table.from_pandas(found[list(COLUMNS)], preserve_index=False)
    pq.write_table(scored(Crossed(residences, plan.keys, values), in_force(plan.on), on=plan.on), out(name, scale))


def same(one: str, other: str, scale: float) -> None:
    """Stop unless two answers agree: texts equal, numbers to a billionth."""
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    mine, theirs = pq.read_table(out(one, scale)), pq.read_table(out(other, scale))
    assert mine.num_rows == theirs.num_rows
    for name in mine.column_names:
        left, right = (t[name].to_numpy(zero_copy_only=False) for t in (mine, theirs))
        if left.dtype == object:
            alike = (left == right) | (pd.isna(left) & pd.isna(right))
        else:
            alike = np.isclose(left.astype(float), right.astype(float), rtol=1e-9, atol=1e-9, equal_nan=True)
        if not alike.all():
            at = int(np.flatnonzero(~alike)[0])
            sys.exit(f"BROKEN: {one} and {other} differ on {name}, line {at}: {left[at]} and {right[at]}")


def main() -> None:
    """Print the figures; the last line says whether the promises hold."""
    for scale in SIZES:
        measured("stock", scale)  # in a process of its own: a child's highest memory begins with that of its parent
    print(f"load of the machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    runs = {scale: measured("palier", scale) for scale in SIZES}
    mine = runs[1.0]
    figure("whole chain, files to scores, on the clock", mine.clock, "s", promised=8)
    figure("  processor, both cores added up", mine.processor, "s", promised=16)
    figure("  memory at its highest", mine.megabytes / 1000, "GB", promised=1.3)
    # As one writes it, a point a home; then with our own trick, a point an address. Both give the same answer as ours.
    for act, said in (("pandas-by-home", "pandas + geopandas, same answer"), ("pandas", "the same by address, same answer")):
        theirs = measured(act, 1.0)
        same("palier", act, 1.0)
        figure(f"{said}, on the clock", theirs.clock, "s")
        figure("  processor", theirs.processor, "s")
        figure("  memory at its highest", theirs.megabytes / 1000, "GB")
        promised = (2.2, 3) if act == "pandas-by-home" else (1, 1)
        at_least("  Palier is faster, on the clock", theirs.clock / mine.clock, promised[0])
        at_least("  Palier is leaner", theirs.megabytes / mine.megabytes, promised[1])
    for scale, run in runs.items():
        figure(f"cost at {scale:g} times the country: clock", run.clock, "s")
        figure("  processor", run.processor, "s")
        figure("  memory at its highest", run.megabytes / 1000, "GB")
    print("the chain that is promised is the one above, without alerts; below, with them, for the record")
    alerts = measured("palier-with-alerts", 1.0)
    figure("whole chain with the alerts, on the clock", alerts.clock, "s")
    figure("  memory at its highest", alerts.megabytes / 1000, "GB")
    print(f"load of the machine after: {os.getloadavg()[0]:.1f}")


def at_least(what: str, value: float, promised: float) -> None:
    """Print a ratio that must not be smaller than promised."""
    print(
        f"{what:<64} {value:>10,.2f} times     promised ≥ {promised:g}   {'holds' if value >= promised else 'BROKEN'}",
        flush=True,
    )


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        act, scale, threads = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
        if act == "stock":
            stock(scale)
        elif act.startswith("palier"):
            with_palier(scale, threads, alerts=act.endswith("alerts"), name=act)
        else:
            with_pandas(scale, by_address=act == "pandas", name=act)
