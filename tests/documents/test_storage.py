"""What no row names leaves the disk a day later; what a row names, or will, never does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event

import pytest

from palier.documents import storage

Lay = Callable[..., Path]


@pytest.fixture
def lay() -> Lay:
    """A file of this content, laid so many days ago."""

    def make(content: bytes, days: float = 0) -> Path:
        with storage.incoming() as folder:
            (folder / "part").write_bytes(content)
            path = storage.path_of(storage.settle(folder / "part"))
        return grown(path, days) if days else path

    return make


def grown(path: Path, days: float) -> Path:
    os.utime(path, (time.time() - days * 86_400,) * 2)
    return path


def yesterday() -> datetime:
    return datetime.now(UTC) - timedelta(days=1)


def test_old_files_that_nothing_names_are_removed_and_no_other(lay: Lay, documents: Path) -> None:
    orphan, named, young = lay(b"orphan", 2), lay(b"named", 2), lay(b"young", 0.5)
    (documents / "aa" / "bb").mkdir(parents=True)
    stranger = grown_file(documents / "aa" / "bb" / "readme")
    assert storage.sweep_unnamed(before=yesterday(), named=lambda _: {named.name}) == 1
    assert [path.exists() for path in (orphan, named, young, stranger)] == [False, True, True, True]


def grown_file(path: Path) -> Path:
    path.write_bytes(b"not laid by us")
    return grown(path, 9)


def test_a_file_laid_again_is_young_again(lay: Lay) -> None:
    path = lay(b"same", 9)
    lay(b"same")
    assert storage.sweep_unnamed(before=yesterday(), named=lambda _: set()) == 0
    assert path.read_bytes() == b"same"


def test_a_file_laid_again_at_the_instant_it_is_removed_is_never_lost(lay: Lay, monkeypatch: pytest.MonkeyPatch) -> None:
    path, removing, unlink = lay(b"same", 2), Event(), Path.unlink

    def slow(self: Path) -> None:
        removing.set()
        time.sleep(0.1)
        unlink(self)

    monkeypatch.setattr(Path, "unlink", slow)
    with ThreadPoolExecutor(1) as pool:
        swept = pool.submit(storage.sweep_unnamed, before=yesterday(), named=lambda _: set())
        removing.wait()
        lay(b"same")
        assert swept.result() == 1
    assert path.read_bytes() == b"same"


def test_a_file_laid_again_while_old_ones_are_swept_is_never_lost(lay: Lay) -> None:
    path, both = lay(b"same", 2), Barrier(2)

    def sweep() -> None:
        both.wait()
        storage.sweep_unnamed(before=yesterday(), named=lambda _: set())

    with ThreadPoolExecutor(1) as pool:
        for _ in range(200):
            swept = pool.submit(sweep)
            both.wait()
            lay(b"same")
            swept.result()
            assert path.read_bytes() == b"same"
            grown(path, 2)


def test_nothing_is_removed_while_a_backup_reads(lay: Lay) -> None:
    path = lay(b"orphan", 2)
    with ThreadPoolExecutor(1) as pool:
        with storage.stay():
            swept = pool.submit(storage.sweep_unnamed, before=yesterday(), named=lambda _: set())
            time.sleep(0.1)
            assert path.exists()
        assert swept.result() == 1
    assert not path.exists()
