"""Files of the tests lie in a folder of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django.fixtures import Settings


@pytest.fixture(autouse=True)
def documents(settings: Settings, tmp_path: Path) -> Path:
    settings.DOCUMENTS = tmp_path / "documents"
    return settings.DOCUMENTS
