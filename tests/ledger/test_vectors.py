"""The test vectors handed to whoever writes another verifier are what Palier writes, and what ours says of them is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from palier.ledger import verifier
from tests.ledger.honest import vectors

FOLDER = Path(__file__).parent / "vectors"
SAID = {
    "bad-line-3-edited.jsonl": "La ligne n° 3 a été modifiée.",
    "bad-line-7-reworded.jsonl": "Le contenu de la ligne n° 7 a été modifié.",
    "bad-line-4-removed.jsonl": "La ligne n° 4 manque.",
    "bad-cut-after-9.jsonl": "s’arrête à la ligne n° 9 ; un point de contrôle en atteste 11.",
    "bad-receipt-of-another-line.json": "n’est pas dans le journal que signe le point de contrôle n° 11.",
    "bad-head-5-larger.txt": "La signature du point de contrôle n° 6 est fausse.",
    "bad-attested-other-votes.json": "n’est pas celui qu’atteste la ligne n° 6.",
}


def test_the_files_are_what_palier_writes() -> None:
    assert {path.name: path.read_text() for path in FOLDER.iterdir()} == vectors()


def test_the_good_ones_are_accepted_together() -> None:
    good = sorted(path for path in FOLDER.iterdir() if not path.name.startswith(("bad-", "keys", "head-", "consistency")))
    first = [FOLDER / "head-5.txt", FOLDER / "consistency-5.json"]
    assert verifier.main(*map(str, [FOLDER / "keys.txt", *first, *good])) == 0


@pytest.mark.parametrize("name", [name for name in sorted(vectors()) if name.startswith("bad-")])
def test_each_bad_one_is_refused_for_what_it_is(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verifier.main(str(FOLDER / "keys.txt"), str(FOLDER / name)) == 1
    assert SAID[name] in capsys.readouterr().out
