"""A whole installation in one tar file: the database as PostgreSQL dumps it, the documents, and what proves them.

The database is dumped first, as one snapshot; the documents after it. A document's file is written before the row
that names it and never changes, so every row of the dump finds its file in the tar.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient

from palier.installation import database

FORMAT = 1
DUMP, MANIFEST, DOCUMENTS = "database.dump", "manifest.json", "documents/"
# Everything Palier made in the database, in the transaction of what replaces it.
_CLEAR = """
SET LOCAL lock_timeout = '10s';
SET LOCAL client_min_messages = warning;
DO $$
DECLARE thing record;
BEGIN
    FOR thing IN SELECT oid::regclass AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') LOOP
        EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc WHERE pronamespace = 'public'::regnamespace LOOP
        EXECUTE format('DROP ROUTINE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
    FOR thing IN SELECT t.oid::regtype AS name FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE typnamespace = 'public'::regnamespace AND (typtype IN ('e', 'd') OR c.relkind = 'c') LOOP
        EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name);
    END LOOP;
END $$;
"""


class BackupError(Exception):
    """A backup cannot be made, read or put back; the sentence says why. What stood before still stands."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds: when it was made, the migrations of its tables, the ledger's head, the fingerprint of each file."""

    at: str
    version: str
    migrations: tuple[str, ...]
    ledger: tuple[int, str]
    files: Mapping[str, str]


def write(*, target: Path, documents: Path, at: datetime, version: str, migrations: list[str]) -> Manifest:
    """Write the backup to ``target``, readable by its owner alone; it appears under its name once it is whole.

    Raises:
        BackupError: when the database cannot be dumped.
        OSError: when the disk refuses.
    """
    part = target.with_name(f".{target.name}.part")
    try:
        with _private(part) as raw:
            with tarfile.open(fileobj=raw, mode="w") as tar, tempfile.TemporaryDirectory(dir=target.parent) as folder:
                dump = Path(folder) / DUMP
                head = _dump(dump)
                files = {DUMP: _add(tar, dump, DUMP)}
                for path in _kept(documents):
                    name = DOCUMENTS + str(path.relative_to(documents))
                    files[name] = _add(tar, path, name)
                manifest = Manifest(at.isoformat(), version, tuple(migrations), head, files)
                _add_manifest(tar, manifest)
            raw.flush()
            os.fsync(raw.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return manifest


def read_manifest(source: Path) -> Manifest:
    """What a backup says of itself.

    Raises:
        BackupError: when the file is not a backup of Palier, or of a format this version does not know.
    """
    try:
        with tarfile.open(source, "r:") as tar:
            member = tar.extractfile(MANIFEST)
            data: dict[str, Any] = json.load(member) if member else {}
    except (tarfile.TarError, KeyError, ValueError, OSError) as problem:
        raise BackupError(f"« {source} » n’est pas une sauvegarde de Palier.") from problem
    if data.get("format") != FORMAT:
        raise BackupError(f"« {source} » est d’un format que cette version de Palier ne connaît pas.")
    number, digest = data["ledger"]
    return Manifest(data["at"], data["version"], tuple(data["migrations"]), (number, digest), data["files"])


def put_back(*, source: Path, documents: Path) -> Manifest:
    """Replace the database and the documents by those of a backup, after every file was checked against the manifest.

    The database is replaced in one transaction: it is the old one or the new one, never a mixture.

    Raises:
        BackupError: when a file of the backup is damaged or missing, or when the database refuses.
    """
    manifest = read_manifest(source)
    documents.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=documents.parent, prefix=".restore-") as folder:
        unpacked = Path(folder)
        _unpack(source, manifest, unpacked)
        wanted = set()
        for name in manifest.files:
            if name.startswith(DOCUMENTS):
                target = documents / name.removeprefix(DOCUMENTS)
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                (unpacked / name).replace(target)
                wanted.add(target)
        _load(unpacked / DUMP)
        for path in set(_kept(documents)) - wanted:
            path.unlink()
    return manifest


