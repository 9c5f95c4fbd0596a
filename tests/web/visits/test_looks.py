"""The pages of the visits in a real browser, at both widths."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse

from palier.documents.operations import receive
from palier.visits import operations, queries
from palier.visits.models import Visit
from palier.visits.operations.filling import Sent
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.visits.team import Field, picture, said

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def pictured(field: Field, visit: Visit, code: str, colour: tuple[int, int, int]) -> None:
    content = picture(colour)
    sent = Sent(f"{visit.pk}{code}", hashlib.sha256(content).hexdigest(), receive(file=BytesIO(content), name="p.jpg"))
    operations.add_photo(visit=visit, criterion=code, sent=sent, by=field.agent, at=NOON)


def filled(field: Field, levels: dict[str, int], at: object, colour: tuple[int, int, int]) -> Visit:
    """A finished sheet whose points are at their best, but some."""
    visit = field.taken(at=at)  # type: ignore[arg-type] -- an instant
    for code, point in queries.grid(visit).criteria.items():
        note = "Vu avec le gardien" if code in levels else ""
        said(visit, code, by=field.agent, value=levels.get(code, point.scale.best), note=note)
    pictured(field, visit, "paths", colour)
    first = ["paths", "mailboxes", "graffiti", "bins", "noise"]
    operations.finish(visit=visit, priorities=first, by=field.agent, at=at)  # type: ignore[arg-type] -- an instant
    return visit


def at(page: Page, name: str, field: Field, **more: object) -> Page:
    page.goto(reverse(name, kwargs={"landlord_id": field.landlord.pk, **more}))
    return page


def test_visits_in_the_office(browser_page: OpenPage, field: Field) -> None:
    page = browser_page(field.lead)
    check(at(page, "visits", field), "visits-empty")
    filled(field, {"paths": 0, "mailboxes": 1}, NOON, (150, 60, 50))
    after = filled(field, {"mailboxes": 1, "graffiti": 0}, NOON + timedelta(days=180), (70, 130, 80))
    field.planned(to=field.agent)
    check(at(page, "visits", field), "visits")
    page.get_by_label("Où elle en est").select_option("late")
    page.get_by_role("button", name="Filtrer").click()
    page.get_by_role("link", name=field.residence.name).click()
    page.get_by_text("En retard depuis").wait_for()
    check(page, "visit-planned")
    check(at(page, "visit", field, visit_id=after.pk), "visit-done")
    page.get_by_role("link", name="Voir l’écart point par point").click()
    assert page.get_by_text("Dégradé (1)").count() == 1
    check(page, "visit-gap")
    check(at(page, "visits_plan_sheets", field), "visits-plan")
    page.get_by_label(field.residence.name).check()
    page.get_by_role("button", name="Prévoir les visites").click()
    page.get_by_text("La visite est prévue.").wait_for()


def test_the_phone_as_it_looks(browser_page: OpenPage, field: Field) -> None:
    visit = field.planned(to=field.agent)
    page = browser_page(field.agent)
    check(at(page, "field", field), "field-list")
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_role("heading", name=field.residence.name, level=1).wait_for()
    check(page, "field-themes")
    page.get_by_role("link", name="Entrée et hall").click()
    page.get_by_role("heading", name="Entrée et hall").wait_for()
    page.locator("#p-front_door").get_by_label("Hors service").check()
    page.locator("#p-front_door").get_by_label("Note").fill("Groom cassé")
    page.get_by_text("Tout est envoyé").wait_for()
    check(page, "field-theme")
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/fin")
    page.get_by_role("button", name="Dire « non vu » pour ces points").click()
    page.get_by_text("1. ").or_(page.get_by_text("0 sur 5")).first.wait_for()
    check(page, "field-end")
    page.get_by_text("Tout est envoyé").wait_for(timeout=60_000)
