"""A backup put back gives the same rows, the same ledger and the same files, or changes nothing."""

from __future__ import annotations

import hashlib
import stat
import tarfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from palier.directory.models import Landlord
from palier.documents.models import Version
from palier.documents.operations import store
from palier.documents.storage import digest_of, path_of
from palier.ledger.queries import verify
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_documents(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    """No test touches another's files."""
    settings.DOCUMENTS = tmp_path / "documents"


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    """A landlord with a document."""
    made = make_landlord("Montfictif Habitat")
    with (Path(__file__).parents[2] / "LICENSE").open("rb") as file:
        store(landlord=made, file=file, name="note.txt", title="Note", kind="other", by=None, at=NOON)
    return made


def _rows() -> dict[str, str]:
    """A fingerprint of every table."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{table}\" t")
            (found[table],) = cursor.fetchone()
    return found


def _run(*command: str) -> str:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue()


def test_it_comes_back_as_it_was(landlord: Landlord, make_landlord: Callable[..., Landlord], tmp_path: Path) -> None:
    before, file = _rows(), tmp_path / "palier.tar"
    said = _run("backup", str(file))
    assert "journal jusqu’à la ligne n° 2" in said
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    make_landlord("Les Toits d’Exemple")
    version = Version.objects.get()
    path_of(version.sha256).unlink()
    stray = tmp_path / "documents" / "aa" / "bb" / "stray"
    stray.parent.mkdir(parents=True)
    stray.write_text("not of that day")

    assert "2 actes au journal, vérifié" in _run("restore", str(file), "--replace")
    assert _rows() == before
    assert verify() == (2, None)
    assert digest_of(path_of(version.sha256)) == version.sha256
    assert not stray.exists()
    assert list(Landlord.objects.values_list("name", flat=True)) == ["Montfictif Habitat"]


def test_it_goes_into_an_installation_without_tables(landlord: Landlord, tmp_path: Path) -> None:
    before, file = _rows(), tmp_path / "palier.tar"
    _run("backup", str(file))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE ledger_entry CASCADE")
    _run("restore", str(file))
    assert _rows() == before


def test_what_the_database_refuses_it_still_refuses_afterwards(landlord: Landlord, tmp_path: Path) -> None:
    def rules() -> set[tuple[str, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
                " UNION SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"
                " UNION SELECT tablename::text, indexname::text, indexdef FROM pg_indexes WHERE schemaname = 'public'"
            )
            return set(cursor.fetchall())

    before, file = rules(), tmp_path / "palier.tar"
    _run("backup", str(file))
    _run("restore", str(file), "--replace")
    assert rules() == before


def test_it_refuses_to_replace_acts_unasked(landlord: Landlord, tmp_path: Path) -> None:
    file = tmp_path / "palier.tar"
    _run("backup", str(file))
    with pytest.raises(CommandError, match="--replace"):
        _run("restore", str(file))


def test_it_never_writes_over_a_file(landlord: Landlord, tmp_path: Path) -> None:
    file = tmp_path / "palier.tar"
    file.write_text("another backup")
    with pytest.raises(CommandError, match="existe déjà"):
        _run("backup", str(file))
    assert file.read_text() == "another backup"


def test_it_refuses_what_is_not_a_backup(landlord: Landlord, tmp_path: Path) -> None:
    file = tmp_path / "palier.tar"
    file.write_text("hello")
    with pytest.raises(CommandError, match="n’est pas une sauvegarde"):
        _run("restore", str(file), "--replace")


@pytest.mark.parametrize("member", ["database.dump", "documents/"])
def test_a_damaged_backup_changes_nothing(landlord: Landlord, tmp_path: Path, member: str) -> None:
    file = tmp_path / "palier.tar"
    _run("backup", str(file))
    with tarfile.open(file) as tar:
        inside = next(m for m in tar if m.name.startswith(member))
    content = bytearray(file.read_bytes())
    content[inside.offset_data + 5] ^= 1
    file.write_bytes(content)
    before, files = _rows(), _files(tmp_path / "documents")
    with pytest.raises(CommandError, match="abîmée"):
        _run("restore", str(file), "--replace")
    assert (_rows(), _files(tmp_path / "documents")) == (before, files)


def test_a_backup_of_a_later_version_is_refused(landlord: Landlord, tmp_path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('label', '9999_later', now())")
    try:
        _run("backup", str(tmp_path / "palier.tar"))
        with pytest.raises(CommandError, match="plus récente"):
            _run("restore", str(tmp_path / "palier.tar"), "--replace")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_later'")


def _files(folder: Path) -> dict[str, str]:
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.rglob("*") if p.is_file()}
