"""Verifying a certificate: the sentence that anybody reads, and the file that they hold."""

from __future__ import annotations

import gzip
import io
import json
from base64 import urlsafe_b64decode
from pathlib import Path

import jwt
import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from openbadgeslib.ob3.verifier import OB3VerificationError, OB3Verifier
from pypdf import PdfReader

from palier.documents.storage import path_of
from palier.label.operations import lapse_due
from palier.ledger import verifier
from palier.ledger.models import Entry
from palier.ledger.operations import erase
from palier.ledger.queries import keys_file
from palier.ledger.rules import canonical
from palier.register import operations, pades
from palier.register.models import Certificate, SealedFile
from palier.register.operations.sealing import seal_due
from palier.register.rules.certificates import spelled
from tests.register.conftest import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
PUBLIC = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def page(client: Client, code: str) -> str:
    return client.get(reverse("verify_code", kwargs={"verification": code})).content.decode()


BY_HAND = "prise hors de Palier, enregistrée le 10 mars 2026 d’après le document joint au dossier"


def test_each_answer_is_one_sentence(scene: Scene, client: Client) -> None:
    journey = scene.award("Aubeclaire")
    one = Certificate.objects.get()
    assert "authentique et valable aujourd’hui" in page(client, one.code)
    scene.decide(journey, "suspended", "labelled", reasons="Sites non traités.")
    suspended = page(client, one.code)
    assert "mais le label est suspendu" in suspended
    assert "10 mars 2026" in suspended
    assert suspended.count(BY_HAND) == 2  # the grant, then the suspension
    scene.decide(journey, "suspension_lifted")
    scene.decide(journey, "confirmed", "decision_confirmation", at=scene.later(10))
    operations.catch_up(at=scene.later(10))
    with time_machine.travel(scene.later(20), tick=False):
        replaced = page(client, one.code)
        assert "un autre l’a remplacé" in replaced
        assert "PAL-2026-0002" in replaced
    lapse_due(at=scene.later(1200))
    with time_machine.travel(scene.later(1200), tick=False):
        assert "mais le label a expiré" in page(client, one.code)


def test_an_unknown_code_is_said_so(scene: Scene, client: Client) -> None:
    scene.award()
    answer = client.get(reverse("verify_code", kwargs={"verification": "AAAABBBBCCCC"}))
    assert answer.status_code == 404
    assert "Aucun certificat ne porte" in answer.content.decode()
    assert client.get(reverse("verify"), {"texte": "PAL-1999-0001"}).status_code == 404


def test_a_code_is_found_as_typed(scene: Scene, client: Client) -> None:
    scene.award()
    one = Certificate.objects.get()
    found = client.get(reverse("verify"), {"texte": spelled(one.code).lower()})
    assert found["Location"] == reverse("verify_code", kwargs={"verification": one.code})


def test_a_number_has_its_own_verdict_however_it_is_typed_and_never_gives_the_code(scene: Scene, client: Client) -> None:
    def said(number: str) -> str:
        answer = client.get(reverse("verify"), {"texte": number})
        assert answer.status_code == 200
        return answer.content.decode()

    journey = scene.award("Aubeclaire")
    first = Certificate.objects.get()
    for typed in ("PAL-2026-0001", "pal 2026 0001", " Pal2026–1 "):
        page = said(typed)
        assert "inscrit au registre et valable aujourd’hui" in page
        assert "authentique" not in page, "the number does not prove the paper"
        assert not any(secret in page for secret in (first.code, spelled(first.code), first.digest[:16]))
    scene.decide(journey, "confirmed", "decision_confirmation", at=scene.later(10))
    operations.catch_up(at=scene.later(10))
    register = reverse("register_landlord", kwargs={"siren": journey.landlord.siren})
    with time_machine.travel(scene.later(20), tick=False):
        page = said("PAL-2026-0001")
        assert "inscrit au registre, et un autre l’a remplacé" in page
        assert "du 10 mars 2026 au 9 septembre 2027" in page.replace("\xa0", " ")
        assert "PAL-2026-0002" in page
        lines = client.get(register).content.decode().split('<li id="PAL-2026-0001">')
        assert "Valable" in lines[0]
        assert "Remplacé" in lines[1]
    scene.decide(journey, "suspended", at=scene.later(30), reasons="Sites non traités.")
    with time_machine.travel(scene.later(40), tick=False):
        assert "inscrit au registre, mais le label est suspendu" in said("PAL-2026-0001")
        assert client.get(register).content.decode().count("Label suspendu") == 3  # its history, and both certificates
        assert "Aubeclaire" in client.get(reverse("register"), {"q": "pal 2026 0001"}).content.decode(), "by a past number too"


def test_the_twin_carries_its_fingerprint_and_says_whether_it_holds(scene: Scene, client: Client) -> None:
    journey = scene.award()
    one = Certificate.objects.get()
    address = reverse("verify_twin", kwargs={"verification": one.code})
    assert client.get(address).json()["today"]["holds"] is True
    scene.decide(journey, "suspended", "labelled", reasons="Sites non traités.")
    given = client.get(address).json()
    assert given["today"] == {"validity": "suspended", "holds": False, "on": "2026-03-10", "replaced_by": None}
    assert given["sha256"] == one.digest


