"""The API's doors: who comes in, what is refused and how it is said, what is done once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone
from ninja.errors import ValidationError
from pytest_django.fixtures import Settings

from palier.api.v1 import auth
from palier.api.v1.doors import Open
from palier.api.v1.errors import _invalid
from palier.api.v1.routes import ROOMS, api
from palier.directory.models import ApiToken, Landlord, Organisation, Person
from palier.directory.operations import end_membership
from palier.directory.queries import memberships
from palier.directory.rules import Kind, Right, Role, Scope, Thing, may
from palier.documents.models import Document
from palier.ledger.models import Reply
from tests.api.conftest import Program

pytestmark = pytest.mark.django_db
ROUTES = [route for room in ROOMS for route in room.routes]
Make = Callable[..., Person]
MakeProgram = Callable[..., Program]


def filled(path: str, landlord: Landlord) -> str:
    """A path with the landlord's number, and numbers of nothing elsewhere."""
    path = path.replace("{landlord_id}", str(landlord.pk))
    for name in ("pk", "number", "criterion", "code", "cycle"):
        path = path.replace(f"{{{name}}}", "1")
    path = path.replace("{line}", "999999")  # the first lines of the ledger are somebody's
    assert "{" not in path
    return path


# --- Who comes in --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer faux", "Basic abc", "Bearer \xe9\x00"])
def test_without_a_key_in_force_nothing_is_said(header: str, make_landlord: Callable[..., Landlord]) -> None:
    client = Client(headers={"Authorization": header} if header else {})
    answer = client.get(f"/api/v1/landlords/{make_landlord().pk}")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "api.no_key"


def test_a_session_opens_nothing(
    make_landlord: Callable[..., Landlord], make_person: Make, sign_in: Callable[[Person], Client]
) -> None:
    landlord = make_landlord()
    assert sign_in(make_person(Role.QUALITY_LEAD, landlord)).get(f"/api/v1/landlords/{landlord.pk}").status_code == 401


