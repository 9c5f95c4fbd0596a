"""The tenant's page on a phone, script cut off: looked at step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from palier.answers.models import Slip
from palier.directory.models import Landlord
from palier.questionnaires.operations import load_shipped
from palier.surveys.models import Household
from tests.answers.scene import links
from tests.browser import OpenPage, check, turn
from tests.surveys.waves import wave_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from palier.surveys.models import Wave

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Households = Callable[..., list[Household]]


def asking(code: str, landlord: Landlord, at: datetime) -> tuple[Wave, str]:
    asked = next(version for version in load_shipped(at=at) if version.questionnaire.code == code)
    wave = wave_of(landlord, until="running", at=at, questionnaire=asked)
    return wave, f"/s/{links(wave)[0][1]}/"


def test_a_tenant_answers_the_triennial_survey_on_a_phone(
    browser_page: OpenPage, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    _, link = asking("triennial", landlord, at)
    page: Page = browser_page()
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(link)
    check(page, "survey-start")
    page.get_by_role("link", name="Commencer").click()
    check(page, "survey-sheet")
    page.get_by_role("button", name="Continuer").click()
    check(page, "survey-wrong")
    page.get_by_text("Plutôt satisfait").click()
    end = page.get_by_role("heading", name="Relisez, puis envoyez")
    for _ in range(20):
        turn(page, "Continuer")
        if end.is_visible():
            break
        page.get_by_role("radio").first.check()
    check(page, "survey-send")
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.get_by_role("heading", name="Merci.").wait_for()
    check(page, "survey-thanks")
    page.get_by_role("link", name="Comment nous la protégeons").click()
    check(page, "survey-notice")
    assert Slip.objects.count() == 1


def test_a_tenant_answers_one_question_without_script_in_english(
    browser_page: OpenPage, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    _, link = asking("after_intervention", landlord, at)
    page = browser_page(javascript=False)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto(link)
    page.get_by_role("link", name="English").click()
    page.get_by_role("button", name="Rather dissatisfied").click()
    page.get_by_role("button", name="Confirm my answer").click()
    page.get_by_text("The problem came back").click()
    page.get_by_role("button", name="Send these details").click()
    page.get_by_text("Your details are recorded.").wait_for()
    assert Slip.objects.count() == 1


def test_the_pages_of_one_question_are_seemly(
    browser_page: OpenPage, landlord: Landlord, make_households: Households, at: datetime
) -> None:
    make_households(1)
    _, link = asking("after_intervention", landlord, at)
    page = browser_page()
    page.goto(link)
    check(page, "survey-tap")
    page.get_by_role("button", name="Plutôt pas satisfait").click()
    check(page, "survey-confirm")
    page.get_by_role("button", name="Confirmer ma réponse").click()
    check(page, "survey-details")
    page.get_by_role("textbox").first.fill("Ça sent le gaz dans l’escalier.")
    page.get_by_role("button", name="Envoyer ces précisions").click()
    page.get_by_text("0 800 47 33 33").wait_for()
    check(page, "survey-danger")
    page.get_by_role("link", name="Ne plus me solliciter").click()
    check(page, "survey-refuse")
