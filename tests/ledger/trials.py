"""One verifier, one earlier head, and the ledgers of honest people and of attackers: what it says of each."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any

from palier.ledger import verifier
from tests.ledger.attacks import HASHED, KINDS, Attack, attack
from tests.ledger.honest import KEY, KEYS, book

TRUSTED = verifier.keys_of(KEYS)
# Each kind with and without hashing again; a split view is always hashed, another key with and without another text.
WAYS = [(kind, rehash) for kind in KINDS for rehash in ((False, True) if kind in {*HASHED, "other key"} else (True,))]


@dataclass
class Trial:
    """What came of many attacks."""

    found: Counter[tuple[str, bool]] = field(default_factory=Counter)
    missed: list[Attack] = field(default_factory=list)
    beyond: int = 0
    """Attacks that nobody can find: hashed again, only on lines after the held head. They count for none of the others."""
    beyond_found: int = 0
    plain: int = 0
    """Those on the honest key’s ledger that were not hashed again…"""
    named: int = 0
    """…and of them, those whose first touched line is the one that is named."""


def refused(records: list[dict[str, Any]], held: str) -> int | None:
    """The line that the verifier names, reading the export as a file; None when it finds nothing."""
    file = [json.loads(json.dumps(record)) for record in records]
    try:
        verifier.check_ledger(file, TRUSTED, [verifier.note_of(held, TRUSTED)])
    except verifier.Bad as bad:
        return int(bad.args[0])
    except (KeyError, TypeError, ValueError):
        return 0
    return None


def attacked(seed: int, count: int, *, longest: int = 40) -> Trial:
    """So many attacks that can be found, spread over all ways, each on an honest ledger with one earlier head kept outside."""
    rng, trial, ways = Random(seed), Trial(), _round()
    while trial.found.total() + len(trial.missed) < count:
        kind, rehash = next(ways)
        while True:
            made = book(rng, rng.randint(2, longest))
            held = rng.choice([size for size in made.heads if size < len(made.records)] or [len(made.records)])
            done = attack(rng, kind, made.export(), KEY, rehash=rehash)
            named = refused(done.records, made.heads[held])
            if done.can_be_found(held):
                break
            trial.beyond += 1
            trial.beyond_found += named is not None
        if named is None:
            trial.missed.append(done)
        else:
            trial.found[kind, rehash] += 1
            plain = not rehash and kind in HASHED
            trial.plain, trial.named = trial.plain + plain, trial.named + (plain and named == done.first)
    return trial


def false_alarms(seed: int, count: int, *, longest: int = 300) -> int:
    """How many of so many honest ledgers of random lengths the verifier refuses, holding every head that ever left them."""
    rng, alarms = Random(seed), 0
    for _ in range(count):
        made = book(rng, rng.randint(1, longest), head_every=0.02)
        held = [verifier.note_of(note, TRUSTED) for note in made.heads.values()]
        try:
            checked = verifier.check_ledger(made.export(contents=rng.random() < 0.5), TRUSTED, held)
            alarms += checked != len(made.records)
        except verifier.Bad:
            alarms += 1
    return alarms


def _round() -> Iterator[tuple[str, bool]]:
    while True:
        yield from WAYS
