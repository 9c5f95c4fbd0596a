"""The ledger before everybody: what is handed out is checked by the program that is handed out with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.ledger.operations import checkpoint, know_keys, record
from palier.ledger.rules import Audience
from tests.browser import OpenPage, check

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
BASE = "/journal-des-actes/"


def act(at: datetime, *, by: int | None = None, landlord: int | None = None, audience: Audience = Audience.FILE) -> int:
    with transaction.atomic():
        return record(
            act="test.done", by=by, at=at, on=("test.thing", 1), landlord=landlord, summary="a fait ceci.", audience=audience
        ).number


@pytest.fixture
def verified(tmp_path: Path) -> Callable[..., str]:
    """Download the verifier and the keys, and run it on what was downloaded."""

    def run(client: Client, *paths: str) -> str:
        files = []
        for path in ("fichiers/palier-verifier.py", "fichiers/cles.txt", *paths):
            answer = client.get(path if path.startswith("/") else f"{BASE}{path}")
            assert answer.status_code == 200, path
            files.append(tmp_path / str(len(files)))
            files[-1].write_bytes(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        done = subprocess.run([sys.executable, "-I", *map(str, files)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_a_stranger_checks_with_what_the_page_hands_out(client: Client, at: datetime, verified: Callable[..., str]) -> None:
    know_keys(at=at)
    for _ in range(4):
        act(at)
    kept = checkpoint(at=at)
    assert kept
    act(at)
    page = client.get(BASE).content.decode()
    assert kept.note in page
    for named in ("fichiers/palier-verifier.py", "fichiers/cles.txt", "fichiers/point-de-controle.txt", "coherence/5.json"):
        assert f'href="{BASE}{named}"' in page
    listed = json.loads(client.get(f"{BASE}fichiers/points-de-controle.json").content)
    assert [head["checkpoint"] for head in listed["checkpoints"]] == [kept.note]
    assert "point de contrôle n° 6" in verified(client, "fichiers/point-de-controle.txt")
    assert client.get(f"{BASE}coherence/7.json").status_code == client.get(f"{BASE}fichiers/ailleurs").status_code == 404
    assert client.get(f"{BASE}coherence/7.json").json()["code"] == "ledger.no_such_head"
    assert client.get(BASE, {"nombre": 5})["Location"] == f"{BASE}coherence/5.json"
    for wrong in ("7", "0", "cinq"):
        assert "nombre_error" in client.get(BASE, {"nombre": wrong}).content.decode(), wrong


def test_the_receipt_of_a_line_of_a_file_says_no_more_than_its_reader_may_know(
    at: datetime,
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: SignIn,
    verified: Callable[..., str],
) -> None:
    landlord = make_landlord()
    lead = make_person(Role.QUALITY_LEAD, landlord)
    staff = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    mine = act(at, by=lead.pk, landlord=landlord.pk)
    other = act(at, by=staff.pk, landlord=landlord.pk)
    hidden = act(at, by=staff.pk, landlord=landlord.pk, audience=Audience.SCHEME)
    given = {}
    for who, person in (("lead", lead), ("staff", staff)):
        for line in (mine, other, hidden):
            answer = sign_in(person).get(reverse("history_receipt", args=[landlord.pk, line]))
            given[who, line] = "content" in json.loads(answer.content) if answer.status_code == 200 else None
    assert given == {
        ("lead", mine): True,
        ("lead", other): False,
        ("lead", hidden): None,
        ("staff", mine): True,
        ("staff", other): True,
        ("staff", hidden): True,
    }
    assert "se vérifie" in verified(sign_in(lead), reverse("history_receipt", args=[landlord.pk, other]))
    assert (
        f'href="{reverse("history_receipt", args=[landlord.pk, mine])}"'
        in sign_in(lead).get(reverse("history", args=[landlord.pk])).content.decode()
    )


def test_the_team_exports_the_whole_without_its_words(
    at: datetime,
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    sign_in: SignIn,
    verified: Callable[..., str],
) -> None:
    act(at)
    client = sign_in(make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER)))
    assert "toutes se vérifient" in verified(client, "export.jsonl", "fichiers/point-de-controle.txt")
    assert b"a fait ceci" not in b"".join(client.get(f"{BASE}export.jsonl").streaming_content)


def test_the_page_costs_the_same_with_one_head_and_with_thirty(client: Client, at: datetime) -> None:
    assert "Le journal est vide." in client.get(BASE).content.decode()
    know_keys(at=at)
    counts = []
    for more in (1, 29):
        for _ in range(more):
            act(at)
            checkpoint(at=at)
        with CaptureQueriesContext(connection) as asked:
            page = client.get(BASE).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 7
    assert "30 points de contrôle" in page
    assert "Page suivante" in page


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_and_a_history_hold_in_a_browser(
    browser_page: OpenPage, at: datetime, make_landlord: Callable[..., Landlord], make_person: Callable[..., Person]
) -> None:
    know_keys(at=at)
    landlord = make_landlord()
    checkpoint(at=at)
    lead = make_person(Role.QUALITY_LEAD, landlord)
    page = browser_page()
    page.goto(BASE)
    page.locator("summary").first.click()
    check(page, "ledger-public")
    with page.expect_download() as download:
        page.get_by_role("link", name="Garder ce point de contrôle").click()
    assert Path(download.value.path()).read_text().startswith(page.locator("pre").first.inner_text().split("\n")[0])
    page = browser_page(lead)
    page.goto(reverse("history", args=[landlord.pk]))
    check(page, "ledger-history")
    with page.expect_download() as download:
        page.get_by_role("link", name="Reçu de la ligne").first.click()
    assert json.loads(Path(download.value.path()).read_text())["format"] == "palier.receipt/1"
