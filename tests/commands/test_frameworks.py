"""A grid from the command line: published whole, or refused with the line of each error, nothing written."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from palier.frameworks.models import FrameworkVersion
from tests.frameworks.samples import SMALL

pytestmark = pytest.mark.django_db


def load(file: Path, content: bytes) -> str:
    file.write_bytes(content)
    out = StringIO()
    call_command("frameworks", "import", str(file), stdout=out)
    return out.getvalue()


def test_a_grid_is_published_even_with_the_mark_of_an_editor(tmp_path: Path) -> None:
    said = load(tmp_path / "small.yaml", b"\xef\xbb\xbf" + SMALL.encode())
    assert "small : version 1" in said
    assert FrameworkVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SMALL.replace("scales:", "skales:").encode(), "« skales » est inconnue ici. Vouliez-vous dire « scales »"),
        (b"code: small\ntitle: Propret\xe9\n", "Ligne 2 : un caractère n’est pas en UTF-8."),
        (b"code: small\n\ttitle: x\n", "Ligne 2 : cette ligne commence par une tabulation."),
        (b"- a\n", "Ligne 1 : on attend ici les clés de la grille"),
        (b"", "Ligne 1 : le fichier est vide."),
    ],
)
def test_a_file_that_is_no_grid_is_refused_with_its_lines(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(CommandError, match="n’est pas publié") as refused:
        load(tmp_path / "bad.yaml", content)
    assert said in str(refused.value)
    assert not FrameworkVersion.objects.exists()


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="ce fichier n’existe pas"):
        call_command("frameworks", "import", str(tmp_path / "nothing.yaml"))
