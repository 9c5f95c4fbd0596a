"""Honest ledgers in memory, of any length, made by Palier's own arithmetic: what verifiers are given to check."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from palier.ledger.queries import ATTESTED, CONSISTENCY, LEDGER, RECEIPT
from palier.ledger.rules import GENESIS, Line, commitment, digest, lines, notes, sha256_of, tree
from palier.ledger.signing import FileSigner

ORIGIN = "palier.test/journal"
BEGINS = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SIGNER = FileSigner(KEY)
KEYS = notes.published(ORIGIN, SIGNER.public_key) + "\n"
WORDS = (
    "a voté pour.",
    "a ouvert la séance.",
    "a présenté « Habitat des Rives ».",
    "s’est récusé.",
    'ajoute : 100 % \\ "é" 🗳.\n\t',
)


@dataclass
class Book:
    """A ledger as an installation keeps it."""

    rng: Random
    records: list[dict[str, Any]] = field(default_factory=list)
    peaks: list[str] = field(default_factory=list)
    kept: dict[int, tuple[str, str]] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)

    def write(self, payload: dict[str, Any] | None = None) -> None:
        """One act more."""
        number, rng = len(self.records) + 1, self.rng
        facts = (
            {"sha256": sha256_of(payload)}
            if payload
            else {"n": rng.randint(-9, 9), "à": [True, None, "é"][: rng.randint(0, 3)]}
        )
        content = {"summary": rng.choice(WORDS), "facts": facts}
        salt = rng.randbytes(16)
        line = Line(
            number=number,
            at=BEGINS + timedelta(microseconds=rng.randint(0, 10**12)),
            actor=rng.choice([None, 7, 12]),
            act=rng.choice(["committee.voted", "plans.action_added"]),
            subject=f"committee.ballot:{rng.randint(1, 99)}",
            landlord=rng.choice([None, 3]),
            audience=rng.choice(["file", "scheme"]),
            commitment=commitment(salt, content),
            previous=self.records[-1]["digest"] if self.records else GENESIS,
        )
        written = digest(line)
        self.peaks = tree.grown(self.peaks, number - 1, written)
        self.kept[number] = (written, self.peaks[-1])
        self.records.append({**lines.fields(line), "digest": written, "salt": salt.hex(), "content": content})

    def sign(self) -> str:
        """The head as it stands, signed and kept."""
        self.heads[len(self.records)] = notes.signed(ORIGIN, len(self.records), tree.root(self.peaks), [SIGNER])
        return self.heads[len(self.records)]

    def export(self, *, contents: bool = True) -> list[dict[str, Any]]:
        """As ``palier ledger export`` writes it."""
        out: list[dict[str, Any]] = [{"format": LEDGER, "origin": ORIGIN, "lines": len(self.records)}]
        for record in self.records:
            out.append(dict(record) if contents else {k: v for k, v in record.items() if k not in {"salt", "content"}})
            if record["number"] in self.heads:
                out.append({"checkpoint": self.heads[record["number"]]})
        return out

    def _proof(self, spans: list[tree.Span]) -> list[str]:
        return [tree.hash_of(span, self.kept) for span in spans]

    def receipt(self, number: int) -> dict[str, Any]:
        """The receipt of a line under the last head."""
        record, size = self.records[number - 1], len(self.records)
        line = {k: v for k, v in record.items() if k not in {"digest", "salt", "content"}}
        more = {k: record[k] for k in ("digest", "salt", "content")}
        return {
            "format": RECEIPT,
            "line": line,
            **more,
            "proof": self._proof(tree.inclusion(number, size)),
            "checkpoint": self.heads[size],
        }

    def attested(self, payload: dict[str, Any], number: int) -> dict[str, Any]:
        """A document with its proof."""
        return {"format": ATTESTED, "payload": payload, "sha256": sha256_of(payload), "receipt": self.receipt(number)}

    def consistency(self, size: int) -> dict[str, Any]:
        """The proof that the last head prolongs an earlier one."""
        proof = self._proof(tree.consistency(size, len(self.records)))
        return {"format": CONSISTENCY, "first": size, "proof": proof, "checkpoint": self.heads[len(self.records)]}


def book(rng: Random, length: int, *, head_every: float = 0.1) -> Book:
    """An honest ledger with a few kept heads, signed at its end."""
    made = Book(rng)
    for _ in range(length):
        made.write()
        if rng.random() < head_every:
            made.sign()
    made.sign()
    return made


def vectors() -> dict[str, str]:
    """The files of ``vectors/``: what another verifier is tried on."""
    made, payload = Book(Random(2026)), {"séance": "2026-03-10", "voix": {"pour": 3, "contre": 2}, "réserves": []}
    for number in range(1, 12):
        made.write(payload if number == 6 else None)
        if number in {5, 8, 11}:
            made.sign()
    whole, receipt = made.export(), made.receipt(4)
    edited = [dict(r, actor=99) if r.get("number") == 3 else r for r in whole]
    reworded = [dict(r, content={"facts": {}, "summary": "a voté contre."}) if r.get("number") == 7 else r for r in whole]
    return {
        "keys.txt": KEYS,
        "ledger.jsonl": _lines(whole),
        "ledger-without-contents.jsonl": _lines(made.export(contents=False)),
        "head-5.txt": made.heads[5],
        "receipt.json": _text(receipt),
        "attested.json": _text(made.attested(payload, 6)),
        "consistency-5.json": _text(made.consistency(5)),
        "bad-line-3-edited.jsonl": _lines(edited),
        "bad-line-7-reworded.jsonl": _lines(reworded),
        "bad-line-4-removed.jsonl": _lines([r for r in whole if r.get("number") != 4]),
        "bad-cut-after-9.jsonl": _lines([r for r in whole if r.get("number", 0) <= 9]),
        "bad-receipt-of-another-line.json": _text(receipt | {"proof": made.receipt(5)["proof"]}),
        "bad-head-5-larger.txt": made.heads[5].replace("\n5\n", "\n6\n"),
        "bad-attested-other-votes.json": _text(
            made.attested(payload, 6) | {"payload": payload | {"voix": {"pour": 2, "contre": 3}}}
        ),
    }


def _text(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def _lines(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
