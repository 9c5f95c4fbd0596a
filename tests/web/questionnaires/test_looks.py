"""The pages of questionnaires, looked at on a phone and on a screen."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from palier.directory.models import Person
from palier.questionnaires.operations import load_shipped
from tests.browser import OpenPage, check

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_questionnaire_is_read_tried_and_written_again(browser_page: OpenPage, referent: Person, at: datetime) -> None:
    versions = {version.questionnaire.code: version for version in load_shipped(at=at)}
    page: Page = browser_page(referent)
    page.goto("/questionnaires/")
    check(page, "questionnaires")
    page.get_by_role("link", name="Enquête triennale de satisfaction").click()
    check(page, "questionnaire-version")
    page.get_by_role("link", name="Essayer comme sur un téléphone").click()
    check(page, "questionnaire-preview")
    page.get_by_role("button", name="Continuer").click()
    check(page, "questionnaire-preview-wrong")
    page.get_by_text("Plutôt satisfait").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("heading", name="Votre quartier").wait_for()
    page.goto(f"/questionnaires/importer/?from={versions['works'].pk}")
    page.get_by_label("Texte du questionnaire").fill(versions["works"].source.replace("kind: date", "kind: dates"))
    page.get_by_role("button", name="Vérifier le questionnaire").click()
    check(page, "questionnaire-faults")
    page.get_by_label("Texte du questionnaire").fill(
        versions["works"].source.replace('      - key: works_quality\n        when: {works_over: ["yes"]}\n', "")
    )
    page.get_by_role("button", name="Vérifier le questionnaire").click()
    check(page, "questionnaire-publish")
    page.get_by_role("button", name="Publier le questionnaire").click()
    page.get_by_role("link", name="Ce qui change depuis la version 1").click()
    check(page, "questionnaire-changes")
