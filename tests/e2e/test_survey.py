"""A survey from its questionnaire to its report: the quality lead, tenants on their phones, a call-back, the results.

The invitations are real letters in a real mail server: tenants follow the link that they were sent, one of them without script.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.utils import timezone

from palier.answers.models import Recount, Slip
from palier.answers.operations import count_due, empty_due, submit
from palier.cases.models import Case
from palier.cases.rules import State, Urgency
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.jobs import callbacks, fieldwork
from palier.ledger.queries import verify
from palier.questionnaires.operations import load_shipped
from palier.questionnaires.queries import built
from palier.surveys.models import Invitation, Wave
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.outcomes import ANSWERED
from tests.answers.counted import answer_of
from tests.answers.scene import addressed
from tests.browser import NARROW, OpenPage, check, turn
from tests.processes import Mailbox, mail_server
from tests.sites.conftest import make_stock

if TYPE_CHECKING:
    from playwright.sync_api import Page, Request

    from palier.stock.models import Residence

__all__ = ["make_stock"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HOUSEHOLDS, LIGHT = 60, 60_000
FRAME = "\n".join(
    [
        "Référence locataire;Résidence;Agence;Nom;E-mail;Date d’entrée",
        *(
            f"L{n:03};Résidence {'ABC'[n % 3]};{'Nord' if n % 3 < 2 else 'Sud'};Mme L{n};l{n:03}@example.test;01/02/2019"
            for n in range(HOUSEHOLDS)
        ),
    ]
).encode()
DANGER = "Odeur de gaz dans l’escalier depuis lundi."
LINK = re.compile(r"https?://\S+/(?:s|rappel)/\S+")


class Weight:
    """What the pages of a tenant weigh: each document, and what is loaded around them."""

    def __init__(self, page: Page) -> None:
        self._seen: list[Request] = []
        page.on("requestfinished", lambda request: self._seen.append(request))  # noqa: PLW0108 -- Playwright takes no built-in

    @property
    def heaviest(self) -> int:
        """The heaviest page with everything around it, as it comes to a phone that knows nothing yet; in bytes."""
        documents, around = [], {}
        for request in self._seen:
            size = request.sizes()["responseBodySize"]
            if request.resource_type == "document":
                documents.append(size)
            else:
                around[request.url] = max(size, around.get(request.url, 0))
        assert documents
        assert around, "a style sheet at least"
        return max(documents) + sum(around.values())


@pytest.fixture
def mailbox(settings: Any, live_server: Any, tmp_path: Path) -> Iterator[Mailbox]:
    """A mail server to which Palier sends; its letters lead to the server of the test."""
    settings.DOCUMENTS = tmp_path / "documents"
    settings.ORIGIN = live_server.url
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with mail_server() as (box, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


def test_a_survey_from_its_questionnaire_to_its_report(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    make_stock: Callable[..., list[Residence]],
    browser_page: OpenPage,
    mailbox: Mailbox,
) -> None:
    load_shipped(at=timezone.now())
    landlord = make_landlord("OPH de Bondy")
    make_stock(landlord, 3)
    home = f"/organismes/{landlord.pk}"
    desk = browser_page(make_person(Role.QUALITY_LEAD, landlord, "Mme L."))
    _bring_tenants(desk, home)
    wave = _launch(desk, home)

    fieldwork.send(Channel.EMAIL, clock=lambda: timezone.now() + timedelta(days=1))
    links = {str(mail["To"]): _link(mail) for mail in mailbox.mails}
    assert len(links) == len(mailbox.mails) == wave.invitations.count()
    assert len(links) < HOUSEHOLDS, "a sample was drawn, not everybody"

    first, second, *others = links.values()
    with _phone(browser_page) as phone:
        _answer(phone, first, good=False, looks=True)
        _ask_for_a_call(phone)
    with _phone(browser_page, javascript=False) as phone:
        _answer(phone, second, good=True)
    assert Slip.objects.count() == 2
    form, chance = built(wave.questionnaire_id), Random(1)
    for link in others[:-2]:
        token = link.rstrip("/").rpartition("/")[2]
        with transaction.atomic():
            submit(to=addressed(token), said=answer_of(chance, form, 0.7), mode=Mode.WEB)

    case = Case.objects.get()
    assert case.urgency == Urgency.DANGER
    _call_back(desk, home, browser_page, mailbox)
    case.refresh_from_db()
    assert case.state == State.SETTLED

    desk.goto(f"{home}/enquetes/{wave.pk}/")
    check(desk, "survey-story-running")
    desk.locator("summary", has_text="Clore la vague").click()
    desk.get_by_role("button", name="Clore la vague").last.click()
    desk.get_by_text("La vague est close.").wait_for()
    desk.get_by_role("link", name="Résultats").click()
    check(desk, "survey-story-wait")
    empty_due(at=timezone.now() + timedelta(hours=1))
    assert count_due(at=timezone.now() + timedelta(hours=1)) == 1
    assert not Slip.objects.exists()
    _read_results(desk, answers=len(links) - 2)
    assert Invitation.objects.filter(wave=wave, outcome__in=ANSWERED).count() == len(links) - 2
    assert verify()[1] is None


def _link(mail: Any) -> str:
    found = LINK.search(mail.get_body(("plain",)).get_content())
    assert found, mail
    return found.group()


@contextmanager
def _phone(browser_page: OpenPage, *, javascript: bool = True) -> Iterator[Page]:
    """A tenant's phone, which weighs what it loads."""
    page = browser_page(javascript=javascript)
    page.set_viewport_size({"width": NARROW[0], "height": NARROW[1]})
    weight = Weight(page)
    yield page
    assert weight.heaviest <= LIGHT
    assert page.context.cookies() == []


