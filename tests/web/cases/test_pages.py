"""The pages of call-backs: who opens which case, what is noted, what a tenant's link does and what a mere visit does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.cases import operations
from palier.cases.models import Case
from palier.cases.operations.asking import link_token
from palier.cases.rules import State
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.jobs.callbacks import ask_tenants
from tests.browser import OpenPage, check
from tests.cases.desk import Desk
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def url(name: str, desk: Desk, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": desk.landlord.pk, **more})


def text(answer: Any) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_field_staff_see_their_cases_and_nobodys_and_no_others(desk: Desk, sign_in: SignIn) -> None:
    operations.set_owner(landlord=desk.landlord, agency="", person=desk.agent, by=desk.lead, at=NOON)
    mine = desk.opened("CANARI-A")
    operations.set_owner(landlord=desk.landlord, agency="", person=desk.colleague, by=desk.lead, at=NOON)
    theirs = desk.opened("CANARI-B")
    client = sign_in(desk.agent)
    assert "CANARI-A" in text(client.get(url("case", desk, case_id=mine.pk)))
    assert client.get(url("case", desk, case_id=theirs.pk)).status_code == 404
    assert client.post(url("case_call", desk, case_id=theirs.pk), {"reached": "no"}).status_code == 404
    for name in ("cases_suppliers", "cases_terms"):
        assert client.get(url(name, desk)).status_code == 403
    assert "CANARI-B" in text(sign_in(desk.lead).get(url("case", desk, case_id=theirs.pk)))


def test_whoever_a_call_climbs_or_is_handed_to_opens_it_and_acts(desk: Desk, sign_in: SignIn) -> None:
    case, client = desk.opened(), sign_in(desk.director)
    operations.climb_due(at=NOON + timedelta(days=30))
    assert f'href="{url("case", desk, case_id=case.pk)}"' in text(client.get(reverse("my_messages")))
    assert desk.residence.name in text(client.get(url("cases", desk)))
    for person in (desk.director, desk.lead, desk.agent):
        operations.hand_over(case=case, to=person, by=desk.lead, at=NOON)
        own = sign_in(person)
        assert "Noter l’appel" in text(own.get(url("case", desk, case_id=case.pk)))
        assert own.post(url("case_call", desk, case_id=case.pk), {"reached": "no"}).status_code == 302
    assert client.get(url("cases_terms", desk)).status_code == 403
    assert client.get(reverse("survey_paper", kwargs={"landlord_id": desk.landlord.pk})).status_code == 403


def test_field_staff_are_told_that_others_have_calls_to_make_and_not_where(desk: Desk, sign_in: SignIn) -> None:
    operations.set_owner(landlord=desk.landlord, agency="", person=desk.colleague, by=desk.lead, at=NOON)
    for _ in range(2):
        desk.opened("Ça sent le gaz")
    desk.called(desk.opened())
    page = text(sign_in(desk.agent).get(url("cases", desk)))
    assert "confiés à : Mme C. (2)." in page
    assert "Aucun rappel ne vous est confié." in page
    assert desk.residence.name not in page
    assert "confiés à :" not in text(sign_in(desk.lead).get(url("cases", desk)))


def test_nobody_else_knows_of_them(
    desk: Desk, sign_in: SignIn, make_landlord: Callable[..., Landlord], make_person: Any
) -> None:
    case = desk.opened()
    stranger = make_person(Role.QUALITY_LEAD, make_landlord("Autre"), "Mme X.")
    assert sign_in(stranger).get(url("case", desk, case_id=case.pk)).status_code == 404


def test_a_call_then_what_was_done_then_the_tenants_word(desk: Desk, sign_in: SignIn, mailoutbox: list[Any]) -> None:
    case, client = desk.opened(), sign_in(desk.lead)
    wrong = client.post(url("case_call", desk, case_id=case.pk), {"reached": "yes", "text": ""})
    assert wrong.status_code == 422
    assert "Écrivez ce que le locataire vous a dit" in text(wrong)
    client.post(url("case_call", desk, case_id=case.pk), {"reached": "yes", "text": "Fuite."})
    client.post(url("case_handled", desk, case_id=case.pk), {"text": "Joint changé."})
    assert ask_tenants() == 1
    [mail] = mailoutbox
    assert mail.to == [case.email]
    link = next(line for line in mail.body.splitlines() if "/rappel/" in line)
    page = link[link.index("/rappel/") :]
    tenant = Client()
    assert "Est-ce réglé" in text(tenant.get(page))
    assert State(desk.again(case).state) is State.ASKED, "a link opened by a mail scanner answers nothing"
    assert tenant.post(page, {}).status_code == 422
    assert "responsable est prévenu" in text(tenant.post(page, {"settled": "no", "text": "Toujours pas."}))
    assert State(desk.again(case).state) is State.TO_CALL
    assert "Toujours pas." in text(client.get(url("case", desk, case_id=case.pk)))


def test_what_the_team_notes_for_a_tenant_is_told_from_their_own_word(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in(desk.lead)
    noted, own = desk.handled(desk.opened()), desk.handled(desk.opened())
    client.post(url("case_answered", desk, case_id=noted.pk), {"settled": "yes", "text": ""})
    operations.answer_by_link(case=own, settled=True, text="", at=NOON)
    page = text(client.get(url("cases", desk)))
    assert "2 réglés selon les locataires, dont 1 noté par l’équipe" in page
    assert page.count("Réglé, selon le locataire, noté par l’équipe") == 1
    assert f"noté par {desk.lead.name}" in text(client.get(url("case", desk, case_id=noted.pk)))
    assert "par son lien" in text(client.get(url("case", desk, case_id=own.pk)))


def test_an_unknown_link_shows_nothing(desk: Desk) -> None:
    answer = Client().get(reverse("case_settled", kwargs={"token": "absent"}))
    assert answer.status_code == 410
    assert desk.residence.name not in text(answer)


def test_the_list_is_filtered_and_handed_out_without_tenants(desk: Desk, sign_in: SignIn) -> None:
    desk.opened("Ça sent le gaz", supplier="Gaz Exemple")
    desk.opened("CANARI-MOTS")
    client = sign_in(desk.lead)
    page = text(client.get(url("cases", desk), {"urgence": "danger"}))
    assert "1 rappel, les dangers d’abord, puis le plus pressé." in page
    handed = text(client.get(url("cases_export", desk, form="csv")))
    assert "Gaz Exemple" in handed
    assert "anari" not in handed.casefold()


def test_terms_wrong_are_said_beside_their_field(desk: Desk, sign_in: SignIn) -> None:
    client = sign_in(desk.lead)
    given = {"low_score": "12", "words": "punaises\nrats", "danger_days": "1", "ordinary_days": "3", "silence_days": "10"}
    wrong = client.post(url("cases_terms", desk), given)
    assert wrong.status_code == 422
    assert "punaises" in text(wrong)
    client.post(url("cases_terms", desk), given | {"low_score": "5"})
    assert desk.landlord.case_terms.words == ["punaises", "rats"]
    client.post(url("cases_owner", desk), {"agency": "Nord", "person": desk.agent.pk})
    assert "Nord : <b>M. A.</b>" in text(client.get(url("cases_terms", desk)))


def test_the_list_costs_the_same_with_one_case_and_with_thirty(desk: Desk, sign_in: SignIn) -> None:
    client, costs = sign_in(desk.lead), []
    for count in (1, 29):
        for number in range(count):
            desk.opened(supplier=f"Exemple {number % 7}")
        for name in ("cases", "cases_suppliers"):
            client.get(url(name, desk))
            with CaptureQueriesContext(connection) as asked:
                client.get(url(name, desk))
            costs.append(len(asked))
    assert costs[:2] == costs[2:]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_on_a_phone(browser_page: OpenPage, desk: Desk) -> None:
    page = browser_page(desk.lead)
    page.goto(url("cases", desk))
    check(page, "cases-empty")
    urgent = desk.opened("Ça sent le gaz dans l’escalier B depuis ce matin.", supplier="Gaz Exemple")
    desk.opened("Peinture écaillée")
    case = desk.handled(desk.opened("L’intervention n’a rien changé.", supplier="Ascenseurs Exemple"))
    page.goto(url("cases", desk))
    check(page, "cases")
    page.goto(url("case", desk, case_id=urgent.pk))
    check(page, "case-to-call")
    page.get_by_label("Oui").check()
    page.get_by_label("Ce qu’il vous a dit").fill("Robinet de cuisine.")
    page.get_by_role("button", name="Noter l’appel").click()
    page.get_by_role("heading", name="Dire ce qui a été fait").wait_for()
    check(page, "case-called")
    for name in ("cases_suppliers", "cases_terms"):
        page.goto(url(name, desk))
        check(page, name.replace("_", "-"))
    tenant = browser_page(None)
    tenant.goto(reverse("case_settled", kwargs={"token": link_token(case)}))
    check(tenant, "case-settled")
    tenant.get_by_label("Oui, c’est réglé").check()
    tenant.get_by_role("button", name="Envoyer ma réponse").click()
    tenant.get_by_role("heading", name="Merci").wait_for()
    check(tenant, "case-settled-thanks")
    assert Case.objects.get(pk=case.pk).state == State.SETTLED
