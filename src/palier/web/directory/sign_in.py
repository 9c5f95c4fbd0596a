"""Coming in: the sign-in page, the demonstration's one-click roles, and the light link of tenants' representatives."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date
from typing import Any, cast

from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from allauth.core import ratelimit
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.socialaccount.providers.openid_connect import views as oidc
from django import forms
from django.conf import settings
from django.contrib.auth import login as begin_session
from django.db.models import Case, F, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from requests import RequestException

from palier.directory.models import Membership, Person, dated
from palier.directory.operations import ask_access_link, use_access_link
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.verdict import Refusal
from palier.web.doors import Open, Request, door

log = logging.getLogger("palier.sign_in")
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
# Everybody of the demonstration has an address there; one may enter as any of them, and as nobody else.
DEMO_DOMAIN = "@demo.palier.example"
DEMO_LEADS = 4


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody whom one may be in the demonstration."""

    pk: int
    name: str
    role: str
    organisation: str
    stage: str
    """Where the landlord's journey stands; empty elsewhere."""


def demo_people(on: date) -> list[DemoPerson]:
    """One person a role, and a few quality leads whose landlords are at different points; in the order of the roles.

    A federation and a regional association relay in different ways: one person of each.
    """
    kind = Case(When(role=Role.RELAY, then=F("organisation__kind")), default=Value(""))
    rank = Window(RowNumber(), partition_by=[F("role"), kind], order_by=F("pk").asc())
    held = Membership.objects.filter(dated(on), person__email__endswith=DEMO_DOMAIN).annotate(rank=rank)
    chosen = held.filter(rank__lte=DEMO_LEADS).select_related("person", "organisation").order_by("rank", "pk")
    order = list(Role)
    live = Journey.objects.filter(closed_at__isnull=True, landlord__in=[m.organisation_id for m in chosen])
    stages = {pk: Stage(stage).label for pk, stage in live.values_list("landlord", "stage")}
    people = [
        (
            order.index(Role(m.role)),
            DemoPerson(m.person_id, m.person.name, Role(m.role).label, m.organisation.name, stages.get(m.organisation_id, "")),
        )
        for m in chosen
        if m.rank == 1 or m.role == Role.QUALITY_LEAD
    ]
    return [person for _, person in sorted(people, key=lambda pair: pair[0])]


class SignInView(LoginView):  # type: ignore[misc]
    """E-mail and password, a passkey, the organisation's own account, or the link for representatives."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What this installation offers besides."""
        oidc = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
        people = demo_people(self.request.on) if settings.DEMO else []
        return {**super().get_context_data(**kwargs), "providers": oidc, "demo_people": people}


login = SignInView.as_view()


def oidc_login(request: Request, provider_id: str) -> HttpResponse:
    """Leave for the organisation's own sign-in; said plainly when it does not answer."""
    try:
        return cast(HttpResponse, oidc.login(request, provider_id=provider_id))
    except RequestException:
        log.exception("oidc", extra={"request": request})
        return render(request, "socialaccount/authentication_error.html", status=502)


class _Proves:
    """Who has just shown a new second factor has used it: the next page asks for no other code."""

    request: Request

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Keep it, and note the proof in this session."""
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        record_authentication(self.request, self.request.user, "mfa")
        return response


class AddApplicationView(_Proves, ActivateTOTPView):  # type: ignore[misc]
    """An application of codes, with its first code."""


class AddKeyView(_Proves, AddWebAuthnView):  # type: ignore[misc]
    """A passkey or a security key."""


@door(POST=Open.PUBLIC)
def demo_enter(request: Request) -> HttpResponse:
    """Enter the demonstration as somebody, in one click. This page only exists in a demonstration."""
    person = Person.objects.filter(email__endswith=DEMO_DOMAIN, pk=request.POST.get("person") or 0, is_active=True).first()
    if not settings.DEMO or person is None:
        raise Http404
    begin_session(request, person, backend=BACKEND)
    return redirect(safe(request, request.POST.get("next")))


class AskLinkForm(forms.Form):
    """Where to send a new link."""

    email = forms.EmailField(label="Adresse électronique", widget=forms.EmailInput(attrs={"autocomplete": "email"}))


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def ask_link(request: Request) -> HttpResponse:
    """Ask for a new light link. The answer is the same whether the address is known or not."""
    form = AskLinkForm(request.POST or None)
    if not form.is_valid():
        return render(request, "directory/ask_link.html", {"form": form})
    email = form.cleaned_data["email"]
    if answer := too_many(request, "access_link", email.casefold()):
        return answer
    ask_access_link(email=email, at=request.at)
    return render(request, "directory/link_sent.html", {"email": email})


@door(GET=Open.PUBLIC, POST=Open.PUBLIC)
def enter_by_link(request: Request, token: str) -> HttpResponse:
    """Open a light link: the page first, the session with its button, so that a mail scanner's visit does nothing."""
    if request.method == "GET":
        suite = request.GET.get("suite", "")
        return render(request, "directory/enter_by_link.html", {"token": token, "suite": suite})
    if answer := too_many(request, "token"):
        return answer
    try:
        link = use_access_link(token=token, at=request.at)
    except Refusal as refusal:
        return render(request, "directory/link_over.html", {"verdict": refusal.verdict}, status=410)
    if request.user != link.person or request.session.get("light"):
        begin_session(request, link.person, backend=BACKEND)
        request.session["light"] = True
    return redirect(safe(request, request.POST.get("suite")))


def too_many(request: Request, action: str, key: str | None = None) -> HttpResponse | None:
    """The refusal when this was asked too often (rates of ``ACCOUNT_RATE_LIMITS``), over all web processes."""
    return cast(HttpResponse | None, ratelimit.consume_or_429(request, action=action, key=key, limit_get=True))


def safe(request: Request, address: str | None) -> str:
    """A page of ours to go on to, or the home page."""
    ours = url_has_allowed_host_and_scheme(address, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return address if address and ours else "/"
