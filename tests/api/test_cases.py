"""Call-backs through the API: what has to be done, and nothing that leads to a tenant."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from palier.cases.models import Case
from palier.cases.operations import Contact, Place, note_call, open_case
from palier.cases.rules import Said
from palier.directory.models import Person
from palier.directory.rules import Role, Scope
from palier.stock.models import Residence
from tests.api.conftest import Program
from tests.api.scene import File
from tests.api.test_rooms import files
from tests.fixtures import NOON

__all__ = ["files"]
pytestmark = pytest.mark.django_db


def test_cases_are_listed_and_read_without_anything_of_their_tenant(
    files: tuple[File, File], program: Callable[..., Program]
) -> None:
    mine, other = files
    called, path = program(mine.lead, [Scope.READ]), f"/landlords/{mine.landlord.pk}/cases"
    [one] = called.get(path, urgency="ordinary").json()["items"]
    assert one["state"]["code"] == "to_call"
    assert one["supplier"] == f"Plomberie {mine.word}"
    assert one["reasons"] == ["Note de 1 sur 10"]
    assert called.get(path, urgency="danger").json()["items"] == []
    case = Case.objects.get(pk=one["id"])
    note_call(case=case, reached=True, text="Elle attend le plombier.", by=mine.lead, at=NOON)
    detail = called.get(f"{path}/{one['id']}")
    assert [step["step"]["code"] for step in detail.json()["steps"]] == ["called", "opened"]
    for answer in (called.get(path), detail):
        said = answer.content.decode()
        assert "612345678" not in said
        assert f"Mme {mine.word}" not in said.replace(mine.lead.name, "")
        assert "plombier." not in said
    assert called.get(f"/landlords/{other.landlord.pk}/cases").status_code == 404
    assert called.get(f"{path}/{other.found['cases']}").status_code == 404
    assert called.get(path, state="moon").status_code == 422


def test_cases_are_for_those_who_see_every_tenant(
    files: tuple[File, File], program: Callable[..., Program], make_person: Callable[..., Person]
) -> None:
    mine, _ = files
    path = f"/landlords/{mine.landlord.pk}/cases"
    assert program(make_person(Role.CONTRIBUTOR, mine.landlord)).get(path).status_code == 403
    assert program(make_person(Role.DIRECTOR, mine.landlord), [Scope.READ]).get(path).status_code == 200
    assert program().get(path).status_code == 401


def test_thirty_cases_ask_as_many_queries_as_one(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, _ = files
    called, told = program(mine.lead), []
    home = Residence.objects.get(pk=mine.found["residences"])
    for more in (0, 30):
        for _ in range(more):
            open_case(place=Place(home), contact=Contact("Mme N.", "+33612345678"), said=Said(score=1), at=NOON)
        called.get(f"/landlords/{mine.landlord.pk}/cases")
        with CaptureQueriesContext(connection) as seen:
            called.get(f"/landlords/{mine.landlord.pk}/cases")
        told.append(len(seen))
    assert told[0] == told[1]
