"""The pages of an address as a browser shows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.outbox.models import Message
from tests.browser import OpenPage, check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_asking_for_another_address_and_confirming_it(
    browser_page: OpenPage,
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
) -> None:
    landlord = make_landlord("Habitat des Marches")
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme B.")
    page = browser_page(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER)))
    page.goto(f"/organismes/{landlord.pk}/personnes/")
    check(page, "people-with-address")
    page.get_by_role("link", name="Changer l’adresse de Mme B.").click()
    page.get_by_label("Nouvelle adresse électronique").fill(lead.email)
    page.get_by_role("button", name="Envoyer le lien").click()
    assert page.get_by_text("C’est déjà l’adresse de ce compte").count()
    page.get_by_label("Nouvelle adresse électronique").fill("nouvelle@example.test")
    page.get_by_role("button", name="Envoyer le lien").click()
    page.get_by_role("link", name="Changer l’adresse de Mme B.").click()
    check(page, "address-of-person")
    page.goto(Message.objects.get(address="nouvelle@example.test").link)
    check(page, "address-confirm")
    page.goto("/compte/")
    check(page, "account")
