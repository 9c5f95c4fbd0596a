"""What an installation refuses to start with."""

from __future__ import annotations

import pytest
from django.conf import LazySettings

from palier.installation import checks


@pytest.fixture
def production(settings: LazySettings) -> LazySettings:
    settings.TESTING, settings.SECRET_KEY, settings.SECURE = False, "x" * 50, True
    return settings


def refused(settings: LazySettings, **changed: object) -> list[str | None]:
    for name, value in changed.items():
        setattr(settings, name, value)
    return [found.id for found in checks.production_is_safe(None)]


def test_a_safe_production_starts(production: LazySettings) -> None:
    assert refused(production) == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [("DEBUG", True, "palier.E001"), ("SECRET_KEY", "court", "palier.E002"), ("SECURE", False, "palier.E003")],
)
def test_what_is_dangerous_is_refused(production: LazySettings, name: str, value: object, number: str) -> None:
    assert refused(production, **{name: value}) == [number]


@pytest.mark.django_db
def test_a_plain_role_on_a_recent_server_is_accepted_and_an_old_server_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.database_is_fit(None, ["default"]) == []
    monkeypatch.setattr(checks, "OLDEST_SERVER", 990_000)
    assert [found.id for found in checks.database_is_fit(None, ["default"])] == ["palier.E005"]
