"""The pages of the minutes in a real browser: through their life, by the référent, a member who is recused, the chair."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.db import connections
from django.urls import reverse

from palier.committee.models import Item
from palier.committee.operations import convene
from palier.committee.rules.conflicts import Interest
from palier.directory.models import Membership
from palier.directory.rules import Role
from palier.minutes import operations
from tests.browser import OpenPage, check
from tests.minutes.conftest import Held

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_minutes_live_in_the_browser(browser_page: OpenPage, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", held.sitting.later)
    page = browser_page(held.referent)
    committee = {"committee_id": held.sitting.committee.pk}
    one = reverse("minutes", kwargs=committee | {"session_number": held.session.number})
    page.goto(reverse("minutes_list", kwargs=committee))
    check(page, "minutes-list")
    page.get_by_role("link", name="Séance n° 1").click()
    check(page, "minutes-record")
    page.get_by_role("button", name="Commencer le procès-verbal").click()
    page.get_by_role("link", name="Compléter").click()
    page.get_by_label("Préambule").fill("La présidence ouvre la séance.")
    page.get_by_label("Débats, point 2").fill("Le bilan est présenté.\n\nOn en discute.")
    check(page, "minutes-write")
    page.get_by_role("button", name="Enregistrer les textes").click()
    page.get_by_text("Le procès-verbal est complété.").wait_for()
    page.get_by_text("Envoyer à relire", exact=True).first.click()
    page.get_by_role("button", name="Envoyer à relire").last.click()
    page.get_by_text("Le projet est envoyé").wait_for()

    held.admit(held.recused)
    member = browser_page(held.recused.person)
    member.goto(one)
    member.get_by_label("Sur").select_option(label="Point 2 : Le bilan de l’année")
    member.get_by_label("Votre remarque").fill("Il manque un mot.")
    check(member, "minutes-recused")
    member.get_by_role("button", name="Enregistrer ma remarque").click()
    member.get_by_text("Votre remarque est enregistrée.").wait_for()

    page.goto(one)
    page.get_by_role("link", name="Répondre").click()
    page.get_by_label("Le texte est changé").check()
    page.get_by_label("Réponse").fill("Ajouté.")
    check(page, "minutes-answer")
    page.get_by_role("button", name="Enregistrer la réponse").click()
    page.get_by_text("La réponse est enregistrée").wait_for()
    check(page, "minutes-sent")

    held.prepare_next()
    page = browser_page(held.referent)
    page.goto(one)
    page.get_by_role("link", name="Inscrire à l’ordre du jour").click()
    page.get_by_label("Séance n° 1").check()
    check(page, "minutes-propose")
    page.get_by_role("button", name="Inscrire à l’ordre du jour").click()
    page.get_by_text("Le point est inscrit").wait_for()
    item = Item.objects.get(minutes_of=held.session)
    convene(session=item.session, by=held.referent, at=held.sitting.later())
    page.goto(one)
    check(page, "minutes-on-agenda")
    agenda = committee | {"session_number": item.session.number, "item_id": item.pk}
    member.goto(reverse("committee_item", kwargs=agenda))
    member.get_by_label(Interest.NONE.label).check()
    member.get_by_role("button", name="Enregistrer ma déclaration").click()
    member.get_by_text("Votre déclaration est enregistrée.").wait_for()
    member.goto(reverse("committee_item", kwargs=agenda))
    check(member, "minutes-approval")
    member.get_by_role("link", name="Lire le texte soumis").click()
    check(member, "minutes-proposed")
    held.vote(item)
    operations.catch_up(at=held.sitting.later())
    chair = browser_page(held.chair)
    chair.goto(one)
    chair.get_by_text("Signer le procès-verbal").first.click()
    chair.get_by_role("button", name="Signer", exact=True).click()
    chair.get_by_text("Le procès-verbal est signé.").wait_for()
    with ThreadPoolExecutor(1) as worker:  # Playwright's loop runs in this thread, pyHanko wants its own
        worker.submit(_seal, held.sitting.later()).result()
    chair.goto(one)
    check(chair, "minutes-signed")
    page = browser_page(held.referent)
    page.goto(one)
    page.get_by_text("Corriger", exact=True).click()
    page.get_by_label("Ce que la correction change").fill("Un nom mal écrit.")
    page.get_by_role("button", name="Commencer la correction").click()
    page.get_by_text("La correction est commencée.").wait_for()
    check(page, "minutes-correction")

    tenants = Membership.objects.get(role=Role.TENANT_REPRESENTATIVE).person
    reader = browser_page(tenants)
    decision = {"landlord_id": held.journey.landlord_id, "decision_id": held.award.decision_id}
    reader.goto(reverse("decision", kwargs=decision))
    check(reader, "minutes-extract")


def _seal(at: datetime) -> None:
    operations.seal_due(at=at)
    connections.close_all()
