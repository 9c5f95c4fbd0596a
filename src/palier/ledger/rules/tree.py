"""All lines as one Merkle tree (RFC 6962): a short proof that a line is in it, or that it only grew.

A leaf is the digest of a line. With each line is kept the hash of the largest complete subtree that ends at it: any other
node is a few of those away, so that no other table is needed. Lines are numbered from 1, leaves from 0: the subtree
that ends before leaf ``n`` ends at line ``n``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

Span = tuple[int, int]
"""The leaves from the first included to the second excluded."""
Kept = Mapping[int, tuple[str, str]]
"""By line: its digest, and the hash of the largest complete subtree that ends at it."""

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf(digest: str) -> str:
    """The hash of one line's leaf."""
    return hashlib.sha256(b"\x00" + bytes.fromhex(digest)).hexdigest()


def node(left: str, right: str) -> str:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def grown(peaks: Sequence[str], size: int, digest: str) -> list[str]:
    """The complete subtrees, largest first, once one line follows the ``size`` lines that ``peaks`` stand for."""
    left, top = list(peaks), leaf(digest)
    while size & 1:
        top, size = node(left.pop(), top), size >> 1
    return [*left, top]


def root(peaks: Sequence[str]) -> str:
    """The root of the tree with these complete subtrees."""
    if not peaks:
        return EMPTY
    *before, whole = peaks
    for peak in reversed(before):
        whole = node(peak, whole)
    return whole


def inclusion(number: int, size: int) -> list[Span]:
    """The subtrees that prove a line to be in the tree of ``size`` lines, from its neighbour to the top."""
    first, last, path = 0, size, []
    while last - first > 1:
        middle = first + _half(last - first)
        if number - 1 < middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first = middle
    return path[::-1]


def consistency(size: int, larger: int) -> list[Span]:
    """The subtrees that prove the tree of ``larger`` lines to begin with the one of ``size`` lines."""
    first, last, path, whole = 0, larger, [], True
    while last != size:
        middle = first + _half(last - first)
        if size <= middle:
            path.append((middle, last))
            last = middle
        else:
            path.append((first, middle))
            first, whole = middle, False
    return ([] if whole else [(first, last)]) + path[::-1]


def needed(span: Span) -> set[int]:
    """The lines of which ``hash_of`` needs what is kept."""
    first, last = span
    if (size := last - first) & (size - 1):
        middle = first + _half(size)
        return needed((first, middle)) | needed((middle, last))
    if last & -last == size:
        return {last}
    return {last} | {last - 2**step for step in range(size.bit_length() - 1)}


def hash_of(span: Span, kept: Kept) -> str:
    """The hash of a subtree, from what is kept with its lines."""
    first, last = span
    if (size := last - first) & (size - 1):
        middle = first + _half(size)
        return node(hash_of((first, middle), kept), hash_of((middle, last), kept))
    digest, top = kept[last]
    if last & -last == size:
        return top
    top = leaf(digest)
    for step in range(size.bit_length() - 1):
        top = node(kept[last - 2**step][1], top)
    return top


def _half(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1
