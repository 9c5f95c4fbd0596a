"""The document as a page."""

from __future__ import annotations

from collections.abc import Callable
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
