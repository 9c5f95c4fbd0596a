"""Another e-mail address: asked by oneself or by who administers Palier, taken once the new mailbox answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from palier.directory.models import AccessLink, AddressChange, Invitation, Landlord, Organisation, Person
from palier.directory.operations import add_member, ask_access_link, ask_address, confirm_address, grant_access_link, invite
from palier.directory.rules import Kind, Role
from palier.jobs.letters import mail_server
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.outbox.operations import deliver
from palier.verdict import Refusal

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
SignIn = Callable[[Person], Client]
NEW = "nouvelle@example.test"


@pytest.fixture(autouse=True)
def _shared_cache(db: None) -> None:
    call_command("createcachetable")


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Habitat des Marches")


@pytest.fixture
def lead(make_person: Make, landlord: Landlord) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord)


@pytest.fixture
def administrator(make_person: Make, make_organisation: Callable[..., Organisation]) -> Person:
    return make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER))


def link() -> str:
    return Message.objects.filter(address=NEW).latest("pk").link


def letters() -> dict[str, str]:
    """Everything that waits, sent: the subject by address."""
    mail.outbox.clear()
    with mail_server(at=timezone.now()) as send:
        deliver(at=timezone.now() + timedelta(minutes=10), send=send)
    return {one.to[0]: one.subject for one in mail.outbox}


def test_one_takes_another_address_by_its_link_and_the_former_is_told(lead: Person, sign_in: SignIn, client: Client) -> None:
    own, former = sign_in(lead), lead.email
    assert own.post("/compte/adresse/", {"email": NEW.upper()})["Location"] == "/compte/"
    assert "vaut jusqu’au" in own.get("/compte/adresse/").text
    address = link()
    assert letters() == {NEW: "Confirmez votre nouvelle adresse"}
    lead.refresh_from_db()
    assert lead.email == former
    assert client.get(address)["Location"].startswith("/compte/connexion/")
    own = sign_in(lead)
    assert NEW in own.get(address).text
    assert own.post(address)["Location"] == "/compte/"
    lead.refresh_from_db()
    assert lead.email == NEW
    kept = EmailAddress.objects.get(user=lead)
    assert (kept.email, kept.verified, kept.primary) == (NEW, True, True)
    assert letters() == {former: "Votre adresse a changé"}
    assert own.get(address).status_code == 410
    assert Entry.objects.filter(act__in=["directory.address_asked", "directory.address_changed"]).count() == 2


def test_a_link_sent_to_a_mistyped_address_gives_the_account_to_nobody(
    lead: Person, make_person: Make, landlord: Landlord, sign_in: SignIn
) -> None:
    sign_in(lead).post("/compte/adresse/", {"email": NEW})
    stranger = sign_in(make_person(Role.CONTRIBUTOR, landlord))
    assert "d’une autre personne" in stranger.post(link()).text
    lead.refresh_from_db()
    assert lead.email != NEW


def test_an_administrator_changes_the_address_of_somebody_who_lost_theirs(
    lead: Person, administrator: Person, sign_in: SignIn, client: Client
) -> None:
    former, page = lead.email, f"/personnes/{lead.pk}/adresse/"
    assert f"{page}?de=" in sign_in(administrator).get(f"/organismes/{lead.memberships.get().organisation_id}/personnes/").text
    assert sign_in(administrator).post(page, {"email": NEW}).status_code == 302
    assert client.get(link()).status_code == 200
    assert client.post(link())["Location"] == "/compte/connexion/"
    lead.refresh_from_db()
    assert lead.email == NEW
    assert former in letters()
    asked = Entry.objects.get(act="directory.address_asked")
    assert asked.actor_id == administrator.pk


@pytest.mark.parametrize("role", [Role.DIRECTOR, Role.QUALITY_LEAD])
def test_nobody_else_changes_the_address_of_another(
    role: Role, lead: Person, make_person: Make, landlord: Landlord, sign_in: SignIn, at: datetime
) -> None:
    other = make_person(role, landlord)
    assert sign_in(other).post(f"/personnes/{lead.pk}/adresse/", {"email": NEW}).status_code == 403
    with pytest.raises(Refusal, match="administre"):
        ask_address(person=lead, email=NEW, by=other, at=at)
    assert "Changer l’adresse" not in sign_in(other).get(f"/organismes/{landlord.pk}/personnes/").text


def test_an_address_known_here_is_not_told_to_who_asks_but_to_its_owner(
    lead: Person, make_person: Make, landlord: Landlord, sign_in: SignIn
) -> None:
    owner = make_person(Role.CONTRIBUTOR, landlord)
    answers = [sign_in(lead).post("/compte/adresse/", {"email": email}, follow=True).text for email in (owner.email, NEW)]
    assert all("Un lien de confirmation part à" in answer for answer in answers)
    assert letters() == {owner.email: "Cette adresse a déjà un compte", NEW: "Confirmez votre nouvelle adresse"}


def test_a_second_demand_voids_the_first_and_a_link_lapses(lead: Person, at: datetime, client: Client) -> None:
    ask_address(person=lead, email="premiere@example.test", by=lead, at=at)
    first = Message.objects.get(address="premiere@example.test").link
    ask_address(person=lead, email=NEW, by=lead, at=at)
    assert AddressChange.objects.filter(done_at=None, withdrawn_at=None).count() == 1
    for token, day in ((first, at), (link(), at + timedelta(days=4))):
        with pytest.raises(Refusal, match="plus valable"):
            confirm_address(token=token.split("/")[-2], at=day)
    with pytest.raises(Refusal, match="déjà l’adresse"):
        ask_address(person=lead, email=lead.email.upper(), by=lead, at=at)


def test_an_address_taken_meanwhile_stays_with_who_took_it(
    lead: Person, make_person: Make, landlord: Landlord, at: datetime
) -> None:
    ask_address(person=lead, email=NEW, by=lead, at=at)
    other = make_person(Role.CONTRIBUTOR, landlord)
    Person.objects.filter(pk=other.pk).update(email=NEW)
    with pytest.raises(Refusal, match="déjà un autre compte"):
        confirm_address(token=link().split("/")[-2], at=at)
    assert AddressChange.objects.get().done_at is None


def test_invitations_and_light_links_follow_to_the_new_address(
    make_organisation: Callable[..., Organisation], administrator: Person, at: datetime
) -> None:
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    asked, _ = invite(
        email="ancienne@example.test",
        name="Mme R.",
        organisation=association,
        role=Role.TENANT_REPRESENTATIVE,
        by=administrator,
        at=at,
    )
    person = Person.objects.get(email="ancienne@example.test")
    add_member(
        person=person, organisation=make_organisation(Kind.TENANTS_ASSOCIATION), role=Role.TENANT_REPRESENTATIVE, by=None, at=at
    )
    grant_access_link(person=person, at=at)
    ask_address(person=person, email=NEW, by=administrator, at=at)
    confirm_address(token=link().split("/")[-2], at=at)
    assert not AccessLink.objects.filter(revoked_at=None).exists()
    before = asked.token_digest
    asked.refresh_from_db()
    assert asked.email == NEW
    assert asked.token_digest != before
    ask_access_link(email="ancienne@example.test", at=at)
    assert not Message.objects.filter(event="directory.access_link").exists()
    ask_access_link(email=NEW, at=at)
    sent = letters()
    assert set(sent) == {NEW, "ancienne@example.test"}
    assert {m.subject for m in mail.outbox if m.to == [NEW]} >= {
        "Votre lien d’accès à Palier",
        f"{association.name} vous invite dans Palier",
    }
    assert Invitation.objects.filter(email=NEW).count() == 1


def test_the_database_keeps_one_demand_a_person(lead: Person, at: datetime) -> None:
    given = {"person": lead, "email": NEW, "asked_by": lead, "asked_at": at, "expires_at": at}
    AddressChange.objects.create(**given, token_digest="a")
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressChange.objects.create(**given, token_digest="b")
    with pytest.raises(IntegrityError), transaction.atomic():
        AddressChange.objects.create(**given | {"email": NEW.upper(), "done_at": at}, token_digest="c")
