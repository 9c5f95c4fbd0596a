"""The seal: without a key nothing is signed and one is told what to do; with it, what waited is made."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from palier.jobs.tasks import issue_certificates
from palier.register import seal
from palier.register.models import SealedFile
from palier.register.operations import seal_due
from tests.register.conftest import Scene

pytestmark = pytest.mark.django_db


def test_certificates_wait_for_a_key_then_are_sealed(scene: Scene, settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    scene.award()
    kept, settings.SEAL = settings.SEAL, ""
    with pytest.raises(seal.NoSeal, match="PALIER_SEAL ne nomme aucune clé"):
        seal_due(at=scene.at)
    with caplog.at_level(logging.ERROR, logger="palier.jobs"):
        issue_certificates(0)
    assert "production.md" in caplog.records[-1].__dict__["reason"]
    assert not SealedFile.objects.exists()
    settings.SEAL = kept
    assert seal_due(at=scene.at) == 1
    assert seal_due(at=scene.at) == 0


def test_production_never_makes_a_key(settings: Any, tmp_path: Path) -> None:
    settings.SEAL, settings.DEMO, settings.TESTING = str(tmp_path / "seal.p12"), False, False
    with pytest.raises(seal.NoSeal, match="ne se lit pas"):
        seal.seal()
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_read_or_that_does_not_open_is_refused(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "seal.p12"
    settings.SEAL = str(path)
    seal.make_demonstration(path)
    assert path.stat().st_mode & 0o077 == 0
    assert seal.fingerprint(seal.seal()) == seal.fingerprint(seal.seal())
    settings.SEAL_PASSWORD = "autre"
    seal._read.cache_clear()
    with pytest.raises(seal.NoSeal, match="ne s’ouvre pas"):
        seal.seal()
    path.chmod(0o644)
    with pytest.raises(seal.NoSeal, match="chmod 600"):
        seal.seal()
    path.chmod(0o600)
    path.write_bytes(b"not a key")
    with pytest.raises(seal.NoSeal, match="n’est pas un fichier PKCS #12"):
        seal.seal()


def test_a_key_that_is_there_is_left_alone(settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "seal.p12"
    seal.make_demonstration(path)
    kept = path.read_bytes()
    seal.make_demonstration(path)
    assert path.read_bytes() == kept
