"""The keys that sign the ledger, and when signing is allowed.

``settings.LEDGER_SIGNERS`` names the function that gives the signers; the one here reads keys from files. An
installation whose keys lie in a device or a service names a function of its own.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string

from palier.ledger.rules.notes import Signer, published, signed


class NoKey(Exception):
    """No usable key; the sentence says why and what to do."""


class FileSigner:
    """Signs with a private key kept in a file (PEM, PKCS #8, Ed25519)."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key

    @cached_property
    def public_key(self) -> bytes:
        """The 32 bytes of the public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, text: bytes) -> bytes:
        """The 64 bytes of the signature of a text."""
        return self._key.sign(text)


def signers() -> Sequence[Signer]:
    """Who signs the ledger now; the first is the main key, others are on their way in or out.

    Raises:
        NoKey: when a key is missing or cannot be used.
    """
    found: Sequence[Signer] = import_string(settings.LEDGER_SIGNERS)()
    return found


def keys_in_files() -> Sequence[Signer]:
    """The keys of the files named by ``PALIER_LEDGER_KEY``. What is not for real (demonstration, tests) makes its own."""
    if not settings.LEDGER_KEYS:
        raise NoKey("PALIER_LEDGER_KEY ne nomme aucune clé : « palier ledger key FICHIER » en fait une.")
    paths = [Path(path) for path in settings.LEDGER_KEYS]
    if (settings.DEMO or settings.TESTING) and not paths[0].exists():
        make_key(paths[0])
    return [_read(path, _stamp(path)) for path in paths]


def make_key(path: Path) -> Signer:
    """A new key in a new file that its owner alone reads. A file that is there already is left alone and read.

    Raises:
        NoKey: when the file cannot be written, or holds no key of this kind.
    """
    key = Ed25519PrivateKey.generate()
    try:
        keep_secret(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as problem:
        raise NoKey(f"« {path} » ne s’écrit pas : {problem.strerror}.") from problem
    return _read(path, _stamp(path))


def keep_secret(path: Path, secret: bytes) -> None:
    """Write a new file that its owner alone reads, whole or not at all. A file that is there already is left alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(part)  # whoever comes second finds the key of the first
    except FileExistsError:
        pass
    finally:
        part.unlink()


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as problem:
        raise NoKey(f"« {path} », la clé du journal, ne se lit pas : {problem.strerror}.") from problem
    return found.st_mtime_ns, found.st_ino, found.st_mode


@lru_cache(maxsize=8)
def _read(path: Path, stamp: tuple[int, int, int]) -> Signer:
    if stamp[2] & 0o077:
        raise NoKey(f"« {path} », la clé du journal, se lit par d’autres que son propriétaire : « chmod 600 » la protège.")
    try:
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError) as problem:
        raise NoKey(f"« {path} » n’est pas une clé Ed25519 (PEM, sans mot de passe).") from problem
    if not isinstance(key, Ed25519PrivateKey):
        raise NoKey(f"« {path} » n’est pas une clé Ed25519.")
    return FileSigner(key)


def public_keys() -> list[str]:
    """The public keys of who signs now, as verifiers take them."""
    return [published(settings.LEDGER_NAME, signer.public_key) for signer in signers()]


def sign(*, size: int, root: str) -> str:
    """The signed note of a head that was committed.

    Raises:
        RuntimeError: in the transaction that wrote lines: undone, they would leave a signature of what never was.
        NoKey: when a key is missing or cannot be used.
    """
    if pending():
        raise RuntimeError("The head of the ledger is signed once its last lines are committed.")
    return signed(settings.LEDGER_NAME, size, root, signers())


def wrote() -> None:
    """Remember, until the end of this transaction, that it wrote a line."""
    transaction.on_commit(_wrote)


def pending() -> bool:
    """Whether this transaction wrote lines that are not committed yet. That of a test around its acts counts for none."""
    blocks, still_open = connection.atomic_blocks, set(connection.savepoint_ids) - {None}
    waiting: list[Any] = connection.run_on_commit
    of_test = bool(blocks) and getattr(blocks[0], "_from_testcase", False)
    return any(what is _wrote and (not of_test or inside & still_open) for inside, what, *_ in waiting)


def _wrote() -> None:
    """Stands in the list of what waits for the commit, and leaves it with the lines."""
