"""The permission table: every page × method × role × relation has a stated answer, and gives it.

A page nobody may know of is a 404, a right one has not is a 403 with its sentence, a visitor is sent to sign in. And a
landlord's own words never appear on another's pages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_association, add_member, add_organisation, open_file
from palier.directory.rules import LIGHT_ROLES, MATRIX, RELATED_ROLES, ROLES_OF_KIND, SCHEME_ROLES, Kind, Role, may
from palier.web.addresses import Page, every_page_has_a_door, pages
from palier.web.doors import Open
from tests.house.samples import SAMPLES, World

pytestmark = pytest.mark.django_db
ALLOWED, HIDDEN, REFUSED, TO_SIGN_IN, NO_METHOD = "allowed", 404, 403, 302, 405
# Behind the door, the room's own table of acts refuses more people: it is tested there.
NARROWED = {"mission_consult"}
# Steps of sign-in that answer for themselves what to do next, behind an open door.
STEPS = {
    "mfa_authenticate",
    "mfa_login_webauthn",
    "account_reauthenticate",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
}
# The public register says who is labelled: the name of a landlord, and nothing else of its file.
PUBLISHED = {"register", "register_export", "register_landlord", "verify_code", "verify_twin"}
# Things of nobody: enough to reach the door, which stands before them.
ABSENT = {"landlord_id": 999_999_999}
PAGES = [page for page in pages() if page.name not in STEPS]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody, and what they are for each of the two landlords: ``None`` when they may not know of it."""

    words: str
    client: Client
    roles: frozenset[Role]
    here: bool
    there: bool
    signed_in: bool = True
    light: bool = False


def expected(page: Page, method: str, who: Visitor, *, knows: bool) -> object:  # noqa: PLR0911 - one line a rule
    """What the table says."""
    assert page.door is not None
    need = page.door.needs.get(method)
    if need is None:
        return NO_METHOD
    of_landlord = "landlord_id" in page.takes
    if need is Open.PUBLIC and not of_landlord:
        return ALLOWED
    if not who.signed_in:
        return TO_SIGN_IN
    if need is Open.SECURITY:
        return REFUSED if who.light else ALLOWED
    if of_landlord and not knows:
        return HIDDEN
    if isinstance(need, tuple) and not may(who.roles, need[1], need[0]):
        return REFUSED
    return ALLOWED


def answered(status: int, location: str) -> object:
    """The answer as the table names it; a page may well be missing behind an open door."""
    if status in {REFUSED, NO_METHOD} or status >= 500:
        return status
    return TO_SIGN_IN if location.startswith("/compte/connexion/") else ALLOWED


def address(page: Page, values: dict[str, Any]) -> str:
    given = {name: values.get(f"{page.name}:{name}", values.get(name)) for name in page.takes}
    return reverse(page.name, kwargs={name: _shaped(page, name) if v is None else v for name, v in given.items()})


def _shaped(page: Page, name: str) -> int | str:
    return 999_999_999 if f"<int:{name}>" in page.route else "absent"


@pytest.fixture
def world(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], at: Any
) -> Callable[[str, Person], World]:
    def make(canary: str, staff: Person) -> World:
        landlord = make_landlord(f"Habitat {canary}")
        association = add_organisation(
            kind=Kind.TENANTS_ASSOCIATION, name=f"Amicale {canary}", of_landlord=landlord, by=None, at=at
        )
        add_association(landlord=landlord, association=association, by=None, at=at)
        lead = make_person(Role.QUALITY_LEAD, landlord, f"Mme {canary}")
        return World(landlord, canary, lead, staff, association, at)

    return make


