"""The pages of an address as a browser shows them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest

from palier.directory import operations
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
    page.get_by_text("C’est déjà l’adresse de ce compte").first.wait_for()
    page.get_by_label("Nouvelle adresse électronique").fill("nouvelle@example.test")
    page.get_by_role("button", name="Envoyer le lien").click()
    page.get_by_role("link", name="Changer l’adresse de Mme B.").click()
    check(page, "address-of-person")
    page.goto(Message.objects.get(address="nouvelle@example.test").link)
    check(page, "address-confirm")
    page.goto("/compte/")
    check(page, "account")


def test_boards_and_groups(
    browser_page: OpenPage,
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    at: datetime,
) -> None:
    landlord, owner = make_landlord("Habitat des Marches"), make_organisation(Kind.LABEL_OWNER)
    referent = make_person(Role.REFERENT, owner, "Mme R.")
    group = operations.found_group(name="Groupe des Rives", by=referent, at=at)
    operations.join_group(group=group, landlord=landlord, starts_on=date(2024, 1, 1), by=referent, at=at)
    member = make_person(Role.COMMITTEE_MEMBER, owner, "Mme M.")
    page = browser_page(member)
    page.goto("/compte/conseils/")
    check(page, "my-boards-empty")
    page.get_by_role("link", name="Déclarer un mandat").click()
    page.get_by_label("Organisme").fill("Habitat des Marches")
    page.get_by_label("Fonction").fill("membre du conseil de surveillance")
    page.get_by_label("Depuis le").fill("2024-02-01")
    check(page, "my-board-declare")
    page.get_by_role("button", name="Déclarer le mandat").click()
    page.get_by_text("Votre mandat est déclaré.").wait_for()
    check(page, "my-boards")
    page = browser_page(referent)
    page.goto(f"/organismes/{landlord.pk}/personnes/")
    check(page, "people-with-board")
    page.get_by_role("link", name="Inscrire un mandat au conseil").click()
    check(page, "board-add")
    page.goto(f"/organismes/{landlord.pk}/fiche/")
    check(page, "sheet-with-group")
    page.goto("/organisations/")
    check(page, "organisations")
    page.get_by_role("link", name="Groupes").click()
    check(page, "groups")
    page.get_by_role("link", name="Groupe des Rives").click()
    check(page, "group")
