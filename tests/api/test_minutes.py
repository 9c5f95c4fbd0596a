"""Minutes through the API: what the pages show, to whom they show it; a recused member has a copy without the matter."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from palier.api.v1 import auth
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.minutes import operations
from tests.api.conftest import Program
from tests.minutes.conftest import CANARY, Held, at_the_committee, held, referent, sitting

__all__ = ["at_the_committee", "held", "referent", "sitting"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _calls(monkeypatch: pytest.MonkeyPatch, held: Held) -> None:
    monkeypatch.setattr(auth, "_count", lambda *_: None)


def test_a_draft_is_for_who_writes_it(held: Held, program: Callable[..., Program]) -> None:
    minutes = held.start()
    held.admit(held.sitting.titulars[1])
    member = program(held.sitting.titulars[1].person)
    assert member.get("/minutes").json()["items"] == []
    assert member.get(f"/minutes/{minutes.pk}").status_code == 404
    row = program(held.referent).get("/minutes").json()["items"][0]
    assert (row["session"], row["state"]["code"], row["signed_by"]) == (1, "draft", None)
    assert row["page"].endswith(f"/seances/{held.session.number}/proces-verbal/versions/1/")


def test_each_reads_the_copy_that_is_theirs(held: Held, program: Callable[..., Program]) -> None:
    minutes = held.approve(held.send())
    held.sign(minutes)
    readers = {}
    for name, mandate in (("whole", held.sitting.titulars[1]), ("recused", held.recused)):
        held.admit(mandate)
        readers[name] = program(mandate.person)
    address = f"/minutes/{minutes.pk}"
    assert readers["whole"].get(f"{address}/file").status_code == 404, "the PDF is not sealed yet"
    operations.seal_due(at=held.sitting.later())
    whole, cut = (reader.get(address).json() for reader in readers.values())
    assert (whole["withheld"], cut["withheld"]) == ([], [1])
    assert (whole["approved_by_session"], whole["signed_by"]["name"]) == (2, held.chair.name)
    assert whole["own_copy"]["sha256"] != cut["own_copy"]["sha256"]
    assert CANARY in json.dumps(whole)
    for path in ("", "/twin"):
        answer = readers["recused"].get(address + path)
        assert answer.status_code == 200
        assert CANARY not in answer.content.decode()
    assert readers["whole"].get(f"{address}/twin").json()["attestation"]["sha256"] == whole["own_copy"]["sha256"]
    pdf = b"".join(readers["recused"].get(f"{address}/file"))
    assert pdf.startswith(b"%PDF")


def test_minutes_do_not_exist_for_who_follows_no_committee(
    held: Held, program: Callable[..., Program], make_person: Callable[..., Person], make_landlord: Callable[..., Landlord]
) -> None:
    minutes = held.send()
    lead = program(make_person(Role.QUALITY_LEAD, make_landlord()))
    assert [lead.get(path).status_code for path in ("/minutes", f"/minutes/{minutes.pk}")] == [403, 403]
