"""The nightly sweep knows every row that names a file."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from palier.directory.models import Landlord
from palier.documents import storage
from palier.documents.operations import receive, store
from palier.jobs import files
from palier.stock import operations as stock
from tests.documents.samples import pdf

pytestmark = pytest.mark.django_db
SOURCE = Path(files.__file__).parent.parent


def test_pieces_and_imports_are_kept_and_orphans_removed(
    make_landlord: Callable[..., Landlord], at: datetime, settings: Settings, tmp_path: Path
) -> None:
    settings.DOCUMENTS = tmp_path
    landlord = make_landlord()
    piece = store(landlord=landlord, file=pdf("kept"), name="a.pdf", title="A", kind="other", by=None, at=at)
    received = stock.receive(file=io.BytesIO(b"a;b\n1;2\n"), name="parc.csv")
    stock.start_import(landlord=landlord, received=received, year=2026, by=None, at=at)
    orphan = receive(file=pdf("orphan"), name="b.pdf")
    laid = {storage.path_of(sha256) for sha256 in (piece.sha256, received.digest, orphan.sha256)}
    for path in laid:
        os.utime(path, (time.time() - 2 * 86_400,) * 2)
    assert files.sweep(at=timezone.now()) == 1
    assert {path for path in laid if not path.exists()} == {storage.path_of(orphan.sha256)}


def test_each_room_that_lays_files_says_which_of_its_columns_names_them() -> None:
    laying = {
        path.relative_to(SOURCE).parts[0]
        for path in SOURCE.rglob("*.py")
        if "storage.settle(" in path.read_text(encoding="utf-8")
    }
    # Files of sources and of tenants are laid by the stock's own ``receive``.
    assert laying | {"sources", "surveys"} == {rows.model._meta.app_label for rows, _ in files.NAMES}
