"""The consultation pages in a real browser: every main state, at both widths, and an opinion given without a script."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from palier.consultation.models import Round, Voice
from palier.consultation.operations import answer_opinion, give_opinion, mark_read, record_meeting
from palier.consultation.rules import Body, Duty, Opinion
from palier.directory.models import Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.documents.models import Version
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from tests.browser import OpenPage, check
from tests.consultation.conftest import House

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
TEXT = (
    "Nous approuvons la reprise des halls. Nous demandons que le contrôle du ménage soit fait par une autre personne que "
    "celle qui nettoie, et que le numéro du gardien soit affiché dans chaque escalier."
)


@pytest.fixture(autouse=True)
def _noon() -> None:
    """The browser lives today."""


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def path(name: str, house: House, **more: int) -> str:
    return reverse(name, kwargs={"landlord_id": house.landlord.pk} | more)


def test_the_landlord_s_pages(
    house: House,
    make_journey: Callable[[House], Journey],
    make_round: Callable[..., Round],
    make_document: Callable[..., Version],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    voice_of: Callable[[Round, Organisation], Voice],
    browser_page: OpenPage,
    at: datetime,
) -> None:
    journey = make_journey(house)
    page = browser_page(house.lead)
    page.goto(path("consultation", house))
    check(page, "consultation-empty")
    page.goto(path("consultation_open", house))
    check(page, "consultation-open")
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.PLAN_DRAFTING)
    third = make_organisation(Kind.TENANTS_ASSOCIATION, "Union locale des habitants")
    add_association(landlord=house.landlord, association=third, by=None, at=at)
    make_person(Role.TENANT_REPRESENTATIVE, third)
    lost = make_organisation(Kind.TENANTS_ASSOCIATION, "Comité du Verger")
    add_association(landlord=house.landlord, association=lost, by=None, at=at)
    round_ = make_round(duty=Duty.OPINION, documents=[make_document(house.landlord)])
    voice = give_opinion(
        voice=voice_of(round_, house.pond),
        opinion=Opinion.FAVOURABLE_WITH_REQUESTS,
        text=TEXT,
        by=house.pond_speaker,
        at=timezone.now(),
    )
    mark_read(voice=voice_of(round_, house.yards), by=house.yards_speaker, at=timezone.now())
    answer_opinion(voice=voice, text="Le contrôle sera fait par un cabinet dès avril.", by=house.lead, at=timezone.now())
    record_meeting(
        round_=round_, body=Body.WORKING_GROUP, held_on=date.today(), invited=[third], present=[third],  # noqa: DTZ011
        documents=[], minutes=make_document(house.landlord, "Compte rendu"), note="Accord sur les halls.", by=house.lead,
        at=timezone.now(),
    )  # fmt: skip
    for number in range(6):
        make_round(stage=f"stage_{number}", duty=Duty.INFORM, subject=f"Information n° {number}")
    page.goto(path("consultation", house))
    check(page, "consultation-much")
    page.goto(path("consultation_round", house, round_id=round_.pk))
    check(page, "consultation-round")
    page.goto(path("consultation_meeting", house, round_id=round_.pk))
    page.get_by_role("button", name="Enregistrer la réunion").click()
    page.get_by_text("à reprendre").wait_for()
    check(page, "consultation-meeting-errors")
    page.goto(path("consultation_reply", house, voice_id=voice.pk))
    check(page, "consultation-reply")


def test_an_opinion_is_given_on_a_phone_without_script(
    house: House,
    make_journey: Callable[[House], Journey],
    make_round: Callable[..., Round],
    make_document: Callable[..., Version],
    voice_of: Callable[[Round, Organisation], Voice],
    browser_page: OpenPage,
) -> None:
    make_round(duty=Duty.INFORM, stage="engagement", subject="Notre engagement")
    round_ = make_round(documents=[make_document(house.landlord)])
    page = browser_page(house.pond_speaker)
    page.goto(reverse("voices"))
    check(page, "voices")
    page.get_by_role("link", name="Le plan d’actions").click()
    page.get_by_role("heading", name="Votre avis").wait_for()
    check(page, "voice")
    phone = browser_page(house.pond_speaker, javascript=False)
    phone.set_viewport_size({"width": 360, "height": 780})
    phone.goto(path("voice", house, voice_id=voice_of(round_, house.pond).pk))
    phone.get_by_text("Réservé. Des points nous inquiètent.").click()
    phone.get_by_role("button", name="Relire avant l’envoi").click()
    expect(phone.get_by_role("alert")).to_contain_text("écrivez-le")
    phone.get_by_label("Votre texte").fill(TEXT)
    phone.get_by_role("button", name="Relire avant l’envoi").click()
    phone.get_by_role("button", name="Reprendre le texte").click()
    expect(phone.get_by_label("Votre texte")).to_have_value(TEXT)
    phone.get_by_role("button", name="Relire avant l’envoi").click()
    phone.get_by_role("heading", name="Relisez votre avis").wait_for()
    phone.get_by_role("button", name="Envoyer notre avis").click()
    phone.get_by_role("heading", name="Votre avis est envoyé").wait_for()
    assert voice_of(round_, house.pond).text == TEXT
    page.goto(path("voice_thanks", house, voice_id=voice_of(round_, house.pond).pk))
    check(page, "voice-thanks")
    page.goto(path("voice", house, voice_id=voice_of(round_, house.pond).pk))
    check(page, "voice-given")
    other = browser_page(house.yards_speaker)
    other.goto(path("voice", house, voice_id=voice_of(round_, house.yards).pk))
    other.get_by_text("Favorable. Nous sommes d’accord.").click()
    other.get_by_role("button", name="Relire avant l’envoi").click()
    other.get_by_role("heading", name="Relisez votre avis").wait_for()
    check(other, "voice-review")
