"""Where files lie: outside the web root, each under the SHA-256 of its content, written whole or not at all.

A file is there before the row that names it. One that no row ever named is swept a day later: ``settle`` makes a file
young again even when it was there already, and no file is taken away while one is being settled.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO

from django.conf import settings

_CHUNK = 1 << 18
_INCOMING = ".incoming-"
_LOCK = ".lock"
_BATCH = 500


def path_of(sha256: str) -> Path:
    """Where the content with this fingerprint lies, or would lie."""
    return Path(settings.DOCUMENTS) / sha256[:2] / sha256[2:4] / sha256


@contextmanager
def incoming() -> Iterator[Path]:
    """A private folder for one file on its way in, on the same disk, removed at the end whatever happens."""
    root = Path(settings.DOCUMENTS)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=_INCOMING, dir=root) as folder:
        yield Path(folder)


def sweep_incoming(*, before: datetime) -> int:
    """Remove what uploads cut short before this instant have left behind; how many there were."""
    left = [f for f in Path(settings.DOCUMENTS).glob(f"{_INCOMING}*") if f.stat().st_mtime < before.timestamp()]
    for folder in left:
        shutil.rmtree(folder)
    return len(left)


def sweep_unnamed(*, before: datetime, named: Callable[[list[str]], set[str]]) -> int:
    """Remove the files laid before this instant that no row names (``named`` tells which of these are); how many there were."""
    removed, laid = 0, _laid()
    while batch := list(islice(laid, _BATCH)):
        old = [path for path in batch if _is_older(path, before)]
        kept = named([path.name for path in old]) if old else set()
        for path in old:
            if path.name not in kept:
                with _lock(fcntl.LOCK_EX):
                    if _is_older(path, before):
                        path.unlink()
                        removed += 1
    return removed


def _laid() -> Iterator[Path]:
    return (path for path in Path(settings.DOCUMENTS).glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*") if path == path_of(path.name))


def _is_older(path: Path, instant: datetime) -> bool:
    """False when it is gone."""
    try:
        return path.stat().st_mtime < instant.timestamp()
    except FileNotFoundError:
        return False


@contextmanager
def stay() -> Iterator[None]:
    """No file is taken away meanwhile. Many may ask for it at once; a process that dies lets go."""
    with _lock(fcntl.LOCK_SH):
        yield


@contextmanager
def _lock(how: int) -> Iterator[None]:
    root = Path(settings.DOCUMENTS)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / _LOCK).open("a") as file:
        fcntl.flock(file, how)
        yield


def take(file: IO[bytes], target: Path, limit: int) -> int:
    """Copy an upload to ``target`` and give its size; stops just after ``limit`` bytes, so that the caller can refuse it."""
    size = 0
    with target.open("wb") as out:
        while size <= limit and (chunk := file.read(_CHUNK)):
            out.write(chunk)
            size += len(chunk)
    return size


def settle(source: Path) -> str:
    """Move a complete file to the place of its content and give its SHA-256. On disk for good when this returns."""
    sha256 = digest_of(source)
    target = path_of(sha256)
    source.chmod(0o600)
    _sync(source)
    with stay():
        try:
            os.utime(target)
        except FileNotFoundError:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            source.replace(target)
    for folder in (target.parent, target.parent.parent, target.parent.parent.parent):
        _sync(folder)
    return sha256


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
