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
from tests.web.visits.phone import wait_until_sent

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
    page.get_by_text("Dégradé (1)").wait_for()
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
    wait_until_sent(page)


def test_checks_of_cleanliness(browser_page: OpenPage, field: Field) -> None:
    page = browser_page(field.lead)
    check(at(page, "rounds", field), "rounds-empty")
    page.get_by_role("link", name="Ajouter des escaliers").click()
    page.get_by_label("Résidence").last.select_option(label=field.residence.name)
    page.get_by_role("textbox", name="Escaliers").fill("Escalier A\nEscalier B")
    page.get_by_role("button", name="Ajouter les escaliers").click()
    page.get_by_text("Escaliers ajoutés : 2").wait_for()
    check(page, "staircases")
    page.get_by_role("link", name="Fonctions de l’équipe").click()
    page.get_by_label(field.agent.name).select_option("caretaker")
    check(page, "field-posts")
    page.get_by_role("button", name="Enregistrer les fonctions").click()
    check(at(page, "staircase", field, staircase_id=queries.staircases(landlord=field.landlord)[0].pk), "staircase")
    check(at(page, "visits_plan_rounds", field), "rounds-plan")
    page.get_by_label("Confiée à").select_option(label=field.colleague.name)
    page.get_by_label("Escalier A").check()
    page.get_by_role("button", name="Prévoir les visites").click()
    page.get_by_text("revient à la fonction").wait_for()
    page.get_by_label("Confiée à").select_option(label=field.agent.name)
    page.get_by_role("button", name="Prévoir les visites").click()
    page.get_by_text("La visite est prévue.").wait_for()
    visit = operations.take(visit=queries.visits(landlord=field.landlord).get(), by=field.agent, at=NOON)
    for place, code in enumerate(queries.grid(visit).criteria):
        said(visit, code, by=field.agent, value=int(place > 2))
    operations.finish(visit=visit, priorities=[], by=field.agent, at=NOON)
    page.goto(reverse("rounds", kwargs={"landlord_id": field.landlord.pk}) + "?mois=36")
    page.get_by_text("3 défauts relevés").wait_for()
    check(page, "rounds")
    check(at(page, "visit", field, visit_id=visit.pk), "round-done")


def test_a_walk_from_its_first_stop_to_what_was_done(browser_page: OpenPage, field: Field) -> None:
    page = browser_page(field.lead)
    check(at(page, "walks", field), "walks-empty")
    page.get_by_role("link", name="Préparer un diagnostic").first.click()
    page.get_by_label("Résidence").select_option(label=field.residence.name)
    page.get_by_label("Titre").fill("Diagnostic du printemps")
    check(page, "walk-new")
    page.get_by_role("button", name="Préparer le diagnostic").click()
    page.get_by_label("Lieu").fill("Devant le hall 3")
    page.get_by_label("Latitude").fill("48.9023")
    page.get_by_label("Longitude").fill("2.4841")
    page.get_by_role("button", name="Ajouter l’arrêt").click()
    for sign, words in (("Un point fort", "Hall refait, propre"), ("Un point faible", "Lampe éteinte depuis un mois")):
        page.get_by_role("link", name="Noter une observation").click()
        page.get_by_label(sign).check()
        page.get_by_label("Thème").select_option("lighting")
        page.get_by_label("Observation").fill(words)
        page.get_by_label("L’organisme").check()
        page.get_by_label("Photo").set_input_files({"name": "p.jpg", "mimeType": "image/jpeg", "buffer": picture()})
        if sign == "Un point faible":
            check(page, "walk-observe")
        page.get_by_role("button", name="Noter l’observation").click()
        page.get_by_text(words).wait_for()
    page.get_by_text("Compter les participants").click()
    page.get_by_label("Habitants").fill("12")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Habitants : 12").wait_for()
    check(page, "walk-open")
    page.get_by_role("button", name="Restituer le diagnostic").click()
    page.get_by_role("link", name="Noter une suite").click()
    page.get_by_label("Ce qui sera fait").fill("Changer la lampe")
    page.get_by_label("Qui s’en charge").fill("Électricien du secteur")
    page.get_by_label("Pour le").fill("2026-12-15")
    check(page, "walk-follow")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_role("link", name="Dire ce qui a été fait").click()
    page.get_by_label("Ce qui a été fait").fill("Lampe changée")
    page.get_by_role("button", name="Enregistrer").click()
    page.get_by_text("Lampe changée").wait_for()
    check(page, "walk")
    check(at(page, "walks", field), "walks")
