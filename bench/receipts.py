"""The ledger: what a line costs, and the receipts of a whole session."""

from __future__ import annotations

from figures import figure, queries, ready, seconds

ready()
from datetime import UTC, datetime

from django.db import transaction

from palier.ledger import queries as ledger
from palier.ledger.operations import record

LINES, RECEIPTS = 20_000, 200
AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


def write() -> None:
    with transaction.atomic():
        record(act="bench.done", by=1, at=AT, on=("bench.thing", 1), landlord=None, summary="a fait ceci.", facts={"n": 1})


for _ in range(LINES):
    write()
figure("writing one line of the ledger, committed", seconds(write, times=200) * 1000, "ms", promised=5)
last = ledger.head()[0]


def of_a_session() -> object:
    """The receipts of the last acts."""
    return ledger.receipts(numbers=range(last - RECEIPTS + 1, last + 1), with_content=True)


figure(f"{RECEIPTS} signed receipts in a ledger of {last} lines", seconds(of_a_session) * 1000, "ms", promised=200)
figure("  their SQL queries", queries(of_a_session), "", promised=4)
figure("the signed head", seconds(ledger.attestation, times=50) * 1000, "ms", promised=20)
