"""A signed head of the ledger as text: the field's own formats (C2SP signed-note and tlog-checkpoint).

```
palier.example.fr/journal
1234
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— palier.example.fr/journal Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
```
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from typing import Protocol

_ED25519 = b"\x01"


class Signer(Protocol):
    """What signs the head of the ledger, wherever its key lies: a file, a device, a service."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""
        ...

    def sign(self, text: bytes) -> bytes:
        """The 64 bytes of the Ed25519 signature of a text."""
        ...


def key_id(origin: str, public_key: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return hashlib.sha256(origin.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def published(origin: str, public_key: bytes) -> str:
    """A public key as verifiers take it: ``origin+id+key``."""
    return f"{origin}+{key_id(origin, public_key).hex()}+{base64.b64encode(_ED25519 + public_key).decode()}"


def signed(origin: str, size: int, root: str, signers: Sequence[Signer]) -> str:
    """The signed note of a tree: one signature line a signer.

    Raises:
        ValueError: when nobody signs.
    """
    if not signers:
        raise ValueError("A checkpoint is signed by somebody.")
    text = f"{origin}\n{size}\n{base64.b64encode(bytes.fromhex(root)).decode()}\n"
    lines = []
    for signer in signers:
        signature = key_id(origin, signer.public_key) + signer.sign(text.encode())
        lines.append(f"— {origin} {base64.b64encode(signature).decode()}\n")
    return text + "\n" + "".join(lines)


def signed_by(note: str) -> tuple[str, ...]:
    """The short names of the keys that signed a note of ours."""
    return tuple(base64.b64decode(line.split(" ")[2])[:4].hex() for line in note.split("\n\n")[1].splitlines())
