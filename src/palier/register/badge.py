"""The certificate as an Open Badge 3.0, a W3C verifiable credential, and the list that says which no longer hold.

Plain data in, plain data out: ``seal.jws`` signs them (the VC-JWT form, RS256, which every verifier of Open Badges reads).
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from palier.calendar import in_words

CONTEXTS = ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
# The least that the status list must hold, so that one certificate cannot be told from another (W3C: 131 072).
BITS = 131_072


def issuer(origin: str, owner: str) -> dict[str, Any]:
    """Who issues: the owner of the label, at its permanent address."""
    return {"id": f"{origin}/registre/emetteur.json", "type": ["Profile"], "name": owner, "url": f"{origin}/registre/"}


def achievement(origin: str, label: str) -> dict[str, Any]:
    """The label as what a badge attests."""
    return {
        "id": f"{origin}/registre/label.json",
        "type": ["Achievement"],
        "achievementType": "Award",
        "name": f"Label {label}",
        "description": "Label de qualité de service d’un organisme de logement social, décidé par son comité.",
        "criteria": {
            "narrative": "Diagnostic par un auditeur agréé, plan d’actions, audit de mise en œuvre, association "
            "des représentants de locataires à chaque étape, décision du comité de labellisation."
        },
    }


def key(origin: str, fingerprint: str) -> str:
    """Where the public key of a seal is read, for ever."""
    return f"{origin}/registre/cles/{fingerprint}.json"


def _identity(kind: str, value: str) -> dict[str, Any]:
    return {"type": "IdentityObject", "hashed": False, "identityHash": value, "identityType": kind}


def credential(content: Mapping[str, Any], *, origin: str, owner: str, index: int) -> dict[str, Any]:
    """The credential of a certificate, from what the certificate says; ``index`` is its place in the status list."""
    landlord, label, decision = content["landlord"], content["label"], content.get("decision")
    evidence = {
        "type": ["Evidence"],
        "name": f"Décision du comité du {in_words(date.fromisoformat(content['decided_on']))}",
    }
    if decision:  # certificates of before do not say how
        evidence["narrative"] = decision["sentence"]
    return {
        "@context": CONTEXTS,
        "id": content["verify"],
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": f"Label {label}, certificat {content['number']}",
        "issuer": issuer(origin, owner),
        "validFrom": f"{content['valid_from']}T00:00:00Z",
        "validUntil": f"{content['valid_until']}T23:59:59Z",
        "credentialSubject": {
            "id": f"{origin}/registre/{landlord['siren']}/",
            "type": ["AchievementSubject"],
            "identifier": [_identity("name", landlord["name"]), _identity("ext:siren", landlord["siren"])],
            "achievement": achievement(origin, label),
        },
        "evidence": [evidence],
        "credentialStatus": {
            "id": f"{origin}/registre/etats.jwt#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "suspension",
            "statusListIndex": str(index),
            "statusListCredential": f"{origin}/registre/etats.jwt",
        },
    }


def token(claims: Mapping[str, Any]) -> dict[str, Any]:
    """A credential as a JSON web token: with the claims that those know, which repeat it."""
    return {
        **claims,
        "iss": claims["issuer"]["id"],
        "jti": claims["id"],
        "sub": claims["credentialSubject"]["id"],
        "nbf": int(datetime.fromisoformat(claims["validFrom"]).timestamp()),
        "exp": int(datetime.fromisoformat(claims["validUntil"]).timestamp()),
    }


def status_list(*, raised: Collection[int], origin: str, owner: str, at: datetime) -> dict[str, Any]:
    """The list of those that do not hold now, suspended or ended, one bit a certificate (W3C Bitstring Status List 1.0)."""
    size = max(BITS, 8 * (1 + max(raised, default=0) // 8))
    bits = bytearray(size // 8)
    for index in raised:
        bits[index // 8] |= 0x80 >> (index % 8)
    encoded = base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()
    return {
        "@context": ["https://www.w3.org/ns/credentials/v2"],
        "id": f"{origin}/registre/etats.jwt",
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer(origin, owner),
        "validFrom": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "credentialSubject": {
            "id": f"{origin}/registre/etats.jwt#list",
            "type": "BitstringStatusList",
            "statusPurpose": "suspension",
            "encodedList": f"u{encoded}",
        },
    }
