"""The ledger on screen: complete, searchable, and only what one's role may read."""

from __future__ import annotations

import csv
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.ledger.models import Entry
from palier.ledger.operations import erase, record
from palier.ledger.rules import Audience

pytestmark = pytest.mark.django_db
Make = Callable[..., Person]
SignIn = Callable[[Person], Client]


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("Habitat des Rives")


def act(landlord: Landlord, summary: str, at: datetime, **more: object) -> Entry:
    given = {"act": "plans.action_added", "by": None, "on": ("plans.action", 1), "audience": Audience.FILE} | more
    with transaction.atomic():
        return record(landlord=landlord.pk, summary=summary, at=at, **given)  # type: ignore[arg-type]


def read(client: Client, landlord: Landlord, query: str = "") -> str:
    return client.get(f"/organismes/{landlord.pk}/journal/{query}").content.decode()


def test_each_role_reads_its_own_lines(
    landlord: Landlord,
    make_organisation: Callable[..., Organisation],
    make_person: Make,
    sign_in: SignIn,
    at: datetime,
) -> None:
    for audience in Audience:
        act(landlord, f"a fait un acte {audience.value}.", at, audience=audience)
    association, firm = make_organisation(Kind.TENANTS_ASSOCIATION), make_organisation(Kind.AUDIT_FIRM)
    for holder, role in ((association, Role.TENANT_REPRESENTATIVE), (firm, Role.AUDITOR)):
        open_file(landlord=landlord, holder=holder, role=role, source="x", by=None, at=at)
    people = {
        (Role.TENANT_REPRESENTATIVE, association): {"file"},
        (Role.AUDITOR, firm): {"file", "audit"},
        (Role.QUALITY_LEAD, landlord): {"file", "landlord"},
        (Role.REFERENT, make_organisation(Kind.LABEL_OWNER)): {"file", "landlord", "audit", "scheme"},
    }
    for (role, organisation), expected in people.items():
        page = read(sign_in(make_person(role, organisation)), landlord)
        assert {a.value for a in Audience if f"un acte {a.value}." in page} == expected, role


def test_one_finds_by_words_person_subject_and_day(
    landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    lead = make_person(Role.QUALITY_LEAD, landlord, "Mme B.")
    act(landlord, "a ajouté l’action A-18.", at, by=lead.pk)
    act(landlord, "a importé le patrimoine.", at + timedelta(days=2), act="stock.imported")
    client = sign_in(lead)
    both = ("A-18", "importé le patrimoine")
    found = {
        query: tuple(words for words in both if words in read(client, landlord, query))
        for query in (
            "",
            "?text=a-18",
            f"?person={lead.pk}",
            "?person=0",
            "?subject=stock",
            "?last=2026-03-10",
            "?first=2026-03-12",
        )
    }
    assert found == {
        "": both,
        "?text=a-18": both[:1],
        f"?person={lead.pk}": both[:1],
        "?person=0": both[1:],
        "?subject=stock": both[1:],
        "?last=2026-03-10": both[:1],
        "?first=2026-03-12": both[1:],
    }
    assert both[0] in read(client, landlord, "?first=hier&person=abc")


def test_it_is_read_fifty_at_a_time_at_the_same_cost(
    landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    client, counts = sign_in(make_person(Role.QUALITY_LEAD, landlord)), []
    for more in (1, 59):
        for n in range(more):
            act(landlord, f"a fait {n}.", at, by=make_person().pk)
        with CaptureQueriesContext(connection) as queries:
            page = read(client, landlord)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 11  # a savepoint and its release included
    assert page.count("<tr") == 51
    assert "Page suivante" in page


def test_an_erased_content_stays_a_line(landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime) -> None:
    erase(number=act(landlord, "a écrit à M. X.", at).number)
    page = read(sign_in(make_person(Role.QUALITY_LEAD, landlord)), landlord)
    assert "M. X." not in page
    assert "contenu est effacé" in page


def test_the_export_is_what_is_read_and_runs_nothing(
    landlord: Landlord, make_person: Make, sign_in: SignIn, at: datetime
) -> None:
    act(landlord, "=HYPERLINK(1)", at)
    act(landlord, "a fait un acte réservé.", at, audience=Audience.SCHEME)
    client = sign_in(make_person(Role.QUALITY_LEAD, landlord))
    answer = client.get(f"/organismes/{landlord.pk}/journal/export/csv/")
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0] == ["N°", "Date et heure (Paris)", "Qui", "A fait", "Code", "Empreinte"]
    assert any(row[3] == "'=HYPERLINK(1)" for row in rows)
    assert not any("réservé" in row[3] for row in rows)
    assert client.get(f"/organismes/{landlord.pk}/journal/export/exe/").status_code == 404
