"""The pages of no room in a real browser: accessible, whole on a phone, silent in the console."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from playwright.sync_api import expect

from palier.directory.rules import Kind, Role
from tests.browser import OpenPage, check, overflow

pytestmark = pytest.mark.urls("tests.web.ui.urls")


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/ui/", "ui"),
        ("/aide/", "ui-help"),
        ("/accessibilite/", "ui-accessibility"),
        ("/donnees-personnelles/", "ui-privacy"),
        ("/nulle-part/", "ui-404"),
    ],
)
def test_open_pages(browser_page: OpenPage, path: str, name: str) -> None:
    page = browser_page()
    page.goto(path)
    check(page, name)


@pytest.mark.browser
@pytest.mark.urls("palier.installation.urls")
def test_who_is_signed_in_and_the_way_out(browser_page: OpenPage, make_person, make_organisation) -> None:
    page = browser_page(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), name="Mme B."))
    page.goto("/aide/")
    page.locator("summary", has_text="Mme B.").click()
    check(page, "ui-menu")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()


@pytest.mark.browser
def test_components_hold_at_every_width(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/ui/")
    assert page.evaluate("scrollY") == 0
    for width in (320, 360, 768, 900, 1024, 1200, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) == [], width


@pytest.mark.browser
def test_the_navigation_opens_and_closes_on_a_phone(browser_page: OpenPage) -> None:
    page = browser_page()
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/aide/")
    link = page.get_by_role("link", name="Se connecter")
    expect(link).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()


@pytest.mark.browser
def test_without_script_the_navigation_is_there(browser_page: OpenPage) -> None:
    page = browser_page(javascript=False)
    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/aide/")
    expect(page.get_by_role("link", name="Se connecter").first).to_be_visible()


@pytest.mark.browser
def test_a_confirmation_is_a_dialog_that_the_keyboard_leaves(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/ui/")
    ask = page.locator("summary", has_text="Retirer la pièce")
    ask.click()
    dialog = page.get_by_role("dialog", name=re.compile("Retirer la pièce « Fiches"))
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(ask).to_be_focused()


@pytest.mark.browser
def test_the_batch_bar_comes_with_the_first_choice(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/ui/")
    bar = page.locator("[data-batch]")
    expect(bar).to_be_hidden()
    page.get_by_role("checkbox", name="Choisir Fauxbourg Logement").check()
    expect(bar).to_contain_text("1 parcours choisi")
    page.get_by_role("checkbox", name="Tout choisir").check()
    expect(bar).to_contain_text("2 parcours choisis")
    bar.get_by_role("button", name="Tout décocher").click()
    expect(bar).to_be_hidden()


@pytest.mark.browser
def test_the_map_draws_its_places(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/ui/")
    page.locator("[data-map-ready] .map-counts span").first.wait_for()
    counts = page.locator(".map-counts span").all_inner_texts()
    assert counts
    assert all(count.isdigit() for count in counts)


@pytest.mark.browser
def test_a_planted_fault_is_found(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/aide/")
    page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img src=\"/static/x.png\">')")
    with pytest.raises(AssertionError, match="image-alt"):
        check(page, "fault")


def test_the_foot_says_the_last_checkpoint(client: Client, db: None, monkeypatch: pytest.MonkeyPatch, at) -> None:
    from palier.ledger.models import Checkpoint
    from palier.web.context import foot

    assert "point de contrôle" not in client.get("/aide/").content.decode()
    Checkpoint.objects.create(number=48213, digest="7f3a91c05be2" + "0" * 52, at=at)
    monkeypatch.setattr(foot, "until", 0)
    html = client.get("/aide/").content.decode()
    assert "n°\u00a048\u202f213, le 10 mars 2026 à 12:00" in html
    assert "7f3a 91c0 5be2" in html


def test_every_component_is_shown(client: Client, db: None) -> None:
    from tests.web.ui.test_components import COMPONENTS

    html = client.get("/ui/").content.decode()
    inside_others = {"brand", "field", "form_errors", "regime"}
    missing = {path.stem for path in COMPONENTS if f"&lt;c-{path.stem.replace('_', '-')}" not in html} - inside_others
    assert missing == set()
