"""Programs that call the API with somebody's key."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.utils import timezone

from palier.directory.rules import LIGHT_ROLES, Kind, Role, Scope

if TYPE_CHECKING:
    from pathlib import Path

    from django.http import HttpResponse
    from pytest_django.fixtures import Settings

    from palier.directory.models import Landlord, Organisation, Person


class Program:
    """A program with a key: paths are those of the document, answers are Django's."""

    def __init__(self, token: str) -> None:
        self.token = token
        self._client = Client(headers={"Authorization": f"Bearer {token}"} if token else {}, raise_request_exception=False)

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", query)

    def post(self, path: str, data: Any = None, **headers: str) -> HttpResponse:
        return self._client.post(f"/api/v1{path}", data or {}, headers=headers)

    def send(self, method: str, path: str, data: Any, *, once: str = "") -> HttpResponse:
        headers = {"Idempotency-Key": once} if once else {}
        return self._client.generic(method, f"/api/v1{path}", json.dumps(data), "application/json", headers=headers)

    def call(self, method: str, path: str) -> HttpResponse:
        return self._client.generic(method, f"/api/v1{path}")


@pytest.fixture
def program(db: None) -> Callable[..., Program]:
    """A program that acts as a person, with every scope unless said otherwise."""
    from palier.directory.models import ApiToken
    from palier.directory.operations import create_api_token
    from palier.directory.queries import roles

    def make(person: Person | None = None, scopes: Iterable[Scope] = tuple(Scope)) -> Program:
        if person is None:
            return Program("")
        now = timezone.now()
        if roles(person=person, on=now.date()) - LIGHT_ROLES:
            return Program(create_api_token(person=person, name="essai", scopes=list(scopes), at=now)[1])
        # Somebody who had a stronger role when the key was made.
        token = f"palier_{person.pk}"
        ApiToken.objects.create(
            person=person,
            name="essai",
            token_digest=sha256(token.encode()).hexdigest(),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=now + timedelta(days=1),
        )
        return Program(token)

    return make


@pytest.fixture
def everyone(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
) -> Callable[[Landlord], dict[Role, Person]]:
    """One person for each role, all with the file of a landlord open to them."""
    from palier.directory.operations import open_file
    from palier.directory.rules import LANDLORD_ROLES, RELATED_ROLES, ROLES_OF_KIND, SCHEME_ROLES
    from tests.fixtures import NOON

    def make(landlord: Landlord) -> dict[Role, Person]:
        owner, federation = make_organisation(Kind.LABEL_OWNER), make_organisation(Kind.FEDERATION)
        landlord.federation = federation
        landlord.save(update_fields=["federation"])
        people = {role: make_person(role, landlord) for role in LANDLORD_ROLES}
        people |= {role: make_person(role, owner) for role in SCHEME_ROLES}
        people[Role.RELAY] = make_person(Role.RELAY, federation)
        for role in RELATED_ROLES:
            kind = next(kind for kind, held in ROLES_OF_KIND.items() if role in held)
            holder = make_organisation(kind)
            open_file(landlord=landlord, holder=holder, role=role, source="essai", by=None, at=NOON)
            people[role] = make_person(role, holder)
        return people

    return make


@pytest.fixture
def documents_folder(settings: Settings, tmp_path: Path) -> Path:
    """Where files lie during a test."""
    settings.DOCUMENTS = tmp_path
    return tmp_path
