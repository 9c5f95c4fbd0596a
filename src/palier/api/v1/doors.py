"""The API's doors: every route says its thing and its right; the key, the landlord's file and the matrix decide."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, cast

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router, Schema
from ninja.errors import ValidationError
from ninja.files import UploadedFile
from ninja.params.functions import Header, Path, Query
from pydantic import Field, StringConstraints

from palier.api.v1.auth import ApiKey
from palier.api.v1.errors import JSON, Denied, Problem, as_json
from palier.api.v1.pagination import DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET, Asked, Page
from palier.committee import queries as committee
from palier.directory import queries as directory
from palier.directory.models import ApiToken, Landlord, Person
from palier.directory.rules import COMMITTEE_ROLES, SCHEME_THINGS, Right, Role, Scope, Thing, may, within
from palier.ledger.replies import answer_once
from palier.verdict import Verdict

# What arguments of routes are made of.
Pk = Annotated[int, Path(ge=1, le=2**63 - 1)]
Cycle = Annotated[int, Field(ge=1, le=99)]
_PLAIN = r"^[^\x00]*$"  # the database keeps no NUL
Text = Annotated[str, StringConstraints(max_length=200, pattern=_PLAIN)]
LongText = Annotated[str, StringConstraints(max_length=20_000, pattern=_PLAIN)]
Search = Annotated[Text, Field(description="Des mots, quels qu’en soient les accents et la casse.")]
View = Callable[..., Any]
Receives = Callable[[UploadedFile], Any]
_NUMBER = re.compile(r"[1-9][0-9]{0,17}")


class Open(StrEnum):
    """Doors that ask for no right of the matrix."""

    ANY_KEY = "any_key"
    """Any key that reads; the answer shows only what is its person's."""


Pair = tuple[Thing, Right]
Need = Open | tuple[Pair, ...]
"""What a route asks for: any one of these rights on these things."""


class Call(Asked):
    """A request that came through a door of the API."""

    at: datetime
    on: date
    user: Person
    auth: ApiToken
    landlord: Landlord
    """The landlord whose file the address opens, where there is one."""
    roles: frozenset[Role]
    """What the person is for this landlord's file; elsewhere, everything they are."""
    received: Any
    """The file of a route that receives one, on disk already."""


@dataclass(frozen=True, slots=True)
class Route:
    """What a route asks for: the tests enumerate them."""

    method: str
    path: str
    need: Need


