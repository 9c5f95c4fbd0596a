"""The figures of one residence on one page: what is known beside what is typed, kept all or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.sources.models import Reading
from palier.sources.rules.indicators import BROUGHT
from palier.stock.models import Residence
from tests.browser import OpenPage, check
from tests.web.sources.test_pages import keep, url, words

pytestmark = pytest.mark.django_db
SEEN = {f"{key}-seen": "0" for key in BROUGHT}


@pytest.fixture
def page(landlord: Landlord, residences: list[Residence]) -> str:
    return url("sources_fill", landlord, residence_id=residences[0].pk) + "?periode=2025"


@pytest.fixture
def client(lead: Person, sign_in: Callable[[Person], Client]) -> Client:
    return sign_in(lead)


def test_every_indicator_that_people_bring_is_asked_with_its_unit_and_last_figure(
    landlord: Landlord, residences: list[Residence], client: Client, page: str
) -> None:
    keep(landlord, residences[0])
    shown = words(client.get(page.replace("2025", "2026")))
    for indicator in BROUGHT.values():
        assert indicator.label in shown
    assert "Dernier chiffre connu : <b>7,5</b> (3 sur 40), du" in shown
    assert 'name="vacancy-count" value=' not in shown, "the figure of another year is not that of this one"
    assert "Aucun chiffre connu." in shown


def test_what_was_typed_is_kept_for_its_period_and_nothing_else(residences: list[Residence], client: Client, page: str) -> None:
    answer = client.post(page, SEEN | {"vacancy-count": "3", "turnover-value": "7,5"})
    assert answer.status_code == 302
    found = {r.indicator: (r.residence, r.value, r.starts_on) for r in Reading.objects.all()}
    day = date(2025, 1, 1)
    assert found == {"vacancy": (residences[0], Decimal("7.5"), day), "turnover": (residences[0], Decimal("7.5"), day)}


def test_one_wrong_figure_keeps_all_out_and_is_said_beside_its_field(client: Client, page: str) -> None:
    answer = client.post(page, SEEN | {"vacancy-count": "3", "turnover-value": "beaucoup"})
    shown = words(answer)
    assert answer.status_code == 422
    assert 'id="id_turnover-value_error"' in shown
    assert 'value="beaucoup"' in shown
    assert not Reading.objects.exists()


def test_a_figure_changed_meanwhile_is_not_overwritten(
    landlord: Landlord, residences: list[Residence], client: Client, page: str
) -> None:
    keep(landlord, residences[0])
    answer = client.post(page, SEEN | {"vacancy-count": "9"})
    assert answer.status_code == 409
    assert Reading.objects.get().numerator == 3


def test_the_page_of_the_sources_leads_there(landlord: Landlord, residences: list[Residence], client: Client) -> None:
    answer = client.get(url("sources", landlord), {"residence": residences[1].pk})
    assert answer.headers["Location"] == url("sources_fill", landlord, residence_id=residences[1].pk)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone(
    browser_page: OpenPage, landlord: Landlord, residences: list[Residence], make_person: Callable[..., Person], page: str
) -> None:
    keep(landlord, residences[0])
    phone = browser_page(make_person(Role.CONTRIBUTOR, landlord, "Mme T."))
    phone.goto(page)
    phone.get_by_text("Chiffres de gestion").click()
    phone.get_by_label("Compte, Remontées du personnel de proximité").fill("quatre")
    phone.get_by_role("button", name="Enregistrer les chiffres").click()
    phone.get_by_text("1 ligne à reprendre.").wait_for()
    check(phone, "sources-fill-error")
    phone.get_by_label("Compte, Remontées du personnel de proximité").fill("4")
    phone.get_by_role("button", name="Enregistrer les chiffres").click()
    phone.get_by_text("1 chiffre enregistré.").wait_for()
    check(phone, "sources-fill")
