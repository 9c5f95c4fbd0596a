"""Anybody checks minutes without Palier: the stand-alone verifier accepts each copy, and refuses one byte changed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from palier.directory.models import Person
from palier.ledger import queries as ledger
from palier.ledger import verifier
from tests.minutes.conftest import Held

pytestmark = pytest.mark.django_db(transaction=True)


def verify(*files: Path) -> int:
    return subprocess.run([sys.executable, verifier.__file__, *map(str, files)], check=False, capture_output=True).returncode


def test_the_twin_is_verified_alone_and_refused_when_altered(
    held: Held, sign_in: Callable[[Person], Client], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.signed()
    monkeypatch.setattr("palier.web.middleware.timezone.now", held.sitting.later)
    keys, file = tmp_path / "cles.txt", tmp_path / "proces-verbal.json"
    keys.write_text(ledger.keys_file())
    args = {"committee_id": held.sitting.committee.pk, "session_number": held.session.number, "number": 1, "form": "json"}
    for reader in (held.referent, held.recused.person):
        if reader is not held.referent:
            held.admit(held.recused)
        given = sign_in(reader).get(reverse("minutes_file", kwargs=args)).content
        file.write_bytes(given)
        assert verify(keys, file) == 0
        assert json.loads(given)["payload"]["withheld"] == ([] if reader is held.referent else [1])
        for place in (
            given.index(b"Label attribu") if reader is held.referent else given.index(b"Le bilan"),
            given.index(b'"sha256"') + 12,
        ):
            file.write_bytes(given[:place] + bytes([given[place] ^ 1]) + given[place + 1 :])
            assert verify(keys, file) == 1


def test_the_checkpoint_that_minutes_carry_holds_against_the_ledger(held: Held, tmp_path: Path) -> None:
    minutes = held.signed()
    keys, note, export = tmp_path / "cles.txt", tmp_path / "point.txt", tmp_path / "journal.jsonl"
    keys.write_text(ledger.keys_file())
    note.write_text(minutes.copies.get(withheld=[]).content["ledger"]["note"])
    export.write_text("".join(ledger.export(contents=True)))
    assert verify(keys, note, export) == 0