class Door(ApiKey):
    """What stands before one route: a key in force, its scopes, what its person may know of, then the matrix.

    It decides before anything that was sent is read.
    """

    def __init__(self, need: Need) -> None:
        super().__init__()
        self._need = need

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The key, once its person may come in.

        Raises:
            Http404: when they may not know of the landlord.
            Denied: when the key's scopes, or the matrix, give no such right.
        """
        key = super().authenticate(request, token)
        if key is not None:
            _enter(cast("Call", request), key, self._need)
        return key


def _enter(request: Call, key: ApiToken, need: Need) -> None:
    pairs = () if isinstance(need, Open) else need
    require_any(within(key.scopes, right, thing) for thing, right in pairs or ((None, Right.READ),))
    match = request.resolver_match
    asked = match.kwargs.get("landlord_id") if match else None
    if asked is None:
        request.roles = directory.roles(person=key.person, on=request.on)
    else:
        request.landlord, request.roles = _file(key.person, asked, request.on)
        if request.roles & COMMITTEE_ROLES:
            verdict = committee.may_enter(person=key.person, landlord=request.landlord.pk)
            request.roles = request.roles if verdict else request.roles - COMMITTEE_ROLES
            if not request.roles:
                raise Denied(verdict)
    if settings.SINGLE_LANDLORD and pairs and {thing for thing, _ in pairs} <= SCHEME_THINGS:
        raise Http404
    if pairs:
        require_any(may(request.roles, right, thing) for thing, right in pairs)


def _file(person: Person, asked: str, on: date) -> tuple[Landlord, frozenset[Role]]:
    held = list(directory.memberships(person=person, on=on))
    opened = directory.opened(held=held, landlord=int(asked), on=on) if _NUMBER.fullmatch(asked) else None
    if opened is None:
        raise Http404
    return opened


def require_any(verdicts: Iterable[Verdict]) -> None:
    """Go on if one verdict is yes.

    Raises:
        Denied: with the first no.
    """
    found = list(verdicts)
    if not any(found):
        raise Denied(found[0])


class Room:
    """The routes of one room. None can be declared without what it asks for.

    The types of a view's arguments say what is asked in the address and the body; its return type, what is answered.
    A path with ``{landlord_id}`` opens that landlord's file: the view finds it as ``request.landlord``.
    """

    def __init__(self, name: str, label: str) -> None:
        self.name = name
        self.router = Router(tags=[label])
        self.routes: list[Route] = []

    def reads(self, path: str, need: Thing | tuple[Thing, ...] | Open, summary: str) -> Callable[[View], View]:
        """Declare a GET: the right to read a thing (or any one of several), and the scope that reads."""
        things = (need,) if isinstance(need, Thing) else need
        asked = things if isinstance(things, Open) else tuple((thing, Right.READ) for thing in things)
        return lambda view: self._declare(view, "GET", path, asked, summary, status=200)

    def writes(
        self,
        path: str,
        *need: Pair,
        summary: str,
        method: str = "POST",
        status: int = 201,
        receives: Receives | None = None,
    ) -> Callable[[View], View]:
        """Declare an act: one transaction, done once under its ``Idempotency-Key``.

        ``receives`` lays the argument ``file`` on disk before that transaction: the view finds it as ``request.received``.
        """
        return lambda view: self._declare(view, method, path, need, summary, status=status, receives=receives)

    def _declare(
        self,
        view: View,
        method: str,
        path: str,
        need: Need,
        summary: str,
        *,
        status: int,
        receives: Receives | None = None,
    ) -> View:
        signature = inspect.signature(view, eval_str=True)
        answer, writes = signature.return_annotation, method != "GET"
        known: set[str] = set()

        @wraps(view)
        def guarded(request: Call, **kwargs: Any) -> Any:
            kwargs.pop("landlord_id", None)
            _only(request, known)
            if writes:
                key = kwargs.pop("idempotency_key")
                if receives:
                    request.received = receives(kwargs["file"])
                return _act(request, key, lambda: _said(view(request, **kwargs), status))
            if "limit" in kwargs:
                request.limit, request.offset = kwargs.pop("limit"), kwargs.pop("offset")
            return view(request, **kwargs)

        guarded.__doc__ = None  # written for those who read the code
        guarded.__signature__ = signature.replace(  # type: ignore[attr-defined]  # what ninja reads
            parameters=[*_parameters(signature, path, answer, writes=writes)]
        )
        self.router.add_api_operation(
            path,
            [method],
            guarded,
            auth=Door(need),
            response=_responses(answer, status, writes=writes),
            operation_id=f"{self.name}_{view.__name__}",
            summary=summary,
            description=_told(need),
            openapi_extra=_said_of_responses(answer, status, writes=writes),
        )
        models = guarded._ninja_operation.models  # type: ignore[attr-defined]  # noqa: SLF001  # where ninja keeps them
        known |= {name for model in models if model.__ninja_param_source__ == "query" for name in model.__ninja_flatten_map__}
        self.routes.append(Route(method, path, need))
        return view


# --- Acting --------------------------------------------------------------------------------------------------------


def _only(request: HttpRequest, known: set[str]) -> None:
    """A misspelt filter would answer with everything: it is refused instead."""
    if unknown := sorted(set(request.GET) - known):
        raise ValidationError([{"type": "extra_forbidden", "loc": ("query", name)} for name in unknown])


def _act(request: Call, key: str | None, act: Callable[[], HttpResponse]) -> HttpResponse:
    with transaction.atomic():
        if not key:
            return act()
        return answer_once(request=request, actor=request.user.pk, key=key, at=request.at, act=act)


def _said(out: Schema, status: int) -> HttpResponse:
    return HttpResponse(as_json(out), status=status, content_type=JSON)


# --- What the document says of a route -----------------------------------------------------------------------------


def _parameters(signature: inspect.Signature, path: str, answer: Any, *, writes: bool) -> Iterable[inspect.Parameter]:
    """What ninja reads from the request: the view's own arguments, and those of the door."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    request, *own = signature.parameters.values()
    yield request
    if "{landlord_id}" in path:
        yield inspect.Parameter("landlord_id", keyword, annotation=Pk)
    yield from (parameter.replace(kind=keyword) for parameter in own)
    if isinstance(answer, type) and issubclass(answer, Page):
        limit = Query(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Éléments par page.")
        offset = Query(0, ge=0, le=MAX_OFFSET, description="Éléments passés.")
        yield inspect.Parameter("limit", keyword, annotation=int, default=limit)
        yield inspect.Parameter("offset", keyword, annotation=int, default=offset)
    if writes:
        said = "Le nom que vous donnez à cet envoi : répété, il est fait une fois et reçoit la même réponse."
        once = Header(None, alias="Idempotency-Key", max_length=64, description=said)
        yield inspect.Parameter("idempotency_key", keyword, annotation=str | None, default=once)


_MEANINGS = {
    400: "Le corps est illisible.",
    401: "Sans clé en vigueur.",
    403: "La personne, ou la portée de la clé, n’a pas ce droit.",
    404: "Rien à cette adresse, ou rien que la clé ouvre.",
    409: "Quelqu’un a changé la chose entre-temps, ou la clé d’envoi a déjà servi à un autre.",
    413: "L’envoi est trop lourd.",
    422: "La règle s’y oppose, ou ce qui est envoyé n’est pas ce qui est demandé.",
    429: "La clé appelle trop souvent.",
}


_OF_ACTS = frozenset({400, 409, 413})


def _refusals(*, writes: bool) -> list[int]:
    return [status for status in _MEANINGS if writes or status not in _OF_ACTS]


def _responses(answer: Any, status: int, *, writes: bool) -> dict[int, Any]:
    return {status: None if _is_file(answer) else answer} | dict.fromkeys(_refusals(writes=writes), Problem)


def _said_of_responses(answer: Any, status: int, *, writes: bool) -> dict[str, Any]:
    said: dict[int, Any] = {code: {"description": _MEANINGS[code]} for code in _refusals(writes=writes)}
    said[status] = {"description": "Fait." if status == 201 else "Ce qui est demandé."}
    if _is_file(answer):
        said[status]["content"] = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
    return {"responses": said}


def _is_file(answer: Any) -> bool:
    return isinstance(answer, type) and issubclass(answer, HttpResponseBase)


_VERBS = {Right.READ: "lire", Right.WRITE: "modifier", Right.WRITE_OWN: "modifier", Right.SPEAK: "donner un avis sur"}


def _told(need: Need) -> str:
    """Which right and which scope a route asks for, in French."""
    if isinstance(need, Open):
        return f"Toute clé de portée « {Scope.READ.label} »."
    rights = " ou ".join(f"{_VERBS[right]} {thing.label}" for thing, right in need)
    scopes = " ou ".join(f"« {scope.label} »" for scope in Scope if any(within([scope], right, thing) for thing, right in need))
    return f"Droit : {rights}. Portée : {scopes}."
