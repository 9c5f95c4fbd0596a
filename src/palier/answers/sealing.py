"""What stands enciphered: answers in progress under the tenant's link, answers given under the installation's key.

The link is not kept once an answer came: without the tenant's own copy nobody reads a draft, nor finds the row it stands in.
An answer in the urn is read with the installation's secret key alone, which no copy of the database holds.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_NONCE = 12
# Lengths are rounded up, so that they say little of what is inside.
_ROUND = 512


def draft_row(token: str) -> str:
    """Under which name the draft of a link stands."""
    return _drawn(token, "draft.row").hex()


def slip_row(token: str) -> uuid.UUID:
    """Under which name the slip of a link stands in the urn."""
    return uuid.UUID(bytes=_drawn(token, "slip.row")[:16])


def seal_draft(token: str, content: Mapping[str, Any]) -> bytes:
    """An answer in progress, under the link."""
    return _seal(_drawn(token, "draft.key"), content, draft_row(token))


def open_draft(token: str, sealed: bytes) -> dict[str, Any]:
    """The answer in progress again.

    Raises:
        InvalidTag: when the link is another.
    """
    return _open(_drawn(token, "draft.key"), sealed, draft_row(token))


def seal_slip(content: Mapping[str, Any], *, wave: int) -> bytes:
    """An answer given, under the installation's key, for this wave alone."""
    return _seal(next(_keys()), content, str(wave))


def open_slip(sealed: bytes, *, wave: int) -> dict[str, Any]:
    """The answer again.

    Raises:
        InvalidTag: when no key of the installation opens it.
    """
    for key in _keys():
        try:
            return _open(key, sealed, str(wave))
        except InvalidTag:
            continue
    raise InvalidTag


def _drawn(token: str, use: str) -> bytes:
    """A key drawn from a link of 128 random bits: such a secret needs no slow derivation."""
    return hmac.new(token.encode(), b"palier.answers." + use.encode(), hashlib.sha256).digest()


def _keys() -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hmac.new(str(secret).encode(), b"palier.answers.urn", hashlib.sha256).digest()


def _seal(key: bytes, content: Mapping[str, Any], bound_to: str) -> bytes:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    padded = text + b" " * (-len(text) % _ROUND)
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, padded, bound_to.encode())


def _open(key: bytes, sealed: bytes, bound_to: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], bound_to.encode()))
    return found