def _bring_tenants(page: Page, home: str) -> None:
    page.goto("/questionnaires/")
    check(page, "survey-story-questionnaires")
    page.get_by_role("link", name="Enquête triennale de satisfaction").click()
    page.get_by_role("link", name="Essayer comme sur un téléphone").wait_for()
    check(page, "survey-story-questionnaire")
    page.goto(f"{home}/enquetes/locataires/importer/")
    page.get_by_label("Fichier des locataires").set_input_files(
        {"name": "locataires.csv", "mimeType": "text/csv", "buffer": FRAME}
    )
    page.get_by_role("button", name="Déposer le fichier").click()
    page.get_by_role("button", name="Lire le fichier").click()
    page.get_by_role("heading", name="Ce qui entrera").wait_for()
    page.get_by_role("button", name="Intégrer ce fichier").click()
    page.get_by_text("est intégré").wait_for()


def _launch(page: Page, home: str) -> Wave:
    """The wave: two agencies, fifteen points of margin, opening today."""
    page.goto(f"{home}/enquetes/preparer/")
    page.get_by_label("Nom de la vague").fill("Enquête triennale")
    page.get_by_label("À quoi elle sert").fill("Décider des actions des trois ans qui viennent.")
    page.get_by_label("Questionnaire", exact=True).select_option(label="Enquête triennale de satisfaction, version 1")
    page.get_by_label("un échantillon tiré au sort").check()
    page.get_by_label("Marge d’erreur voulue").fill("15")
    page.get_by_label("Taux de réponse attendu").fill("85")
    page.get_by_label("Ouverture", exact=True).fill(f"{timezone.localdate():%Y-%m-%d}")
    page.get_by_label("Message", exact=True).fill("Bonjour,\n\nDites-nous ce que vous pensez de votre logement.")
    check(page, "survey-story-wave-form")
    page.get_by_role("button", name="Enregistrer la vague").click()
    page.get_by_role("button", name="Tirer l’échantillon").wait_for()
    check(page, "survey-story-draft")
    page.get_by_role("button", name="Tirer l’échantillon").click()
    page.get_by_text("L’échantillon est tiré").wait_for()
    page.locator("summary", has_text="Lancer la vague").click()
    page.get_by_role("button", name="Lancer la vague").last.click()
    page.get_by_text("La vague est lancée").wait_for()
    return Wave.objects.get()


