"""A list of priority districts comes in by the page: at once, then stock after stock by the worker; nothing wrong is said meanwhile."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.jobs import tasks
from palier.sites.models import Scoring
from palier.stock.models import DistrictStanding, Dwelling, PriorityDistrict, Residence
from palier.surveys.models import Household
from palier.web.sources import territory
from tests.fixtures import NOON
from tests.stock.test_districts import feature, square

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


@pytest.fixture
def referent(make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER, "Union"))


def send(client: Client, *features: Any, what: str = "districts_2024", content: bytes = b"") -> HttpResponse:
    body = content or json.dumps({"features": features}).encode()
    return client.post(reverse("open_data"), {"what": what, "file": io.BytesIO(body)})


def page(client: Client) -> str:
    return client.get(reverse("open_data")).content.decode().replace("\xa0", " ").replace("\u202f", " ")


def jobs() -> Any:
    return ProcrastinateJob.objects.filter(task_name="stock.stand_again").order_by("pk")


def work() -> None:
    for job in jobs():
        tasks.stand_again(**job.args)
    jobs().update(status="succeeded")


def test_a_list_comes_in_by_the_page_then_stock_after_stock(
    landlord: Landlord, lead: Person, residences: list[Residence], referent: Person, sign_in: SignIn
) -> None:
    here = residences[0]
    Dwelling.objects.create(source=here.last_source, residence=here, line=1, homes=40, lon=2.485, lat=48.905)
    Scoring.objects.create(landlord=landlord, asked_number=0, asked_at=NOON)
    for reference, qpv in (("L1", None), ("L2", False)):
        Household.objects.create(landlord=landlord, reference=reference, residence=here, qpv=qpv, changed_at=NOON)
    client, visitor = sign_in(referent), sign_in(lead)
    list_, sites = reverse("stock", args=[landlord.pk]), reverse("sites", args=[landlord.pk])
    sheet = reverse("residence", args=[landlord.pk, here.pk])
    assert "Rien n’est encore chargé" in page(client)
    assert send(client, feature("QN09312I", square(2.38, 48.9))).status_code == 302
    assert "il reste 1 millésime de patrimoine à situer" in page(client)
    assert "liste de 2024" in page(client)
    assert send(client, feature("QN09312I", square(2.48, 48.9))).status_code == 302
    assert jobs().count() == 1, "the stock that waits already is not asked for twice"
    assert not DistrictStanding.objects.exists()
    for address in (
        list_,
        sites,
        *(reverse(name, args=[landlord.pk]) for name in ("stock_map", "journey", "sources")),
        sheet,
    ):
        assert visitor.get(address).status_code == 200, address
    assert "QPV inconnu" in visitor.get(list_).content.decode()
    Residence.objects.filter(pk=here.pk).update(lon=2.485, lat=48.905, commune="01004")
    assert "ne sont pas chargés pour sa commune" in visitor.get(sheet).content.decode()
    Residence.objects.filter(pk=here.pk).update(commune="93010")
    assert "elle n’y est pas encore située" in visitor.get(sheet).content.decode()
    for answer in ("oui", "non"):
        assert here.name not in visitor.get(sites, {"qpv": answer}).content.decode()
    work()
    assert list(Household.objects.order_by("pk").values_list("qpv", flat=True)) == [True, False], "the landlord's word stays"
    assert "à situer" not in page(client)
    assert "Les Acacias" in visitor.get(list_).content.decode()
    assert here.name in visitor.get(sites, {"qpv": "oui"}).content.decode()
    assert ProcrastinateJob.objects.filter(task_name="sites.score").count() == 1
    assert send(client, feature("QN09312I", square(2.48, 48.9))).status_code == 302
    assert jobs().filter(status="todo").count() == 1


def test_how_many_stocks_are_left_is_asked_again_without_the_page(
    residences: list[Residence], referent: Person, sign_in: SignIn
) -> None:
    client = sign_in(referent)
    send(client, feature("QP093012", square(2.48, 48.9)), what="districts_2015")
    told = client.get(reverse("open_data"), headers={"HX-Request": "true"}).content.decode()
    assert "Liste 2015" in told
    assert "<h1" not in told
    work()
    assert "hx-get" not in client.get(reverse("open_data"), headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (json.dumps({"features": [feature("QN09312I", square(2.48, 48.9)), {"properties": {}}]}).encode(), "Quartier n° 2 "),
        (json.dumps({"features": [feature("QP093012", square(2.48, 48.9))]}).encode(), "QP093012 est de la liste de 2015"),
        (b"<html></html>", "pas un JSON bien form"),
        (b" ", "pas un JSON bien form"),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field_and_changes_nothing(
    content: bytes, said: str, residences: list[Residence], referent: Person, sign_in: SignIn
) -> None:
    client = sign_in(referent)
    send(client, feature("QN09399X", square(2.48, 48.9)))
    work()
    answer = send(client, content=content)
    assert answer.status_code == 422
    assert said in answer.content.decode().replace("\xa0", " ").replace("\u202f", " ")
    assert PriorityDistrict.objects.get().code == "QN09399X"
    assert not jobs().filter(status="todo").exists()


@pytest.mark.parametrize("what", ["districts_2024", "incomes"])
def test_a_file_too_big_is_refused_and_not_cut(
    what: str, referent: Person, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(territory, "_MOST_MB", 0)
    answer = send(sign_in(referent), what=what, content=b"IRIS;DISP_TP6021;DISP_MED21\n930100101;34;16540\n")
    assert answer.status_code == 422
    assert "Compressez-le" in answer.content.decode()


def test_what_fails_starts_again_behind_the_others() -> None:
    job = Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="stock.stand_again", priority=0)
    again = tasks.stand_again.retry_strategy.get_retry_decision(exception=ValueError(), job=job)
    assert again.priority == -1
    assert again.retry_at


def test_what_fails_is_said_on_the_page(residences: list[Residence], referent: Person, sign_in: SignIn) -> None:
    client = sign_in(referent)
    send(client, feature("QN09312I", square(2.48, 48.9)))
    assert "repris" not in page(client)
    jobs().update(attempts=1)
    assert "1 a dû être repris : un essai n’est pas allé au bout, un autre suit." in page(client)
