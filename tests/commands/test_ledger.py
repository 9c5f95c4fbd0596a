"""``palier ledger verify``: what it says, and its exit code."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import ProgrammingError

from palier.directory.models import Landlord
from palier.ledger import verifier
from palier.ledger.models import Checkpoint, Entry, Head
from palier.ledger.operations import checkpoint
from palier.ledger.queries import attestation
from tests.fixtures import NOON
from tests.processes import PALIER, environment

pytestmark = pytest.mark.django_db
MakeLandlord = Callable[..., Landlord]


def going_around(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_entry DISABLE TRIGGER ledger_append_only")
        cursor.execute(sql)
        cursor.execute("ALTER TABLE ledger_entry ENABLE TRIGGER ledger_append_only")


def verified(capsys: pytest.CaptureFixture[str], **more: object) -> tuple[int, str]:
    try:
        call_command("ledger", "verify", **more)
    except SystemExit as stopped:
        return int(str(stopped.code)), capsys.readouterr().err
    return 0, capsys.readouterr().out


def test_a_whole_ledger_holds(make_landlord: MakeLandlord, capsys: pytest.CaptureFixture[str]) -> None:
    assert verified(capsys) == (0, "Le journal tient : 0 ligne, aucune changée, déplacée ni retirée.\n")
    make_landlord()
    make_landlord()
    assert checkpoint(at=NOON)
    assert verified(capsys)[1].startswith("Le journal tient : 2 lignes")


def test_the_first_bad_line_is_named(make_landlord: MakeLandlord, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        make_landlord()
    going_around("UPDATE ledger_entry SET actor_id = 7 WHERE number = 2")
    assert verified(capsys) == (1, "Le journal ne tient pas. La ligne n° 2 a été modifiée.\n")


def test_lines_cut_off_the_end_are_missed(make_landlord: MakeLandlord, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(3):
        make_landlord()
    going_around("DELETE FROM ledger_entry WHERE number = 3")
    code, said = verified(capsys)
    assert code == 1
    assert "s’arrête à la ligne n° 2 alors que 3 lignes ont été écrites" in said


def test_a_chain_rewritten_whole_is_caught_by_a_checkpoint_kept_elsewhere(
    make_landlord: MakeLandlord, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for _ in range(3):
        make_landlord()
    kept = Entry.objects.get(number=3).digest[:16]
    note = tmp_path / "kept.txt"
    note.write_text(attestation().note)
    # Everything from line 2 on is forged again, head included: the chain alone cannot tell.
    going_around("DELETE FROM ledger_entry WHERE number >= 2")
    first = Entry.objects.get(number=1)
    Head.objects.update(number=1, digest=first.digest, peaks=[first.subtree])
    make_landlord("Habitat Forgé")
    make_landlord("Habitat Forgé encore")
    assert verified(capsys)[0] == 0
    code, said = verified(capsys, attested=f"3:{kept}")
    assert (code, "réécrit avant la ligne n° 3" in said) == (1, True)
    code, said = verified(capsys, point=[note])
    assert (code, "réécrit entre les lignes n° 1 et n° 3" in said) == (1, True)
    Checkpoint.objects.create(number=3, digest=kept, root="ab" * 32, note=note.read_text(), at=NOON)
    assert verified(capsys)[0] == 1


def test_nothing_new_makes_no_checkpoint(make_landlord: MakeLandlord) -> None:
    assert checkpoint(at=NOON) is None
    make_landlord()
    assert checkpoint(at=NOON) is not None
    assert checkpoint(at=NOON) is None


def test_a_checkpoint_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="numéro:empreinte"):
        call_command("ledger", "verify", attested="3")


@pytest.mark.django_db(transaction=True)
def test_the_command_answers_to_scripts(make_landlord: MakeLandlord) -> None:
    make_landlord()
    done = subprocess.run([PALIER, "ledger", "verify"], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "Le journal tient : 1 ligne, aucune changée, déplacée ni retirée.\n"
    going_around("UPDATE ledger_entry SET act = 'x' WHERE number = 1")
    done = subprocess.run([PALIER, "ledger", "verify"], env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "La ligne n° 1 a été modifiée." in done.stderr


@pytest.mark.django_db(transaction=True)
def test_an_export_made_by_a_command_is_checked_by_another_program(make_landlord: MakeLandlord, tmp_path: Path) -> None:
    make_landlord("Habitat des Coteaux")
    export, keys = tmp_path / "ledger.jsonl", tmp_path / "keys.txt"
    call_command("ledger", "export", str(export))
    with keys.open("w") as out:
        call_command("ledger", "keys", stdout=out)
    assert export.stat().st_mode & 0o777 == 0o600
    assert "Coteaux" not in export.read_text()
    assert verifier.main(str(keys), str(export)) == 0
    call_command("ledger", "export", str(export), contents=True)
    assert "Coteaux" in export.read_text()
    assert verifier.main(str(keys), str(export)) == 0


def test_a_key_is_made_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("ledger", "key", str(tmp_path / "keys" / "ledger.pem"))
    assert "+" in capsys.readouterr().out
    with pytest.raises(CommandError, match="existe déjà"):
        call_command("ledger", "key", str(tmp_path / "keys" / "ledger.pem"))


def test_the_head_of_an_empty_ledger_is_not_signed() -> None:
    with pytest.raises(CommandError, match="vide"):
        call_command("ledger", "head")


def test_a_base_without_its_tables_is_told_what_to_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_table(**_: object) -> None:
        raise ProgrammingError

    monkeypatch.setattr("palier.ledger.queries.verify", no_table)
    with pytest.raises(CommandError, match="palier setup"):
        call_command("ledger", "verify")
