"""Voting: two counters on random scenes, titular and substitute in the same instant, a close among 200 clients, by HTTP too."""

import os
import random
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from subprocess import DEVNULL

from figures import figure, ready

ready()

from django.db import connection
from tests.committee import races, scenes
from tests.committee.consultations import committee_of, polls_of
from tests.processes import answers, free_port, palier, wait_for

# `make nightly` draws a million; it takes a quarter of an hour on two cores.
SCENES = int(os.environ.get("PALIER_SCENES", "50000"))
DUELS, RUSHES, CLIENTS, SLOTS = 500, 5, 200, 60
BATCH = 500


def batch(seed: int) -> tuple[int, Counter[str]]:
    """How often the two counters differ on a batch of scenes, and the rules it met."""
    rng = random.Random(seed)
    found = [scenes.drawn(rng) for _ in range(BATCH)]
    again = scenes.second([data for data, _, _ in found])
    differ = sum(answer != other for (_, answer, _), other in zip(found, again, strict=True))
    return differ, sum((met for _, _, met in found), Counter())


connection.close()
differences, rules = 0, Counter[str]()
begun = time.perf_counter()
with ProcessPoolExecutor(initializer=ready) as pool:
    for differ, met in pool.map(batch, range(SCENES // BATCH)):
        differences += differ
        rules += met
figure("scenes counted twice", SCENES, "")
figure("scenes on which the two counters differ", differences, "", promised=0)
rarest, least = min(rules.items(), key=lambda pair: pair[1])
figure("written rules met", len(rules), "")
figure(f"scenes that met the rarest rule, « {rarest} »", least, "", promised=SCENES // 1_000, least=True)
figure("scenes a second", SCENES / (time.perf_counter() - begun), "")

secretary, titulars, substitutes = committee_of(10)
for number, poll in enumerate(polls_of(secretary, titulars + substitutes, DUELS)):
    races.duel(poll, titulars[number % 10], substitutes[number % 10])
figure("titular and substitute at once: rounds, one ballot and one refusal each", DUELS, "")

rng = random.Random(2026)
kept = [races.rush(poll, titulars, CLIENTS, secretary, rng, SLOTS) for poll in polls_of(secretary, titulars, RUSHES)]
figure(f"ballots kept of {RUSHES} × {CLIENTS} clients, each acknowledged, sealed and counted", sum(kept), "")

port = free_port()
with palier("serve", "--port", str(port), "--threads", "12", says=DEVNULL):
    wait_for(lambda: answers(port), seconds=60)
    kept = [len(races.rush_by_web(p, titulars, CLIENTS, secretary, rng, port)) for p in polls_of(secretary, titulars, RUSHES)]
figure(f"ballots kept of {RUSHES} × {CLIENTS} clients by HTTP, each acknowledged, sealed and counted", sum(kept), "")
