"""A thousand tables of landlords' figures, protected then attacked; what it takes on tables of 30 by 30."""

import os
import random
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any

from figures import PROJECT, figure

sys.path.insert(0, str(PROJECT))

from tests.disclosure.tables_at_random import drawn

from palier.disclosure.attacker import Breach, breaches
from palier.disclosure.primary import Policy, Why, hidden_because
from palier.disclosure.secondary import protect
from palier.disclosure.tables import Table, two_way

TABLES = int(os.environ.get("PALIER_TABLES", "1000"))
policy = Policy()


def sensitive(table: Table) -> dict[Any, Why]:
    return {key: why for key, brought in table.cells.items() if (why := hidden_because(brought, policy))}


def attacked(table: Table, hidden: Mapping[Any, Why]) -> list[Breach]:
    return breaches(table, hidden, sensitive(table), width=policy.width, least_width=policy.least_width)


def large(seed: int) -> Table:
    """30 by 30, twelve landlords, one cell in sixteen with too few of them, one in five with nobody."""
    chance = random.Random(seed)
    inner = {}
    for row in range(30):
        for column in range(30):
            many = chance.choice([0, 7, 8, 9, 10]) if chance.random() > 0.06 else chance.choice([1, 2, 3])
            inner[row, column] = {who: float(chance.choice([1, 2, 3, 5, 8])) for who in chance.sample(range(12), many)}
    return two_way(inner)


@dataclass(frozen=True)
class Tried:
    """What became of one table."""

    primary: int
    hidden: int
    proven: bool
    known: int
    open_before: bool | None


def tried(seed: int) -> Tried:
    """Protect one table, then attack it; one in ten is attacked without the secondary step too."""
    table = drawn(seed)
    first = sensitive(table)
    answer = protect(table, policy, seconds=5)
    control = bool(attacked(table, first)) if seed % 10 == 0 else None
    return Tried(len(first), len(answer.hidden), answer.proven, len(attacked(table, answer.hidden)), control)


def main() -> None:
    """A thousand small tables on every processor, then two large ones."""
    began = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as workers:
        done = list(workers.map(tried, range(TABLES), chunksize=10))
    took = time.perf_counter() - began
    open_to_attack = sum(one.open_before is True for one in done)
    figure("tables at random, protected then attacked", TABLES, "")
    figure("hidden cells that an outsider or a landlord knows too closely", sum(one.known for one in done), "", promised=0)
    figure("control: of one table in ten, those open to attack without the secondary step", open_to_attack, "")
    figure("controls that found none: they would prove nothing", not open_to_attack, "", promised=0)
    figure(
        "cells hidden for one that had to be", sum(one.hidden for one in done) / max(sum(one.primary for one in done), 1), ""
    )
    figure("tables whose choice is proven the cheapest", 100 * sum(one.proven for one in done) / TABLES, "%")
    figure("time for all of them, with their attacks", took, "s")
    processor = sum(os.times()[2:4])  # of the workers, which a busy machine lengthens less than the clock
    figure("  processor, all of it added up (two minutes of two processors)", processor, "s", promised=240 * TABLES / 1000)
    for seed in range(2):
        table = large(seed)
        began = time.perf_counter()
        answer = protect(table, policy, seconds=30)
        figure(f"30 by 30, draw {seed}: cells that had to be hidden", len(sensitive(table)), "")
        figure(f"30 by 30, draw {seed}: cells hidden, of {len(table.cells)}", len(answer.hidden), "")
        figure(f"30 by 30, draw {seed}: time", time.perf_counter() - began, "s")


if __name__ == "__main__":
    main()