@pytest.fixture
def visitors(
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: Any,
) -> Callable[[World], Iterator[Visitor]]:
    def holder(role: Role, world: World) -> Organisation:
        if role in ROLES_OF_KIND[Kind.LANDLORD]:
            return world.landlord
        if role is Role.TENANT_REPRESENTATIVE:
            return world.association
        kind = next(k for k in Kind if role in ROLES_OF_KIND[k] and k is not Kind.TENANTS_ASSOCIATION)
        organisation = make_organisation(kind)
        if role in RELATED_ROLES:
            open_file(landlord=world.landlord, holder=organisation, role=role, source="table", by=None, at=at)
        if role is Role.RELAY:
            Landlord.objects.filter(pk=world.landlord.pk).update(federation=organisation)
        return organisation

    def make(world: World) -> Iterator[Visitor]:
        yield Visitor("a visitor", Client(), frozenset(), here=False, there=False, signed_in=False)
        yield Visitor("somebody without a role", sign_in(make_person()), frozenset(), here=False, there=False)
        for role in Role:
            person = make_person()
            add_member(person=person, organisation=holder(role, world), role=role, by=None, at=at)
            roles, everywhere = frozenset({role}), role in SCHEME_ROLES
            yield Visitor(role.label, sign_in(person), roles, here=True, there=everywhere)
            if role in LIGHT_ROLES:
                client = sign_in(person)
                session = client.session
                session["light"] = True
                session.save()
                yield Visitor(f"{role.label}, by a light link", client, roles, here=True, there=False, light=True)

    return make


def cells(who: Visitor, here: dict[str, Any], there: dict[str, Any]) -> Iterator[tuple[Page, str, dict[str, Any], bool]]:
    """Every page and method for somebody, at the landlord they know and at the other."""
    for page in PAGES:
        for method in ("GET", "POST"):
            yield page, method, here, who.here or "landlord_id" not in page.takes
            if "landlord_id" in page.takes:
                yield page, method, there, who.there


def is_tried_elsewhere(page: Page, method: str, who: Visitor, stated: object) -> bool:
    """Acts are tested in their rooms; a method that does not exist, and a door that is the one of GET, are tried once."""
    assert page.door is not None
    if method == "GET":
        return stated == NO_METHOD and who.signed_in
    return stated == ALLOWED or (who.signed_in and page.door.needs.get("POST") in {None, page.door.needs.get("GET")})


def test_every_page_has_a_door() -> None:
    assert every_page_has_a_door(None) == []
    assert {page.name for page in pages()} >= STEPS
    assert [page.route for page in PAGES if not page.name] == []
    assert [page.route for page in PAGES if page.door and not page.door.needs] == []


def test_no_cell_is_unstated() -> None:
    needs = {need for page in PAGES if page.door for need in page.door.needs.values() if isinstance(need, tuple)}
    assert {(thing, role) for thing, _ in needs for role in Role} <= set(MATRIX)
    asked_of_nobody = {need for need in needs if not any(may(frozenset({role}), need[1], need[0]) for role in Role)}
    assert asked_of_nobody == set()


def test_every_answer_is_the_one_of_the_table(
    world: Callable[[str, Person], World],
    visitors: Callable[[World], Iterator[Visitor]],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
) -> None:
    call_command("createcachetable")
    staff = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    here, there = world("CANARI-ICI", staff), world("CANARI-AILLEURS", staff)
    values = {name: sample(here) for name, sample in SAMPLES.items()}
    for sample in SAMPLES.values():
        sample(there)
    elsewhere = values | {"landlord_id": there.landlord.pk}
    wrong, leaks = [], []
    for who in visitors(here):
        who.client.raise_request_exception = False
        for page, method, place, knows in cells(who, values, elsewhere):
            stated = expected(page, method, who, knows=knows)
            if is_tried_elsewhere(page, method, who, stated):
                continue
            answer = who.client.generic(method, address(page, place))
            given = answer.status_code if stated == HIDDEN else answered(answer.status_code, answer.get("Location", ""))
            if given != stated and not (given == REFUSED and page.name in NARROWED):
                wrong.append((who.words, method, page.route, f"stated {stated}, answered {answer.status_code}"))
            shown = b"" if answer.streaming else answer.content
            if page.name in PUBLISHED:
                shown = shown.replace(b"Habitat CANARI-AILLEURS", b"")
            if not who.there and b"CANARI-AILLEURS" in shown:
                leaks.append((who.words, page.route))
    assert wrong == []
    assert leaks == []
