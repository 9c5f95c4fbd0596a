"""A tenant who answered asks to be called back: opening the page writes nothing, the contact is the consent, once is enough."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from palier.answers.operations import submit
from palier.cases.models import Case
from palier.directory.models import Landlord
from palier.surveys.models import Household, Invitation
from palier.surveys.rules.contact import Mode
from palier.web.cases.words import WORDS
from tests.answers.scene import FINE, addressed, links, running
from tests.browser import OpenPage, check

pytestmark = pytest.mark.django_db
Asked = tuple[Invitation, str]
CONTACT = {"name": "Mme Canari", "phone": "06 12 34 56 78", "email": "", "words": "Rappelez le soir"}


@pytest.fixture
def asked(landlord: Landlord, make_households: Callable[..., list[Household]], at: datetime) -> Asked:
    make_households(1)
    [found] = links(running(landlord, at))
    return found


def page(asked: Asked) -> str:
    return reverse("case_call_back", kwargs={"token": asked[1]})


def answer(asked: Asked, **more: object) -> None:
    with transaction.atomic():
        submit(to=addressed(asked[1]), said=FINE | more, mode=Mode.WEB)


def text(response: object) -> str:
    return response.content.decode().replace("\u202f", " ").replace("\xa0", " ")  # type: ignore[attr-defined] -- a response


def test_the_thanks_lead_there_and_nobody_else_is_let_in(asked: Asked) -> None:
    client = Client()
    assert client.get(page(asked)).status_code == 410, "not before an answer"
    answer(asked)
    assert page(asked) in text(client.get(reverse("survey", kwargs={"token": asked[1]})))
    assert client.get(page(asked)).status_code == 200
    assert not Case.objects.exists()
    assert client.get(reverse("case_call_back", kwargs={"token": "absent"})).status_code == 410


def test_whoever_reads_english_is_called_back_in_english(asked: Asked) -> None:
    answer(asked)
    client = Client()
    assert WORDS["en"].keys() == WORDS["fr"].keys() | {"cases.no_contact"}
    thanks = text(client.get(reverse("survey", kwargs={"token": asked[1]}) + "?langue=en"))
    assert "A problem to solve?" in thanks
    assert f'{page(asked)}?langue=en"' in thanks
    english = f"{page(asked)}?langue=en"
    shown = text(client.get(english))
    assert '<html lang="en"' in shown
    assert "In immediate danger" in shown
    assert 'href="?langue=fr"' in shown, "one may change language there too"
    assert "Leave a telephone number" in text(client.post(english, CONTACT | {"phone": ""}))
    assert "This number is incomplete" in text(client.post(english, CONTACT | {"phone": "06 12"}))
    long = text(client.post(english, CONTACT | {"name": "a" * 121, "phone": "0" * 21, "words": "a" * 2_001}))
    assert [f"at most {most} characters" in long for most in (120, 20, 2_000)] == [True] * 3
    assert "caractères" not in long
    assert "within the next working days" in text(client.post(english, CONTACT))


def test_what_alarms_is_told_what_is_written_to_the_caller_is_kept_and_twice_is_once(asked: Asked) -> None:
    answer(asked, mark=2, overall_satisfaction="very_dissatisfied")
    client = Client()
    nothing = client.post(page(asked), CONTACT | {"phone": ""})
    assert nothing.status_code == 422
    assert "Laissez un numéro" in text(nothing)
    assert "Rappelez le soir" in text(nothing)
    assert "Ce numéro est incomplet" in text(client.post(page(asked), CONTACT | {"phone": "06 12"}))
    for _ in range(2):
        assert "vous appelle dans les prochains jours" in text(client.post(page(asked), CONTACT))
    case = Case.objects.get()
    household = asked[0].household
    assert household is not None
    assert (case.residence, case.phone, case.text) == (household.residence, "+33612345678", "Rappelez le soir")
    assert "Note de 2 sur 10" in case.reasons
    assert "Demande à être rappelé" in case.reasons
    assert case.urgency == "ordinary"


def test_a_danger_written_there_makes_it_urgent(asked: Asked) -> None:
    answer(asked)
    Client().post(page(asked), CONTACT | {"words": "Ça sent le gaz"})
    assert Case.objects.get().urgency == "danger"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone(browser_page: OpenPage, asked: Asked) -> None:
    answer(asked)
    tenant = browser_page(None)
    tenant.goto(page(asked))
    check(tenant, "case-call-back")
    tenant.get_by_label("Votre téléphone").fill("06 12 34 56 78")
    tenant.get_by_role("button", name="J’accepte d’être rappelé").click()
    tenant.get_by_role("heading", name="C’est noté").wait_for()
    check(tenant, "case-call-back-thanks")
