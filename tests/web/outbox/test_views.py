"""Messages on screen: those of a landlord, one's own, one's choices, those that failed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.ledger.models import Entry
from palier.outbox.models import Message, Preference, State
from palier.outbox.operations import dismiss, post
from palier.outbox.rules import Pace
from palier.verdict import Refusal

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


@pytest.fixture
def staff(make_organisation: Callable[..., Organisation], make_person: Make, sign_in: SignIn) -> Client:
    return sign_in(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER)))


def test_staff_gives_up_a_message_with_a_reason_that_stays_in_the_ledger(
    staff: Client, make_person: Make, at: datetime
) -> None:
    message = write(make_person(), at, subject="Une pièce manque")
    where = f"/messages/en-echec/{message.pk}/classer/"
    assert staff.get(where).status_code == 404  # it waits: nothing to give up
    Message.objects.update(state=State.DEAD, settled_at=at, problem="550 inconnu", attempts=6)
    assert "550 inconnu" in staff.get(where).content.decode()
    assert staff.post(where, {"because": " "}).status_code == 200
    assert Message.objects.get().state == State.DEAD
    assert staff.post(where, {"because": "prévenue par téléphone"}).status_code == 302
    assert Message.objects.get().state == State.CANCELLED
    line = Entry.objects.get(act="outbox.message_dismissed")
    assert line.content is not None
    assert "Une pièce manque" in line.content["summary"]
    assert "prévenue par téléphone" in line.content["summary"]
    assert "Une pièce manque" not in staff.get("/messages/en-echec/").content.decode()
    with pytest.raises(Refusal, match="plus en échec"):
        dismiss(pk=message.pk, because="encore", by=1, at=at)


def beat(seconds_ago: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s))", [seconds_ago]
        )


def test_health_says_whether_the_worker_lives_and_letters_leave(staff: Client, make_person: Make, client: Client) -> None:
    assert client.get("/health/worker", headers={"host": "anywhere"}).status_code == 503
    web = client.get("/health")
    assert (web.status_code, web.json()) == (200, {"database": "up", "worker": "silent", "letters": "on_time"})
    assert "arrêté" in staff.get("/messages/en-echec/").content.decode()
    beat(seconds_ago=5)
    assert client.get("/health/worker").json() == {"database": "up", "worker": "up", "letters": "on_time"}
    write(make_person(), timezone.now() - timedelta(hours=1))
    late = client.get("/health/worker")
    assert (late.status_code, late.json()["letters"]) == (503, "late")
    assert "attend depuis" in staff.get("/messages/en-echec/").content.decode()
    Message.objects.all().delete()
    beat(seconds_ago=90)
    assert client.get("/health/worker").json()["worker"] == "silent"
