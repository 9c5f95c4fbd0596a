"""The verifier stands alone, and its signatures are those of everybody else."""

from __future__ import annotations

import ast
import base64
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.ledger import verifier
from palier.ledger.rules import notes
from palier.ledger.signing import FileSigner

SOURCE = Path(verifier.__file__).read_text()
# The example of C2SP's signed-note, signed by somebody else's program.
NOTE = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
)


def test_it_is_short_and_imports_nothing_of_ours_nor_of_anybody() -> None:
    assert len(SOURCE.splitlines()) < 200
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= set(sys.stdlib_module_names)


# RFC 8032, 7.1: tests 1, 2, 3 and 1024.
@pytest.mark.parametrize(
    ("key", "text", "signature"),
    [
        (
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ),
        (
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ),
        (
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ),
    ],
)
def test_signatures_of_the_standard(key: str, text: str, signature: str) -> None:
    given_ = bytes.fromhex(key), bytes.fromhex(text), bytes.fromhex(signature)
    assert verifier.is_signed(*given_)
    assert not verifier.is_signed(given_[0], given_[1] + b"x", given_[2])


@settings(max_examples=40)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80), st.integers(0, 511))
def test_it_agrees_with_another_implementation(seed: bytes, text: bytes, bit: int) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), bytearray(key.sign(text))
    assert verifier.is_signed(public, text, bytes(signature))
    signature[bit // 8] ^= 1 << bit % 8
    with suppress(verifier.Bad):  # half the places are no point of the curve
        assert not verifier.is_signed(public, text, bytes(signature))


def test_the_order_of_the_group_added_to_a_signature_makes_no_second_one() -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signature = key.sign(b"x")
    s = int.from_bytes(signature[32:], "little") + verifier.Q
    assert not verifier.is_signed(key.public_key().public_bytes_raw(), b"x", signature[:32] + s.to_bytes(32, "little"))


def signers(*seeds: int) -> list[FileSigner]:
    return [FileSigner(Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32))) for seed in seeds]


def keys(*of: FileSigner, origin: str = "palier.test/journal", end: str = "") -> verifier.Keys:
    return verifier.keys_of("\n".join(f"{notes.published(origin, one.public_key)}{end}" for one in of))


def test_a_note_is_found_in_a_letter_and_checked_with_any_of_its_keys() -> None:
    one, two = signers(1, 2)
    note = notes.signed("palier.test/journal", 3, "ab" * 32, [one, two])
    for known in (one, two):
        assert verifier.note_of(f"Bonjour,\r\n\r\n{note}\r\n-- \r\nPalier", keys(known)) == (3, bytes.fromhex("ab" * 32))
    assert notes.signed_by(note) == tuple(notes.key_id("palier.test/journal", k.public_key).hex() for k in (one, two))


def test_a_note_of_nobody_known_of_another_ledger_or_touched_is_refused() -> None:
    one, two = signers(1, 2)
    note = notes.signed("palier.test/journal", 30, "ab" * 32, [one])
    refused = [
        (note, keys(two), "aucune des clés"),
        (note.replace("palier.test", "autre.test"), keys(one), "aucune des clés"),
        (note.replace("\n30\n", "\n31\n"), keys(one), "est fausse"),
        (notes.signed("palier.test/journal", 30, "cd" * 32, [two]), keys(one), "aucune des clés"),
        (note, keys(one, end=" 29"), "retirée à la ligne n° 29"),
        ("rien", keys(one), "pas de point de contrôle"),
    ]
    for text, known, words in refused:
        with pytest.raises(verifier.Bad, match=words):
            verifier.note_of(text, known)
    assert verifier.note_of(note, keys(one, end=" 30"))


def test_a_key_that_is_badly_written_is_no_key() -> None:
    good = notes.published("palier.test/journal", signers(1)[0].public_key)
    name, short, key = good.split("+", 2)
    other = base64.b64encode(b"\x02" + base64.b64decode(key)[1:]).decode()
    assert len(verifier.keys_of(good)) == 1
    assert verifier.keys_of(f"{name}+00000000+{key}\n{name}+{short}+{other}\n{name} {short} {key}") == {}


def test_the_format_is_the_field_s_own() -> None:
    """The published example has no published key here: what is checked is that it is read as it should."""
    with pytest.raises(verifier.Bad, match="20852163 n’est signé par aucune"):
        verifier.note_of(NOTE, {})
