"""The ledger: attacks by somebody with full rights on the database, and honest ledgers, before the stand-alone verifier."""

from __future__ import annotations

import time

from figures import figure, ready

ready()
from tests.ledger.trials import WAYS, attacked, false_alarms

ATTACKS, HONEST = 10_000, 1_000

began = time.perf_counter()
trial = attacked(seed=20260310, count=ATTACKS)
figure("attacks on an exported ledger", trial.found.total() + len(trial.missed), "")
figure("of which not found, holding one earlier head", len(trial.missed), "", promised=0)
for kind, rehashed in WAYS:
    apart = "" if kind in {"split view", "other key"} else ", hashed again" if rehashed else ", not hashed again"
    told = {("other key", False): ", same text", ("other key", True): ", other text"}.get((kind, rehashed), apart)
    figure(f"  found: {kind}{told}", trial.found[kind, rehashed], "")
figure("not hashed again: the line named is the first one touched", 100 * trial.named / trial.plain, "%")
figure("hashed again, only after the held head: nobody can find these", trial.beyond, "")
figure("  of which found all the same", trial.beyond_found, "")
figure("honest ledgers of random lengths", HONEST, "")
figure("of which accused, all their heads held", false_alarms(seed=20260311, count=HONEST), "", promised=0)
figure("time for all of these", time.perf_counter() - began, "s")
