"""The pages of surveys: from the file of tenants to the launch, the telephone and the paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from palier.directory.models import Landlord, Person
from palier.stock.models import Residence
from palier.surveys import operations
from palier.surveys.models import FieldTerms, FrameFile, Household, Invitation, Objection, PhoneAttempt, Solicitation, Wave
from palier.surveys.queries import invited
from palier.surveys.rules.frame import State as FileState
from palier.surveys.rules.sendings import State as SendingState
from palier.surveys.rules.sendings import Terms
from palier.surveys.rules.waves import State
from tests.answers.scene import version
from tests.fixtures import NOON
from tests.surveys.waves import short_questionnaire, triennial, wave_of

pytestmark = pytest.mark.django_db
Households = Callable[..., list[Household]]
MakeWave = Callable[..., Wave]
FILE = "Référence locataire;Résidence;Nom;E-mail\nL1;Résidence A;Mme N.;n@example.test\nL2;Résidence B;M. P.;p@example.test\n"


@pytest.fixture
def desk(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(lead)


@pytest.fixture
def phone(caller: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(caller)


def url(name: str, landlord: Landlord, **more: Any) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk, **more})


def said(client: Client, address: str, **form: Any) -> Any:
    return client.post(address, form)


def shown(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u202f", " ").replace("\u00a0", " ")


def wave_said(**more: Any) -> dict[str, Any]:
    return {
        "name": "Satisfaction 2026",
        "purpose": "Savoir ce qui va.",
        "questionnaire": short_questionnaire(NOON).pk,
        "design": "sample",
        "split": "agency",
        "margin": "10",
        "expected_rate": "40",
        "settled_months": "6",
        "opens_on": "2026-12-01",
        "closes_on": "2026-12-29",
        "ways_0": "email,sms",
        "ways_1": "email,sms",
        "day_1": "7",
        "subject": "Votre avis",
        "message": "Bonjour.",
        "cost_ceiling": "12,50",
    } | more


@pytest.mark.usefixtures("residences")
def test_a_file_of_tenants_from_its_deposit_to_the_list(desk: Client, landlord: Landlord) -> None:
    file = SimpleUploadedFile("locataires.csv", FILE.encode())
    there = desk.post(url("frame_deposit", landlord), {"file": file}).headers["Location"]
    page = desk.get(there)
    assert "n@example.test" in page.content.decode()
    columns = {f"column_{index}": name for index, name in enumerate(("reference", "residence", "name", "email"))}
    there = said(desk, there, **columns, whole="on", save_as="Notre export").headers["Location"]
    assert "2" in desk.get(there).content.decode()
    said(desk, f"{there}integrer/")
    assert FrameFile.objects.get().state == FileState.APPLIED
    listed = desk.get(url("households", landlord), {"mots": "mme"}).content.decode()
    assert "Mme N." in listed
    assert "M. P." not in listed


@pytest.mark.usefixtures("residences")
def test_a_wrong_file_says_where_and_offers_the_list(desk: Client, landlord: Landlord) -> None:
    file = SimpleUploadedFile("locataires.csv", FILE.replace("Résidence B", "Résidence Z").encode())
    there = desk.post(url("frame_deposit", landlord), {"file": file}).headers["Location"]
    columns = {f"column_{index}": name for index, name in enumerate(("reference", "residence", "name", "email"))}
    there = said(desk, there, **columns).headers["Location"]
    assert "colonne Résidence" in desk.get(there).content.decode()
    assert "Résidence Z" in desk.get(f"{there}anomalies.csv").content.decode()
    assert not Household.objects.exists()


def test_columns_that_tell_nothing_are_an_error_of_the_form(
    desk: Client, landlord: Landlord, residences: list[Residence]
) -> None:
    file = SimpleUploadedFile("locataires.csv", FILE.encode())
    there = desk.post(url("frame_deposit", landlord), {"file": file}).headers["Location"]
    page = said(desk, there, column_2="name", save_as="Gardé")
    assert page.status_code == 422
    assert "Dites quelle colonne porte la référence" in page.content.decode()
    assert "Gardé" in page.content.decode()


def test_a_wave_from_its_form_to_its_launch_its_stop_and_its_close(
    desk: Client, landlord: Landlord, make_households: Households
) -> None:
    make_households(40)
    there = said(desk, url("wave_create", landlord), **wave_said()).headers["Location"]
    page = desk.get(there).content.decode()
    assert "40" in page
    wave = Wave.objects.get()
    assert wave.cost_ceiling == 12_500
    for act, state in (
        ("tirer", State.DRAWN),
        ("defaire", State.DRAFT),
        ("tirer", State.DRAWN),
        ("lancer", State.RUNNING),
        ("arreter", State.STOPPED),
        ("reprendre", State.RUNNING),
        ("arreter", State.STOPPED),
        ("clore", State.CLOSED),
    ):
        assert said(desk, f"{there}{act}/").status_code == 302
        wave.refresh_from_db()
        assert wave.state == state
        assert desk.get(there).status_code == 200
    assert said(desk, f"{there}lancer/").status_code == 422


def test_what_left_is_said_where_it_is_planned(
    desk: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(10)
    wave = wave_of(landlord, until="running", at=at)
    there = url("wave", landlord, wave_id=wave.pk)
    assert "Préparé" in desk.get(there).text
    Solicitation.objects.update(state=SendingState.SENT, left_at=at)
    page = desk.get(there).text
    assert "Préparé" not in page
    assert "Parti</span>" in page
    assert "10 messages" in page.replace("\u202f", " ").replace("\xa0", " ")


def test_a_wave_that_does_not_hold_comes_back_with_what_was_typed(desk: Client, landlord: Landlord) -> None:
    page = said(desk, url("wave_create", landlord), **wave_said(margin="", day_1="1", name="À garder"))
    assert page.status_code == 422
    text = page.content.decode()
    assert "Dites la marge d’erreur voulue" in text
    assert "Laissez au moins 3 jours entre deux envois" in text
    assert "À garder" in text


def test_a_stale_change_of_a_wave_is_refused(
    desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave
) -> None:
    make_households(3)
    wave = make_wave("draft")
    there = url("wave_edit", landlord, wave_id=wave.pk)
    assert said(desk, there, **wave_said(), revision="1").status_code == 302
    assert said(desk, there, **wave_said(name="Autre"), revision="1").status_code == 409


@pytest.mark.parametrize("name", ["surveys", "households", "objections", "frame_files"])
def test_a_list_asks_the_same_queries_with_one_row_and_with_thirty(
    name: str, desk: Client, landlord: Landlord, make_households: Households, at: datetime, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from palier.surveys.rules.frame import Origin
    from tests.surveys.waves import wave_of

    def fill(homes: list[Household]) -> None:
        for number, home in enumerate(homes):
            operations.object_to(household=home, origin=Origin.STAFF, by=None, at=at)
            wave_of(landlord, until="draft", at=at, name=f"Vague {number}")
            FrameFile.objects.create(landlord=landlord, file_name="a.csv", file_digest="0" * 64, file_bytes=1, at=at)

    homes = make_households(30)
    fill(homes[:1])
    desk.get(url(name, landlord))
    with CaptureQueriesContext(connection) as one:
        desk.get(url(name, landlord))
    fill(homes[1:])
    with CaptureQueriesContext(connection) as thirty:
        assert desk.get(url(name, landlord)).status_code == 200
    assert len(thirty) == len(one)


def test_terms_are_set_and_a_wrong_sender_said_beside_its_field(desk: Client, landlord: Landlord) -> None:
    there = url("survey_terms", landlord)
    form = {"most": "4", "days": "60", "sms_price": "0,07", "sender": "HABITAT", "months_kept": "18"}
    form["return_address"] = "Libre réponse 12345, 93140 Bondy"
    assert said(desk, there, **form | {"sender": "Hé !"}).status_code == 422
    assert said(desk, there, **form).status_code == 302
    found = FieldTerms.objects.get()
    assert (found.most, found.days, found.sms_price) == (4, 60, 70)
    assert "Libre réponse 12345" in desk.get(there).content.decode()


def test_an_objection_is_noted_and_lifted(desk: Client, landlord: Landlord, make_households: Households) -> None:
    (home,) = make_households(1)
    said(desk, url("household_object", landlord, household_id=home.pk))
    assert "S’oppose" in desk.get(url("households", landlord)).content.decode()
    said(desk, url("objection_lift", landlord, objection_id=Objection.objects.get().pk))
    assert "S’oppose" not in desk.get(url("households", landlord)).content.decode()


def test_a_call_shows_one_household_to_whoever_holds_it(
    phone: Client, desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(2)
    wave = make_wave()
    console = url("survey_calls", landlord, wave_id=wave.pk)
    with time_machine.travel(at):
        assert "+336" not in phone.get(console).content.decode()
        there = phone.post(console).headers["Location"]
        assert "+336" in phone.get(there).content.decode()
        assert desk.get(there).status_code == 404
        assert said(phone, there, ending="later").status_code == 422
        assert said(phone, there, ending="later", day="2026-03-11", hour="10:30").status_code == 302
        assert PhoneAttempt.objects.get().again_at == datetime.fromisoformat("2026-03-11T10:30+01:00")
        there = phone.post(console).headers["Location"]
        link = phone.post(f"{there}entretien/").headers["Location"]
    assert invited(token=link.split("/")[2]) is not None


def test_outside_the_hours_of_calls_the_button_says_so(
    phone: Client, landlord: Landlord, make_wave: MakeWave, make_households: Households, at: datetime
) -> None:
    make_households(1)
    console = url("survey_calls", landlord, wave_id=make_wave().pk)
    with time_machine.travel(at.replace(hour=21)):
        page = phone.get(console).text
        assert "On appelle du lundi au vendredi" in page
        assert 'type="submit">Prendre l’appel suivant' not in page
        assert phone.post(console).status_code == 422


def test_whoever_calls_does_not_read_the_list_of_tenants(phone: Client, landlord: Landlord) -> None:
    assert phone.get(url("households", landlord)).status_code == 403
    assert phone.get(url("surveys", landlord)).status_code == 200


def test_a_paper_form_opens_by_its_code(
    phone: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave
) -> None:
    make_households(1)
    make_wave()
    there = url("survey_paper", landlord)
    assert said(phone, there, code="0000000000").status_code == 422
    code = Invitation.objects.get().code
    tenants = said(phone, there, code=code.lower()).headers["Location"]
    assert tenants.startswith("/s/")
    operations.note_answer(invitation=Invitation.objects.get().pk)
    assert f'href="{there}"' in phone.get(tenants).text, "on to the next one"
    assert f'href="{there}"' not in Client().get(tenants).text


def test_an_act_that_opens_a_tenants_page_keeps_no_copy_of_its_link(
    phone: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(1)
    wave = make_wave()
    with time_machine.travel(at):
        call = phone.post(url("survey_calls", landlord, wave_id=wave.pk)).headers["Location"]
        interview = phone.get(call).text.split("entretien/", 1)[1].split("</form>", 1)[0]
    assert "idempotency_key" not in interview
    assert (
        "idempotency_key"
        not in phone.get(url("survey_paper", landlord)).text.split("Ouvrir le questionnaire")[0].rsplit("<form", 1)[1]
    )


@pytest.mark.parametrize(("text", "objections"), [("STOP", 1), ("stop merci", 1), ("D’accord", 0)])
def test_the_operator_tells_of_a_stop_under_a_secret(
    client: Client, settings: Any, make_households: Households, text: str, objections: int
) -> None:
    (home,) = make_households(1)
    settings.SMS_ANSWERS_SECRET = "shared"
    content = {"from": home.phone, "text": text}

    def tell(secret: str, body: object = content) -> int:
        return client.post(
            "/sms/reponses/", body, content_type="application/json", headers={"Authorization": f"Bearer {secret}"}
        ).status_code

    assert tell("wrong") == 404
    assert not Objection.objects.exists()
    assert tell("shared", {"from": 3}) == 400
    assert tell("shared") == 204
    assert Objection.objects.count() == objections
    settings.SMS_ANSWERS_SECRET = ""
    assert tell("") == 404


def test_a_wave_of_another_landlord_is_not_there(
    desk: Client, landlord: Landlord, make_landlord: Callable[..., Landlord], at: datetime
) -> None:
    from tests.surveys.waves import wave_of

    other = wave_of(make_landlord(), until="draft", at=at + timedelta(days=1))
    assert desk.get(url("wave", landlord, wave_id=other.pk)).status_code == 404


def test_letters_are_prepared_and_printed_with_their_code_and_their_questions(
    desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    make_households(3, email="", phone="")
    wave = make_wave(questionnaire=triennial(NOON))
    there = url("survey_letters", landlord, wave_id=wave.pk)
    with time_machine.travel(at):
        desk.post(there)
        assert "2026-03-10.pdf" in desk.get(there).content.decode()
        answered, *others = Invitation.objects.order_by("pk")
        operations.note_answer(invitation=answered.pk)
        printed = desk.get(f"{there}2026-03-10.pdf").content
        assert desk.get(f"{there}2026-03-11.pdf").status_code == 404
        assert desk.get(f"{there}hier.pdf").status_code == 404
        assert desk.get(url("survey_poster", landlord, wave_id=wave.pk)).content.startswith(b"%PDF")
    shown = "".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages)
    shown = shown.replace("\u202f", " ").replace("\u00a0", " ")
    assert all(f"{other.code[:5]} {other.code[5:]}" in shown for other in others)
    assert f"{answered.code[:5]} {answered.code[5:]}" not in shown
    assert "Seulement si" in shown
    assert "Plutôt satisfait" in shown
    assert "À rendre à OPH" in shown


def test_letters_are_counted_before_they_are_prepared_and_taken_back_the_same_day(
    desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(103, email="", phone="")
    Household.objects.filter(reference="L00000").update(address="Appartement 29")
    wave = make_wave()
    there = url("survey_letters", landlord, wave_id=wave.pk)
    with time_machine.travel(at):
        page = shown(desk.get(there))
        assert "Préparer 100 courriers (il en restera 2)" in page
        assert "1 adresse à préciser" in page
        assert "Mme L0, Résidence A" in page
        assert not Solicitation.objects.exists()
        assert "100 courriers à imprimer." in shown(desk.post(there, follow=True))
        page = shown(desk.get(url("wave", landlord, wave_id=wave.pk)))
        assert "Courrier : 100 préparés." in page
        assert "100 courriers repris" in shown(desk.post(there, {"take_back": "1"}, follow=True))
    assert not Solicitation.objects.exists()


def test_letters_of_a_day_are_printed_while_one_is_left_and_the_page_says_why_none_is_taken_back(
    desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    make_households(1, email="", phone="")
    there = url("survey_letters", landlord, wave_id=make_wave().pk)
    why, pdf = "Un ménage a répondu, refusé ou déménagé entre-temps", "Télécharger le PDF"
    with time_machine.travel(at):
        desk.post(there)
        assert "Aucun courrier de plus" in shown(desk.post(there, follow=True))
        page = shown(desk.get(there))
        assert pdf in page
        assert why not in page
        operations.note_refusal(invitation=Invitation.objects.get())
        page = shown(desk.get(there))
        assert pdf not in page
        assert why in page
    with time_machine.travel(at + timedelta(days=1)):
        assert why not in shown(desk.get(there))


def test_a_paper_form_says_how_many_answers_may_be_ticked(
    desk: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    from io import BytesIO

    from pypdf import PdfReader

    make_households(1, email="", phone="")
    operations.set_terms(landlord=landlord, terms=Terms(return_address="12 rue du Port, 93140 Bondy"), by=None, at=at)
    there = url("survey_letters", landlord, wave_id=make_wave(questionnaire=version(at)).pk)
    with time_machine.travel(at):
        desk.post(there)
        printed = desk.get(f"{there}2026-03-10.pdf").content
    shown = " ".join("".join(page.extract_text() for page in PdfReader(BytesIO(printed)).pages).split())
    assert "Plusieurs réponses possibles, 2 au plus." in shown
    assert "à cette adresse : 12 rue du Port, 93140 Bondy." in shown


def test_a_tenant_gets_their_link_again_and_the_page_says_nothing_of_who_they_are(
    client: Client, make_households: Households, make_wave: MakeWave
) -> None:
    home, answered, _ = make_households(3)
    make_wave(cost_ceiling=1_000)
    operations.note_answer(invitation=Invitation.objects.get(household=answered).pk)
    pages = {
        client.post("/mon-lien/", {"contact": contact}).content
        for contact in (home.email, home.phone, home.email, answered.email, "nobody@example.test")
    }
    assert len(pages) == 1
    asked = Solicitation.objects.filter(pace__gte=200)
    assert [solicitation.household_id for solicitation in asked] == [home.pk]
    assert client.post("/mon-lien/", {"contact": "bonjour"}).status_code == 422


def test_asking_for_links_again_and_again_is_put_off(client: Client) -> None:
    statuses = [client.post("/mon-lien/", {"contact": f"p{n}@example.test"}).status_code for n in range(12)]
    assert statuses[0] == 200
    assert statuses[-1] == 429
