"""The signature of a PDF (PAdES): made with a seal, and checked. pyHanko is heavy: import this module where one signs or checks."""

from __future__ import annotations

import io

from asn1crypto import x509
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers, validation
from pyhanko_certvalidator import ValidationContext

from palier.register.seal import Seal, pem

FIELD = "Palier"


def _certificates(chain: str) -> list[x509.Certificate]:
    return list(load_certs_from_pemder_data(chain.encode()))


class _Signer(signers.Signer):
    """The seal as pyHanko calls it, wherever its key lies."""

    def __init__(self, found: Seal) -> None:
        own, *above = _certificates(pem(found))
        super().__init__(signing_cert=own)
        self.cert_registry.register_multiple(above)
        self._seal = found

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        return self._seal.sign(data)


class _Behind(IncrementalPdfFileWriter):
    """Adds behind a PDF and leaves its metadata as they are: written again, they would no longer be those of PDF/A."""

    def _update_meta(self) -> None:
        pass


def sign(pdf: bytes, found: Seal, *, reason: str) -> bytes:
    """The PDF with an invisible PAdES signature, added behind its bytes: PDF/A stays PDF/A."""
    out = io.BytesIO()
    metadata = signers.PdfSignatureMetadata(
        field_name=FIELD,
        reason=reason,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signers.PdfSigner(metadata, signer=_Signer(found), new_field_spec=fields.SigFieldSpec(FIELD)).sign_pdf(
        _Behind(io.BytesIO(pdf)), output=out
    )
    return out.getvalue()


def holds(pdf: bytes, chain: str) -> bool:
    """Whether a PDF of ours is covered whole by a signature of the seal whose chain is given."""
    signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
    if len(signatures) != 1:
        return False
    trusted = _certificates(chain)
    status = validation.validate_pdf_signature(
        signatures[0], ValidationContext(trust_roots=trusted[-1:], other_certs=trusted, allow_fetching=False)
    )
    return bool(status.bottom_line) and status.signing_cert.sha256 == trusted[0].sha256
