"""From the board, a journey is opened for a landlord that has none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.label import operations
from palier.label.models import RuleSetVersion

pytestmark = pytest.mark.django_db


def test_the_referent_opens_a_journey_from_the_board(
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    rules: RuleSetVersion,
    referent: Person,
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    opened = make_landlord("Déjà Habitat")
    operations.open_journey(landlord=opened, rules=rules, by=referent, at=at)
    client = sign_in(referent)
    assert "Tous les organismes ont un parcours ouvert." in client.get("/parcours/ouvrir/").content.decode()
    other = make_landlord("Encore Habitat")
    assert "/parcours/ouvrir/" in client.get("/parcours/").content.decode()
    page = client.get("/parcours/ouvrir/").content.decode()
    assert "Encore Habitat" in page
    assert "Déjà Habitat" not in page
    answer = client.post("/parcours/ouvrir/", {"landlord": other.pk})
    assert answer.headers["Location"] == f"/organismes/{other.pk}/parcours/ouvrir/"
    assert client.get(answer.headers["Location"]).status_code == 200
    assert client.post("/parcours/ouvrir/", {"landlord": opened.pk}).status_code == 422
    assert sign_in(make_person(Role.DIRECTOR, other)).get("/parcours/ouvrir/").status_code == 403
