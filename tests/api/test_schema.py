"""The document tells the truth: whatever is sent, answers are those that it describes, and nothing fails."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode

from palier.api.v1 import auth
from palier.api.v1.routes import ROOMS, document
from palier.directory.models import Landlord, Organisation
from palier.directory.operations import add_member
from palier.directory.rules import Kind, Role
from palier.installation.wsgi import application
from tests.api.conftest import Program
from tests.api.scene import File, furnish
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
DOCUMENT = json.loads(document())
OPERATIONS = [(path, method, said) for path, methods in DOCUMENT["paths"].items() for method, said in methods.items()]
EXAMPLES = 4


def test_the_document_is_open_to_everybody(client: Client) -> None:
    answer = client.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["info"]["version"] == "1.0.0"


def test_every_operation_says_who_may_call_it_and_how_it_refuses() -> None:
    for path, method, said in OPERATIONS:
        assert {"401", "403", "404", "422", "429"} <= set(said["responses"]), (path, method)
        assert "Portée : " in said["description"] or "Toute clé" in said["description"], (path, method)
        assert said["summary"][0].isupper(), (path, method)


def test_two_shapes_never_share_a_name() -> None:
    found: dict[str, Any] = {}
    operations = [operation for room in ROOMS for view in room.router.path_operations.values() for operation in view.operations]
    for operation in operations:
        for model in filter(None, [*operation.models, *operation.response_models.values()]):
            for name, shape in model.model_json_schema(mode="serialization").get("$defs", {}).items():
                assert found.setdefault(name, shape) == shape, name


@pytest.fixture
def caller(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    program: Callable[..., Program],
    documents_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[File, Program]:
    """Somebody who leads a landlord's file and runs the label: no door is shut."""
    monkeypatch.setattr(auth, "_count", lambda *_: None)
    file = furnish(make_landlord(), "canari")
    add_member(person=file.lead, organisation=make_organisation(Kind.LABEL_OWNER), role=Role.REFERENT, by=None, at=NOON)
    return file, program(file.lead)


def known(path: str, file: File) -> dict[str, Any]:
    """Path parameters that lead to something."""
    parts = path.split("/")
    there = {"{landlord_id}": file.landlord.pk, "{criterion}": "control", "{code}": "small", "{number}": 1}
    return {
        part.strip("{}"): there.get(part) or file.found[parts[index - 1]]
        for index, part in enumerate(parts)
        if part.startswith("{")
    }


@pytest.fixture
def _connection_stays() -> Iterator[None]:
    """Between two requests the server would close the connection, and the test's transaction with it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_connection_stays")
@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_are_those_of_the_document(mode: GenerationMode, caller: tuple[File, Program]) -> None:
    file, called = caller
    schema = schemathesis.openapi.from_dict(DOCUMENT)
    schema.app = application
    headers = {"Authorization": f"Bearer {called.token}", "Host": "testserver"}
    for path, method, _ in OPERATIONS:
        operation = schema[path][method.upper()]
        cases = operation.as_strategy(generation_mode=mode, path_parameters=known(path.removeprefix("/api/v1"), file))
        if "{" in path:
            cases = st.one_of(cases, operation.as_strategy(generation_mode=mode))

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            derandomize=True,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=cases)
        def holds(case: Case) -> None:
            case.call_and_validate(headers=headers, excluded_checks=[schemathesis.checks.positive_data_acceptance])

        holds()
