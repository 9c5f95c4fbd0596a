"""Coming in: password, second factor, limits, light links, the demonstration."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from pytest_django.fixtures import Settings

from palier.calendar import paris_day
from palier.directory.models import AccessLink, Landlord, Membership, Organisation, Person
from palier.directory.operations import add_member, choose_password, end_membership, grant_access_link, open_file
from palier.directory.rules import Kind, Role
from palier.label import operations as label
from palier.label.queries import rule_set_on
from palier.outbox.models import Message

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
PASSWORD = "un escalier de plâtre peint"


@pytest.fixture(autouse=True)
def _shared_cache(db: None) -> None:
    call_command("createcachetable")


@pytest.fixture
def with_password(make_person: Make, at: datetime) -> Make:
    def make(role: Role | None = None, organisation: Organisation | None = None) -> Person:
        person = make_person(role, organisation)
        choose_password(person=person, password=PASSWORD, at=at)
        EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
        return person

    return make


def code(secret: str) -> str:
    """What an application of codes would show now."""
    return str(format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()))))


def sign_in(client: Client, person: Person, password: str = PASSWORD) -> str:
    answer = client.post("/compte/connexion/", {"login": person.email, "password": password})
    return answer.get("Location", "")


def test_one_signs_in_with_address_and_password(client: Client, with_password: Make) -> None:
    person = with_password()
    assert sign_in(client, person) == "/"
    assert client.get("/compte/").status_code == 200


def test_the_refusal_does_not_say_whether_the_address_exists(client: Client, with_password: Make) -> None:
    known, unknown = with_password().email, "personne@example.test"
    pages = [
        client.post("/compte/connexion/", {"login": email, "password": "faux"}).content.decode() for email in (known, unknown)
    ]
    texts = {" ".join(re.sub(r"<[^>]*>", " ", page).split()) for page in pages}
    assert len(texts) == 1
    assert "L’adresse ou le mot de passe ne convient pas." in texts.pop()


def test_nobody_signs_up_alone(client: Client) -> None:
    assert client.get("/compte/signup/").status_code == 404
    assert client.get("/accounts/signup/").status_code == 404


def test_wrong_passwords_are_soon_refused_for_this_account_on_all_processes(client: Client, with_password: Make) -> None:
    person = with_password()
    for _ in range(5):
        sign_in(client, person, "faux")
    assert "Trop d’essais" in client.post("/compte/connexion/", {"login": person.email, "password": PASSWORD}).content.decode()
    assert cache.__class__.__name__ == "ConnectionProxy"
    other = with_password()
    assert sign_in(Client(REMOTE_ADDR="10.9.9.9"), other) == "/"


def test_a_role_of_two_factors_sets_up_codes_then_comes_in(
    client: Client, with_password: Make, make_organisation: Callable[..., Organisation], make_landlord: Callable[..., Landlord]
) -> None:
    landlord = make_landlord()
    person = with_password(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    page = f"/organismes/{landlord.pk}/messages/"
    sign_in(client, person)
    assert client.get(page)["Location"] == "/compte/second-facteur/"
    assert client.get("/compte/second-facteur/").status_code == 200

    shown = client.get("/compte/second-facteur/application/")
    secret = re.search(r"<code>([A-Z2-7]+)</code>", shown.content.decode())
    assert secret
    done = client.post("/compte/second-facteur/application/", {"code": code(secret[1])})
    assert done["Location"] == "/compte/second-facteur/secours/"
    stored = Authenticator.objects.get(user=person, type="totp").data["secret"]
    assert secret[1] not in stored
    # The code just typed is the proof: no other is asked for.
    assert client.get(page).status_code == 200

    other = Client()
    assert sign_in(other, person) == "/compte/second-facteur/code/"
    assert other.get(page)["Location"].startswith("/compte/connexion/")
    assert other.post("/compte/second-facteur/code/", {"code": "000000"}).status_code == 200
    cache.clear()
    assert other.post("/compte/second-facteur/code/", {"code": code(secret[1])})["Location"] == "/"
    assert other.get(page).status_code == 200


def test_a_recovery_code_opens_once(
    client: Client, with_password: Make, make_organisation: Callable[..., Organisation]
) -> None:
    person = with_password(Role.AUDITOR, make_organisation(Kind.AUDIT_FIRM))
    sign_in(client, person)
    shown = client.get("/compte/second-facteur/application/").content.decode()
    secret = re.search(r"<code>([A-Z2-7]+)</code>", shown)
    assert secret
    client.post("/compte/second-facteur/application/", {"code": code(secret[1])})
    codes = re.findall(r"<li>([0-9a-f]{8})</li>", client.get("/compte/second-facteur/secours/").content.decode())
    assert len(codes) == 10
    for expected in ("/", ""):
        visitor = Client()
        sign_in(visitor, person)
        answer = visitor.post("/compte/second-facteur/code/", {"code": codes[0]})
        assert answer.get("Location", "") == expected


def test_a_role_that_ends_closes_the_file_at_the_next_page(
    client: Client, with_password: Make, make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    landlord = make_landlord()
    person = with_password(Role.QUALITY_LEAD, landlord)
    sign_in(client, person)
    page = f"/organismes/{landlord.pk}/messages/"
    assert client.get(page).status_code == 200
    end_membership(membership=Membership.objects.get(person=person), by=None, at=at)
    assert client.get(page).status_code == 404


def test_a_role_taken_later_asks_for_the_second_factor_in_an_open_session(
    client: Client, with_password: Make, make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    landlord = make_landlord()
    person = with_password(Role.QUALITY_LEAD, landlord)
    sign_in(client, person)
    add_member(person=person, organisation=landlord, role=Role.DIRECTOR, by=None, at=at)
    assert client.get(f"/organismes/{landlord.pk}/messages/")["Location"] == "/compte/second-facteur/"


def test_a_new_password_comes_by_letter_and_its_link_is_erased_once_sent(
    client: Client, with_password: Make, make_person: Make
) -> None:
    person = with_password()
    for email in (person.email, "personne@example.test"):
        assert client.post("/compte/mot-de-passe/oublie/", {"email": email})["Location"].endswith("/envoye/")
    message = Message.objects.get(event="directory.account")
    assert message.person_id == person.pk
    page = client.get(message.link, follow=True)
    words = {"password1": "une autre phrase de passe", "password2": "une autre phrase de passe"}
    assert client.post(page.redirect_chain[-1][0], words)["Location"] == "/compte/mot-de-passe/nouveau/fait/"
    assert sign_in(client, person, "une autre phrase de passe") == "/"


@pytest.fixture
def representative(make_person: Make, make_organisation: Callable[..., Organisation]) -> Person:
    return make_person(Role.TENANT_REPRESENTATIVE, make_organisation(Kind.TENANTS_ASSOCIATION))


class TestLightLink:
    def test_its_page_does_nothing_and_its_button_lets_in(
        self, client: Client, representative: Person, make_landlord: Callable[..., Landlord], at: datetime
    ) -> None:
        landlord = make_landlord()
        association = representative.memberships.get().organisation
        open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="stock", by=None, at=at)
        token = grant_access_link(person=representative, at=now())
        page = client.get(f"/acces/{token}/?suite=/organismes/{landlord.pk}/messages/")
        assert page["Referrer-Policy"] == "same-origin"
        assert "sessionid" not in client.cookies
        entered = client.post(f"/acces/{token}/", {"suite": f"/organismes/{landlord.pk}/messages/"})
        assert entered["Location"] == f"/organismes/{landlord.pk}/messages/"
        assert client.get(entered["Location"]).status_code == 200
        assert client.get(f"/organismes/{make_landlord().pk}/messages/").status_code == 404

    @pytest.mark.parametrize("elsewhere", ["https://ailleurs.example/", "//ailleurs.example/", "javascript:alert(1)"])
    def test_it_leads_nowhere_else(self, client: Client, representative: Person, elsewhere: str) -> None:
        token = grant_access_link(person=representative, at=now())
        assert client.post(f"/acces/{token}/", {"suite": elsewhere})["Location"] == "/"

    def test_it_opens_no_security_setting(self, client: Client, representative: Person) -> None:
        client.post(f"/acces/{grant_access_link(person=representative, at=now())}/")
        assert client.get("/compte/").status_code == 200
        for page in ("/compte/mot-de-passe/choisir/", "/compte/second-facteur/", "/compte/second-facteur/application/"):
            assert client.get(page).status_code == 403

    def test_it_ends_with_its_time_or_its_role(self, client: Client, representative: Person) -> None:
        token = grant_access_link(person=representative, at=now() - timedelta(days=61))
        assert client.post(f"/acces/{token}/").status_code == 410
        token = grant_access_link(person=representative, at=now())
        end_membership(membership=representative.memberships.get(), by=None, at=now())
        assert client.post(f"/acces/{token}/").status_code == 410

    def test_a_stronger_role_ends_the_light_session(
        self, client: Client, representative: Person, make_landlord: Callable[..., Landlord]
    ) -> None:
        landlord = make_landlord()
        client.post(f"/acces/{grant_access_link(person=representative, at=now())}/")
        add_member(person=representative, organisation=landlord, role=Role.CONTRIBUTOR, by=None, at=now())
        assert client.get(f"/organismes/{landlord.pk}/messages/")["Location"].startswith("/compte/connexion/")
        assert "_auth_user_id" not in client.session

    def test_a_new_one_is_asked_without_saying_who_exists(
        self, client: Client, representative: Person, make_landlord: Callable[..., Landlord], make_person: Make
    ) -> None:
        lead = make_person(Role.QUALITY_LEAD, make_landlord())
        seen = set()
        for email in (representative.email, lead.email, "personne@example.test"):
            page = client.post("/acces/", {"email": email})
            seen.add((page.status_code, page.content.decode().replace(email, "")))
        assert len(seen) == 1
        assert Message.objects.get(event="directory.access_link").person_id == representative.pk

    def test_it_is_not_asked_for_ever(self, client: Client, representative: Person) -> None:
        answers = [client.post("/acces/", {"email": representative.email}).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]

    def test_its_token_is_kept_nowhere(self, representative: Person) -> None:
        token = grant_access_link(person=representative, at=now())
        assert token not in str(list(AccessLink.objects.values()))


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


class TestDemonstration:
    def test_there_is_no_such_door_elsewhere(self, client: Client, make_person: Make) -> None:
        assert client.post("/demonstration/entrer/", {"person": make_person().pk}).status_code == 404

    @pytest.mark.urls("tests.web.directory.demo_urls")
    def test_every_role_enters_in_one_click_and_nobody_else_does(
        self,
        client: Client,
        settings: Settings,
        make_person: Make,
        make_landlord: Callable[..., Landlord],
    ) -> None:
        settings.DEMO = True
        landlord = make_landlord("Habitat d’Essai")
        lead, real = make_person(Role.DIRECTOR, landlord), make_person(Role.DIRECTOR, landlord)
        Person.objects.filter(pk=lead.pk).update(email="direction.essai@demo.palier.example")
        label.load_shipped(effective_from=date(2020, 1, 1), at=now())
        rules = rule_set_on(on=paris_day(now()))
        assert rules is not None
        label.open_journey(landlord=landlord, rules=rules, by=None, at=now())
        page = client.get("/compte/connexion/").content.decode()
        assert "n’existent pas" in page
        assert "Habitat d’Essai, étape « Engagement »" in page.replace("\u202f", " ").replace("\xa0", " ")
        assert real.name not in page
        assert client.post("/demonstration/entrer/", {"person": real.pk}).status_code == 404
        assert client.post("/demonstration/entrer/", {"person": lead.pk})["Location"] == "/"
        assert client.get(f"/organismes/{landlord.pk}/messages/").status_code == 200
