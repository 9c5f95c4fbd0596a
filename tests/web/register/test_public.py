"""The public register: anybody, any day, the same to programs and to people, and nothing of the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from typing import Any

import jsonschema
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from palier.api.v1.errors import Problem, ReasonOut
from palier.label.operations import lapse_due
from palier.plans.rules.conditions import Asked
from palier.register import operations
from palier.register.models import Certificate
from palier.web.register.data import SCHEMA
from tests.register.conftest import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def data(client: Client, **asked: Any) -> dict[str, Any]:
    answer = client.get(reverse("register_export", kwargs={"form": "json"}), asked)
    assert answer.status_code == 200
    given: dict[str, Any] = answer.json()
    jsonschema.validate(given, SCHEMA, format_checker=jsonschema.FormatChecker())
    return given


def test_the_page_and_the_data_run_as_many_queries_for_one_and_for_thirty(scene: Scene, client: Client) -> None:
    def queries() -> list[int]:
        counts = []
        for address in (reverse("register"), reverse("register_export", kwargs={"form": "json"})):
            with CaptureQueriesContext(connection) as seen:
                assert client.get(address).status_code == 200
            counts.append(len(seen))
        return counts

    scene.award()
    queries()
    one = queries()
    for _ in range(29):
        scene.grant()
    operations.catch_up(at=scene.at)
    assert Certificate.objects.count() == 30
    assert queries() == one


def test_the_register_answers_for_a_past_day(scene: Scene, client: Client) -> None:
    scene.award("Aubeclaire")
    assert data(client)["labelled"] == 1
    assert data(client, au="2026-03-09")["lines"] == []
    assert data(client, au="")["on"] == "2026-03-10"


def test_an_end_stays_in_the_register_with_its_date(scene: Scene, client: Client) -> None:
    scene.award("Aubeclaire")
    lapse_due(at=scene.later(600))
    with time_machine.travel(scene.later(601), tick=False):
        line = data(client)["lines"][0]
        page = client.get(reverse("register")).content.decode()
    assert (line["standing"]["code"], line["ended_on"]) == ("expired", "2027-09-10")
    assert [one["change"] for one in line["history"]] == ["awarded", "expired"]
    assert "Expiré" in page


def test_a_label_that_went_on_after_its_last_day_says_why_it_ended_later(scene: Scene, client: Client) -> None:
    journey = scene.award("Aubeclaire")
    type(journey).objects.filter(pk=journey.pk).update(stage="decision_confirmation")
    lapse_due(at=scene.later(700))
    with time_machine.travel(scene.later(701), tick=False):
        page = client.get(reverse("register_landlord", kwargs={"siren": journey.landlord.siren})).content.decode()
    assert "il a été prolongé pendant l’instruction du dossier" in page


def test_one_searches_filters_and_sorts(scene: Scene, client: Client) -> None:
    scene.award("Aubeclaire")
    scene.award("Zénith Habitat")
    assert [line["landlord"]["name"] for line in data(client, sort="-bailleur")["lines"]] == ["Zénith Habitat", "Aubeclaire"]
    assert [line["landlord"]["name"] for line in data(client, q="zenith")["lines"]] == ["Zénith Habitat"]
    assert [line["certificate"] for line in data(client, q="PAL-2026-0001")["lines"]] == ["PAL-2026-0001"]
    assert data(client, famille="esh")["lines"] == []
    assert data(client, etat="withdrawn")["lines"] == []
    assert len(data(client, etat="valables", sort="depuis")["lines"]) == 2


def test_a_filter_that_is_not_understood_is_refused_with_what_is_accepted(scene: Scene, client: Client) -> None:
    scene.award("Aubeclaire")
    for name, value, known in (
        ("etat", "suspendu", "suspended (Suspendu)"),
        ("famille", "OPH", "oph ("),
        ("region", "Bretagne", "region"),
        ("sort", "faux", "-jusqu-au"),
        ("au", "2099-01-01", "date à venir"),
        ("au", "hier", "Indiquez une date"),
        ("état", "suspended", "etat"),
    ):
        refused = client.get(reverse("register_export", kwargs={"form": "json"}), {name: value})
        assert refused.status_code == 400, name
        assert [one["field"] for one in refused.json()["reasons"]] == [name]
        assert known in refused.json()["sentence"]
        assert set(refused.json()) == set(Problem.model_fields)
        assert set(refused.json()["reasons"][0]) == set(ReasonOut.model_fields)
        plain = client.get(reverse("register_export", kwargs={"form": "csv"}), {name: value})
        assert (plain.status_code, plain["Content-Type"]) == (400, "text/plain; charset=utf-8")
        assert known in plain.content.decode()
        page = client.get(reverse("register"), {name: value}).content.decode()
        assert "n’a pas été compris" in page
        assert "Aubeclaire" in page
    assert data(client, page="2")["total"] == 1  # what the page's own links carry
    assert "suspended</span> (Suspendu)" in client.get(reverse("register_about")).content.decode()


def test_the_csv_says_what_the_json_says(scene: Scene, client: Client) -> None:
    scene.award("=Aubeclaire")
    text = client.get(reverse("register_export", kwargs={"form": "csv"})).content.decode("utf-8-sig")
    header, row = csv.reader(io.StringIO(text), delimiter=";")
    assert (header[0], row[0]) == ("Bailleur", "'=Aubeclaire")
    assert (row[5], row[6], row[9]) == ("10/03/2026", "09/09/2027", "PAL-2026-0001")
    assert row[11] == "prise hors de Palier, enregistrée le 10 mars 2026 d’après le document joint au dossier"
    assert data(client)["lines"][0]["history"][0]["decision"]["sentence"] == row[11]
    assert client.get(reverse("register_export", kwargs={"form": "xml"})).status_code == 404


def test_data_may_be_kept_a_minute_and_are_not_sent_twice(scene: Scene, client: Client) -> None:
    scene.award()
    first = client.get(reverse("register_export", kwargs={"form": "json"}))
    assert first["Cache-Control"] == "public, max-age=60"
    assert first["Access-Control-Allow-Origin"] == "*"
    again = client.get(reverse("register_export", kwargs={"form": "json"}), headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_landlord_has_its_page_once_labelled_and_not_before(
    scene: Scene, client: Client, make_landlord: Callable[..., Any]
) -> None:
    never = make_landlord("Jamais Habitat")
    assert client.get(reverse("register_landlord", kwargs={"siren": never.siren})).status_code == 404
    journey = scene.journey("Aubeclaire")
    scene.decide(journey, "label_awarded", "decision_award", reasons="CANARI", conditions=[Asked("CANARI", date(2099, 1, 1))])
    operations.catch_up(at=scene.at)
    page = client.get(reverse("register_landlord", kwargs={"siren": journey.landlord.siren})).content.decode()
    assert "PAL-2026-0001" in page
    assert "Décision du comité, prise hors de Palier" in page
    assert "CANARI" not in page
    assert Certificate.objects.get().code not in page
