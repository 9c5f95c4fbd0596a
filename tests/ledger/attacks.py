"""Attacks on an exported ledger by somebody with full rights on the database; nothing here uses Palier's code or its verifier's.

The attacker changes rows as they please, hashes again what they want, removes the signed heads that the installation kept, and
the installation then signs what it finds: it exports in good faith. They do not hold its key; « other key » uses theirs.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from dataclasses import dataclass
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

CHAINED = ["number", "at", "actor", "act", "subject", "landlord", "audience", "commitment", "previous"]
KINDS = ["edit", "reword", "delete", "insert", "swap", "truncate", "split view", "other key"]
HASHED = [kind for kind in KINDS if kind not in {"split view", "other key"}]
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Attack:
    """What was done: the kind, whether everything after was hashed again, the first line touched, the export that results."""

    kind: str
    rehashed: bool
    first: int
    records: list[dict[str, Any]]

    def can_be_found(self, held: int) -> bool:
        """False when it bears only on lines after the held head and was hashed whole again, in good order, before an honest seal."""
        return self.first <= held or not self.rehashed


def attack(rng: Random, kind: str, export: list[dict[str, Any]], key: Ed25519PrivateKey, *, rehash: bool) -> Attack:
    """One attack of a kind, drawn at random, on the export of an honest ledger signed with ``key``."""
    head, *rest = copy.deepcopy(export)
    rows, notes = [r for r in rest if "number" in r], {_size(r["checkpoint"]): r for r in rest if "checkpoint" in r}
    length = len(rows)
    if kind == "other key":
        stranger = Ed25519PrivateKey.from_private_bytes(rng.randbytes(32))
        first = _change(rng, rng.choice(HASHED), rows) if rehash else length
        _hash_again(rows, 0)
        return Attack(kind, False, first, [head, *rows, {"checkpoint": _signed(head["origin"], rows, stranger)}])
    if kind == "split view":
        first = rng.randint(1, length)
        rows = rows[: first - 1] + [_forged(rng, rows) for _ in range(rng.randint(1, 2 * length))]
        rehash = True
    else:
        first = _change(rng, kind, rows)
    if not rehash:
        return Attack(kind, False, first, _laid_out(head, rows, notes))
    _hash_again(rows, first - 1)
    notes = {size: note for size, note in notes.items() if size < first}
    notes[len(rows)] = {"checkpoint": _signed(head["origin"], rows, key)}
    return Attack(kind, True, first, _laid_out(head, rows, notes))


def _change(rng: Random, kind: str, rows: Rows) -> int:
    """Do it to the rows; the number of the first line touched."""
    at = rng.randrange(len(rows))
    if kind == "edit":
        _edit(rng, rows[at])
    elif kind == "reword":
        rows[at]["content"] = {"summary": "a voté contre.", "facts": {"forged": rng.randint(0, 10**6)}}
    elif kind == "delete":
        del rows[at]
    elif kind == "insert":
        rows.insert(at, _forged(rng, rows))
    elif kind == "swap":
        other = rng.randrange(len(rows))
        if other == at:
            other = at - 1 if at else len(rows) - 1
        if other == at:
            _edit(rng, rows[at])  # a single line has nobody to change places with
        rows[at], rows[other] = rows[other], rows[at]
        at = min(at, other)
    elif kind == "truncate":
        del rows[at:]
    return at + 1


def _edit(rng: Random, row: dict[str, Any]) -> None:
    """Another value in one field."""
    field = rng.choice(["at", "actor", "act", "subject", "landlord", "audience"])
    values = {
        "at": f"2026-01-{rng.randint(10, 28)}T08:00:00.{rng.randint(100000, 999999)}+00:00",
        "actor": rng.randint(100, 999),
        "act": f"committee.forged_{rng.randint(0, 999)}",
        "subject": f"committee.ballot:{rng.randint(1000, 9999)}",
        "landlord": rng.randint(100, 999),
        "audience": "landlord",
    }
    row[field] = values[field]


def _forged(rng: Random, rows: Rows) -> dict[str, Any]:
    """A line that never was, made from another."""
    made = copy.deepcopy(rng.choice(rows)) if rows else {}
    made |= {"actor": rng.randint(100, 999), "salt": rng.randbytes(16).hex()}
    made["content"] = {"summary": "a voté pour.", "facts": {"forged": rng.randint(0, 10**6)}}
    return made


def _hash_again(rows: Rows, start: int) -> None:
    """Numbers, commitments, links and fingerprints as they should be, from a place to the end."""
    for place in range(start, len(rows)):
        row = rows[place]
        row["number"] = place + 1
        row["previous"] = rows[place - 1]["digest"] if place else "0" * 64
        row["commitment"] = hashlib.sha256(b"\x02" + bytes.fromhex(row["salt"]) + _json(row["content"])).hexdigest()
        row["digest"] = hashlib.sha256(b"\x01" + _json({name: row[name] for name in CHAINED})).hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _root(leaves: list[bytes]) -> bytes:
    """The Merkle tree hash, as RFC 6962 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + _root(leaves[:half]) + _root(leaves[half:])).digest()


def _signed(origin: str, rows: Rows, key: Ed25519PrivateKey) -> str:
    root = base64.b64encode(_root([bytes.fromhex(row["digest"]) for row in rows])).decode()
    text = f"{origin}\n{len(rows)}\n{root}\n"
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    short = hashlib.sha256(origin.encode() + b"\n\x01" + public).digest()[:4]
    return f"{text}\n— {origin} {base64.b64encode(short + key.sign(text.encode())).decode()}\n"


def _size(note: str) -> int:
    return int(note.split("\n")[1])


def _laid_out(head: dict[str, Any], rows: Rows, notes: dict[int, dict[str, Any]]) -> list[dict[str, Any]]:
    """The export: each signed head after its line, those larger than what is left at the end."""
    out = [{**head, "lines": len(rows)}, *([notes[0]] if 0 in notes else [])]
    for place, row in enumerate(rows, 1):
        out += [row, notes[place]] if place in notes else [row]
    return out + [note for size, note in sorted(notes.items()) if size > len(rows)]
