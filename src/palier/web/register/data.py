"""The register for programs: JSON, CSV, their schema, the twin of a certificate, what badges refer to."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import get_conditional_response, set_response_etag

from palier.calendar import paris_day
from palier.committee.queries import origin
from palier.directory.models import Landlord
from palier.ledger import queries as ledger
from palier.register import badge, queries, seal
from palier.register.models import Authority, Certificate
from palier.register.rules.certificates import Validity
from palier.register.rules.history import Change, Standing
from palier.web.doors import Answer, Open, Request, door
from palier.web.export import spreadsheet
from palier.web.register.public import asked

FORMAT = "palier.register/1"
_COLUMNS = [
    "Bailleur",
    "SIREN",
    "Famille",
    "Région",
    "État",
    "Labellisé depuis le",
    "Jusqu’au",
    "Dans cet état depuis le",
    "Fin du label",
    "Certificat",
    "Page",
    "Dernière décision",
]


def shared(request: Request, response: HttpResponse, *, seconds: int = 60) -> HttpResponse:
    """An answer that anybody may keep a while and any site may read; unchanged, it is not sent again."""
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    set_response_etag(response)
    answer = get_conditional_response(request, response["ETag"], None, response)
    assert isinstance(answer, HttpResponse)
    return answer


def _json(request: Request, value: Any, *, seconds: int = 60) -> Answer:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    return shared(request, HttpResponse(text, content_type="application/json; charset=utf-8"), seconds=seconds)


def _refused(request: Request, form: str, faults: dict[str, str]) -> Answer:
    """The API's refusal in JSON; its sentences alone for whoever asked for a CSV."""
    reasons = [
        {"code": "register.filter", "sentence": sentence, "detail": "", "field": name, "remedy": None}
        for name, sentence in faults.items()
    ]
    said = "\n".join(faults.values())
    body = {"code": "register.filter", "sentence": said.replace("\n", " "), "reasons": reasons, "theirs": None}
    content, kind = (json.dumps(body, ensure_ascii=False), "application/json") if form == "json" else (said, "text/plain")
    return shared(request, HttpResponse(content, status=400, content_type=f"{kind}; charset=utf-8"))


@door(GET=Open.PUBLIC)
def export(request: Request, form: str) -> Answer:
    """The register on a day, filtered as the page is."""
    if form not in {"json", "csv"}:
        raise Http404
    asked_for, found = asked(request)
    if faults := asked_for.faults(request.on):
        return _refused(request, form, faults)
    if form == "json":
        return _json(request, as_data(found))
    rows = (
        [
            one.landlord.name,
            one.landlord.siren,
            one.landlord.get_landlord_type_display(),
            _region(one.landlord) or "",
            one.line.standing.label,
            one.line.since,
            one.line.until,
            one.line.changed_on,
            one.line.ended_on,
            one.number,
            _page(one.landlord),
            one.origin.sentence if one.origin else "",
        ]
        for one in found.lines
    )
    return shared(request, spreadsheet("csv", f"registre-{found.on:%Y-%m-%d}", _COLUMNS, rows))


def as_data(found: queries.Register) -> dict[str, Any]:
    """The register as plain data, as the published schema says."""
    return {
        "format": FORMAT,
        "label": settings.LABEL_NAME,
        "on": found.on.isoformat(),
        "labelled": found.holding,
        "total": found.total,
        "lines": [line_data(one) for one in found.lines],
    }


def line_data(one: queries.Label) -> dict[str, Any]:
    """One label as plain data."""
    return {
        "landlord": {
            "name": one.landlord.name,
            "siren": one.landlord.siren,
            "family": one.landlord.landlord_type,
            "region": _region(one.landlord),
        },
        "standing": {"code": one.line.standing.value, "label": one.line.standing.label, "holds": one.line.standing.holds},
        "since": one.line.since.isoformat(),
        "until": one.line.until.isoformat(),
        "changed_on": one.line.changed_on.isoformat(),
        "ended_on": one.line.ended_on.isoformat() if one.line.ended_on else None,
        "certificate": one.number or None,
        "page": _page(one.landlord),
        "history": [
            {
                "change": moment.change.value,
                "label": moment.change.label,
                "on": moment.on.isoformat(),
                "decision": moment.origin.data if moment.origin else None,
            }
            for moment in one.moments
        ],
    }


def _region(landlord: Landlord) -> str | None:
    return landlord.regional_association.name if landlord.regional_association else None


def _page(landlord: Landlord) -> str:
    return f"{settings.ORIGIN}{reverse('register_landlord', kwargs={'siren': landlord.siren})}"


@door(GET=Open.PUBLIC)
def schema(request: Request) -> Answer:
    """The JSON Schema of the register."""
    return _json(request, SCHEMA, seconds=3600)


@door(GET=Open.PUBLIC)
def issuer(request: Request) -> Answer:
    """Who issues the badges, and where its keys are."""
    profile = badge.issuer(settings.ORIGIN, queries.owner_name())
    keys = [
        {
            "id": badge.key(settings.ORIGIN, one.fingerprint),
            "since": paris_day(one.since).isoformat(),
        }
        for one in queries.authorities()
    ]
    return _json(request, {"@context": badge.CONTEXTS, **profile, "keys": keys}, seconds=3600)


