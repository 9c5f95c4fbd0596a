"""What stands in the database and cannot be read with the database alone: links still to send, contacts that objected.

Both depend on the installation's secret key; older keys are tried too (``SECRET_KEY_FALLBACKS``).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

# Crockford's letters and figures: none is taken for another when read on paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NONCE = 12


def new_token() -> str:
    """128 random bits, in 22 characters that an address holds."""
    return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()


def new_code() -> str:
    """What a paper form bears: 50 random bits in ten letters and figures. Once printed it opens the questionnaire, so tries are few."""
    return "".join(secrets.choice(_LETTERS) for _ in range(10))


def read_code(text: str) -> str:
    """A code as typed, put right: small letters, spaces, and the letters that look like figures."""
    return "".join(text.upper().split()).replace("-", "").translate(str.maketrans("OIL", "011"))


def seal(token: str, *, digest: str) -> bytes:
    """A token under the installation's key, bound to the row that bears its digest."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(next(_keys(b"link"))).encrypt(nonce, token.encode(), digest.encode())


def unseal(sealed: bytes, *, digest: str) -> str:
    """The token again.

    Raises:
        InvalidTag: when no key of the installation opens it.
    """
    for key in _keys(b"link"):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], digest.encode()).decode()
        except InvalidTag:
            continue
    raise InvalidTag


def contact_digests(landlord: int, contact: str) -> list[str]:
    """What a contact is known again by at one landlord, under the present key and the older ones; nothing for no contact."""
    if not contact:
        return []
    return [hmac.new(key, f"{landlord}:{contact}".encode(), hashlib.sha256).hexdigest() for key in _keys(b"contact")]


def _keys(use: bytes) -> Iterator[bytes]:
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hmac.new(str(secret).encode(), b"palier.surveys." + use, hashlib.sha256).digest()