def _answer(page: Page, link: str, *, good: bool, looks: bool = False) -> None:
    """Answer every question by its best, or its worst, choice; the mark too."""
    page.goto(link)
    if looks:
        check(page, "survey-story-start", sizes=(NARROW,))
    page.get_by_role("link", name="Commencer").click()
    page.get_by_role("button", name="Continuer").wait_for()
    for step in range(20):
        if page.get_by_role("heading", name="Relisez, puis envoyez").is_visible():
            break
        if looks:
            check(page, f"survey-story-sheet-{step}", sizes=(NARROW,))
        for group in page.locator("fieldset").all():
            radios = group.get_by_role("radio").all()
            if len(radios) >= 10:  # a mark from 0 to 10
                radios[9 if good else 1].check()
            elif radios:
                radios[0 if good else min(3, len(radios) - 1)].check()
        turn(page, "Continuer")
    if looks:
        check(page, "survey-story-review", sizes=(NARROW,))
    page.get_by_role("button", name="Envoyer mes réponses").click()
    page.get_by_role("heading", name="Merci.").wait_for()


def _ask_for_a_call(page: Page) -> None:
    check(page, "survey-story-thanks", sizes=(NARROW,))
    page.get_by_role("link", name="Demandez à être rappelé").click()
    page.get_by_label("Votre nom").fill("Mme L.")
    page.get_by_label("Ou votre adresse électronique").fill("rappel@example.test")
    page.get_by_label("De quoi s’agit-il").fill(DANGER)
    check(page, "survey-story-ask", sizes=(NARROW,))
    page.get_by_role("button", name="J’accepte d’être rappelé").click()
    page.get_by_role("heading", name="C’est noté").wait_for()
    check(page, "survey-story-asked", sizes=(NARROW,))


def _call_back(page: Page, home: str, browser_page: OpenPage, mailbox: Mailbox) -> None:
    """The case is called, dealt with, and the tenant says by their link that it is settled."""
    page.goto(f"{home}/rappels/")
    check(page, "survey-story-cases")
    page.locator("tbody a.name").click()
    page.get_by_text(DANGER).wait_for()
    check(page, "survey-story-case")
    page.get_by_label("Oui", exact=True).check()
    page.get_by_label("Ce qu’il vous a dit").fill("Le robinet de la colonne fuit.")
    page.get_by_role("button", name="Noter l’appel").click()
    page.get_by_text("L’appel est noté.").wait_for()
    page.get_by_role("textbox", name="Ce qui a été fait").fill("Le distributeur a réparé la colonne.")
    page.get_by_role("button", name="C’est traité").click()
    page.get_by_text("Le locataire dira si c’est réglé").wait_for()
    assert callbacks.ask_tenants() == 1
    letter = mailbox.mails[-1]
    assert letter["To"] == "rappel@example.test"
    assert "gaz" not in letter.get_body(("plain",)).get_content()
    phone = browser_page()
    weight = Weight(phone)
    phone.goto(_link(letter))
    check(phone, "survey-story-settled", sizes=(NARROW,))
    phone.get_by_label("Oui, c’est réglé").check()
    phone.get_by_role("button", name="Envoyer ma réponse").click()
    phone.get_by_text("la demande est réglée").wait_for()
    assert weight.heaviest <= LIGHT
    page.reload()
    check(page, "survey-story-case-settled")


def _read_results(page: Page, *, answers: int) -> None:
    page.reload()
    page.get_by_role("link", name="Rapport PDF").wait_for()
    check(page, "survey-story-results")
    with page.expect_download() as report:
        page.get_by_role("link", name="Rapport PDF").click()
    assert Path(report.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as table:
        page.get_by_role("link", name="Exporter en XLSX").click()
    with zipfile.ZipFile(BytesIO(Path(table.value.path()).read_bytes())) as book:
        assert "xl/worksheets/sheet1.xml" in book.namelist()
    page.get_by_role("link", name="Note de méthode").click()
    page.get_by_role("heading", name="Note de méthode").first.wait_for()
    check(page, "survey-story-method")
    assert Recount.objects.get().inside["answers"] == answers
