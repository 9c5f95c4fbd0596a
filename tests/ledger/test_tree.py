"""The tree of lines, held against its definition (RFC 6962, 2.1) written again, word for word."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.ledger import verifier
from palier.ledger.rules import tree

SIZES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100)


def digests(count: int) -> list[str]:
    return [hashlib.sha256(str(n).encode()).hexdigest() for n in range(count)]


def mth(leaves: list[str]) -> bytes:
    """MTH of RFC 6962."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + bytes.fromhex(leaves[0])).digest()
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def planted(count: int) -> tuple[list[str], dict[int, tuple[str, str]]]:
    peaks: list[str] = []
    kept = {}
    for size, digest in enumerate(digests(count)):
        peaks = tree.grown(peaks, size, digest)
        kept[size + 1] = (digest, peaks[-1])
    return peaks, kept


@pytest.mark.parametrize("count", [0, *SIZES])
def test_the_root_is_the_one_of_the_standard(count: int) -> None:
    assert tree.root(planted(count)[0]) == mth(digests(count)).hex()


def proof(spans: list[tree.Span], kept: dict[int, tuple[str, str]]) -> list[bytes]:
    needed = {number: kept[number] for span in spans for number in tree.needed(span)}
    return [bytes.fromhex(tree.hash_of(span, needed)) for span in spans]


@given(st.integers(1, 200), st.data())
def test_every_line_is_proved_by_what_is_kept_of_a_few(count: int, data: st.DataObject) -> None:
    number = data.draw(st.integers(1, count))
    _, kept = planted(count)
    path = proof(tree.inclusion(number, count), kept)
    assert len(path) <= count.bit_length()
    leaf = hashlib.sha256(b"\x00" + bytes.fromhex(digests(count)[number - 1])).digest()
    assert verifier.root_with(leaf, number - 1, count, list(path)) == mth(digests(count))
    if path:
        path[data.draw(st.integers(0, len(path) - 1))] = bytes(32)
        assert verifier.root_with(leaf, number - 1, count, path) != mth(digests(count))


@given(st.integers(1, 200), st.data())
def test_growth_is_proved_and_nothing_else(count: int, data: st.DataObject) -> None:
    earlier = data.draw(st.integers(1, count))
    _, kept = planted(count)
    path, old = proof(tree.consistency(earlier, count), kept), mth(digests(earlier))
    assert verifier.roots_of(old, earlier, count, list(path)) == (old, mth(digests(count)))
    if path:
        path[data.draw(st.integers(0, len(path) - 1))] = bytes(32)
        assert verifier.roots_of(old, earlier, count, path) != (old, mth(digests(count)))
