"""One PostgreSQL server for the tests, kept between runs; one database a run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["PALIER_TESTING"] = "1"
os.environ["PALIER_DATA"] = os.environ.get("PALIER_TEST_DATA") or str(Path(__file__).resolve().parent.parent / "var" / "tests")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.installation.settings")

pytest_plugins = ["tests.fixtures", "tests.browser"]


def pytest_configure() -> None:
    """Start the server before Django opens its first connection; let drawn examples take their time on a busy machine."""
    import hypothesis
    from django.conf import settings

    hypothesis.settings.register_profile("palier", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.load_profile("palier")

    from palier.installation import database

    if settings.EMBEDDED:
        database.ensure_running(settings.EMBEDDED, durable=False)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _foot_of_pages_asks_nothing() -> None:
    """Pages look for the last checkpoint now and then: tests that count queries must not meet that one."""
    from palier.web.context import foot

    foot.until = float("inf")