def _private(path: Path) -> IO[bytes]:
    """A new file that its owner alone reads."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _kept(documents: Path) -> list[Path]:
    """The files of the documents folder; those still on their way in (hidden folders) apart."""
    found = documents.rglob("*") if documents.exists() else []
    return sorted(p for p in found if p.is_file() and not any(part.startswith(".") for part in p.relative_to(documents).parts))


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    tar.add(path, name, recursive=False)
    return digest


def _add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    body = {
        "format": FORMAT,
        "at": manifest.at,
        "version": manifest.version,
        "migrations": manifest.migrations,
        "ledger": manifest.ledger,
        "files": dict(manifest.files),
    }
    content = json.dumps(body, ensure_ascii=False, indent=1).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, BytesIO(content))


def _unpack(source: Path, manifest: Manifest, folder: Path) -> None:
    """Lay the files named by the manifest under ``folder``, each checked; nothing else of the tar is read."""
    missing = dict(manifest.files)
    with tarfile.open(source, "r:") as tar:
        for member in tar:
            if member.name not in missing or not member.isreg():
                continue
            target = (folder / member.name).resolve()
            content = tar.extractfile(member)
            if content is None or not target.is_relative_to(folder.resolve()):
                raise BackupError(f"La sauvegarde est abîmée : « {member.name} » ne se lit pas.")
            target.parent.mkdir(parents=True, exist_ok=True)
            if _copy(content, target) != missing.pop(member.name):
                raise BackupError(f"La sauvegarde est abîmée : « {member.name} » n’a pas l’empreinte annoncée.")
    if missing:
        raise BackupError(f"La sauvegarde est incomplète : il manque « {min(missing)} ».")


def _copy(content: IO[bytes], target: Path) -> str:
    digest = hashlib.sha256()
    with _private(target) as out:
        while chunk := content.read(1 << 20):
            digest.update(chunk)
            out.write(chunk)
        os.fsync(out.fileno())
    return digest.hexdigest()


def _client(name: str) -> str:
    """PostgreSQL's own ``pg_dump``, ``pg_restore`` or ``psql``: the embedded one, or the system's for a later server."""
    version = subprocess.run(  # noqa: S603 - our own binary
        [database.binaries() / name, "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.split()[-1].split(".")[0]) >= connection.pg_version // 10_000:  # type: ignore[attr-defined]
        return str(database.binaries() / name)
    if (found := shutil.which(name)) is None:
        raise BackupError(f"Le serveur est plus récent que le « {name} » fourni : installez celui de sa version.")
    return found


def _environment() -> dict[str, str]:
    """How the client finds the same database as Django, password included, without showing it in the process list."""
    settings = connection.settings_dict
    _, more = DatabaseClient.settings_to_cmd_args_env(settings, [])
    named = {"PGHOST": settings["HOST"], "PGPORT": settings["PORT"], "PGUSER": settings["USER"], "PGDATABASE": settings["NAME"]}
    given = {key: str(value) for key, value in {**named, **(more or {})}.items() if value}
    return {**os.environ, **given, "PGCLIENTENCODING": "UTF8"}


def _dump(target: Path) -> tuple[int, str]:
    """Dump one snapshot to ``target``; the ledger's head at that very snapshot."""
    with connection.cursor() as cursor:
        cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT pg_export_snapshot()")
            (snapshot,) = cursor.fetchone()
            cursor.execute("SELECT number, digest FROM ledger_entry ORDER BY number DESC LIMIT 1")
            number, digest = cursor.fetchone() or (0, "")
            command = [
                _client("pg_dump"),
                "--format=custom",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                "--file",
            ]
            done = subprocess.run(  # noqa: S603 - no shell
                [*command, str(target)], env=_environment(), capture_output=True, text=True, check=False
            )
        finally:
            cursor.execute("ROLLBACK")
    if done.returncode:
        raise BackupError(f"PostgreSQL n’a pas pu être sauvegardé : {done.stderr.strip()}")
    return number, digest


def _load(dump: Path) -> None:
    """Replace the database by a dump, in one transaction."""
    script = dump.with_suffix(".sql")
    done = subprocess.run(  # noqa: S603 - no shell
        [_client("pg_restore"), "--no-owner", "--no-privileges", "--file", str(script), str(dump)],
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.returncode:
        clear, load = dump.with_name("clear.sql"), dump.with_name("load.sql")
        clear.write_text(_CLEAR)
        with script.open(encoding="utf-8") as given, load.open("w", encoding="utf-8") as kept:
            # A setting of PostgreSQL 17 that an older server would refuse.
            kept.writelines(line for line in given if not line.startswith("SET transaction_timeout"))
        connection.close()
        done = subprocess.run(  # noqa: S603 - no shell
            [_client("psql"), "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", str(clear), "-f", str(load)],
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise BackupError(f"PostgreSQL a refusé la restauration, rien n’a changé : {done.stderr.strip()[-600:]}")
