"""The ledger's arithmetic: what is hashed, and how a chain is checked.

Each line commits to its content through ``sha256(salt ‖ canonical JSON)`` and to the line before it. The content
(which may hold personal data) can be erased later: the commitment stays and the chain still verifies.
Hashes are domain-separated by a first byte, as in RFC 6962.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
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


def commitment(salt: bytes, content: Mapping[str, Any]) -> str:
    """The fingerprint of a content that nobody can guess without its salt."""
    return hashlib.sha256(_CONTENT + salt + canonical(content)).hexdigest()


def digest(line: Line) -> str:
    """The fingerprint of a line, which the next line carries."""
    body = {
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
    return hashlib.sha256(_LINE + canonical(body)).hexdigest()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first line that does not hold, and why (in French, for the person who runs the check)."""

    number: int
    sentence: str


def first_fault(lines: Iterable[tuple[Line, str, bytes | None, Mapping[str, Any] | None]]) -> Fault | None:
    """Walk ``(line, digest, salt, content)`` in order and name the first that was altered, moved or removed.

    A line whose content was erased carries no salt and no content; its commitment is then taken as it stands.
    """
    expected, previous = 1, GENESIS
    for line, written, salt, content in lines:
        if line.number != expected:
            return Fault(expected, f"La ligne n° {expected} manque.")
        if line.previous != previous:
            return Fault(line.number, f"La ligne n° {line.number} ne suit pas celle qui la précède.")
        if salt is not None and content is not None and commitment(salt, content) != line.commitment:
            return Fault(line.number, f"Le contenu de la ligne n° {line.number} a été modifié.")
        if digest(line) != written:
            return Fault(line.number, f"La ligne n° {line.number} a été modifiée.")
        expected, previous = expected + 1, written
    return None


def tail_fault(
    head: tuple[int, str], last: tuple[int, str], checkpoints: Iterable[tuple[int, str, str | None]]
) -> Fault | None:
    """What a walk cannot see: lines cut off the end, or a chain rewritten since a checkpoint.

    ``head`` and ``last`` are the number and fingerprint kept by the writers and those of the last line;
    ``checkpoints`` are ``(number, fingerprint then, fingerprint now)``, the last None when the line is gone; a
    fingerprint copied by hand may be its beginning alone.
    """
    for number, then, now in checkpoints:
        if now is None:
            return Fault(number, f"La ligne n° {number}, attestée par un point de contrôle, manque.")
        if not now.startswith(then):
            return Fault(
                number, f"Le registre a été réécrit avant la ligne n° {number} : elle ne porte plus l’empreinte attestée."
            )
    if head != last:
        return Fault(last[0] + 1, f"Le registre s’arrête à la ligne n° {last[0]} alors que {head[0]} lignes ont été écrites.")
    return None
