"""Hot surveys on pages: events by file, what became of them, results; what is kept; the code of a letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.answers.models import Answer
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.surveys import operations
from palier.surveys.models import HotEvent, Household, Invitation, Wave
from palier.surveys.operations import hear_events, note_answer
from palier.surveys.rules.contact import Channel
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.outcomes import Outcome
from palier.surveys.rules.waves import Design, EventKind, Pace, Told
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.surveys.waves import short_questionnaire, wave_of

Households = Callable[..., list[Household]]
MakeWave = Callable[..., Wave]
FILE = (
    "N° intervention;Référence locataire;Type;Date;Prestataire;Corps d'état\n"
    "I1;L00000;Intervention;24/02/2026;Plomberie du Port;plomberie\n"
    "I2;L00001;Intervention;25/02/2026;Plomberie du Port;plomberie\n"
    "I3;inconnu;Intervention;25/02/2026;Chauffage du Canal;chauffage\n"
)
SUPPLIERS = ("Plomberie du Port", "Chauffage du Canal", "Ascenseurs de l’Ourcq")


@pytest.fixture
def desk(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(lead)


def url(name: str, landlord: Landlord, **more: Any) -> str:
    return reverse(name, kwargs={"landlord_id": landlord.pk, **more})


def words(answer: Any) -> str:
    return " ".join(answer.content.decode("utf-8-sig").replace("\u202f", " ").replace("\xa0", " ").split())


def hot_wave(landlord: Landlord, at: datetime) -> Wave:
    return wave_of(
        landlord,
        until="running",
        at=at,
        name="Après une intervention",
        design=Design.HOT,
        trigger=EventKind.INTERVENTION,
        paces=(Pace(0, (Channel.EMAIL,)),),
    )


def answered(landlord: Landlord, homes: list[Household], at: datetime) -> Wave:
    """A hot wave whose events each asked, and whose answers came out of the urn."""
    wave = hot_wave(landlord, at)
    told = [
        Told(EventKind.INTERVENTION, f"E{n}", home.reference, at.date(), SUPPLIERS[n % 3], ("plomberie", "chauffage")[n % 2])
        for n, home in enumerate(homes)
    ]
    hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    asked = Invitation.objects.filter(wave=wave).select_related("event", "household").order_by("pk")
    question = next(q for q in short_form(wave).questions if any(c.favourable is not None for c in q.choices))
    sides = {choice.favourable: choice.code for choice in question.choices}
    Answer.objects.bulk_create(
        Answer(
            wave=wave,
            emptied_on=at.date(),
            agency=one.household.agency if one.household else "",
            supplier=one.event.supplier if one.event else "",
            theme=one.event.theme if one.event else "",
            residence=one.household.residence if one.household else None,
            said={question.key: sides[place % 4 != 0]},
        )
        for place, one in enumerate(asked)
        if place % 2
    )
    Invitation.objects.filter(wave=wave).update(outcome=Outcome.COMPLETE)
    return wave


def short_form(wave: Wave) -> Any:
    from palier.questionnaires.queries import built

    assert wave.questionnaire_id == short_questionnaire(NOON).pk
    return built(wave.questionnaire_id)


@pytest.mark.django_db
def test_events_by_file_from_the_deposit_to_the_list(
    desk: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(4)
    hot_wave(landlord, at)
    file = SimpleUploadedFile("evenements.csv", FILE.encode())
    there = desk.post(url("event_deposit", landlord), {"file": file}).headers["Location"]
    form = desk.get(there).context["form"]
    columns = {name: value for name, value in form.initial.items() if name.startswith("column_")}
    assert "whole" not in form.fields
    there = desk.post(there, columns).headers["Location"]
    shown = words(desk.get(there))
    assert "3 événements." in shown
    assert "1 parle d’un locataire inconnu" in shown
    assert not HotEvent.objects.exists()
    listed = words(desk.post(f"{there}integrer/", follow=True))
    assert HotEvent.objects.count() == 3
    assert "le ménage est inconnu" in listed
    assert "I1" in listed
    assert "Fichier" in listed


@pytest.mark.django_db
def test_a_file_that_says_no_kind_asks_for_one(desk: Client, landlord: Landlord, make_households: Households) -> None:
    make_households(1)
    text = "Bon de travaux;Contrat;Date de fin\nB1;L00000;24/02/2026\n"
    there = desk.post(url("event_deposit", landlord), {"file": SimpleUploadedFile("e.csv", text.encode())}).headers["Location"]
    columns = {"column_0": "event", "column_1": "household", "column_2": "on"}
    refused = desk.post(there, columns)
    assert refused.status_code == 422
    assert "ou choisissez la même pour tout le fichier" in words(refused)
    assert desk.post(there, columns | {"kind": "intervention"}).status_code == 302


@pytest.mark.django_db
def test_events_are_searched_and_counted_by_what_became_of_them(
    desk: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    answered(landlord, make_households(12), at)
    told = [Told(EventKind.CONTACT, "C1", "L00001", at.date())]
    hear_events(landlord=landlord, told=told, origin=Origin.FILE, by=None, at=at)
    there = url("hot_events", landlord)
    page = words(desk.get(there))
    assert "13 événements reçus ; 12 ont fait interroger un ménage." in page
    assert "aucune enquête à chaud n’est ouverte pour cet événement (1)" in page
    assert len(desk.get(there, {"q": "ourcq"}).context["rows"]) == 4
    assert len(desk.get(there, {"suite": "no_wave"}).context["rows"]) == 1
    assert len(desk.get(there, {"evenement": "contact", "suite": "asked"}).context["rows"]) == 0


@pytest.mark.django_db
def test_results_by_supplier_theme_agency_and_residence_come_whole_and_as_files(
    desk: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    answered(landlord, make_households(120), at)
    there = url("hot_results", landlord)
    page = words(desk.get(there))
    assert "20 sur 40" in page
    assert all(supplier in page for supplier in SUPPLIERS)
    assert "120 réponses reçues, 60 comptées ici." in page, "as many as the page of the wave says, and why not all are read"
    led = desk.get(url("results", landlord, wave_id=Wave.objects.get().pk))
    assert led.headers["Location"] == f"{there}?evenement=intervention", "a hot wave is read while it goes on"
    for by in ("theme", "agency", "residence"):
        found = desk.get(there, {"par": by, "depuis": "12"}).context["found"]
        assert sum(line.figure.answers for line in found.lines) == 60
        assert min(line.figure.answers for line in found.lines) >= 5
    assert desk.get(url("hot_results_file", landlord, form="xlsx")).content.startswith(b"PK")
    lines = words(desk.get(url("hot_results_file", landlord, form="csv"))).split()
    assert lines[1].startswith("ensemble;")
    assert "Aucune vague à chaud n’a été lancée" in words(desk.get(there, {"evenement": "move_in"}))


@pytest.mark.django_db
def test_lists_and_results_ask_as_many_queries_with_thirty_rows_as_with_one(
    desk: Client, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    homes = make_households(70)
    counts: dict[str, list[int]] = {}
    hot_wave(landlord, at)
    for part in (homes[:1], homes[1:40]):
        told = [Told(EventKind.INTERVENTION, f"Q{home.pk}", home.reference, at.date(), "S") for home in part]
        hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
        for name in ("hot_events", "retention"):
            desk.get(url(name, landlord))
            with CaptureQueriesContext(connection) as seen:
                desk.get(url(name, landlord))
            counts.setdefault(name, []).append(len(seen))
    assert all(few == many for few, many in counts.values())


@pytest.mark.django_db
def test_what_is_kept_is_counted_and_is_for_those_who_see_tenants(
    desk: Client,
    landlord: Landlord,
    make_households: Households,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
) -> None:
    make_households(3)
    page = words(desk.get(url("retention", landlord)))
    assert "Nom, e-mail, téléphone, adresse d’un ménage" in page
    assert "Rien n’est gardé au-delà de son terme." in page
    assert "12 mois après la clôture de la vague" in page
    gone = Household.objects.all()[0]
    gone.left_on = (gone.changed_at - timedelta(days=400)).date()
    gone.save()
    assert "1 donnée est au terme" in words(desk.get(url("retention", landlord)))
    caller = sign_in(make_person(Role.CONTRIBUTOR, landlord, "M. T."))
    assert caller.get(url("retention", landlord)).status_code == 403


@pytest.mark.django_db
def test_the_notice_of_a_tenant_leads_to_what_is_kept(
    client: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave
) -> None:
    from palier.surveys.sealing import unseal

    make_households(1)
    make_wave()
    one = Invitation.objects.get()
    token = unseal(bytes(one.sealed or b""), digest=one.digest)
    assert f"/s/{token}/conservation/" in client.get(f"/s/{token}/information/").content.decode()
    page = words(client.get(f"/s/{token}/conservation/"))
    assert "24 mois après la sortie de l’urne." in page
    assert client.get("/s/unknown/conservation/").status_code == 404


@pytest.mark.django_db
def test_the_code_of_a_letter_opens_the_page_of_its_link_once_printed(
    client: Client, landlord: Landlord, make_households: Households, make_wave: MakeWave, at: datetime
) -> None:
    cache.clear()
    make_households(2, email="", phone="")
    wave = make_wave()
    one, other = Invitation.objects.order_by("pk")
    refused = client.post("/s/", {"code": one.code})
    assert refused.status_code == 422
    assert "n’ouvre aucun questionnaire" in words(refused)
    assert one.code in refused.content.decode()
    operations.post_letters(wave=wave, limit=10, by=None, at=at)
    opened = client.post("/s/", {"code": f"{one.code[:5]} {one.code[5:].lower()}"}, follow=True)
    assert opened.status_code == 200
    assert opened.redirect_chain[0][0].startswith("/s/")
    note_answer(invitation=other.pk)
    assert client.post("/s/", {"code": other.code}).status_code == 422


@pytest.mark.django_db
def test_codes_are_not_guessed(client: Client) -> None:
    cache.clear()
    statuses = [client.post("/s/", {"code": f"{n:010}"}).status_code for n in range(12)]
    assert statuses[0] == 422
    assert statuses[-1] == 429


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_hot_surveys_in_a_browser(
    browser_page: OpenPage, landlord: Landlord, lead: Person, make_households: Households, at: datetime
) -> None:
    page = browser_page(lead)
    page.goto(url("hot_events", landlord))
    check(page, "hot-events-empty")
    answered(landlord, make_households(120), at)
    hear_events(
        landlord=landlord,
        told=[Told(EventKind.CONTACT, "C1", "L00001", at.date(), "", "accueil")],
        origin=Origin.FILE,
        by=None,
        at=at,
    )
    page.goto(url("event_deposit", landlord))
    page.get_by_label("Fichier des événements").set_input_files(
        [{"name": "evenements.csv", "mimeType": "text/csv", "buffer": FILE.encode()}]
    )
    check(page, "event-deposit")
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("heading", name="Confirmer les colonnes").wait_for()
    check(page, "event-columns")
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("heading", name="Ce qui entrera").wait_for()
    check(page, "event-preview")
    page.goto(url("hot_events", landlord))
    check(page, "hot-events")
    page.goto(url("hot_results", landlord))
    check(page, "hot-results")
    page.goto(url("retention", landlord))
    check(page, "retention")
    page.goto("/s/")
    check(page, "survey-code")
