"""Verifying a certificate: by its code, by its number, or by its file."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render

from palier.committee.queries import origin
from palier.documents.storage import path_of
from palier.paper import qr_path
from palier.register import queries
from palier.register.rules.certificates import Grant, Validity, meant, spelled
from palier.web.doors import Open, Request, door

MAX_BYTES = 2_000_000
# Said before anything else. A number is no secret: it says where the certificate stands, not that the paper is the label's.
_BY_CODE, _BY_NUMBER = "Ce certificat est authentique", "Ce certificat est inscrit au registre"
_SENTENCES = {
    Validity.VALID: " et valable aujourd’hui.",
    Validity.FUTURE: ", et pas encore valable.",
    Validity.REPLACED: ", et un autre l’a remplacé.",
    Validity.SUSPENDED: ", mais le label est suspendu.",
    Validity.WITHDRAWN: ", mais le label a été retiré.",
    Validity.EXPIRED: ", mais le label a expiré.",
    Validity.RESIGNED: ", mais l’organisme a rendu le label.",
    Validity.MERGED: ", mais l’organisme a été repris par un autre.",
}


class AskForm(forms.Form):
    """What is written on a certificate, or its file."""

    texte = forms.CharField(
        label="Code ou numéro du certificat",
        max_length=40,
        help_text="Le code est écrit à côté du carré à scanner, par exemple 7K3M-9QPX-2TAB ; le numéro en haut, PAL-2026-0417.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class FileForm(forms.Form):
    """The PDF that somebody holds."""

    fichier = forms.FileField(
        label="Le PDF reçu",
        help_text="Comparé octet par octet à celui que le label a signé, puis oublié.",
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,.pdf"}),
        error_messages={"required": "Choisissez le PDF à vérifier."},
    )

    def clean_fichier(self) -> UploadedFile[Any]:
        """A certificate is a small file."""
        given: UploadedFile[Any] = self.cleaned_data["fichier"]
        if (given.size or 0) > MAX_BYTES:
            raise forms.ValidationError("Ce fichier dépasse 2 Mo : un certificat est bien plus léger.")
        return given


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def ask(request: Request) -> HttpResponse:
    """Where one types a code or a number, or drops a PDF."""
    if request.method == "POST":
        return _compare(request)
    asked = AskForm(request.GET if "texte" in request.GET else None)
    context = {"ask": asked, "given": FileForm()}
    if not asked.is_bound or not asked.is_valid() or not (text := asked.cleaned_data["texte"].strip()):
        return _page(request, context)
    if (code := meant(text)) and queries.certificates().filter(code=code).exists():
        return redirect("verify_code", verification=code)
    if found := queries.by_number(number=text, on=request.on):
        return _page(request, context | shown(found) | {"numbered": True, "sentence": _BY_NUMBER + _ending(found)})
    return _page(request, context | {"unknown": text}, status=404)


def _compare(request: Request) -> HttpResponse:
    given = FileForm(request.POST, request.FILES)
    context: dict[str, Any] = {"ask": AskForm(), "given": given}
    if not given.is_valid():
        return _page(request, context, status=422)
    sha256 = hashlib.file_digest(given.cleaned_data["fichier"], "sha256").hexdigest()
    found = queries.by_digest(sha256=sha256, on=request.on)
    if found is None:
        return _page(request, context | {"not_ours": True})
    return _page(request, context | shown(found) | {"file": _file(found)})


@door(GET=Open.PUBLIC)
def verify(request: Request, verification: str) -> HttpResponse:
    """What the code of a certificate leads to: whether it holds, in one sentence, then why."""
    found = queries.verified(code=verification, on=request.on)
    if found is None:
        return _page(request, {"ask": AskForm(), "given": FileForm(), "unknown": verification}, status=404)
    if verification != found.certificate.code:
        return redirect("verify_code", verification=found.certificate.code)
    return _page(request, {"ask": AskForm(), "given": FileForm()} | shown(found))


def shown(found: queries.Verified) -> dict[str, Any]:
    """What the page says of a certificate."""
    one = found.certificate
    return {
        "found": found,
        "certificate": one,
        "content": one.content,
        "grant": Grant(one.grant),
        "decided": origin(one.decision).sentence,
        "code": spelled(one.code),
        "shape": found.answer.validity.shape,
        "sentence": _BY_CODE + _ending(found),
        "valid": found.answer.validity is Validity.VALID,
        "validity": found.answer.validity.value,
        "qr": qr_path(one.content["verify"]),
    }


def _ending(found: queries.Verified) -> str:
    return _SENTENCES[found.answer.validity]


def _file(found: queries.Verified) -> dict[str, bool]:
    """The file that was dropped is ours, byte for byte: whether its signature holds, read from the copy we keep."""
    from palier.register import pades  # noqa: PLC0415 - heavy, and only a PDF of ours is read

    kept = found.certificate.file
    path = path_of(kept.sha256)
    return {"signed": path.exists() and pades.holds(path.read_bytes(), kept.authority.chain)}


def _page(request: Request, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    response = render(request, "register/verify.html", context, status=status)
    response["Cache-Control"] = "private, no-cache"
    response["X-Robots-Tag"] = "noindex"
    return response
