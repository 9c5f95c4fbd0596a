"""People of a landlord and of other organisations: invite, accept, end; sheets; the directory's list."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from palier.directory.models import Invitation, Landlord, Membership, Organisation, Person, Relation
from palier.directory.operations import add_association, add_member, limit_membership
from palier.directory.rules import Kind, Role
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.verdict import Refusal
from tests.fixtures import luhn_siren

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
MakeLandlord = Callable[..., Landlord]
MakeOrganisation = Callable[..., Organisation]
SignIn = Callable[[Person], Client]
PASSWORDS = {"password1": "un palier, puis un autre", "password2": "un palier, puis un autre"}


@pytest.fixture(autouse=True)
def _shared_cache(db: None) -> None:
    call_command("createcachetable")


@pytest.fixture
def landlord(make_landlord: MakeLandlord) -> Landlord:
    return make_landlord("Habitat des Marches")


@pytest.fixture
def lead(make_person: Make, landlord: Landlord, sign_in: SignIn) -> Client:
    return sign_in(make_person(Role.QUALITY_LEAD, landlord))


@pytest.fixture
def referent(make_person: Make, make_organisation: MakeOrganisation, sign_in: SignIn) -> Client:
    return sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))


def link() -> str:
    return Message.objects.filter(event="directory.invited").latest("pk").link


def invited(client: Client, landlord: Landlord, role: Role = Role.CONTRIBUTOR, email: str = "Nouvelle@Example.test") -> None:
    form = {"name": "Mme N.", "email": email, "role": role.value}
    assert client.post(f"/organismes/{landlord.pk}/personnes/inviter/", form).status_code == 302


class TestInvitation:
    def test_somebody_invited_chooses_a_password_and_is_in(self, lead: Client, landlord: Landlord, client: Client) -> None:
        invited(lead, landlord)
        shown = client.get(link()).content.decode()
        assert "Habitat des Marches vous invite" in shown
        assert client.post(link(), PASSWORDS)["Location"] == "/"
        person = Person.objects.get(email="nouvelle@example.test")
        assert EmailAddress.objects.get(user=person).verified
        assert client.get(f"/organismes/{landlord.pk}/personnes/").status_code == 200
        assert Entry.objects.filter(act="directory.member_added", actor_id=person.pk).exists()
        assert client.get(link()).status_code == 410

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ({"password1": "court", "password2": "court"}, "12"),
            ({"password1": "un palier, puis un autre", "password2": "un autre palier"}, "diffèrent"),
            ({"password1": "", "password2": ""}, "à reprendre"),
        ],
    )
    def test_a_password_that_does_not_do_changes_nothing(
        self, lead: Client, landlord: Landlord, client: Client, words: dict[str, str], said: str
    ) -> None:
        invited(lead, landlord)
        assert said in client.post(link(), words).content.decode()
        assert Invitation.objects.get().accepted_at is None
        assert not Person.objects.get(email="nouvelle@example.test").has_usable_password()

    def test_who_has_an_account_signs_in_first_and_keeps_the_password(
        self, lead: Client, landlord: Landlord, client: Client, make_person: Make, sign_in: SignIn
    ) -> None:
        person = make_person()
        person.set_password("celui d’avant, bien long")
        person.save()
        invited(lead, landlord, email=person.email)
        assert client.post(link(), PASSWORDS)["Location"].startswith("/compte/connexion/?next=/invitation/")
        assert sign_in(person).post(link()).status_code == 302
        person.refresh_from_db()
        assert person.check_password("celui d’avant, bien long")
        assert Membership.objects.filter(person=person, organisation=landlord).exists()

    def test_somebody_else_cannot_take_it(self, lead: Client, landlord: Landlord, make_person: Make, sign_in: SignIn) -> None:
        invited(lead, landlord)
        other = make_person()
        assert "pour une autre personne" in sign_in(other).post(link(), PASSWORDS).content.decode()
        assert not Membership.objects.filter(person=other).exists()

    def test_a_link_sent_again_voids_the_former(self, lead: Client, landlord: Landlord, client: Client) -> None:
        invited(lead, landlord)
        former, invitation = link(), Invitation.objects.get()
        lead.post(f"/organismes/{landlord.pk}/personnes/invitations/{invitation.pk}/renvoyer/")
        assert client.get(former).status_code == 410
        assert client.get(link()).status_code == 200

    def test_an_invitation_taken_back_opens_nothing(self, lead: Client, landlord: Landlord, client: Client) -> None:
        invited(lead, landlord)
        lead.post(f"/organismes/{landlord.pk}/personnes/invitations/{Invitation.objects.get().pk}/retirer/")
        assert client.post(link(), PASSWORDS).status_code == 410
        assert Message.objects.get().state == "cancelled"

    def test_the_same_invitation_is_not_made_twice(self, lead: Client, landlord: Landlord) -> None:
        invited(lead, landlord)
        form = {"name": "Mme N.", "email": "nouvelle@example.test", "role": "contributor"}
        answer = lead.post(f"/organismes/{landlord.pk}/personnes/inviter/", form)
        assert "attend déjà" in answer.content.decode()
        assert Invitation.objects.count() == 1

    def test_who_holds_the_role_is_not_invited_to_it(self, lead: Client, landlord: Landlord, make_person: Make) -> None:
        person = make_person(Role.CONTRIBUTOR, landlord)
        form = {"name": "Mme N.", "email": person.email, "role": "contributor"}
        answer = lead.post(f"/organismes/{landlord.pk}/personnes/inviter/", form)
        assert "a déjà ce rôle" in answer.content.decode()
        assert 'value="Mme N."' in answer.content.decode()

    def test_a_landlord_gives_no_role_of_the_label(self, lead: Client, landlord: Landlord) -> None:
        form = {"name": "M. X.", "email": "x@example.test", "role": Role.REFERENT.value}
        assert lead.post(f"/organismes/{landlord.pk}/personnes/inviter/", form).status_code == 200
        assert not Invitation.objects.exists()

    def test_the_token_is_in_no_table_once_the_letter_left(self, lead: Client, landlord: Landlord) -> None:
        invited(lead, landlord)
        token = link().split("/")[2]
        Message.objects.update(state="sent", settled_at=datetime(2026, 1, 1).astimezone(), link="")
        with connection.cursor() as cursor:
            cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{token}%"])
                assert cursor.fetchone() == (0,), table


class TestRepresentatives:
    def test_a_landlord_adds_an_association_and_invites_its_representative(
        self, lead: Client, landlord: Landlord, client: Client
    ) -> None:
        page = f"/organismes/{landlord.pk}/associations/"
        lead.post(page, {"name": "Amicale des Marches"})
        association = Organisation.objects.get(name="Amicale des Marches")
        form = {"name": "M. R.", "email": "r@example.test", "role": "tenant_representative"}
        assert lead.post(f"{page}{association.pk}/inviter/", form).status_code == 302
        assert client.post(link())["Location"] == "/"
        assert client.get(f"/organismes/{landlord.pk}/fiche/").status_code == 200
        assert client.session["light"]

    def test_a_shared_association_is_the_labels_to_invite_into(
        self,
        lead: Client,
        landlord: Landlord,
        make_landlord: MakeLandlord,
        make_organisation: MakeOrganisation,
        at: datetime,
    ) -> None:
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        for present_at in (landlord, make_landlord()):
            add_association(landlord=present_at, association=association, by=None, at=at)
        form = {"name": "M. R.", "email": "r@example.test", "role": "tenant_representative"}
        answer = lead.post(f"/organismes/{landlord.pk}/associations/{association.pk}/inviter/", form)
        assert "plusieurs organismes" in answer.content.decode()
        assert not Invitation.objects.exists()

    def test_an_association_that_left_sees_nothing_from_tomorrow(
        self, lead: Client, landlord: Landlord, make_organisation: MakeOrganisation, at: datetime
    ) -> None:
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        add_association(landlord=landlord, association=association, by=None, at=at)
        lead.post(f"/organismes/{landlord.pk}/associations/{association.pk}/retirer/")
        assert Relation.objects.get().ends_on is not None

    def test_a_landlord_sees_to_its_invitations_and_its_representatives(
        self, lead: Client, landlord: Landlord, client: Client
    ) -> None:
        page = f"/organismes/{landlord.pk}/associations/"
        lead.post(page, {"name": "Amicale des Marches"})
        association = Organisation.objects.get(name="Amicale des Marches")
        lead.post(
            f"{page}{association.pk}/inviter/", {"name": "M. V.", "email": "v@example.test", "role": "tenant_representative"}
        )
        former, invitation = link(), Invitation.objects.get()
        assert f"/invitations/{invitation.pk}/renvoyer/" in lead.get(page).content.decode()
        resent = lead.post(f"/organismes/{landlord.pk}/personnes/invitations/{invitation.pk}/renvoyer/")
        assert resent["Location"] == page
        assert client.get(former).status_code == 410
        client.post(link())
        voice = Membership.objects.get(role=Role.TENANT_REPRESENTATIVE)
        assert lead.post(f"/organismes/{landlord.pk}/personnes/{voice.pk}/finir/")["Location"] == page
        assert client.get(page).status_code == 404

    def test_the_representative_of_a_shared_association_is_the_labels_to_end(
        self,
        lead: Client,
        landlord: Landlord,
        make_landlord: MakeLandlord,
        make_organisation: MakeOrganisation,
        make_person: Make,
        at: datetime,
    ) -> None:
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        for present_at in (landlord, make_landlord()):
            add_association(landlord=present_at, association=association, by=None, at=at)
        held = make_person(Role.TENANT_REPRESENTATIVE, association).memberships.get()
        page = lead.get(f"/organismes/{landlord.pk}/associations/").content.decode()
        assert "l’équipe du label s’occupe de ses représentants" in page
        assert "/finir/" not in page
        assert lead.post(f"/organismes/{landlord.pk}/personnes/{held.pk}/finir/").status_code == 422
        held.refresh_from_db()
        assert held.ends_on is None


class TestEnd:
    def test_a_role_is_given_a_last_day_which_may_be_lifted(self, lead: Client, landlord: Landlord, make_person: Make) -> None:
        held = make_person(Role.CONTRIBUTOR, landlord).memberships.get()
        page = f"/organismes/{landlord.pk}/personnes/{held.pk}/terme/"
        today = timezone.localdate()
        refused = lead.post(page, {"last_day": (today - timedelta(days=1)).isoformat()})
        assert "Ce jour est passé" in refused.content.decode()
        for last_day in (today + timedelta(days=30), None):
            assert lead.post(page, {"last_day": last_day.isoformat() if last_day else ""}).status_code == 302
            held.refresh_from_db()
            assert held.ends_on == last_day
        assert Entry.objects.filter(act="directory.member_limited").count() == 2

    def test_a_role_with_a_last_day_may_end_sooner(self, lead: Client, landlord: Landlord, make_person: Make) -> None:
        held = make_person(Role.CONTRIBUTOR, landlord).memberships.get()
        Membership.objects.filter(pk=held.pk).update(ends_on=timezone.localdate() + timedelta(days=30))
        assert f"/personnes/{held.pk}/finir/" in lead.get(f"/organismes/{landlord.pk}/personnes/").content.decode()
        lead.post(f"/organismes/{landlord.pk}/personnes/{held.pk}/finir/")
        held.refresh_from_db()
        assert held.ends_on < timezone.localdate()

    def test_nobody_makes_their_own_role_last(self, landlord: Landlord, make_person: Make) -> None:
        person = make_person(Role.CONTRIBUTOR, landlord)
        with pytest.raises(Refusal, match="ne vous revient pas"):
            limit_membership(membership=person.memberships.get(), last_day=None, by=person, at=timezone.now())

    def test_a_role_ended_is_over_at_once_and_leaves_its_line(
        self, lead: Client, landlord: Landlord, make_person: Make, sign_in: SignIn
    ) -> None:
        person = make_person(Role.CONTRIBUTOR, landlord)
        client = sign_in(person)
        page = f"/organismes/{landlord.pk}/fiche/"
        assert client.get(page).status_code == 200
        lead.post(f"/organismes/{landlord.pk}/personnes/{person.memberships.get().pk}/finir/")
        assert client.get(page).status_code == 404

    def test_nobody_ends_a_role_of_another_landlord(self, lead: Client, make_landlord: MakeLandlord, make_person: Make) -> None:
        other = make_landlord()
        membership = make_person(Role.CONTRIBUTOR, other).memberships.get()
        assert lead.post(f"/organismes/{other.pk}/personnes/{membership.pk}/finir/").status_code == 404
        membership.refresh_from_db()
        assert membership.ends_on is None

    def test_the_last_administrator_stays(
        self, make_person: Make, make_organisation: MakeOrganisation, sign_in: SignIn
    ) -> None:
        owner = make_organisation(Kind.LABEL_OWNER)
        person = make_person(Role.ADMINISTRATOR, owner)
        end = f"/organisations/{owner.pk}/personnes/{person.memberships.get().pk}/finir/"
        assert sign_in(person).post(end).status_code == 422
        make_person(Role.ADMINISTRATOR, owner)
        assert sign_in(person).post(end).status_code == 302

    def test_the_referent_makes_no_administrator(self, referent: Client) -> None:
        owner = Organisation.objects.get(kind=Kind.LABEL_OWNER)
        form = {"name": "M. X.", "email": "x@example.test", "role": Role.ADMINISTRATOR.value}
        assert referent.post(f"/organisations/{owner.pk}/inviter/", form).status_code == 200
        assert not Invitation.objects.exists()


class TestSheet:
    def fields(self, landlord: Landlord, **more: object) -> dict[str, object]:
        return {
            "name": landlord.name,
            "siren_number": landlord.siren,
            "landlord_type": landlord.landlord_type,
            "declared_dwellings": 1200,
            "revision": landlord.revision,
        } | more

    def test_a_change_says_what_changed_in_the_ledger(self, lead: Client, landlord: Landlord) -> None:
        assert (
            lead.post(f"/organismes/{landlord.pk}/fiche/", self.fields(landlord, name="Habitat des Paliers")).status_code == 302
        )
        entry = Entry.objects.get(act="directory.landlord_updated")
        assert entry.content is not None
        assert entry.content["summary"] == "a modifié la fiche de l’organisme : le nom, le nombre de logements."
        landlord.refresh_from_db()
        assert (landlord.plain_name, landlord.declared_dwellings) == ("habitat des paliers", 1200)

    def test_two_people_saving_at_once_lose_nothing(self, lead: Client, landlord: Landlord) -> None:
        page, stale = f"/organismes/{landlord.pk}/fiche/", self.fields(landlord, name="Le mien")
        lead.post(page, self.fields(landlord, name="Le sien"))
        answer = lead.post(page, stale)
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "Le sien" in text
        assert 'value="Le mien"' in text
        again = stale | {"revision": re.search(r'name="revision" value="(\d+)"', text)[1]}  # type: ignore[index]
        assert lead.post(page, again).status_code == 302
        landlord.refresh_from_db()
        assert landlord.name == "Le mien"

    @pytest.mark.parametrize(("number", "said"), [("123", "9 chiffres"), ("123456789", "clé de contrôle")])
    def test_a_wrong_siren_is_said_beside_its_field(self, lead: Client, landlord: Landlord, number: str, said: str) -> None:
        answer = lead.post(f"/organismes/{landlord.pk}/fiche/", self.fields(landlord, siren_number=number))
        assert said in answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")

    def test_whose_a_siren_is_already_is_said_to_the_team_alone(
        self, lead: Client, referent: Client, landlord: Landlord, make_landlord: MakeLandlord
    ) -> None:
        other = make_landlord("Habitat d’En Face")
        asked = self.fields(landlord, siren_number=other.siren)
        for client, said, not_said in ((lead, "d’un autre organisme", other.name), (referent, other.name, "d’un autre")):
            answer = client.post(f"/organismes/{landlord.pk}/fiche/", asked).content.decode()
            assert said in answer
            assert f"celui de {not_said}" not in answer
            assert f'value="{other.siren}"' in answer


class TestDirectory:
    def test_landlords_are_entered_and_found_whatever_the_accents(self, referent: Client) -> None:
        form = {"name": "Cœur d’Épernay", "siren_number": luhn_siren(77), "landlord_type": "esh", "declared_dwellings": 10}
        assert referent.post("/organisations/ajouter/organisme/", form).status_code == 302
        assert "Cœur d’Épernay" in referent.get("/organisations/?text=coeur d'epernay").content.decode()
        assert "Cœur d’Épernay" in referent.get(f"/organisations/?text={luhn_siren(77)}").content.decode()
        assert "Cœur d’Épernay" not in referent.get("/organisations/?kind=ministry").content.decode()

    def test_a_landlord_has_no_directory(self, lead: Client) -> None:
        assert lead.get("/organisations/").status_code == 403

    def test_the_list_costs_the_same_for_one_and_for_thirty(
        self, referent: Client, make_landlord: MakeLandlord, make_person: Make, at: datetime
    ) -> None:
        counts = []
        for more in (1, 29):
            for _ in range(more):
                add_member(person=make_person(), organisation=make_landlord(), role=Role.DIRECTOR, by=None, at=at)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert referent.get("/organisations/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 8

    def test_the_people_page_costs_the_same_for_one_and_for_thirty(
        self, lead: Client, landlord: Landlord, make_person: Make
    ) -> None:
        counts = []
        for more in (1, 29):
            for _ in range(more):
                make_person(Role.CONTRIBUTOR, landlord)
            with CaptureQueriesContext(connection) as queries:
                assert lead.get(f"/organismes/{landlord.pk}/personnes/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestAccount:
    def test_a_key_is_shown_once(self, lead: Client) -> None:
        made = lead.post("/compte/cles-de-programme/", {"name": "ERP", "scopes": ["read"], "days": "90"}).content.decode()
        token = re.search(r"palier_[\w-]+", made)
        assert token
        assert token[0] not in lead.get("/compte/cles-de-programme/").content.decode()

    def test_a_light_access_has_no_keys(self, make_person: Make, make_organisation: MakeOrganisation, sign_in: SignIn) -> None:
        client = sign_in(make_person(Role.TENANT_REPRESENTATIVE, make_organisation(Kind.TENANTS_ASSOCIATION)))
        answer = client.post("/compte/cles-de-programme/", {"name": "ERP", "scopes": ["read"], "days": "90"})
        assert answer.status_code == 422

    def test_nobody_revokes_the_key_of_another(self, lead: Client, make_person: Make, sign_in: SignIn) -> None:
        lead.post("/compte/cles-de-programme/", {"name": "ERP", "scopes": ["read"], "days": "90"})
        assert sign_in(make_person()).post("/compte/cles-de-programme/1/revoquer/").status_code == 422

    def test_ones_name_is_changed(self, lead: Client) -> None:
        assert lead.post("/compte/", {"name": "Mme D."}).status_code == 302
        assert "Mme D." in lead.get("/compte/").content.decode()
