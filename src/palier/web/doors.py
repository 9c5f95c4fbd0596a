"""Every page's door: who may come in, on whose file, and how a refusal is told.

A view is declared with ``@door``; a URL without one does not start. The door finds the landlord's file through what
the person may see (404 for the rest), checks the right of the matrix (403 with the sentence), answers a request sent
twice with the answer already given, and shows a ``Refusal`` raised by an operation as it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import wraps
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from palier.directory import queries as directory
from palier.directory.models import Landlord, Membership, Person
from palier.directory.rules import LIGHT_ROLES, SECOND_FACTOR_ROLES, Right, Role, Thing, may
from palier.ledger.models import Reply
from palier.verdict import Conflict, Refusal, Verdict, no


class Open(StrEnum):
    """Doors that ask for no right of the matrix."""

    PUBLIC = "public"
    """Anybody, signed in or not."""
    SIGNED_IN = "signed_in"
    """Anybody signed in; the page shows only what is theirs."""


Need = Open | tuple[Thing, Right]


class Request(HttpRequest):
    """A request that came through ``DoorMiddleware`` and a door."""

    at: datetime
    """The instant of the request: the only clock that operations know."""
    on: date
    """Its civil day in Paris."""
    user: Person
    held: list[Membership]
    """What the person is today, organisations included."""
    landlord: Landlord | None
    roles: frozenset[Role]
    """What the person is for this landlord's file; for pages of no landlord, everything they are."""

    def may(self, right: Right, thing: Thing) -> Verdict:
        """Whether the person has a right here; the verdict that buttons show."""
        return may(self.roles, right, thing)


View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class Door:
    """What each method of a page asks for."""

    needs: dict[str, Need]


def door(**needs: Need) -> Callable[[View], View]:
    """Declare a page: ``@door(GET=(Thing.STOCK, Right.READ), POST=(Thing.STOCK, Right.WRITE))``.

    A URL with a ``landlord_id`` opens that landlord's file: the view receives ``landlord`` instead.
    """
    if unknown := set(needs) - {"GET", "POST"}:
        raise TypeError(f"A door knows GET and POST, not {', '.join(sorted(unknown))}.")

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            method = "GET" if request.method == "HEAD" else request.method or ""
            need = needs.get(method)
            if need is None:
                return HttpResponseNotAllowed(sorted(needs))
            return _enter(cast(Request, request), view, need, kwargs)

        guarded.door = Door(dict(needs))  # type: ignore[attr-defined]
        return guarded

    return declare


def _enter(request: Request, view: View, need: Need, kwargs: dict[str, Any]) -> HttpResponse:
    request.landlord, request.roles = None, frozenset()
    landlord_id = kwargs.pop("landlord_id", None)
    if need is not Open.PUBLIC or landlord_id is not None:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if detour := _second_factor(request):
            return detour
    if landlord_id is not None:
        request.roles = directory.roles_on(person=request.user, landlord=landlord_id, on=request.on)
        request.landlord = Landlord.objects.filter(pk=landlord_id).first() if request.roles else None
        if request.landlord is None:
            raise Http404
        kwargs["landlord"] = request.landlord
    elif request.user.is_authenticated:
        request.roles = roles_of(request)
    if isinstance(need, tuple):
        thing, right = need
        if not (verdict := request.may(right, thing)):
            return refused(request, verdict, status=403)
    if request.method != "POST":
        response = view(request, **kwargs)
        if request.user.is_authenticated:
            response.setdefault("Cache-Control", "no-store")
        return response
    return _act_once(request, lambda: view(request, **kwargs))


def roles_of(request: Request) -> frozenset[Role]:
    """Everything the person is today; one query a request."""
    if not hasattr(request, "held"):
        request.held = list(directory.memberships(person=request.user, on=request.on))
    return frozenset(Role(m.role) for m in request.held)


def _second_factor(request: Request) -> HttpResponse | None:
    """Send to the second factor those whose role asks for it. A light link opens nothing but light roles."""
    held = roles_of(request)
    if request.session.get("light") and held - LIGHT_ROLES:
        return redirect_to_login(request.get_full_path())
    if settings.DEMO or not held & SECOND_FACTOR_ROLES or request.path.startswith(("/compte/",)):
        return None
    methods = {record.get("method") for record in request.session.get("account_authentication_methods", [])}
    if methods & {"mfa", "socialaccount"}:
        return None
    messages.info(request, "Votre rôle demande un second facteur : une application de codes ou une clé d’accès.")
    return redirect("mfa_index")


def _act_once(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Run a writing request once: the same key with the same body gets the stored answer, another body a conflict."""
    key = request.headers.get("Idempotency-Key") or request.POST.get("idempotency_key", "")
    if not key:
        return _run(request, act)
    asked = _fingerprint(request)
    actor = request.user.pk if request.user.is_authenticated else None
    try:
        with transaction.atomic():
            reply = Reply.objects.create(actor_id=actor, key=key[:64], request=asked, at=request.at)
    except IntegrityError:
        return _given(request, Reply.objects.get(actor_id=actor, key=key[:64]), asked)
    response = _run(request, act)
    if response.status_code < 400 and not response.streaming:
        reply.status = response.status_code
        reply.location = response.get("Location", "")
        reply.content_type = response.get("Content-Type", "")
        reply.body = response.content
        reply.save(update_fields=["status", "location", "content_type", "body"])
    return response


def _fingerprint(request: Request) -> str:
    sum_ = hashlib.sha256(request.path.encode())
    for name in sorted(request.POST):
        if name not in {"csrfmiddlewaretoken", "idempotency_key"}:
            sum_.update(repr((name, request.POST.getlist(name))).encode())
    for name, file in sorted(request.FILES.items()):
        sum_.update(repr((name, getattr(file, "name", ""), getattr(file, "size", 0))).encode())
    if request.content_type == "application/json":
        sum_.update(request.body)
    return sum_.hexdigest()


def _given(request: Request, reply: Reply, asked: str) -> HttpResponse:
    if reply.request != asked:
        return refused(
            request,
            no("door.key_reused", "Cet envoi porte le numéro d’un autre envoi. Rechargez la page et recommencez."),
            status=409,
        )
    response = HttpResponse(bytes(reply.body or b""), status=reply.status or 200, content_type=reply.content_type or None)
    if reply.location:
        response["Location"] = reply.location
    return response


def _run(request: Request, act: Callable[[], HttpResponse]) -> HttpResponse:
    try:
        with transaction.atomic():
            return act()
    except Conflict as conflict:
        transaction.set_rollback(True)
        return refused(request, conflict.verdict, status=409)
    except Refusal as refusal:
        transaction.set_rollback(True)
        return refused(request, refusal.verdict, status=422)


def refused(request: HttpRequest, verdict: Verdict, *, status: int) -> HttpResponse:
    """The refusal as a page, or as a fragment for htmx: the sentence, and where it is mended."""
    template = "ui/refusal.html#fragment" if getattr(request, "htmx", False) else "ui/refusal.html"
    return render(request, template, {"verdict": verdict}, status=status)


def remedy_url(page: str, args: dict[str, Any]) -> str:
    """The address where a missing thing is mended."""
    return reverse(page, kwargs=args)
