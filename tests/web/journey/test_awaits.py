"""What awaits the people of a landlord is told where they arrive, only to who may act; when a decision comes up, too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.cases.operations import climb_due
from palier.committee.rules.terms import Matter
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.studies.models import StudyAnswer
from tests.cases.desk import Desk
from tests.committee.conftest import Sitting
from tests.studies.conftest import LEAST, Region, fill, validated

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def page(client: Client, name: str, landlord: Landlord) -> str:
    answer = client.get(reverse(name, kwargs={"landlord_id": landlord.pk}))
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def test_late_calls_await_those_to_whom_they_climbed(desk: Desk, sign_in: SignIn, at: datetime) -> None:
    lead, director, agent = (sign_in(one) for one in (desk.lead, desk.director, desk.agent))
    assert "Ce qui vous attend" not in page(lead, "journey", desk.landlord)
    costs = []
    for many in (1, 29):
        for _ in range(many):
            desk.opened("Ça sent le gaz")
        with CaptureQueriesContext(connection) as asked:
            found = page(lead, "journey", desk.landlord)
        costs.append(len(asked))
    panel = found[found.index("Ce qui vous attend") :][:900]
    assert "30 locataires attendent votre appel." in panel, panel
    assert "30 dangers" in found
    assert costs[0] == costs[1]
    assert "Ce qui vous attend" not in page(director, "journey", desk.landlord)
    climb_due(at=at + timedelta(days=30))
    assert "30 locataires attendent votre appel." in page(director, "journey", desk.landlord)
    assert "Ce qui vous attend" not in page(agent, "journey", desk.landlord)


def test_an_open_study_awaits_an_answer_then_the_director(
    make_region: Callable[..., Region], sign_in: SignIn, make_person: Any
) -> None:
    region = make_region([("oph", 4_000)])
    landlord = region.landlords[0]
    lead, director = (make_person(role, landlord) for role in (Role.QUALITY_LEAD, Role.DIRECTOR))
    for person in (lead, director):
        assert "attend votre réponse" in page(sign_in(person), "journey", landlord)
    fill(region.answer(0), LEAST, lead)
    assert "attend votre validation" in page(sign_in(director), "journey", landlord)
    assert "Ce qui vous attend" not in page(sign_in(lead), "journey", landlord)
    StudyAnswer.objects.update(handed_at=None, handed_by=None)
    validated(region.answer(0), LEAST, director)
    assert "Ce qui vous attend" not in page(sign_in(director), "journey", landlord)


def test_the_session_that_will_decide_is_told_once_convened(
    at_the_committee: Callable[..., Journey], sitting: Sitting, sign_in: SignIn, make_person: Any
) -> None:
    journey = at_the_committee(Stage.DECISION_ADMISSIBILITY)
    client = sign_in(make_person(Role.DIRECTOR, journey.landlord))
    sitting.put(matter=Matter.ADMISSIBILITY, journey=journey)
    for name in ("journey", "decisions"):
        assert "à l’ordre du jour" not in page(client, name, journey.landlord), "it is being prepared"
    sitting.convene()
    for name in ("journey", "decisions"):
        assert "à l’ordre du jour de la séance n° 1 de « Comité national », le 1er avril 2026" in page(
            client, name, journey.landlord
        )
