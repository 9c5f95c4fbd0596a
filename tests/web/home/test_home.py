"""Where one arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import add_member
from palier.directory.rules import Kind, Role

pytestmark = pytest.mark.django_db


def test_a_visitor_reads_what_palier_is_and_where_to_come_in(client: Client) -> None:
    page = client.get("/").content.decode()
    assert "/compte/connexion/" in page
    assert "/acces/" in page


def test_each_lands_on_the_first_page_of_the_role(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    landlord = make_landlord()
    lead = make_person(Role.QUALITY_LEAD, landlord)
    referent = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    assert sign_in(lead).get("/")["Location"] == f"/organismes/{landlord.pk}/parcours/"
    assert sign_in(referent).get("/")["Location"] == "/parcours/"


def test_who_works_for_several_landlords_chooses(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    one, two, other = make_landlord("Habitat Un"), make_landlord("Habitat Deux"), make_landlord("Habitat Trois")
    person = make_person(Role.QUALITY_LEAD, one)
    add_member(person=person, organisation=two, role=Role.CONTRIBUTOR, by=None, at=at)
    page = sign_in(person).get("/", follow=True).content.decode()
    assert one.name in page
    assert two.name in page
    assert other.name not in page


def test_somebody_without_a_role_is_told_so(make_person: Callable[..., Person], sign_in: Callable[[Person], Client]) -> None:
    assert "Aucun dossier" in sign_in(make_person()).get("/", follow=True).content.decode()


def test_in_an_installation_of_one_landlord_the_team_works_in_its_file_and_enters_no_other(
    settings: Settings,
    make_organisation: Callable[..., Organisation],
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    landlord = make_landlord()
    client = sign_in(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER)))
    assert client.get("/")["Location"] == "/parcours/"
    assert client.get("/organisations/ajouter/organisme/").status_code == 200
    settings.SINGLE_LANDLORD = True
    assert client.get("/")["Location"] == f"/organismes/{landlord.pk}/parcours/"
    directory = client.get("/organisations/").content.decode()
    assert f'href="/organismes/{landlord.pk}/patrimoine/"' in directory
    assert 'href="/parcours/"' not in directory
    assert "/organisations/ajouter/organisme/" not in directory
    assert client.get("/organisations/ajouter/organisme/").status_code == 404
    assert client.get("/parcours/").status_code == 404
