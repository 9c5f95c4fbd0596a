"""The help page: whoever has a role reads whom to ask by name, a stranger reads nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from palier.directory.models import Person
from palier.directory.rules import Kind, Role

pytestmark = pytest.mark.django_db


def test_a_role_reads_whom_to_ask_and_a_stranger_nobody(
    client: Client,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Any],
    make_landlord: Callable[..., Any],
    sign_in: Callable[[Person], Client],
) -> None:
    ours, theirs = make_landlord(), make_landlord()
    team = make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))
    lead, other = make_person(Role.QUALITY_LEAD, ours), make_person(Role.QUALITY_LEAD, theirs)
    page = sign_in(make_person(Role.CONTRIBUTOR, ours)).get("/aide/").content.decode()
    assert f"mailto:{team.email}" in page
    assert f"mailto:{lead.email}" in page
    assert other.email not in page
    assert "mailto:" not in client.get("/aide/").content.decode()
    assert "organisme.md" in page