@door(GET=Open.PUBLIC)
def achievement(request: Request) -> Answer:
    """The label as what badges attest."""
    return _json(request, {"@context": badge.CONTEXTS, **badge.achievement(settings.ORIGIN, settings.LABEL_NAME)}, seconds=3600)


@door(GET=Open.PUBLIC)
def key(request: Request, fingerprint: str) -> Answer:
    """A public key of certificates and badges, with its chain (JSON Web Key)."""
    found = get_object_or_404(Authority, fingerprint=fingerprint)
    return _json(request, {"kid": badge.key(settings.ORIGIN, fingerprint), **seal.jwk(found.chain)}, seconds=3600)


@door(GET=Open.PUBLIC)
def states(request: Request) -> Answer:
    """The list of badges that do not hold now, signed."""
    try:
        signer = seal.seal()
    except seal.NoSeal as missing:
        raise Http404 from missing
    raised = queries.not_holding(on=request.on)
    day = request.at.replace(hour=0, minute=0, second=0, microsecond=0)
    content = badge.status_list(raised=raised, origin=settings.ORIGIN, owner=queries.owner_name(), at=day)
    kid = badge.key(settings.ORIGIN, seal.fingerprint(signer))
    token = seal.jws(content, signer, kind="vc+ld+json", kid=kid)
    return shared(request, HttpResponse(token, content_type="application/vc+jwt"))


@door(GET=Open.PUBLIC)
def twin(request: Request, verification: str) -> Answer:
    """A certificate for programs: what it says, whether it holds today, its fingerprint."""
    found = queries.verified(code=verification, on=request.on)
    if found is None:
        raise Http404
    return _json(request, twin_data(found))


@door(GET=Open.PUBLIC)
def attested(request: Request, verification: str) -> Answer:
    """A certificate's content with the line of the ledger that attests it and the signed head over it: its proof without Palier."""
    found = queries.verified(code=verification, on=request.on)
    number = queries.line_of(certificate=found.certificate.pk) if found else None
    if found is None or number is None:
        raise Http404
    try:
        proof = ledger.attested(payload=found.certificate.content, number=number)
    except ValueError:  # what the line says was erased, or is not this content: there is no proof to give
        raise Http404 from None
    answer = _json(request, proof)
    answer["Content-Disposition"] = f'attachment; filename="{found.certificate.number}-atteste.json"'
    return answer


def twin_data(found: queries.Verified) -> dict[str, Any]:
    """What is handed out with a certificate's content."""
    one: Certificate = found.certificate
    return {
        "certificate": one.content,
        "sha256": one.digest,
        "decision": origin(one.decision).data,
        "today": {
            "validity": found.answer.validity.value,
            "holds": found.answer.validity is Validity.VALID,
            "on": found.answer.on.isoformat(),
            "replaced_by": found.answer.replaced_by or None,
        },
    }


_DAY = {"type": "string", "format": "date"}
_TEXT = {"type": "string"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": sorted(properties), "additionalProperties": False}


_DECISION = {
    "description": "Comment le comité a décidé ; rien pour une fin de label que personne n’a décidée.",
    "oneOf": [
        _object(
            voted={"const": True}, committee=_TEXT, session={"type": "integer"}, written={"type": "boolean"}, sentence=_TEXT
        ),
        _object(
            voted={"const": False},
            recorded_on=_DAY,
            document={"type": ["string", "null"], "description": "SHA-256 du document qui dit la décision."},
            sentence=_TEXT,
        ),
        {"type": "null"},
    ],
}

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Registre du label, à une date",
    **_object(
        format={"const": FORMAT},
        label=_TEXT | {"description": "Nom du label."},
        on=_DAY | {"description": "Le jour que montre le registre."},
        labelled={"type": "integer", "minimum": 0, "description": "Labels en cours ce jour-là, hors suspensions."},
        total={"type": "integer", "minimum": 0, "description": "Toutes les lignes, fins de label comprises, sans les filtres."},
        lines={
            "type": "array",
            "items": _object(
                landlord=_object(
                    name=_TEXT,
                    siren={"type": "string", "pattern": "^[0-9]{9}$"},
                    family={"enum": ["oph", "esh", "coop", "sem"]},
                    region={"type": ["string", "null"]},
                ),
                standing=_object(
                    code={"enum": [one.value for one in Standing]},
                    label=_TEXT,
                    holds={"type": "boolean"},
                ),
                since=_DAY | {"description": "Premier jour du label."},
                until=_DAY | {"description": "Dernier jour, tel que la dernière décision le fixe."},
                changed_on=_DAY | {"description": "Dans cet état depuis ce jour."},
                ended_on={"type": ["string", "null"], "format": "date", "description": "Premier jour sans label."},
                certificate={"type": ["string", "null"], "description": "Numéro du dernier certificat."},
                page={"type": "string", "format": "uri", "description": "Adresse permanente de l’organisme."},
                history={
                    "type": "array",
                    "items": _object(change={"enum": [one.value for one in Change]}, label=_TEXT, on=_DAY, decision=_DECISION),
                },
            ),
        },
    ),
}
