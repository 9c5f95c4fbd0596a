"""The first person of an installation."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django.fixtures import Settings

from palier.directory.models import Landlord, Membership, Person
from palier.directory.rules import Role
from palier.ledger.queries import verify

pytestmark = pytest.mark.django_db
PASSWORD = "la première marche est à monter"


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))


@pytest.mark.usefixtures("typed")
def test_the_first_administrator_signs_in(client: Client) -> None:
    call_command("createcachetable")
    call_command("administrator", "Admin@example.test", "Mme A.", stdout=io.StringIO())
    membership = Membership.objects.get()
    assert (membership.role, membership.person.email) == (Role.ADMINISTRATOR, "admin@example.test")
    assert client.post("/compte/connexion/", {"login": "admin@example.test", "password": PASSWORD})["Location"] == "/"
    assert client.get("/organisations/")["Location"] == "/compte/second-facteur/"
    assert verify()[1] is None


@pytest.mark.usefixtures("typed")
def test_an_installation_of_one_landlord_gets_its_landlord() -> None:
    more = {"landlord": "Habitat Seul", "siren": "552100554", "family": "oph", "stdout": io.StringIO()}
    call_command("administrator", "a@example.test", "Mme A.", **more)
    assert Landlord.objects.get().siren == "552100554"


def test_an_installation_of_one_landlord_is_given_one_and_no_other(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.SINGLE_LANDLORD = True

    def administrator(email: str, **more: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
        call_command("administrator", email, "Mme A.", stdout=io.StringIO(), **more)

    with pytest.raises(CommandError, match="--landlord"):
        administrator("a@example.test")
    assert not Person.objects.exists()
    administrator("a@example.test", landlord="Habitat Seul")
    administrator("b@example.test")
    with pytest.raises(CommandError, match="Habitat Seul"):
        administrator("c@example.test", landlord="Habitat Autre")
    assert Landlord.objects.get().name == "Habitat Seul"


def test_a_weak_password_writes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("court\n"))
    with pytest.raises(CommandError, match="12"):
        call_command("administrator", "a@example.test", "Mme A.")
    assert not Person.objects.exists()