def test_a_certificate_is_proved_by_the_ledger_without_us(
    scene: Scene, client: Client, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scene.award("Aubeclaire")
    one = Certificate.objects.get()
    address = reverse("verify_attested", kwargs={"verification": one.code})
    assert f'href="{address}"' in page(client, one.code)
    proof, keys = tmp_path / "attested.json", tmp_path / "keys.txt"
    proof.write_bytes(client.get(address).content)
    keys.write_text(keys_file())
    assert verifier.main(str(keys), str(proof)) == 0
    proof.write_text(proof.read_text().replace("Aubeclaire", "Autreclaire"))
    assert verifier.main(str(keys), str(proof)) == 1
    assert "n’est pas celui qu’atteste la ligne" in capsys.readouterr().out
    erase(number=Entry.objects.get(act="register.certificate_issued").number)
    assert client.get(address).status_code == 404


def send(client: Client, content: bytes) -> HttpResponse:
    given = SimpleUploadedFile("certificat.pdf", content, content_type="application/pdf")
    answer: HttpResponse = client.post(reverse("verify"), {"fichier": given})
    return answer


def test_a_file_is_ours_byte_for_byte_or_it_is_not(scene: Scene, client: Client) -> None:
    scene.award()
    seal_due(at=scene.at)
    ours = path_of(SealedFile.objects.get().sha256).read_bytes()
    said = send(client, ours).content.decode()
    assert "octet pour octet" in said
    assert "Sa signature tient" in said
    for place in (200, len(ours) // 2, len(ours) - 50):
        altered = ours[:place] + bytes([ours[place] ^ 1]) + ours[place + 1 :]
        assert "n’est pas un certificat de ce registre" in send(client, altered).content.decode()
    assert client.post(reverse("verify"), {}).status_code == 422
    assert send(client, b"0" * 2_000_001).status_code == 422


def test_a_signature_over_changed_bytes_does_not_hold(scene: Scene) -> None:
    scene.award()
    seal_due(at=scene.at)
    kept = SealedFile.objects.get()
    ours = path_of(kept.sha256).read_bytes()
    assert pades.holds(ours, kept.authority.chain)
    assert not pades.holds(ours[:1000] + bytes([ours[1000] ^ 1]) + ours[1001:], kept.authority.chain)


def test_the_pdf_keeps_what_pdf_a_asks_for_once_signed(scene: Scene) -> None:
    scene.award()
    seal_due(at=scene.at)
    reader = PdfReader(io.BytesIO(path_of(SealedFile.objects.get().sha256).read_bytes()))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "pyHanko" not in metadata  # as it was before the signature
    assert root["/OutputIntents"][0]["/S"] == "/GTS_PDFA1"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert not reader.is_encrypted
    for name, font in reader.pages[0]["/Resources"]["/Font"].items():
        descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor), name
    field = root["/AcroForm"]["/Fields"][0]
    assert field["/V"]["/SubFilter"] == "/ETSI.CAdES.detached"
    assert field["/F"] & 4  # printed, neither hidden nor invisible
    assert not field["/F"] & 0b100011
    assert json.loads(reader.attachments["certificat.json"][0]) == Certificate.objects.get().content
    assert reader.attachments["certificat.json"][0] == canonical(Certificate.objects.get().content)


def test_the_badge_is_read_by_another_library_through_the_published_key(scene: Scene, client: Client) -> None:
    journey = scene.award("Aubeclaire")
    seal_due(at=scene.at)
    kept = SealedFile.objects.get()
    header = jwt.get_unverified_header(kept.badge)
    key = client.get("/" + header["kid"].split("/", 3)[3]).json()
    claims = jwt.decode(kept.badge, jwt.PyJWK(key).key, algorithms=["RS256"])
    assert claims["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert claims["credentialSubject"]["identifier"][0]["identityHash"] == "Aubeclaire"
    assert claims["validUntil"] == "2027-09-09T23:59:59Z"
    assert claims["evidence"][0]["narrative"] == BY_HAND

    def raised() -> bool:
        token = client.get(reverse("register_states")).content.decode()
        listed = jwt.decode(token, jwt.PyJWK(key).key, algorithms=["RS256"])["credentialSubject"]["encodedList"]
        assert listed[0] == "u"
        bits = gzip.decompress(urlsafe_b64decode(listed[1:] + "=" * (-len(listed[1:]) % 4)))
        assert len(bits) * 8 >= 131_072
        index = int(claims["credentialStatus"]["statusListIndex"])
        return bool(bits[index // 8] & 0x80 >> index % 8)

    checked = OB3Verifier(x509.load_pem_x509_certificate(kept.authority.chain.encode()).public_key().public_bytes(*PUBLIC))
    listed = lambda address, *_, **__: client.get("/" + address.split("/", 3)[3]).content  # noqa: E731
    assert checked.verify(kept.badge, check_status=True, download=listed).name.endswith("PAL-2026-0001")
    assert not raised()
    scene.decide(journey, "suspended", "labelled", reasons="Sites non traités.")
    assert raised()
    with pytest.raises(OB3VerificationError, match="suspension"):
        checked.verify(kept.badge, check_status=True, download=listed)
