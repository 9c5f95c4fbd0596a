"""Messages on screen: those of a landlord, one's own, one's choices, those that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.outbox.models import Message, Preference, State
from palier.outbox.operations import post
from palier.outbox.rules import Pace

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
SignIn = Callable[[Person], Client]


def write(person: Person, at: datetime, **more: object) -> Message:
    told = {"event": "label.your_turn", "subject": "La main est à vous", "body": "Le plan attend.", "link": "/parcours/"}
    return post(**(told | {"to": [person.pk], "at": at} | more))[0]  # type: ignore[arg-type]


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord()


def test_every_message_of_a_journey_is_readable_with_what_became_of_it(
    landlord: Landlord, make_landlord: Callable[..., Landlord], make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    lead, other = make_person(Role.QUALITY_LEAD, landlord, "Mme B."), make_landlord()
    write(lead, at, landlord=landlord.pk)
    write(lead, at, landlord=other.pk, subject="Ailleurs")
    page = sign_in(lead).get(f"/organismes/{landlord.pk}/messages/").content.decode()
    assert "La main est à vous" in page
    assert "Mme B." in page
    assert "En attente" in page
    assert "Ailleurs" not in page


def test_what_passes_between_the_landlord_and_the_team_is_read_by_them_alone(
    landlord: Landlord,
    make_organisation: Callable[..., Organisation],
    make_person: Make,
    sign_in: SignIn,
    at: datetime,
) -> None:
    lead = make_person(Role.QUALITY_LEAD, landlord)
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    voice = make_person(Role.TENANT_REPRESENTATIVE, association)
    open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="stock", by=None, at=at)
    write(lead, at, landlord=landlord.pk, event="label.correction_asked", subject="Une pièce est illisible")
    write(lead, at, landlord=landlord.pk)
    write(voice, at, landlord=landlord.pk, event="label.reminded", subject="Rappel pour vous")
    page = f"/organismes/{landlord.pk}/messages/"
    assert "Une pièce est illisible" in sign_in(lead).get(page).content.decode()
    seen = sign_in(voice).get(page).content.decode()
    assert "La main est à vous" in seen
    assert "Rappel pour vous" in seen
    assert "Une pièce est illisible" not in seen


def test_a_link_that_lets_somebody_in_is_shown_to_nobody(
    landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    lead = make_person(Role.QUALITY_LEAD, landlord)
    write(lead, at, landlord=landlord.pk, event="directory.invited", link="/invitation/jeton-secret/")
    client = sign_in(lead)
    for page in (f"/organismes/{landlord.pk}/messages/", "/messages/"):
        assert "jeton-secret" not in client.get(page).content.decode()


def test_the_page_costs_the_same_for_one_and_for_thirty(
    landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    client, counts = sign_in(make_person(Role.QUALITY_LEAD, landlord)), []
    for more in (1, 29):
        for _ in range(more):
            write(make_person(), at, landlord=landlord.pk)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/organismes/{landlord.pk}/messages/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10  # a savepoint and its release included


def test_one_reads_ones_own_messages_alone(make_person: Make, sign_in: SignIn, at: datetime) -> None:
    person, other = make_person(), make_person()
    write(person, at, subject="Pour moi")
    write(other, at, subject="Pour un autre")
    page = sign_in(person).get("/messages/").content.decode()
    assert "Pour moi" in page
    assert "Pour un autre" not in page


def test_one_chooses_how_to_be_told(landlord: Landlord, make_person: Make, sign_in: SignIn) -> None:
    person = make_person(Role.QUALITY_LEAD, landlord)
    client = sign_in(person)
    asked = client.get("/messages/preferences/").context["form"]
    assert "directory-invited" not in asked.fields
    assert "audits-mission_offered" not in asked.fields
    form = {name: field.initial for name, field in asked.fields.items()}
    assert client.post("/messages/preferences/", form | {"label-moved": "never"}).status_code == 302
    assert Preference.objects.values_list("event", "pace").get() == ("label.moved", Pace.NEVER)
    refused = client.post("/messages/preferences/", form | {"label-your_turn": "never"})
    assert refused.status_code == 200
    assert "à reprendre" in refused.content.decode()


def test_staff_sends_again_what_could_not_leave(
    make_organisation: Callable[..., Organisation], landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    message = write(make_person(), at)
    Message.objects.update(state=State.DEAD, settled_at=at, problem="550 inconnu", attempts=6)
    staff = sign_in(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER)))
    assert "550 inconnu" in staff.get("/messages/en-echec/").content.decode()
    assert staff.post(f"/messages/en-echec/{message.pk}/reprendre/").status_code == 302
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.WAITING, 0)
    assert sign_in(make_person(Role.QUALITY_LEAD, landlord)).get("/messages/en-echec/").status_code == 403
