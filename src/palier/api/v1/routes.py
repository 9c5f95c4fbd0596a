"""The API as a whole: its rooms, its document, its addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import cast

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, include, path, re_path
from ninja import NinjaAPI
from ninja.responses import NinjaJSONEncoder

from palier.api.v1 import (
    audits,
    cases,
    committee,
    comparison,
    consultation,
    directory,
    documents,
    frameworks,
    journey,
    label,
    ledger,
    minutes,
    outbox,
    plans,
    projects,
    register,
    results,
    sites,
    sources,
    stock,
    surveys,
    visits,
)
from palier.api.v1.auth import CALLS_A_MINUTE, ApiKey
from palier.api.v1.doors import Room
from palier.api.v1.errors import JSON, NOT_ALLOWED, NOT_FOUND, TOO_LARGE, handle_errors, problem
from palier.api.v1.pagination import DEFAULT_LIMIT, MAX_LIMIT
from palier.api.v1.reference import page

MAX_BODY = 160 * 2**20
ROOMS: tuple[Room, ...] = (
    directory.room,
    stock.room,
    sources.room,
    visits.room,
    sites.room,
    comparison.room,
    frameworks.room,
    documents.room,
    journey.room,
    label.room,
    consultation.room,
    plans.room,
    projects.room,
    audits.room,
    committee.room,
    register.room,
    minutes.room,
    surveys.room,
    results.room,
    cases.room,
    ledger.room,
    outbox.room,
)
_ABOUT = f"""Tout ce que les pages de Palier donnent à lire, les imports de patrimoine, les chiffres et les incidents, le dépôt de preuves.

Une clé s’obtient dans « Mon compte » ; elle agit au nom de sa personne, dans sa portée. Les listes vont par pages de
{DEFAULT_LIMIT}, {MAX_LIMIT} au plus. Une clé fait {CALLS_A_MINUTE} appels par minute. Un refus porte le code et la phrase
que la page aurait montrés."""
api = NinjaAPI(
    title="Palier",
    version="1.0.0",
    description=_ABOUT,
    urls_namespace="api-v1",
    auth=ApiKey(),
    openapi_url=None,
    docs_url=None,
    servers=[{"url": settings.ORIGIN}],
)
handle_errors(api)
for room in ROOMS:
    api.add_router("", room.router)

View = Callable[..., HttpResponseBase]


@cache
def document() -> str:
    """The OpenAPI document."""
    return json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), cls=NinjaJSONEncoder, ensure_ascii=False)


def schema(request: HttpRequest) -> HttpResponse:
    """``openapi.json``, for everybody."""
    return HttpResponse(document(), content_type=JSON, headers={"Cache-Control": "max-age=300"})


def reference(request: HttpRequest) -> HttpResponse:
    """The same for people, for everybody."""
    return page(request, json.loads(document()))


def nothing(request: HttpRequest, **_: str) -> HttpResponseBase:
    """Every other address under the API's."""
    raise Http404


def _in_json(view: View) -> View:
    """Outside the routes too, what is refused is said in JSON; each act opens its own transaction."""

    @wraps(view)
    def answered(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
        try:
            response = problem(TOO_LARGE, 413) if _too_large(request) else view(request, **kwargs)
        except Http404:
            response = problem(NOT_FOUND, 404)
        if response.status_code == 405:
            allowed = response["Allow"]
            response = problem(NOT_ALLOWED, 405)
            response["Allow"] = allowed
        response.setdefault("Cache-Control", "no-store")
        return response

    answered.csrf_exempt = True  # type: ignore[attr-defined]  # no cookie is looked at
    return transaction.non_atomic_requests(answered)


def _too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length if length.isascii() and length.isdigit() else 0) > (
        MAX_BODY if request.content_type == "multipart/form-data" else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    )


def _urls() -> list[URLPattern]:
    routes = [route for route in api.urls[0] if isinstance(route, URLPattern)]
    for route in routes:
        route.callback = _in_json(cast("View", route.callback))
    return routes


urlpatterns = [
    path("openapi.json", schema, name="api_document"),
    path("docs", reference, name="api_reference"),
    path("", include((_urls(), "api"), namespace="api-v1")),
    re_path(r"^.*$", _in_json(nothing)),
]
