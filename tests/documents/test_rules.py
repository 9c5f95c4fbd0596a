"""Names are made safe, kinds take their own formats, and readers follow the roles."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from palier.directory.rules import Role
from palier.documents.rules import (
    FORMATS,
    KINDS,
    MAX_NAME,
    READERS,
    accepts,
    audiences_of,
    extension_of,
    safe_name,
    size_fits,
)
from palier.ledger.rules import Audience


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("Procédure.PDF", "Procédure.pdf"),
        (r"C:\Users\moi\fiche de  contrôle.xlsx", "fiche de contrôle.xlsx"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (".htaccess.pdf", "htaccess.pdf"),
        ("rapport\u202efdp.pdf", "rapportfdp.pdf"),
        ('a<b>:"c|?*.pdf', "abc.pdf"),
        ("  .pdf", "piece.pdf"),
    ],
)
def test_a_name_is_made_safe(given_name: str, kept: str) -> None:
    assert safe_name(given_name) == kept


@given(st.text(max_size=300))
def test_no_name_escapes_its_folder_or_hides_a_character(name: str) -> None:
    safe = safe_name(name)
    assert 0 < len(safe) <= MAX_NAME + 1
    assert "/" not in safe
    assert "\\" not in safe
    assert not safe.startswith(".")
    assert not any(unicodedata.category(c)[0] == "C" for c in safe)


@given(st.text(min_size=1, max_size=300), st.sampled_from(sorted(FORMATS)))
@example("/", "pdf")
def test_the_extension_survives_the_cleaning(stem: str, extension: str) -> None:
    assert extension_of(safe_name(f"a{stem}.{extension}")) == extension


def test_a_kind_takes_its_own_formats_and_says_which() -> None:
    assert accepts("photo", "hall.jpg")
    refused = accepts("photo", "hall.exe")
    assert refused.sentence == "« .exe » n’est pas pris pour « Photo ». Formats pris : jpg, png, webp."
    assert not accepts("photo", "hall")
    assert not accepts("contract", "contrat.xlsx")


def test_every_kind_takes_known_formats() -> None:
    assert {e for kind in KINDS.values() for e in kind.extensions} <= set(FORMATS)


def test_a_file_is_neither_empty_nor_too_heavy() -> None:
    assert size_fits("pdf", 1)
    assert size_fits("pdf", 0).reasons[0].code == "documents.empty"
    assert "50 Mo" in size_fits("pdf", 50_000_001).sentence


def test_the_auditors_pieces_are_read_by_the_auditor_and_the_label_team() -> None:
    assert READERS[Audience.AUDIT] == {Role.AUDITOR, Role.REFERENT, Role.ADMINISTRATOR}


def test_tenants_representatives_read_nothing_that_is_not_shared() -> None:
    assert audiences_of(frozenset({Role.TENANT_REPRESENTATIVE})) == frozenset()
    assert audiences_of(frozenset({Role.CONTRIBUTOR})) == {Audience.FILE, Audience.LANDLORD}
