"""How the API says no: the codes, the sentences and the remedies of the pages, as JSON."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.urls import reverse
from ninja import NinjaAPI, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.responses import NinjaJSONEncoder
from pydantic import Field

from palier.verdict import Conflict, Reason, Refusal, Remedy, Verdict, no

log = logging.getLogger("palier.api")
JSON = "application/json; charset=utf-8"


class Denied(Refusal):
    """The person, or the key, has no right to this."""


class RemedyOut(Schema):
    """Where it is mended: the words of the link, and the address of the page."""

    label: str
    url: str


class ReasonOut(Schema):
    """One reason why not; ``field`` names what was sent, when the reason bears on it."""

    code: str
    sentence: str
    detail: str = ""
    field: str = ""
    remedy: RemedyOut | None = None


class Problem(Schema):
    """Every refusal, whatever its status. ``code`` is that of the first reason; ``theirs`` is what a stale save met."""

    code: str
    sentence: str
    reasons: list[ReasonOut]
    theirs: dict[str, Any] | None = Field(None, description="Ce qui tient à la place d’un envoi périmé (409).")


def _remedy(remedy: Remedy | None) -> RemedyOut | None:
    if remedy is None:
        return None
    return RemedyOut(label=remedy.label, url=settings.ORIGIN + reverse(remedy.page, kwargs=dict(remedy.args)) + remedy.suffix)


def reason(reason: Reason, *, field: str = "") -> ReasonOut:
    """A reason as the API says it."""
    return ReasonOut(
        code=reason.code,
        sentence=reason.sentence,
        detail=reason.detail,
        field=field,
        remedy=_remedy(reason.remedy),
    )


def as_json(out: Schema) -> str:
    """The one spelling of an answer, whatever the route: dates and decimals as everywhere."""
    return json.dumps(out.model_dump(), cls=NinjaJSONEncoder)


def problem(verdict: Verdict, status: int, *, theirs: Mapping[str, Any] | None = None) -> HttpResponse:
    """The answer that carries a refusal."""
    return _answer([reason(one) for one in verdict.reasons], verdict.sentence, status, theirs)


def _answer(reasons: list[ReasonOut], sentence: str, status: int, theirs: Mapping[str, Any] | None = None) -> HttpResponse:
    body = Problem(code=reasons[0].code, sentence=sentence, reasons=reasons, theirs=dict(theirs) if theirs else None)
    return HttpResponse(as_json(body), status=status, content_type=JSON)


# The same for every route.
NO_KEY = no(
    "api.no_key",
    "Cette adresse demande une clé en vigueur, dans l’en-tête « Authorization: Bearer … ».",
    Remedy("Créer une clé", "api_tokens"),
)
NOT_FOUND = no("api.not_found", "Rien n’existe à cette adresse, ou votre clé ne l’ouvre pas.")
NOT_ALLOWED = no("api.not_allowed", "Cette adresse ne répond pas à cette méthode. L’en-tête « Allow » dit lesquelles.")
UNREADABLE = no("api.unreadable", "Le corps de la requête est illisible. Vérifiez son type et sa forme.")
TOO_LARGE = no("api.too_large", "Cet envoi est trop lourd. Les limites sont dans la documentation de l’API.")
TOO_MANY = no("api.too_many", "Cette clé appelle trop souvent. Attendez le délai de l’en-tête « Retry-After ».")
FAILED = no(
    "api.failed", "Palier n’a pas pu répondre, et rien n’a été écrit. Signalez le numéro de l’en-tête « X-Request-Id »."
)


def handle_errors(api: NinjaAPI) -> None:
    """Tell the API how each exception is answered. What fails unforeseen is logged; the act's transaction is undone."""

    def answer(kind: type[Exception], verdict: Verdict, status: int, **headers: str) -> None:
        def handler(request: HttpRequest, exc: Any) -> HttpResponse:
            response = problem(verdict, status)
            for name, value in headers.items():
                response[name.replace("_", "-")] = value
            return response

        api.add_exception_handler(kind, handler)

    answer(AuthenticationError, NO_KEY, 401, WWW_Authenticate='Bearer realm="Palier"')
    answer(Http404, NOT_FOUND, 404)
    answer(RequestDataTooBig, TOO_LARGE, 413)
    for kind in (HttpError, SuspiciousOperation, MultiPartParserError):
        answer(kind, UNREADABLE, 400)
    api.add_exception_handler(Throttled, _throttled)
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(Exception, _failed)


def _refused(request: HttpRequest, exc: Any) -> HttpResponse:
    if isinstance(exc, Conflict):
        stands = asdict(exc.theirs) if is_dataclass(exc.theirs) and not isinstance(exc.theirs, type) else None
        return problem(exc.verdict, 409, theirs=stands)
    return problem(exc.verdict, 403 if isinstance(exc, Denied) else 422)


def _throttled(request: HttpRequest, exc: Any) -> HttpResponse:
    response = problem(TOO_MANY, 429)
    response["Retry-After"] = str(exc.wait)
    return response


def _failed(request: HttpRequest, exc: Any) -> HttpResponse:
    if settings.DEBUG:
        raise exc
    log.error("api", exc_info=exc, extra={"request": request})
    return problem(FAILED, 500)


# --- What was sent is not what was asked ---------------------------------------------------------------------------

_SENTENCES = {
    "missing": "il manque",
    "int_parsing": "donnez un nombre entier",
    "int_type": "donnez un nombre entier",
    "int_from_float": "donnez un nombre entier",
    "int_parsing_size": "donnez un nombre entier moins grand",
    "bool_parsing": "donnez « true » ou « false »",
    "bool_type": "donnez « true » ou « false »",
    "string_type": "donnez un texte",
    "string_unicode": "donnez un texte en UTF-8",
    "string_too_long": "{max_length} caractères au plus",
    "string_too_short": "{min_length} caractères au moins",
    "string_pattern_mismatch": "la forme attendue est {pattern}",
    "greater_than_equal": "au moins {ge}",
    "less_than_equal": "au plus {le}",
    "enum": "donnez l’une de ces valeurs : {expected}",
    "literal_error": "donnez l’une de ces valeurs : {expected}",
    "date_from_datetime_parsing": "donnez une date, comme 2026-03-10",
    "date_parsing": "donnez une date, comme 2026-03-10",
    "date_type": "donnez une date, comme 2026-03-10",
    "model_attributes_type": "donnez un objet JSON",
    "dict_type": "donnez un objet JSON",
    "list_type": "donnez une liste",
    "extra_forbidden": "ce nom n’est pas connu ici",
}
_SOURCES = {"query", "path", "body", "form", "file", "header"}


def _invalid(request: HttpRequest, exc: Any) -> HttpResponse:
    reasons = []
    for error in exc.errors:
        field = ".".join(str(part) for part in error["loc"] if part not in _SOURCES) or "body"
        said = {name: str(value).replace(" or ", " ou ") for name, value in error.get("ctx", {}).items()}
        sentence = _SENTENCES.get(error["type"], "cette valeur n’est pas valable").format(**said)
        reasons.append(ReasonOut(code="api.invalid", sentence=f"« {field} » : {sentence}.", field=field))
    return _answer(reasons, " ".join(one.sentence for one in reasons), 422)
