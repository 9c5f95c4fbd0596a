"""The pages of boards and groups: declared by oneself, by the landlord, by the label's team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory import operations
from palier.directory.models import BoardMandate, Group, Landlord, Organisation, Person
from palier.directory.rules import Kind, Role

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
SignIn = Callable[[Person], Client]


@pytest.fixture(autouse=True)
def _shared_cache(db: None) -> None:
    call_command("createcachetable")


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Habitat des Marches")


@pytest.fixture
def referent(make_person: Make, make_organisation: Callable[..., Organisation], sign_in: SignIn) -> Client:
    return sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))


def test_a_member_of_the_committee_declares_and_ends_a_mandate_from_the_account(
    landlord: Landlord, make_person: Make, make_organisation: Callable[..., Organisation], sign_in: SignIn
) -> None:
    member = make_person(Role.COMMITTEE_MEMBER, make_organisation(Kind.MINISTRY), "Mme M.")
    client = sign_in(member)
    assert "/compte/conseils/" in client.get("/compte/").content.decode()
    form = {"organisation": "Habitat inconnu", "role": "administratrice", "starts_on": "2024-02-01"}
    refused = client.post("/compte/conseils/declarer/", form)
    assert refused.status_code == 422
    assert "Palier ne connaît pas d’organisme" in refused.content.decode()
    assert client.post("/compte/conseils/declarer/", form | {"organisation": "habitat des  MARCHES"}).status_code == 302
    mandate = BoardMandate.objects.get(person=member, organisation=landlord)
    again = client.post("/compte/conseils/declarer/", form | {"organisation": landlord.siren})
    assert "siège déjà à ce conseil" in again.content.decode()
    other = sign_in(make_person(Role.COMMITTEE_MEMBER, make_organisation(Kind.MINISTRY)))
    assert other.post(f"/compte/conseils/{mandate.pk}/finir/").status_code == 404
    assert client.post(f"/compte/conseils/{mandate.pk}/finir/").status_code == 302
    assert "Mettre fin" not in client.get("/compte/conseils/").content.decode()


def test_who_judges_nothing_declares_nothing_about_others_houses(
    landlord: Landlord, make_person: Make, sign_in: SignIn
) -> None:
    client = sign_in(make_person(Role.CONTRIBUTOR, landlord))
    assert "/compte/conseils/" not in client.get("/compte/").content.decode()
    assert client.get("/compte/conseils/declarer/").status_code == 404


def test_a_landlord_enters_who_sits_on_its_board(landlord: Landlord, make_person: Make, sign_in: SignIn) -> None:
    client, page = sign_in(make_person(Role.QUALITY_LEAD, landlord)), f"/organismes/{landlord.pk}/personnes/"
    form = {"name": "M. K.", "email": "K@example.test", "role": "vice-présidence", "starts_on": "2025-01-01"}
    late = client.post(f"/organismes/{landlord.pk}/conseil/ajouter/", form | {"ends_on": "2024-01-01"})
    assert (late.status_code, "finit avant de commencer" in late.content.decode()) == (422, True)
    assert not Person.objects.filter(email="k@example.test").exists(), "nobody is entered by a refusal"
    assert client.post(f"/organismes/{landlord.pk}/conseil/ajouter/", form)["Location"] == page
    shown = client.get(page).content.decode()
    assert "vice-présidence" in shown
    mandate = BoardMandate.objects.get(person__email="k@example.test")
    assert client.post(f"/organismes/{landlord.pk}/conseil/{mandate.pk}/finir/").status_code == 302
    assert client.get(page).content.decode().count("Mettre fin au mandat") == 0
    team = sign_in(make_person(Role.CONTRIBUTOR, landlord))
    assert "vice-présidence" in team.get(page).content.decode()
    assert team.post(f"/organismes/{landlord.pk}/conseil/{mandate.pk}/finir/").status_code == 403


def test_the_team_keeps_groups_and_finds_landlords_by_them(
    referent: Client, landlord: Landlord, make_landlord: Callable[..., Landlord], make_person: Make, sign_in: SignIn
) -> None:
    make_landlord("Habitat des Rives")
    assert referent.post("/organisations/groupes/", {"name": "Groupe Amont"}).status_code == 302
    group = Group.objects.get()
    page = f"/organisations/groupes/{group.pk}/"
    assert referent.post(page, {"landlord": landlord.pk, "starts_on": "2024-01-01"})["Location"] == page
    again = referent.post(page, {"landlord": landlord.pk, "starts_on": "2025-01-01"})
    assert "est déjà du groupe" in again.content.decode()
    found = referent.get(f"/organisations/?group={group.pk}").content.decode()
    assert ("Habitat des Marches" in found, "Habitat des Rives" in found) == (True, False)
    sheet = sign_in(make_person(Role.QUALITY_LEAD, landlord)).get(f"/organismes/{landlord.pk}/fiche/").content.decode()
    assert "Groupe Amont</p>" in sheet or "Groupe Amont," in sheet
    assert referent.post(f"{page}organismes/{group.members.get().pk}/retirer/").status_code == 302
    assert (
        "Groupe Amont" not in referent.get(f"/organismes/{landlord.pk}/fiche/").content.decode().split("Ce qui s’est passé")[0]
    )


def test_the_lists_ask_the_same_queries_with_one_row_and_thirty(
    referent: Client, make_landlord: Callable[..., Landlord], make_person: Make, landlord: Landlord, at: datetime
) -> None:
    team = make_person()
    group = operations.found_group(name="Groupe Amont", by=team, at=at)
    pages = ["/organisations/groupes/", f"/organisations/groupes/{group.pk}/", f"/organismes/{landlord.pk}/personnes/"]

    def grow(number: int) -> None:
        operations.found_group(name=f"Groupe {number}", by=team, at=at)
        operations.join_group(group=group, landlord=make_landlord(), starts_on=at.date(), by=team, at=at)
        given = {"email": f"b{number}@example.test", "name": f"M. {number}", "role": "membre", "starts_on": at.date()}
        operations.enter_board(organisation=landlord, by=team, at=at, **given)

    def asked() -> list[int]:
        counts = []
        for page in pages:
            with CaptureQueriesContext(
                connection,
            ) as found:
                assert referent.get(page).status_code == 200
            counts.append(len(found))
        return counts

    grow(0)
    asked()
    once = asked()
    for number in range(1, 30):
        grow(number)
    assert asked() == once