@pytest.mark.parametrize("over", ["revoked", "expired", "inactive"])
def test_a_key_that_is_over_opens_nothing(
    over: str, make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    person = make_person(Role.QUALITY_LEAD, make_landlord())
    called = program(person)
    assert called.get("/me").status_code == 200
    now = timezone.now()
    if over == "revoked":
        ApiToken.objects.update(revoked_at=now)
    elif over == "expired":
        ApiToken.objects.update(expires_at=now - timedelta(seconds=1))
    else:
        Person.objects.filter(pk=person.pk).update(is_active=False)
    assert called.get("/me").status_code == 401


def test_a_key_loses_what_its_person_loses(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    landlord = make_landlord()
    person = make_person(Role.QUALITY_LEAD, landlord)
    called = program(person)
    assert called.get(f"/landlords/{landlord.pk}").status_code == 200
    now = timezone.now()
    (held,) = memberships(person=person, on=now.date())
    end_membership(membership=held, by=None, at=now - timedelta(days=1))
    assert called.get(f"/landlords/{landlord.pk}").status_code == 404


def test_every_address_is_declared_with_what_it_asks_for() -> None:
    declared = {(route.method, route.path) for route in ROUTES}
    served = {
        (method, path)
        for bound in api._get_bound_routers()
        for path, view in bound.path_operations.items()
        for operation in view.operations
        for method in operation.methods
    }
    assert served == declared
    own = {"/me", "/me/messages", "/me/missions", "/me/preferences"}
    assert {route.path for route in ROUTES if not isinstance(route.need, tuple)} == own


@pytest.mark.parametrize("role", Role)
def test_each_route_opens_to_the_roles_of_the_matrix_and_to_no_other(
    role: Role,
    make_landlord: Callable[..., Landlord],
    everyone: Callable[[Landlord], dict[Role, Person]],
    program: MakeProgram,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(auth, "_count", lambda *_: None)
    mine, other = make_landlord(), make_landlord()
    called = program(everyone(mine)[role])
    sees_all = role in {Role.REFERENT, Role.ADMINISTRATOR, Role.COMMUNICATION}
    for route in ROUTES:
        needs = () if isinstance(route.need, Open) else route.need
        allowed = not needs or any(may(frozenset({role}), right, thing) for thing, right in needs)
        here = called.call(route.method, filled(route.path, mine)).status_code
        assert (here == 403) is not allowed, (route, here)
        assert here not in {401, 500}, (route, here)
        if "{landlord_id}" in route.path:
            there = called.call(route.method, filled(route.path, other)).status_code
            assert there == here if sees_all else there == 404, (route, there)


@pytest.mark.parametrize("scope", Scope)
def test_a_key_does_no_more_than_its_scope(
    scope: Scope, make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    landlord = make_landlord()
    called = program(make_person(Role.QUALITY_LEAD, landlord), [scope])
    opened = {
        Scope.READ: {"GET"},
        Scope.IMPORTS: {(Thing.STOCK, Right.WRITE)},
        Scope.EVIDENCE: {(Thing.EVIDENCE, Right.WRITE)},
        Scope.FIGURES: {(Thing.SOURCES, Right.WRITE), (Thing.INCIDENTS, Right.WRITE_OWN)},
        Scope.EVENTS: {(Thing.SURVEYS, Right.WRITE)},
        Scope.ANSWERS: {(thing, Right.WRITE_OWN) for thing in (Thing.FINDINGS, Thing.SITE_RATING, Thing.CHARTER)},
    }[scope]
    for route in ROUTES:
        needs = () if isinstance(route.need, Open) else route.need
        if not opened & {*needs, route.method}:
            answer = called.call(route.method, filled(route.path, landlord))
            assert (answer.status_code, answer.json()["code"]) == (403, "directory.out_of_scope"), route


def test_an_installation_of_one_landlord_compares_no_journeys(
    make_organisation: Callable[..., Organisation], make_person: Make, program: MakeProgram, settings: Settings
) -> None:
    called = program(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))
    assert called.get("/board").status_code == 200
    settings.SINGLE_LANDLORD = True
    assert [called.get(path).status_code for path in ("/board", "/auditors", "/landlords")] == [404, 200, 200]


# --- How a refusal is said -----------------------------------------------------------------------------------------


def test_a_missing_right_is_said_as_on_the_page(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    landlord = make_landlord()
    answer = program(make_person(Role.DIRECTOR, landlord)).post(f"/landlords/{landlord.pk}/documents")
    assert answer.status_code == 403
    assert answer.json()["sentence"].startswith("Vous ne pouvez pas modifier les preuves. Cela revient à : ")


def test_a_rule_is_said_with_its_code_and_its_sentence(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    landlord = make_landlord()
    sent = {"title": "Lettre", "kind": "letter", "file": SimpleUploadedFile("a.csv", b"a;b")}
    answer = program(make_person(Role.QUALITY_LEAD, landlord)).post(f"/landlords/{landlord.pk}/documents", sent)
    assert answer.status_code == 422
    said = answer.json()
    assert said["code"] == said["reasons"][0]["code"] == "documents.extension"
    assert "« .csv » n’est pas pris pour « Courrier »" in said["sentence"]


def test_what_is_not_valid_is_named_in_french(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    called = program(make_person(Role.QUALITY_LEAD, make_landlord()))
    said = called.get("/landlords", limit="0", offset="x", serach="a").json()
    assert said["code"] == "api.invalid"
    assert {one["field"]: one["sentence"] for one in said["reasons"]} == {
        "limit": "« limit » : au moins 1.",
        "offset": "« offset » : donnez un nombre entier.",
    }
    said = called.get("/landlords", serach="a").json()
    assert said["sentence"] == "« serach » : ce nom n’est pas connu ici."


def test_the_values_that_a_field_takes_are_listed_in_french() -> None:
    given = {"type": "enum", "loc": ("query", "state"), "ctx": {"expected": "'open', 'closed' or 'late'"}}
    said = json.loads(_invalid(HttpRequest(), ValidationError([given])).content)
    assert said["sentence"] == "« state » : donnez l’une de ces valeurs : 'open', 'closed' ou 'late'."


@pytest.mark.parametrize("path", ["/", "/nothing", "/landlords/", "/landlords/1/nothing", "/v2"])
def test_an_address_of_nothing_answers_in_json(path: str) -> None:
    answer = Program("").get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "api.not_found")


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"])
def test_a_method_that_is_not_there_is_refused_with_those_that_are(
    method: str, make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram
) -> None:
    landlord = make_landlord()
    answer = program(make_person(Role.QUALITY_LEAD, landlord)).call(method, f"/landlords/{landlord.pk}/documents")
    assert answer.status_code == 405
    assert {one.strip() for one in answer["Allow"].split(",")} == {"GET", "POST"}


def test_a_body_too_heavy_is_refused_before_it_is_read(make_landlord: Callable[..., Landlord]) -> None:
    answer = Client().post(
        f"/api/v1/landlords/{make_landlord().pk}/documents",
        b"",
        content_type="multipart/form-data; boundary=x",
        headers={"Content-Length": str(200 * 2**20)},
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "api.too_large")


def test_a_key_that_calls_too_often_waits(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.clear()
    monkeypatch.setattr(auth, "CALLS_A_MINUTE", 3)
    landlord = make_landlord()
    with time_machine.travel(datetime(2026, 5, 4, 9, 0, 20, tzinfo=UTC), tick=False) as clock:
        called, another = (program(make_person(Role.QUALITY_LEAD, landlord)) for _ in range(2))
        assert [called.get("/me").status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = called.get("/me")
        assert (answer["Retry-After"], answer.json()["code"]) == ("40", "api.too_many")
        assert another.get("/me").status_code == 200
        clock.shift(40)
        assert called.get("/me").status_code == 200


def test_what_fails_unforeseen_says_so_in_json_and_writes_nothing(
    make_landlord: Callable[..., Landlord],
    make_person: Make,
    program: MakeProgram,
    monkeypatch: pytest.MonkeyPatch,
    documents_folder: object,
) -> None:
    monkeypatch.setattr("palier.api.v1.documents._found", lambda *_: 1 / 0)
    landlord = make_landlord()
    sent = {"title": "Lettre", "kind": "letter", "file": SimpleUploadedFile("a.txt", b"Bonjour")}
    answer = program(make_person(Role.QUALITY_LEAD, landlord)).post(f"/landlords/{landlord.pk}/documents", sent)
    assert (answer.status_code, answer.json()["code"]) == (500, "api.failed")
    assert not Document.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_act_that_fails_is_undone_and_the_call_still_counts(
    make_landlord: Callable[..., Landlord],
    make_person: Make,
    program: MakeProgram,
    monkeypatch: pytest.MonkeyPatch,
    documents_folder: object,
) -> None:
    landlord = make_landlord()
    called = program(make_person(Role.QUALITY_LEAD, landlord))
    monkeypatch.setattr("palier.api.v1.documents._found", lambda *_: 1 / 0)
    sent = {"title": "Lettre", "kind": "letter", "file": SimpleUploadedFile("a.txt", b"Bonjour")}
    assert called.post(f"/landlords/{landlord.pk}/documents", sent, **{"Idempotency-Key": "k"}).status_code == 500
    assert not Document.objects.exists()
    assert not Reply.objects.exists()
    _, calls = cache.get(f"api-key:{ApiToken.objects.get().pk}")
    assert calls == 1


# --- Acts ----------------------------------------------------------------------------------------------------------


def test_an_act_sent_twice_under_one_key_is_done_once(
    make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram, documents_folder: object
) -> None:
    landlord = make_landlord()
    called = program(make_person(Role.QUALITY_LEAD, landlord))

    def send(content: bytes) -> object:
        sent = {"title": "Lettre", "kind": "letter", "file": SimpleUploadedFile("a.txt", content)}
        answer = called.post(f"/landlords/{landlord.pk}/documents", sent, **{"Idempotency-Key": "envoi-1"})
        return answer.status_code, answer.json()

    first = send(b"Bonjour")
    assert first == send(b"Bonjour")
    assert first[0] == 201
    status, said = send(b"Bonsoir")
    assert (status, said["code"]) == (409, "door.key_reused")
    assert Document.objects.count() == 1


def test_answers_are_kept_by_nobody(make_landlord: Callable[..., Landlord], make_person: Make, program: MakeProgram) -> None:
    answer = program(make_person(Role.QUALITY_LEAD, make_landlord())).get("/landlords")
    assert answer["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer


def test_the_label_owner_sees_the_directory(
    make_organisation: Callable[..., Organisation], make_person: Make, program: MakeProgram
) -> None:
    owner = make_organisation(Kind.LABEL_OWNER, "Le propriétaire")
    make_organisation(Kind.MINISTRY, "Un ministère")
    called = program(make_person(Role.REFERENT, owner))
    assert [one["name"] for one in called.get("/organisations").json()["items"]] == ["Le propriétaire", "Un ministère"]
    assert [one["name"] for one in called.get("/organisations", kind="ministry").json()["items"]] == ["Un ministère"]
