"""Every page's door: who may come in, on whose file, and how a refusal is told.

A view is declared with ``@door``; a URL without one does not start. The door finds the landlord's file through what
the person may see (404 for the rest), checks the right of the matrix (403 with the sentence), answers a request sent
twice with the answer already given, and shows a ``Refusal`` raised by an operation as it stands.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial, wraps
from typing import Any, NoReturn, cast
from urllib.parse import urlsplit

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.middleware import HtmxDetails

from palier.committee import queries as committee
from palier.directory import queries as directory
from palier.directory.models import Landlord, Membership, Person
from palier.directory.rules import COMMITTEE_ROLES, LIGHT_ROLES, SCHEME_THINGS, SECOND_FACTOR_ROLES, Right, Role, Thing, may
from palier.ledger.replies import answer_once
from palier.verdict import YES, Conflict, Refusal, Remedy, Verdict, no


class Open(StrEnum):
    """Doors that ask for no right of the matrix."""

    PUBLIC = "public"
    """Anybody, signed in or not."""
    SIGNED_IN = "signed_in"
    """Anybody signed in; the page shows only what is theirs."""
    SECURITY = "security"
    """Anybody signed in with more than a light link, even before their second factor: the pages where it is set up."""


Need = Open | tuple[Thing, Right]
FRESH = timedelta(minutes=15)
_TOO_LIGHT = no(
    "door.light_link",
    "Le lien reçu par courriel n’ouvre pas ces réglages : choisissez d’abord un mot de passe.",
    Remedy("Choisir un mot de passe", "account_reset_password"),
)


class Request(HttpRequest):
    """A request that came through ``DoorMiddleware`` and a door."""

    at: datetime
    """The instant of the request: the only clock that operations know."""
    on: date
    """Its civil day in Paris."""
    htmx: HtmxDetails
    """True when htmx asks, for a fragment."""
    user: Person
    held: list[Membership]
    """What the person is today, organisations included."""
    landlord: Landlord | None
    roles: frozenset[Role]
    """What the person is for this landlord's file; for pages of no landlord, everything they are."""

    may: Callable[[Right, Thing], Verdict]
    """Whether the person has a right here; the verdict that buttons show."""
    ready: Callable[[], Any]
    """What the door's ``before`` made, or its refusal, raised where the act can say it."""


Answer = HttpResponse | StreamingHttpResponse
View = Callable[..., Answer]
Before = Callable[..., Any]
Among = Callable[["Request", set[int]], set[int]]


@dataclass(frozen=True, slots=True)
class Door:
    """What each method of a page asks for; ``fresh`` asks for one's password or code again before a POST.

    ``among`` says which of these things of the file its reader would find there; links to the others are not drawn.
    """

    needs: dict[str, Need]
    fresh: bool = False
    among: Among | None = None


def door(
    *, fresh: bool = False, before: Before | None = None, among: Among | None = None, **needs: Need
) -> Callable[[View], View]:
    """Declare a page: ``@door(GET=(Thing.STOCK, Right.READ), POST=(Thing.STOCK, Right.WRITE))``.

    A URL with a ``landlord_id`` opens that landlord's file: the view receives ``landlord`` instead. ``fresh=True``
    (to vote, sign, withdraw) sends a POST through re-authentication first, and resumes it, when the last proof of
    identity is older than ``FRESH``.

    ``before`` does what has no place in the transaction of a POST: it lays a file on disk, writes out a PDF. It is given
    what the view is given, once the right is checked; the view finds what it made, or its refusal, in ``request.ready()``.

    ``among`` is for things that not everybody who may enter may see, named by the first number after
    the landlord's. It is asked with all those of a page at once, on pages of the same landlord.
    """
    if unknown := set(needs) - {"GET", "POST"}:
        raise TypeError(f"A door knows GET and POST, not {', '.join(sorted(unknown))}.")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> Answer:
            method = "GET" if request.method == "HEAD" else request.method or ""
            need = needs.get(method)
            if need is None:
                return _no_such_method(cast(Request, request), sorted(needs))
            if fresh and method == "POST" and request.user.is_authenticated and not is_fresh(request):
                raise ReauthenticationRequired
            return _enter(cast(Request, request), view, need, kwargs, before)

        guarded.door = Door(dict(needs), fresh, among)  # type: ignore[attr-defined]
        return transaction.non_atomic_requests(guarded) if before else guarded

    return declare


def _enter(request: Request, view: View, need: Need, kwargs: dict[str, Any], before: Before | None) -> Answer:
    landlord_id = kwargs.pop("landlord_id", None)
    if need is not Open.PUBLIC or landlord_id is not None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if detour := _weak_session(request, need):
            return detour
    request.landlord = None
    request.roles = roles_of(request)
    if landlord_id is not None:
        if not (verdict := _open_file(request, landlord_id)):
            return refused(request, verdict, status=403)
        kwargs["landlord"] = request.landlord
    if settings.SINGLE_LANDLORD and isinstance(need, tuple) and need[0] in SCHEME_THINGS:
        raise Http404
    request.may = partial(may, request.roles)
    if isinstance(need, tuple) and not (verdict := request.may(need[1], need[0])):
        return refused(request, verdict, status=403)
    if request.method != "POST":
        return _show(request, view, kwargs)
    if before:
        request.ready = _readied(partial(before, request, **kwargs))
    return _act_once(request, lambda: cast(HttpResponse, view(request, **kwargs)))


