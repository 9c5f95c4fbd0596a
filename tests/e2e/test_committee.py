"""A session of the committee from its convocation to the certificate that a stranger verifies, each in a browser of their own.

Nine people act: the référent who convenes and keeps the record, the chair, the vice-president, two titulars and a substitute
who vote (one of them with the keyboard alone), a titular who is recused, a tenants' representative who is told, a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.core import mail
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from palier.committee import queries
from palier.committee.models import Ballot, Decision, Poll, Session
from palier.committee.rules.tally import Choice
from palier.directory.models import Membership
from palier.directory.operations import add_member
from palier.directory.rules import Role
from palier.jobs.letters import mail_server
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger.queries import verify
from palier.outbox.operations import deliver
from palier.register.models import Certificate
from palier.register.operations import catch_up, seal_due
from tests.browser import OpenPage, check
from tests.committee.conftest import Sitting, at_the_committee, referent, sitting

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["at_the_committee", "referent", "sitting"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def clock(sitting: Sitting) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(sitting.at, tick=True) as traveller:
        yield traveller


def test_a_session_from_its_convocation_to_a_certificate_that_a_stranger_verifies(
    browser_page: OpenPage,
    sitting: Sitting,
    at_the_committee: Callable[..., Journey],
    clock: time_machine.Traveller,
) -> None:
    journey = at_the_committee(Stage.DECISION_AWARD)
    landlord = journey.landlord
    session = {"committee_id": sitting.committee.pk, "session_number": sitting.session.number}
    agenda, room = reverse("committee_session", kwargs=session), reverse("committee_room", kwargs=session)

    # The référent puts the file on the agenda and convenes.
    keeper = browser_page(sitting.referent)
    keeper.goto(agenda)
    keeper.get_by_role("button", name="Tout inscrire").click()
    keeper.get_by_text("1 point inscrit").wait_for()
    keeper.get_by_text("Convoquer", exact=True).click()
    keeper.get_by_role("button", name="Convoquer le comité").click()
    keeper.get_by_text("Le comité est convoqué.").wait_for()
    title = f"{landlord.name} : attribution du label"

    # Titulars, and the substitute of the last seat, answer and declare; one has a link with the landlord.
    sits = [*sitting.titulars[:4], sitting.substitutes[4]]
    for mandate in sits:
        given = {"person": mandate.person, "organisation": mandate.seat.body, "role": Role.COMMITTEE_MEMBER}
        if not Membership.objects.filter(**given).exists():
            add_member(**given, by=None, at=sitting.at)
        page = browser_page(mandate.person)
        page.goto(agenda)
        page.get_by_label("Je viens", exact=True).check()
        page.get_by_role("button", name="Répondre à la convocation").click()
        page.get_by_text("Votre réponse est enregistrée.").wait_for()
        page.get_by_role("link", name=title).click()
        if mandate == sits[3]:
            page.get_by_label("J’ai un lien").check()
            page.get_by_label("Lequel").fill("J’en ai présidé le conseil.")
        else:
            page.get_by_label("Je n’ai pas de lien").check()
        page.get_by_role("button", name="Enregistrer ma déclaration").click()
        page.get_by_text("Votre déclaration est enregistrée.").wait_for()

    # The day has come: who is there is noted, the session and the matter open.
    clock.move_to(sitting.session.starts_at + timedelta(minutes=5))
    keeper, pages = browser_page(sitting.referent), [browser_page(mandate.person) for mandate in sits]
    keeper.goto(room)
    check(keeper, "room-convened")
    keeper.get_by_role("link", name="Noter les présences").click()
    check(keeper, "room-presences")
    keeper.get_by_role("button", name="Enregistrer les présences").click()
    keeper.get_by_text("Les présences sont notées.").wait_for()
    keeper.locator("summary", has_text="Ouvrir").click()
    keeper.get_by_role("button", name="Ouvrir").last.click()
    keeper.get_by_text("La séance est ouverte.").wait_for()
    check(keeper, "room-open")
    keeper.get_by_role("link", name=title).last.click()
    keeper.get_by_role("button", name="Ouvrir ce point").click()
    keeper.get_by_role("link", name="Mettre aux voix").wait_for()
    check(keeper, "room-item")
    members = [page for page in pages if page is not pages[3]]
    for page in members:
        page.goto(room)
        page.get_by_text("À ouvrir").wait_for()
    keeper.get_by_role("link", name="Mettre aux voix").click()
    keeper.get_by_label("Label attribué").check()
    check(keeper, "room-poll-form")
    keeper.get_by_role("button", name="Mettre aux voix").click()
    keeper.get_by_text("Le scrutin est ouvert.").wait_for()

    # The screens of the members show it by themselves; they vote, the second one with the keyboard alone.
    for number, page in enumerate(members):
        page.get_by_role("heading", name="Votre voix").wait_for()
        if number == 1:
            _vote_with_the_keyboard(page)
        else:
            page.get_by_label("Contre" if number == 2 else "Pour", exact=True).check()
            if number == 2:
                page.get_by_label("Motif").fill("Le plan ne dit rien des ascenseurs.")
                check(page, "room-vote")
            page.get_by_role("button", name="Signer ma voix").click()
        page.get_by_text("Votre voix est enregistrée.").wait_for()
    check(members[0], "room-receipt")
    with members[0].expect_download() as receipt:
        members[0].get_by_role("link", name="Télécharger le reçu").click()
    assert receipt.value.suggested_filename.startswith("recu-")
    keeper.get_by_text("4 sur 4").wait_for()
    assert "Le plan ne dit rien des ascenseurs." not in keeper.content()
    check(keeper, "room-all-voted")

    # Who is recused sees the title, and that is all.
    pages[3].goto(room)
    pages[3].get_by_text("Vous ne siégez pas sur ce point.").wait_for()
    assert "sur 4" not in pages[3].content()
    check(pages[3], "room-recused")

    # Closed, counted twice, concluded.
    keeper.locator("summary", has_text="Clore le scrutin").click()
    keeper.get_by_role("button", name="Clore le scrutin").last.click()
    keeper.get_by_text("Adopté : 3 voix pour, 1 contre, 0 abstention.").wait_for()
    check(keeper, "room-closed")
    members[0].get_by_text("Adopté : 3 voix pour").wait_for()
    assert "Le plan ne dit rien des ascenseurs." in members[0].content()
    assert "Le plan ne dit rien des ascenseurs." not in pages[3].content()
    keeper.locator("summary", has_text="Conclure le point").click()
    keeper.get_by_role("button", name="Conclure le point").last.click()
    keeper.get_by_text("est conclu").wait_for()
    check(keeper, "room-concluded")
    keeper.goto(room)
    keeper.locator("summary", has_text="Clore la séance").click()
    keeper.get_by_role("button", name="Clore").last.click()
    keeper.get_by_text("La séance est close.").wait_for()
    assert Decision.objects.get().outcome == "label_awarded"
    poll = Poll.objects.get()
    assert [b.choice for b in queries.ballots_of(poll=poll)].count(Choice.FOR) == 3
    assert Ballot.objects.get(by=sits[4].person).seat_id == sitting.seats[4].pk
    assert Session.objects.get().closed_at is not None

    # The landlord's people are told the same day; the certificate is issued, and a stranger verifies it.
    later = timezone.now() + timedelta(minutes=20)
    with mail_server(at=later) as send:
        deliver(at=later, send=send)
    told = {letter.to[0] for letter in mail.outbox if "label attribué" in f"{letter.subject} {letter.body}".lower()}
    representatives = Membership.objects.filter(role=Role.TENANT_REPRESENTATIVE).values_list("person__email", flat=True)
    assert set(representatives) <= told
    assert sits[3].person.email not in told
    with ThreadPoolExecutor(1) as worker:  # Playwright's loop runs in this thread, pyHanko wants its own
        worker.submit(_issue).result()
    certificate = Certificate.objects.get(landlord=landlord)
    stranger = browser_page()
    stranger.goto(reverse("register"))
    stranger.get_by_role("link", name=landlord.name).first.click()
    stranger.goto(f"/verifier/{certificate.code}/")
    stranger.get_by_text(landlord.name).first.wait_for()
    check(stranger, "room-certificate")
    assert verify()[1] is None


def _issue() -> None:
    """What the worker does each minute."""
    catch_up(at=timezone.now())
    seal_due(at=timezone.now())
    connection.close()


def _vote_with_the_keyboard(page: Page) -> None:
    """From the top of the page: tab to the choices, an arrow to choose, tab to the button, enter."""
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("document.activeElement.name") == "choice":
            break
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "choice"
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.value") == Choice.FOR
    for _ in range(6):
        page.keyboard.press("Tab")
        if "Signer" in page.evaluate("document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
