"""What the scripts add to pages that work without them."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.web.ui import trials

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.web.ui.urls")]
PDF = {"name": "procedure.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + b"0" * 200_000}


def test_a_form_saves_itself_and_says_when(browser_page: OpenPage) -> None:
    trials.keys.clear()
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").press_sequentially("ab", delay=200)
    expect(page.get_by_role("status")).to_have_text("Enregistré à 14:32")
    assert len(trials.keys) >= 2
    assert all(trials.keys)
    assert len(set(trials.keys)) == len(trials.keys)


def test_a_saving_that_fails_says_that_the_text_is_kept(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").fill("panne")
    expect(page.get_by_role("status")).to_contain_text("Votre texte est gardé sur cette page")


def test_a_saving_cut_off_goes_by_itself_when_the_network_is_back(browser_page: OpenPage) -> None:
    trials.keys.clear()
    page = browser_page()
    page.goto("/essai/")
    page.context.set_offline(True)
    page.get_by_label("Justification").fill("hors ligne")
    expect(page.get_by_role("button", name="Réessayer")).to_be_visible()
    assert not trials.keys
    page.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Enregistré à 14:32")


def test_a_saving_of_somebody_no_longer_signed_in_keeps_the_page_and_says_the_cure(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").fill("dehors")
    expect(page.get_by_role("status")).to_contain_text("connectez-vous dans un autre onglet")
    expect(page.get_by_label("Procédure")).to_have_count(0)
    page.context.clear_cookies()  # signing in again changes the token that the page was given
    page.get_by_label("Justification").evaluate("field => { field.value = 'bien' }")
    page.get_by_role("button", name="Réessayer").click()
    expect(page.get_by_role("status")).to_have_text("Enregistré à 14:32")


def test_a_stale_saving_shows_both_texts(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").fill("conflit")
    expect(page.get_by_role("alert")).to_contain_text("Rien n’est perdu")
    expect(page.get_by_role("button", name="Garder le mien")).to_be_visible()


def test_leaving_with_words_not_saved_asks_first(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").fill("panne")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/aide/")
    assert asked == ["beforeunload"]


def test_leaving_once_saved_asks_nothing(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/")
    page.get_by_label("Justification").fill("bien")
    expect(page.get_by_role("status")).to_have_text("Enregistré à 14:32")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto("/aide/")
    assert asked == []


def test_a_file_is_sent_and_the_page_that_answers_is_shown_with_its_message(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/piece/")
    page.get_by_label("Procédure").set_input_files(PDF)
    expect(page.get_by_role("status")).to_contain_text("procedure.pdf, 200 Ko")
    page.get_by_role("button", name="Déposer la pièce").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Aide")
    expect(page.get_by_text("La pièce procedure.pdf est déposée.")).to_be_visible()
    assert page.url.endswith("/aide/")


def test_a_file_of_another_type_is_refused_before_it_leaves(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/essai/piece/")
    page.get_by_label("Procédure").set_input_files({**PDF, "name": "photo.exe"})
    expect(page.get_by_role("status")).to_contain_text("« photo.exe » n’est pas d’un type accepté ici : .pdf.")


def test_without_script_a_file_is_sent_all_the_same(browser_page: OpenPage) -> None:
    page = browser_page(javascript=False)
    page.goto("/essai/piece/")
    page.get_by_label("Procédure").set_input_files(PDF)
    page.get_by_role("button", name="Déposer la pièce").click()
    expect(page.get_by_text("La pièce procedure.pdf est déposée.")).to_be_visible()