def _open_file(request: Request, landlord: int) -> Verdict:
    """Open a landlord's file to whoever may know of it; to a member of the committee, once they have declared no link."""
    opened = directory.opened(held=request.held, landlord=landlord, on=request.on)
    if opened is None:
        raise Http404
    request.landlord, request.roles = opened
    if request.roles & COMMITTEE_ROLES and not (verdict := committee.may_enter(person=request.user, landlord=landlord)):
        request.roles -= COMMITTEE_ROLES
        return YES if request.roles else verdict
    return YES


def _no_such_method(request: Request, known: list[str]) -> HttpResponse:
    """An address that only receives acts, opened as a page (a sign-in in between, a copied address): the way back."""
    request.landlord, request.roles = None, roles_of(request)
    response = render(request, "405.html", {"back": _page_above(request.path)}, status=405)
    response["Allow"] = ", ".join(known)
    return response


def _page_above(path: str) -> str:
    """The nearest address above that is a page."""
    while path := path.rstrip("/").rpartition("/")[0]:
        try:
            found = resolve(f"{path}/")
        except Resolver404:
            continue
        if "GET" in getattr(getattr(found.func, "door", None), "needs", ()):
            return f"{path}/"
    return "/"


def _readied(make: Callable[[], Any]) -> Callable[[], Any]:
    try:
        made = make()
    except Refusal as refusal:
        held = refusal

        def refuse() -> NoReturn:
            raise held

        return refuse
    return lambda: made


def _show(request: Request, view: View, kwargs: dict[str, Any]) -> Answer:
    """A page that is only read; what it cannot show for a reason of the field is said as a refusal."""
    try:
        response = view(request, **kwargs)
    except Refusal as refusal:
        return refused(request, refusal.verdict, status=422)
    if request.user.is_authenticated:
        response.setdefault("Cache-Control", "no-store")
    return response


def roles_of(request: Request) -> frozenset[Role]:
    """Everything the person is today; one query a request, none for a visitor."""
    if not hasattr(request, "held"):
        signed_in = request.user.is_authenticated
        request.held = list(directory.memberships(person=request.user, on=request.on)) if signed_in else []
    return frozenset(Role(m.role) for m in request.held)


def _weak_session(request: Request, need: Need) -> HttpResponse | None:
    """Where a session that does not prove enough is sent: a light link opens light roles alone, some roles need two factors."""
    held = roles_of(request)
    if request.session.get("light"):
        if held - LIGHT_ROLES:
            logout(request)
            return redirect_to_login(request.get_full_path())
        return refused(request, _TOO_LIGHT, status=403) if need is Open.SECURITY else None
    if need is Open.SECURITY or settings.DEMO or not held & SECOND_FACTOR_ROLES or _has_second_factor(request):
        return None
    if is_mfa_enabled(request.user):
        return redirect_to_login(request.get_full_path(), reverse("mfa_reauthenticate"))
    messages.info(request, "Votre rôle demande un second facteur : une application de codes ou une clé d’accès.")
    return redirect("mfa_index")


def _has_second_factor(request: Request) -> bool:
    methods = {record.get("method") for record in get_authentication_records(request, request.user)}
    return "mfa" in methods or (settings.OIDC_PROVES_SECOND_FACTOR and "socialaccount" in methods)


def is_fresh(request: HttpRequest) -> bool:
    """Whether the person proved who they are a short while ago. The demonstration has no passwords to ask for."""
    proofs = [record["at"] for record in get_authentication_records(request, request.user)]
    return settings.DEMO or bool(proofs and time.time() - max(proofs) < FRESH.total_seconds())


def _act_once(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a writing request once: the same key with the same body gets the stored answer, another body a conflict."""
    key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key", "")
    if not key:
        return _run(request, act)
    actor = request.user.pk if request.user.is_authenticated else None
    try:
        return answer_once(request=request, actor=actor, key=key[:64], at=request.at, act=lambda: _run(request, act))
    except Conflict as conflict:
        return refused(request, conflict.verdict, status=409)


def _run(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        with transaction.atomic():
            return act()
    except Conflict as conflict:
        return refused(request, conflict.verdict, status=409)
    except Refusal as refusal:
        return refused(request, refusal.verdict, status=422)


def refused(request: HttpRequest, verdict: Verdict, *, status: int) -> HttpResponse:
    """The refusal as a page, or as a fragment for htmx: the sentence, and where it is mended."""
    template = "ui/refusal.html#fragment" if getattr(request, "htmx", False) else "ui/refusal.html"
    shut = status == 403
    context = {"verdict": verdict, "shut": shut, "back": None if shut else _came_from(request)}
    return render(request, template, context, status=status)


def _came_from(request: HttpRequest) -> str:
    """The page of Palier that an act came from, or the nearest above it."""
    referrer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referrer, {request.get_host()}) and urlsplit(referrer).path != request.path:
        return referrer
    return _page_above(request.path)
