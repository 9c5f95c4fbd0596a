"""What leaves the system can be checked without it: receipts, attested documents, exports, proofs that the ledger only grew."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.ledger import queries, signing, verifier
from palier.ledger.checks import ledger_is_signed
from palier.ledger.models import Checkpoint, Entry, PublicKey
from palier.ledger.operations import checkpoint, erase, know_keys, record

pytestmark = pytest.mark.django_db
Check = Callable[..., tuple[int, str]]


def write(count: int, at: datetime, **more: Any) -> Entry:
    for n in range(count):
        with transaction.atomic():
            entry = record(
                act="test.done", by=7, at=at, on=("test.thing", n), landlord=None, summary=f"a fait « {n} ».", **more
            )
    return entry


@pytest.fixture
def check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Check:
    """Hand these to the verifier as files: its exit code and what it says."""

    def checked(*handed: object, keys: str = "") -> tuple[int, str]:
        files = [tmp_path / "keys.txt"]
        files[0].write_text(keys or queries.keys_file())
        for number, thing in enumerate(handed):
            files.append(tmp_path / f"{number}")
            files[-1].write_text(thing if isinstance(thing, str) else json.dumps(thing))
        code = verifier.main(*map(str, files))
        return code, capsys.readouterr().out

    return checked


def test_a_receipt_is_checked_alone(at: datetime, check: Check) -> None:
    write(11, at)
    for number in (1, 2, 7, 8, 11):
        for with_content in (True, False):
            handed = queries.receipt(number=number, with_content=with_content)
            assert check(handed)[0] == 0
            assert ("content" in handed, handed["line"]["actor"]) == (with_content, 7)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (("line", "actor"), 8, "La ligne n° 5 a été modifiée."),
        (("line", "number"), 6, "La ligne n° 6 a été modifiée."),
        (("content", "summary"), "a fait autre chose.", "Le contenu de la ligne n° 5 a été modifié."),
        (("proof",), [], "Forme inattendue"),
        (("checkpoint",), "rien", "pas de point de contrôle"),
    ],
)
def test_a_receipt_that_was_touched_is_refused(
    at: datetime, check: Check, field: tuple[str, ...], value: object, said: str
) -> None:
    write(9, at)
    handed = queries.receipt(number=5, with_content=True)
    *path, last = field
    place = handed
    for step in path:
        place = place[step]
    place[last] = value
    code, words = check(handed)
    assert (code, said in words) == (1, True), words


def test_a_receipt_of_a_line_that_is_elsewhere_is_refused(at: datetime, check: Check) -> None:
    write(9, at)
    one, other = (queries.receipt(number=number, with_content=False) for number in (4, 5))
    code, words = check(one | {"proof": other["proof"]})
    assert (code, "n’est pas dans le journal" in words) == (1, True)


def test_two_hundred_receipts_cost_as_one(at: datetime) -> None:
    write(240, at)
    counts = []
    for numbers in ([200], range(11, 211)):
        with CaptureQueriesContext(connection) as asked:
            given = queries.receipts(numbers=numbers, with_content=True)
        counts.append(len(asked))
        assert len(given) == len(numbers)
    assert counts[0] == counts[1] <= 4
    assert queries.receipts(numbers=[], with_content=True) == {}


def test_a_kept_head_covers_receipts_as_long_as_it_can(at: datetime) -> None:
    write(3, at)
    kept = checkpoint(at=at)
    assert kept is not None
    write(2, at)
    covers = [queries.receipt(number=n, with_content=False)["checkpoint"] for n in (2, 5)]
    attestation = queries.attestation()
    assert attestation is not None
    assert covers == [kept.note, attestation.note]
    assert (attestation.number, attestation.digest, attestation.at) == (5, Entry.objects.get(number=5).digest, at)
    assert attestation.keys == (signing.public_keys()[0].split("+")[1],)


def test_nothing_is_signed_that_may_still_be_undone(at: datetime) -> None:
    write(1, at)
    kept = checkpoint(at=at)
    assert kept is not None
    with transaction.atomic():
        write(1, at)
        for attempt in (
            lambda: queries.receipt(number=2, with_content=False),
            lambda: checkpoint(at=at),
            lambda: queries.consistency(size=1),
        ):
            with pytest.raises(RuntimeError, match="committed"):
                attempt()
        assert queries.attestation().note == kept.note
        assert queries.receipt(number=1, with_content=False)["checkpoint"] == kept.note
    assert queries.attestation().number == 2


@pytest.mark.django_db(transaction=True)
def test_what_was_undone_is_forgotten(at: datetime) -> None:
    write(1, at)
    with transaction.atomic():
        write(1, at)
        assert signing.pending()
        transaction.set_rollback(True)
    with transaction.atomic():
        assert not signing.pending()
        assert queries.attestation().number == 1


def test_an_attested_document_is_checked_alone(at: datetime, check: Check) -> None:
    payload = {"séance": "2026-03-10", "voix": [3, 2], "issue": {"label": True}}
    entry = write(1, at, attests=payload)
    write(3, at)
    handed = queries.attested(payload=payload, number=entry.number)
    assert check(handed)[0] == 0
    code, words = check(handed | {"payload": payload | {"voix": [2, 3]}})
    assert (code, "n’est pas celui qu’atteste la ligne n° 1" in words) == (1, True)
    with pytest.raises(ValueError, match="does not attest"):
        queries.attested(payload=payload, number=2)


def test_what_is_written_in_several_ways_is_not_recorded(at: datetime) -> None:
    for facts in ({"score": 0.5}, {"deep": [{"n": 1e3}]}, {"huge": 2**53}):
        with pytest.raises(TypeError, match="whole numbers"):
            write(1, at, facts=facts)
    with pytest.raises(TypeError, match="Attested data"):
        write(1, at, attests={"score": 0.5})


@pytest.mark.parametrize("contents", [True, False])
def test_an_export_is_checked_with_every_head_that_was_kept(at: datetime, check: Check, contents: bool) -> None:
    held = []
    for _ in range(3):
        write(3, at)
        kept = checkpoint(at=at)
        assert kept
        held.append(kept.note)
    write(2, at)
    erase(number=4)
    receipt = queries.receipt(number=11, with_content=False)
    lines = list(queries.export(contents=contents))
    assert check("".join(lines), *held, receipt)[0] == 0
    assert ("a fait" in "".join(lines)) == contents
    assert sum("checkpoint" in json.loads(line) for line in lines) == 4
    assert "11 lignes, toutes se vérifient" in check("".join(lines))[1]


def test_growth_is_proved_without_the_ledger(at: datetime, check: Check) -> None:
    write(5, at)
    kept = checkpoint(at=at)
    assert kept
    write(8, at)
    proof = queries.consistency(size=5)
    assert check(kept.note, proof)[0] == 0
    assert "donnez-le avant elle" in check(proof)[1]
    assert queries.consistency(size=14) is queries.consistency(size=0) is None
    assert proof is not None
    code, words = check(kept.note, proof | {"proof": proof["proof"][::-1]})
    assert (code, "réécrit avant la ligne n° 5" in words) == (1, True)


def test_two_signed_heads_that_contradict_each_other_are_the_proof(at: datetime, check: Check) -> None:
    write(5, at)
    notes = [signing.sign(size=5, root=root * 32) for root in ("ab", "cd")]
    code, words = check(*notes)
    assert (code, "il y a deux journaux" in words) == (1, True)


def test_the_database_refuses_to_change_or_remove_a_checkpoint(at: datetime) -> None:
    write(1, at)
    checkpoint(at=at)
    for attempt in (lambda: Checkpoint.objects.update(root="ab" * 32), lambda: Checkpoint.objects.all().delete()):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            attempt()


def test_a_key_that_leaves_signs_no_larger_ledger(at: datetime, check: Check, settings: Any, tmp_path: Path) -> None:
    write(4, at)
    first, second = tmp_path / "first.pem", tmp_path / "second.pem"
    signing.make_key(first)
    signing.make_key(second)
    settings.LEDGER_KEYS = [str(first)]
    assert [line.act for line in know_keys(at=at)] == ["ledger.key_introduced"]
    assert know_keys(at=at) == []
    old = checkpoint(at=at)
    assert old
    settings.LEDGER_KEYS = [str(second), str(first)]
    know_keys(at=at)
    assert len(queries.attestation().keys) == 2  # while they overlap, who knows one alone can still check
    settings.LEDGER_KEYS = [str(second)]
    assert [line.act for line in know_keys(at=at)] == ["ledger.key_retired"]
    assert list(PublicKey.objects.order_by("pk").values_list("last_number", flat=True)) == [6, None]
    write(1, at)
    assert check(old.note, queries.receipt(number=8, with_content=False))[0] == 0
    keys = queries.keys_file()
    settings.LEDGER_KEYS = [str(first)]  # somebody took the old key
    code, words = check(queries.attestation().note, keys=keys)
    assert (code, "clé retirée à la ligne n° 6" in words) == (1, True)


def test_a_key_that_others_can_read_or_that_is_none_is_refused(settings: Any, tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    signing.make_key(key)
    assert key.stat().st_mode & 0o777 == 0o600
    settings.LEDGER_KEYS = [str(key)]
    assert signing.public_keys()
    key.chmod(0o640)
    with pytest.raises(signing.NoKey, match="chmod 600"):
        signing.public_keys()
    key.chmod(0o600)
    key.write_text("rien")
    with pytest.raises(signing.NoKey, match="n’est pas une clé Ed25519"):
        signing.public_keys()
    settings.LEDGER_KEYS = []
    with pytest.raises(signing.NoKey, match="palier ledger key"):
        signing.public_keys()


def test_all_that_the_page_hands_out_is_checked_and_what_is_no_document_of_ours_is_said_so(
    at: datetime, check: Check, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(3, at)
    checkpoint(at=at)
    write(2, at)
    checkpoint(at=at)
    for name in ("points-de-controle.json", "point-de-controle.txt"):
        handed = client.get(reverse("ledger_file", args=[name])).content.decode()
        assert check(handed) == (
            0,
            f"{tmp_path / '0'} : se vérifie, point de contrôle n° 5{', dernier de 2' * name.endswith('json')}.\n",
        )
    for genuine in ("une machine\n", '{"certificate": {"number": "PAL-2026-0001"}, "sha256": "5e"}'):
        code, said = check(genuine)
        assert (code, "ne se lit pas" in said, "certificat-atteste.json" in said) == (2, True, True)
    pdf = tmp_path / "certificat.pdf"
    pdf.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    assert verifier.main(str(tmp_path / "keys.txt"), str(pdf)) == 2
    assert len(capsys.readouterr().out) < 300


def test_a_line_of_the_ledger_that_cannot_be_read_is_named(at: datetime, check: Check) -> None:
    write(5, at)
    lines = "".join(queries.export(contents=True)).splitlines(keepends=True)
    broken = next(n for n, line in enumerate(lines) if '"number": 3' in line)
    code, said = check("".join([*lines[:broken], lines[broken][:40] + "\n", *lines[broken + 1 :]]))
    assert (code, f"ligne n° {broken + 1}" in said) == (1, True), said


def test_the_verifier_runs_as_a_program_of_its_own(at: datetime, tmp_path: Path) -> None:
    write(3, at)
    handed = {"keys": queries.keys_file(), "ledger": "".join(queries.export(contents=True))}
    for name, text in handed.items():
        (tmp_path / name).write_text(text)
    program = [sys.executable, "-I", verifier.__file__]
    done = subprocess.run([*program, "keys", "ledger"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "ledger : 3 lignes, toutes se vérifient.\n")
    (tmp_path / "ledger").write_text(handed["ledger"].replace('"actor": 7', '"actor": 8', 1))
    done = subprocess.run([*program, "keys", "ledger"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "ledger : NE TIENT PAS. La ligne n° 1 a été modifiée.\n")
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert (done.returncode, "python3 palier-verifier.py" in done.stderr) == (2, True)
    done = subprocess.run([*program, "keys", "absent"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "ne se lit pas" in done.stdout) == (2, True)


def test_an_installation_for_real_does_not_start_without_its_key(settings: Any, tmp_path: Path) -> None:
    settings.TESTING = settings.DEMO = False
    settings.LEDGER_KEYS = []
    assert [found.id for found in ledger_is_signed(None)] == ["palier.E006"]
    settings.LEDGER_KEYS = [str(tmp_path / "absent.pem")]
    assert [found.id for found in ledger_is_signed(None)] == ["palier.E006"]
    assert not (tmp_path / "absent.pem").exists(), "only the demonstration and the tests make their own"
    signing.make_key(tmp_path / "absent.pem")
    assert ledger_is_signed(None) == []
