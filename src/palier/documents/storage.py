"""Where files lie: outside the web root, each under the SHA-256 of its content, written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from django.conf import settings

_CHUNK = 1 << 18
_INCOMING = ".incoming-"


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


def sweep(*, before: datetime) -> int:
    """Remove what uploads cut short before this instant have left behind; how many there were."""
    left = [f for f in Path(settings.DOCUMENTS).glob(f"{_INCOMING}*") if f.stat().st_mtime < before.timestamp()]
    for folder in left:
        shutil.rmtree(folder)
    return len(left)


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
    if not target.exists():
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        source.chmod(0o600)
        _sync(source)
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
