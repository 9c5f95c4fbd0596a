"""The key that seals certificates, and what it signs by itself: credentials (JWS, RS256). ``pades`` signs PDF with it.

``settings.SEAL_FROM`` names the function that gives the seal; the one here reads a PKCS #12 file. An installation whose key
lies in a device or a service names a function of its own.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.utils.module_loading import import_string

from palier.ledger.signing import keep_secret


class NoSeal(Exception):
    """No usable key; the sentence says why and what to do."""


class Seal(Protocol):
    """What seals certificates, wherever its key lies."""

    @property
    def chain(self) -> list[x509.Certificate]:
        """Its own certificate first, up to the authority that everybody trusts."""
        ...

    def sign(self, data: bytes) -> bytes:
        """The RSA PKCS #1 v1.5 signature of data, over its SHA-256."""
        ...


class FileSeal:
    """A seal whose key is in a PKCS #12 file, with its certificate and those above it."""

    def __init__(self, key: rsa.RSAPrivateKey, chain: list[x509.Certificate]) -> None:
        self._key, self.chain = key, chain

    def sign(self, data: bytes) -> bytes:
        """The signature of data."""
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


def seal() -> Seal:
    """What seals certificates now.

    Raises:
        NoSeal: when there is none, or it cannot be used.
    """
    found: Seal = import_string(settings.SEAL_FROM)()
    return found


def in_a_file() -> Seal:
    """The seal of the file named by ``PALIER_SEAL``. What is not for real (demonstration, tests) makes its own."""
    if not settings.SEAL:
        raise NoSeal(
            "PALIER_SEAL ne nomme aucune clé : les certificats attendent leur PDF signé. Indiquez un fichier PKCS #12 "
            "(clé RSA, certificat, chaîne) et PALIER_SEAL_PASSWORD ; docs/production.md dit comment l’obtenir."
        )
    path = Path(settings.SEAL)
    if (settings.DEMO or settings.TESTING) and not path.exists():
        make_demonstration(path)
    try:
        stamp = path.stat()
    except OSError as problem:
        raise NoSeal(f"« {path} », la clé des certificats, ne se lit pas : {problem.strerror}.") from problem
    if stamp.st_mode & 0o077:
        raise NoSeal(
            f"« {path} », la clé des certificats, se lit par d’autres que son propriétaire : « chmod 600 » la protège."
        )
    return _read(path, stamp.st_mtime_ns, stamp.st_ino)


@lru_cache(maxsize=4)
def _read(path: Path, modified: int, inode: int) -> Seal:
    try:
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), settings.SEAL_PASSWORD.encode())
    except ValueError as problem:
        raise NoSeal(f"« {path} » ne s’ouvre pas avec PALIER_SEAL_PASSWORD, ou n’est pas un fichier PKCS #12.") from problem
    if not isinstance(key, rsa.RSAPrivateKey) or certificate is None:
        raise NoSeal(f"« {path} » ne contient pas une clé RSA et son certificat.")
    return FileSeal(key, [certificate, *others])


def make_demonstration(path: Path) -> None:
    """A private authority for the demonstration, and a key under it, in a new file. One that is there is left alone."""

    def named(words: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Palier, démonstration"),
                x509.NameAttribute(NameOID.COMMON_NAME, words),
            ]
        )

    def usage(*, authority: bool) -> x509.KeyUsage:
        given = dict.fromkeys(
            ("key_encipherment", "data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False
        )
        return x509.KeyUsage(
            digital_signature=not authority,
            content_commitment=not authority,
            key_cert_sign=authority,
            crl_sign=authority,
            **given,
        )

    root_key, own_key = (rsa.generate_private_key(public_exponent=65537, key_size=3072) for _ in range(2))
    made = []
    for words, key, years, authority in (
        ("Autorité de la démonstration", root_key, 50, True),
        ("Certificats de la démonstration", own_key, 40, False),
    ):
        made.append(
            x509.CertificateBuilder()
            .subject_name(named(words))
            .issuer_name(named("Autorité de la démonstration"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(datetime(2016, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2016 + years, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True)
            .add_extension(usage(authority=authority), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )
    root, own = made
    protected = BestAvailableEncryption(settings.SEAL_PASSWORD.encode())
    data = pkcs12.serialize_key_and_certificates(b"palier", own_key, own, [root], protected)
    keep_secret(path, data)


# --- What a seal is, in public --------------------------------------------------------------------------------------


def fingerprint(found: Seal) -> str:
    """The SHA-256 of its own certificate, in hexadecimal."""
    return found.chain[0].fingerprint(hashes.SHA256()).hex()


def name(found: Seal) -> str:
    """Who it is, as its certificate says: « Certificats, Union d’Exemple »."""
    return ", ".join(str(attribute.value) for attribute in found.chain[0].subject)


def pem(found: Seal) -> str:
    """Its certificate and those above, as text."""
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in found.chain)


def jwk(chain: str) -> dict[str, Any]:
    """The public key of the first certificate of a chain, as verifiers of credentials take it (RFC 7517)."""
    certificate = x509.load_pem_x509_certificates(chain.encode())[0]
    key = certificate.public_key()
    assert isinstance(key, rsa.RSAPublicKey)
    numbers = key.public_numbers()
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "n": _url64(numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8)),
        "e": _url64(numbers.e.to_bytes(3)),
        "x5c": [
            base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in x509.load_pem_x509_certificates(chain.encode())
        ],
    }


def _url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jws(payload: Mapping[str, Any], found: Seal, *, kind: str, kid: str) -> str:
    """A payload signed as a compact JWS (RS256), ``kid`` being where the public key is read."""
    header = {"alg": "RS256", "kid": kid, "typ": kind}
    parts = [_url64(json.dumps(part, separators=(",", ":"), ensure_ascii=False).encode()) for part in (header, dict(payload))]
    signed = ".".join(parts)
    return f"{signed}.{_url64(found.sign(signed.encode()))}"
