"""The ledger holds: no gap, no change, and a named line when somebody went around it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from palier.directory.models import Landlord
from palier.ledger.models import Entry
from palier.ledger.operations import erase, record
from palier.ledger.queries import verify

pytestmark = pytest.mark.django_db


def write(count: int, at: datetime) -> None:
    for n in range(count):
        with transaction.atomic():
            record(act="test.done", by=None, at=at, on=("test.thing", n), landlord=None, summary=f"a fait {n}.", facts={"é": n})


def test_a_chain_without_a_break_verifies(at: datetime) -> None:
    write(5, at)
    assert verify() == (5, None)


def test_the_database_refuses_to_change_or_remove_a_line(at: datetime) -> None:
    write(2, at)
    connection.cursor().execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_no_truncate")
    for attempt in (
        lambda: Entry.objects.filter(number=1).update(act="test.forged"),
        lambda: Entry.objects.filter(number=2).delete(),
        lambda: connection.cursor().execute("TRUNCATE ledger_entry"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()
    assert verify() == (2, None)


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ("UPDATE ledger_entry SET act = 'test.forged' WHERE number = 2", "La ligne n° 2 a été modifiée."),
        (
            'UPDATE ledger_entry SET content = \'{"summary": "autre"}\' WHERE number = 2',
            "Le contenu de la ligne n° 2 a été modifié.",
        ),
        ("DELETE FROM ledger_entry WHERE number = 2", "La ligne n° 2 manque."),
    ],
)
def test_who_goes_around_the_trigger_is_named(at: datetime, forgery: str, said: str) -> None:
    write(3, at)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER USER")
        cursor.execute(forgery)
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER USER")
    _, fault = verify()
    assert fault is not None
    assert (fault.number, fault.sentence) == (2, said)


def test_an_erased_content_leaves_the_chain_whole(at: datetime) -> None:
    write(3, at)
    erase(number=2)
    assert Entry.objects.get(number=2).content is None
    assert verify() == (3, None)


@pytest.mark.django_db(transaction=True)
def test_an_act_outside_a_transaction_is_refused(at: datetime) -> None:
    with pytest.raises(RuntimeError, match="one transaction"):
        record(act="test.done", by=None, at=at, on=("test.thing", 1), landlord=None, summary="x")


def test_entering_a_landlord_leaves_a_line(make_landlord: Callable[..., Landlord]) -> None:
    landlord = make_landlord("Habitat des Coteaux")
    entry = Entry.objects.get(act="directory.landlord_added")
    assert entry.landlord_id == landlord.pk
    assert entry.content is not None
    assert entry.content["summary"] == "a inscrit l’organisme Habitat des Coteaux."
