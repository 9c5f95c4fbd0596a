"""Logs tell what happened, and to nobody's harm."""

from __future__ import annotations

import json
import logging

import pytest
from django.test import Client

from palier.installation.logs import JsonFormatter

pytestmark = pytest.mark.django_db
SECRET = "un-lien-qui-laisse-entrer"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JsonFormatter())
    return caplog


def written(caplog: pytest.LogCaptureFixture) -> list[dict[str, object]]:
    return [json.loads(caplog.handler.format(record)) for record in caplog.records]


@pytest.mark.parametrize("path", [f"/acces/{SECRET}/", f"/invitation/{SECRET}/", f"/nulle-part/{SECRET}"])
def test_no_line_holds_a_link_or_what_was_looked_for(path: str, lines: pytest.LogCaptureFixture) -> None:
    Client(enforce_csrf_checks=True).post(f"{path}?text={SECRET}", {"text": SECRET})
    assert len(written(lines)) == 2
    assert SECRET not in json.dumps(written(lines))


def test_what_went_wrong_and_its_request_bear_the_number_that_was_answered(
    client: Client, lines: pytest.LogCaptureFixture
) -> None:
    answer = client.get(f"/invitation/{SECRET}/")
    numbers = {line["request_id"] for line in written(lines)}
    assert numbers == {answer["X-Request-Id"]}
    assert {line["route"] for line in written(lines)} == {"invitation/<str:token>/"}
