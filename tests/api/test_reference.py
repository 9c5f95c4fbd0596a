"""The document as a page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from palier.api.v1.routes import ROOMS
from tests.browser import check

OpenPage = Callable[..., Any]


@pytest.mark.django_db
def test_the_page_says_every_address_and_needs_nothing_from_elsewhere(client: Client) -> None:
    answer = client.get("/api/v1/docs")
    assert answer.status_code == 200
    said = answer.content.decode()
    for room in ROOMS:
        for route in room.routes:
            assert f"{route.method} /api/v1{route.path}" in said
    assert "https://" not in said.replace("https://www.w3.org", "")


@pytest.mark.browser
def test_the_page_reads_well(browser_page: OpenPage) -> None:
    page = browser_page()
    page.goto("/api/v1/docs")
    page.get_by_text("Lister les résidences", exact=False).first.click()
    check(page, "api-docs")


def test_the_guide_names_each_address_that_is_read_once() -> None:
    """``docs/api.md`` says which page each address stands for."""
    told = Path("docs/api.md").read_text(encoding="utf-8").split("## Chaque page et son adresse")[1].split("\n## ")[0]
    named = [name for line in told.splitlines() if line.startswith("|") for name in re.findall(r"`([/…][^`]*)`", line)]
    served = {route.path for room in ROOMS for route in room.routes if route.method == "GET"}
    assert sorted(name.replace("…", "/landlords/{landlord_id}") for name in named) == sorted(served)
