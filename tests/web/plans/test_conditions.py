"""Conditions of the committee: the landlord shows, the label's team finds, everybody who reads the file follows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Person
from palier.directory.rules import Kind, Role
from palier.label import operations as label
from palier.label.models import Journey
from palier.label.queries import rule_set_on
from palier.outbox.models import Message
from palier.plans.models import Condition
from palier.plans.operations import find_condition, set_conditions, show_condition
from palier.plans.rules.conditions import Asked
from tests.browser import OpenPage, check
from tests.documents.samples import pdf
from tests.plans.conftest import Desk

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def referent(make_person: Callable[..., Person], make_organisation: Callable[..., object]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme R.")


@pytest.fixture
def journey(desk: Desk, referent: Person, at: datetime) -> Journey:
    label.load_shipped(effective_from=date(2020, 1, 1), at=at)
    rules = rule_set_on(on=at.date())
    assert rules is not None
    return label.open_journey(landlord=desk.landlord, rules=rules, by=referent, at=at)


@pytest.fixture
def two(desk: Desk, referent: Person, at: datetime) -> list[Condition]:
    asked = [Asked("Former les gardiens", date(2026, 9, 30)), Asked("Mesurer les délais", date(2026, 12, 31))]
    return ask(desk, referent, at, *asked)


def ask(desk: Desk, referent: Person, at: datetime, *asked: Asked) -> list[Condition]:
    given = {"landlord": desk.landlord, "cycle": 1, "decision": 7, "decided_on": at.date() - timedelta(days=60)}
    return set_conditions(**given, asked=asked, by=referent, at=at)  # type: ignore[arg-type]


def url(desk: Desk, name: str = "conditions", **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": desk.landlord.pk, **more})


def test_a_condition_is_shown_with_a_document_then_found_to_be_met(
    desk: Desk, two: list[Condition], referent: Person, sign_in: SignIn
) -> None:
    lead, team = sign_in(desk.lead), sign_in(referent)
    here = url(desk, "condition_show", condition_id=two[0].pk)
    assert "Former les gardiens" in lead.get(url(desk)).content.decode()
    assert lead.post(here, {"text": ""}).status_code == 422
    file = SimpleUploadedFile("attestations.pdf", BytesIO(pdf("Attestations").read()).read(), "application/pdf")
    assert lead.post(here, {"text": "Douze gardiens formés.", "file": file}).status_code == 422
    file.seek(0)
    assert lead.post(here, {"text": "Douze gardiens formés.", "file": file, "kind": "procedure"}).status_code == 302
    page = team.get(url(desk)).content.decode()
    assert "Douze gardiens formés." in page
    assert "attestations" in page
    assert "À vérifier" in page
    found = url(desk, "condition_find", condition_id=two[0].pk)
    assert team.post(found, {"met": "yes", "text": ""}).status_code == 422
    assert team.post(found, {"met": "yes", "text": "Attestations vues."}).status_code == 302
    assert "1 remplie sur 2" in lead.get(url(desk)).content.decode()
    assert Message.objects.filter(event="plans.condition_found", person_id=desk.lead.pk).exists()


def test_only_the_landlord_shows_and_only_the_team_finds(
    desk: Desk, two: list[Condition], referent: Person, sign_in: SignIn
) -> None:
    assert sign_in(referent).get(url(desk, "condition_show", condition_id=two[0].pk)).status_code == 403
    assert sign_in(desk.lead).get(url(desk, "condition_find", condition_id=two[0].pk)).status_code == 403


def test_the_journey_the_plan_and_the_board_say_what_is_left(
    desk: Desk, journey: Journey, referent: Person, sign_in: SignIn, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    late, shown, met = ask(
        desk, referent, at, Asked("En retard", at.date() - timedelta(days=1)), Asked("Montrée", date(2026, 9, 1)),
        Asked("Remplie", date(2026, 9, 1)),
    )  # fmt: skip
    show_condition(condition=shown, text="Fait.", by=desk.lead, at=at)
    find_condition(condition=met, met=True, text="Vu.", by=referent, at=at)
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: at)
    client = sign_in(desk.lead)
    for page in (url(desk, "journey"), url(desk, "plan"), url(desk, "file_review")):
        text = client.get(page).content.decode()
        assert f"La réserve {late.code} du comité était attendue le 9 mars 2026" in text
        assert f"La réserve {shown.code} du comité attend d’être vérifiée" in text
        assert f"La réserve {met.code}" not in text
    board = sign_in(referent).get(reverse("board")).content.decode().replace("\u202f", " ").replace("\xa0", " ")
    assert "1 réserve en retard" in board
    assert "1 réserve à vérifier" in board


def test_the_page_runs_as_many_queries_for_one_condition_and_for_thirty(
    desk: Desk, referent: Person, sign_in: SignIn, at: datetime
) -> None:
    client = sign_in(desk.lead)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url(desk)).status_code == 200
        return len(seen)

    [one] = ask(desk, referent, at, Asked("Première", date(2027, 1, 1)))
    show_condition(condition=one, text="Fait.", by=desk.lead, at=at)
    queries()
    before = queries()
    for condition in ask(desk, referent, at, *(Asked(f"Réserve {n}", date(2027, 1, 1)) for n in range(29))):
        show_condition(condition=condition, text="Fait.", by=desk.lead, at=at)
    assert queries() == before


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_conditions_in_the_browser(
    browser_page: OpenPage, desk: Desk, journey: Journey, referent: Person, at: datetime
) -> None:
    page = browser_page(desk.lead)
    page.goto(url(desk))
    check(page, "conditions-none")
    long = "Présenter aux associations, résidence par résidence, le délai d’intervention constaté sur les six derniers mois"
    one, _ = ask(desk, referent, at, Asked(long, at.date() - timedelta(days=1)), Asked("Former les gardiens", date(2026, 9, 1)))
    show_condition(condition=one, text="Réunion tenue, compte rendu joint.", by=desk.lead, at=at)
    find_condition(condition=one, met=False, text="Il manque les délais de deux résidences.", by=referent, at=at)
    page.goto(url(desk))
    check(page, "conditions")
    page.get_by_role("link", name="Montrer qu’elle est remplie").first.click()
    check(page, "condition-show")
    page.goto(reverse("journey", kwargs={"landlord_id": desk.landlord.pk}))
    check(page, "journey-conditions")
    team = browser_page(referent)
    team.goto(url(desk, "condition_find", condition_id=one.pk))
    check(team, "condition-find")
    team.goto(reverse("board"))
    check(team, "board-conditions")
