"""A line of the ledger: what is hashed of it, byte for byte (``docs/ledger.md`` says it for outsiders).

Each line commits to its content through ``sha256(salt ‖ canonical JSON)`` and to the line before it. The content
(which may hold personal data) can be erased later: the commitment stays and the chain still verifies.
Hashes are domain-separated by a first byte, as in RFC 6962. What is checked of them is in ``verifier.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

GENESIS = "0" * 64
_LINE, _CONTENT = b"\x01", b"\x02"


class Audience(StrEnum):
    """Who, among those who may open a landlord's file, may read a line of its history."""

    FILE = "file"
    """Everyone who may open the file, tenants' representatives included."""
    LANDLORD = "landlord"
    """The landlord and the label's team."""
    AUDIT = "audit"
    """The assigned auditor and the label's team, until released."""
    SCHEME = "scheme"
    """The label's team alone."""


@dataclass(frozen=True, slots=True)
class Line:
    """What is chained: everything but the content, of which only the commitment is here."""

    number: int
    at: datetime
    actor: int | None
    act: str
    subject: str
    landlord: int | None
    audience: str
    commitment: str
    previous: str


def canonical(value: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object: sorted keys, no space, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def exact(value: object) -> bool:
    """Whether a value is written in one way only, here, in the database and elsewhere (RFC 8785): no fraction, no huge number."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and exact(item) for key, item in value.items())
    if isinstance(value, list | tuple):
        return all(exact(item) for item in value)
    return value is None or isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)


def sha256_of(payload: Mapping[str, Any]) -> str:
    """The fingerprint of a document's data (minutes, a certificate), as a line attests it.

    Raises:
        TypeError: when the data hold something that is written in several ways; give decimals and dates as texts.
    """
    if not exact(payload):
        raise TypeError("Attested data hold texts, whole numbers, booleans, lists and objects alone.")
    return hashlib.sha256(canonical(payload)).hexdigest()


def commitment(salt: bytes, content: Mapping[str, Any]) -> str:
    """The fingerprint of a content that nobody can guess without its salt."""
    return hashlib.sha256(_CONTENT + salt + canonical(content)).hexdigest()


def fields(line: Line) -> dict[str, Any]:
    """A line as it is hashed and handed out."""
    return {
        "number": line.number,
        "at": line.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": line.actor,
        "act": line.act,
        "subject": line.subject,
        "landlord": line.landlord,
        "audience": line.audience,
        "commitment": line.commitment,
        "previous": line.previous,
    }


def digest(line: Line) -> str:
    """The fingerprint of a line, which the next line carries."""
    return hashlib.sha256(_LINE + canonical(fields(line))).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that does not hold, and why (in French, for the person who runs the check)."""

    number: int
    sentence: str
