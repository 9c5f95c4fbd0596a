"""Coming in with the organisation's own account (OpenID Connect): a setting, people already known, nobody else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import invite
from palier.directory.rules import Kind, Role
from palier.outbox.models import Message

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]


class Provider(HTTPServer):
    """An OpenID Connect server of one person."""

    says: dict[str, Any] = {}
    broken = False

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answers(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        here = self.server.address
        self._say(
            {
                "/.well-known/openid-configuration": {
                    "issuer": here,
                    "authorization_endpoint": f"{here}/authorize",
                    "token_endpoint": f"{here}/token",
                    "userinfo_endpoint": f"{here}/userinfo",
                    "jwks_uri": f"{here}/jwks",
                    "token_endpoint_auth_methods_supported": ["client_secret_post"],
                },
                "/userinfo": self.server.says,
            }[self.path]
        )

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self._say({"access_token": "a", "token_type": "Bearer"})

    def _say(self, body: dict[str, Any]) -> None:
        self.send_response(503 if self.server.broken else 200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(body).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    call_command("createcachetable")
    server = Provider(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    app = {"provider_id": "oidc", "name": "Compte Habitat", "client_id": "c", "secret": "s"}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app | {"settings": {"server_url": server.address}}]}}
    yield server
    server.shutdown()
    server.server_close()


def come_in(client: Client, then: str = "") -> Any:
    """The button of the sign-in page, then the return from the organisation's own service."""
    left = client.post("/compte/externe/oidc/", {"next": then})
    assert left.status_code == 302, left.content
    state = parse_qs(urlsplit(left["Location"]).query)["state"][0]
    return client.get("/compte/externe/oidc/retour/", {"code": "x", "state": state})


def test_somebody_known_by_a_verified_address_comes_in_at_the_first_visit_and_the_next(
    client: Client, provider: Provider, make_person: Make, make_landlord: Callable[..., Landlord]
) -> None:
    landlord = make_landlord()
    person = make_person(Role.QUALITY_LEAD, landlord)
    provider.says = {"sub": "1", "email": person.email.upper(), "email_verified": True}
    assert "Compte Habitat" in client.get("/compte/connexion/").content.decode()
    for visitor in (client, Client()):
        assert come_in(visitor, f"/organismes/{landlord.pk}/fiche/")["Location"] == f"/organismes/{landlord.pk}/fiche/"
        assert visitor.get(f"/organismes/{landlord.pk}/fiche/").status_code == 200


@pytest.mark.parametrize("says", [{"email_verified": False}, {"email": "personne@example.test"}, {"email": ""}])
def test_nobody_else_comes_in(client: Client, provider: Provider, make_person: Make, says: dict[str, Any]) -> None:
    provider.says = {"sub": "1", "email": make_person().email, "email_verified": True} | says
    answer = come_in(client)
    assert "_auth_user_id" not in client.session
    assert answer.status_code == 200
    assert "Aucun compte à cette adresse" in answer.content.decode()
    assert Person.objects.count() == 1


def test_somebody_invited_accepts_with_it_and_needs_no_password(
    client: Client,
    provider: Provider,
    make_person: Make,
    make_landlord: Callable[..., Landlord],
) -> None:
    landlord = make_landlord()
    invite(
        email="neuve@example.test",
        name="Mme N.",
        organisation=landlord,
        role=Role.CONTRIBUTOR,
        by=make_person(Role.QUALITY_LEAD, landlord),
        at=timezone.now(),
    )
    link = Message.objects.get(event="directory.invited").link
    provider.says = {"sub": "2", "email": "neuve@example.test", "email_verified": True}
    assert "Accepter avec Compte Habitat" in client.get(link).content.decode()
    assert come_in(client, link)["Location"] == link
    assert client.post(link).status_code == 302
    assert client.get(f"/organismes/{landlord.pk}/fiche/").status_code == 200


def test_a_role_of_two_factors_shows_one_unless_the_service_asks_for_it(
    client: Client,
    provider: Provider,
    settings: Settings,
    make_person: Make,
    make_organisation: Callable[..., Organisation],
) -> None:
    person = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    provider.says = {"sub": "3", "email": person.email, "email_verified": True}
    come_in(client)
    assert client.get("/organisations/")["Location"] == "/compte/second-facteur/"
    settings.OIDC_PROVES_SECOND_FACTOR = True
    assert client.get("/organisations/").status_code == 200


def test_a_service_that_does_not_answer_is_said(client: Client, provider: Provider) -> None:
    provider.broken = True
    answer = client.post("/compte/externe/oidc/")
    assert "n’a pas abouti" in answer.content.decode()
