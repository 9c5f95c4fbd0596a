"""The ledger before everybody: its signed heads, its keys, and what is needed to check whatever it attests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from palier.directory.models import Landlord
from palier.directory.rules import Right, Thing, audiences
from palier.ledger import queries, verifier
from palier.ledger.rules import Audience
from palier.web.doors import Answer, Open, Request, door

PAGE = 20
# As many heads as one answer holds: three years of nights.
HEADS = 1_000
TEXT, JSON = "text/plain; charset=utf-8", "application/json; charset=utf-8"
VERIFIER = "palier-verifier.py"
TOO_LONG = "Le journal n’a pas autant de lignes : ce nombre ne vient d’aucun de ses points de contrôle."


class GrowthForm(forms.Form):
    """The head that somebody kept: how many lines it commits to."""

    nombre = forms.IntegerField(label="Nombre de lignes de votre point de contrôle", min_value=1)

    def clean_nombre(self) -> int:
        """The ledger has so many lines."""
        number: int = self.cleaned_data["nombre"]
        if queries.consistency(size=number) is None:
            raise forms.ValidationError(TOO_LONG)
        return number


@door(GET=Open.PUBLIC)
def ledger(request: Request) -> HttpResponse:
    """What the ledger is, its head signed at this very instant, its keys, the heads that were kept, and how to check."""
    asked = GrowthForm(request.GET if "nombre" in request.GET else None)
    if asked.is_valid():
        return redirect("ledger_growth", size=asked.cleaned_data["nombre"])
    page = Paginator(queries.checkpoints(), PAGE).get_page(request.GET.get("page"))
    context = {
        "name": settings.LEDGER_NAME,
        "asked": asked,
        "head": queries.attestation(),
        "keys": queries.public_keys(),
        "page_obj": page,
        "verifier": VERIFIER,
        "may_export": bool(request.may(Right.READ, Thing.INSTALLATION)),
    }
    return render(request, "ledger/public.html", context)


@door(GET=Open.PUBLIC)
def handed_out(request: Request, name: str) -> HttpResponse:
    """The public keys, the head of this instant, the kept heads, the verifier: each a file."""
    if name == "cles.txt":
        return _file(name, queries.keys_file(), TEXT)
    if name == "point-de-controle.txt" and (found := queries.attestation()):
        return _file(name, found.note, TEXT)
    if name == "points-de-controle.json":
        heads = [
            {"number": head.number, "at": head.at.isoformat(), "checkpoint": head.note}
            for head in queries.checkpoints()[:HEADS]
        ]
        return _json(name, {"origin": settings.LEDGER_NAME, "keys": queries.keys_file().splitlines(), "checkpoints": heads})
    if name == VERIFIER:
        return _file(name, Path(verifier.__file__).read_text(encoding="utf-8"), "text/x-python; charset=utf-8")
    raise Http404


@door(GET=Open.PUBLIC)
def growth(request: Request, size: int) -> HttpResponse:
    """The proof that the ledger of this instant begins with the lines of an earlier head. It says nothing of them."""
    proof = queries.consistency(size=size)
    if proof is None:
        reason = {"code": "ledger.no_such_head", "sentence": TOO_LONG, "detail": "", "field": "", "remedy": None}
        said = {"code": reason["code"], "sentence": TOO_LONG, "reasons": [reason], "theirs": None}
        return HttpResponse(json.dumps(said, ensure_ascii=False), status=404, content_type=JSON)
    return _json(f"coherence-{size}.json", proof)


@door(GET=(Thing.HISTORY, Right.READ))
def receipt(request: Request, landlord: Landlord, line: int) -> HttpResponse:
    """The receipt of an act on a landlord's file; what it says is in it for whoever did it, and for the label's team."""
    readable = audiences(request.roles)
    entry = get_object_or_404(queries.history(landlord=landlord.pk, audiences=readable), number=line)
    whole = Audience.SCHEME in readable or entry.actor_id == request.user.pk
    return _json(f"recu-{line}.json", queries.receipt(number=line, with_content=whole))


@door(GET=(Thing.INSTALLATION, Right.READ))
def export(request: Request) -> Answer:
    """The whole ledger, without what the acts say: their fingerprints are enough to check it."""
    return StreamingHttpResponse(
        queries.export(contents=False),
        content_type="application/jsonl; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="journal.jsonl"'},
    )


def _json(name: str, value: Any) -> HttpResponse:
    return _file(name, json.dumps(value, ensure_ascii=False, indent=1) + "\n", JSON)


def _file(name: str, text: str, kind: str) -> HttpResponse:
    return HttpResponse(text, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
