"""What an installation refuses to start with."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

OLDEST_SERVER = 150_000


def _refuse(number: int, sentence: str, hint: str) -> Error:
    return Error(sentence, hint=hint, id=f"palier.E{number:03}")


@register(Tags.security)
def production_is_safe(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """DEBUG, a missing or short secret, and plain HTTP are refused outside the demonstration and the tests."""
    if settings.DEMO or settings.TESTING:
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(_refuse(1, "PALIER_DEBUG is on.", "Remove it from the environment."))
    if len(settings.SECRET_KEY) < 40:
        found.append(_refuse(2, "PALIER_SECRET_KEY is missing or too short.", "Give 50 random characters."))
    if not settings.SECURE:
        found.append(_refuse(3, "PALIER_ORIGIN is not https.", "Put the public https:// address there."))
    return found


@register(Tags.database)
def database_is_fit(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """A superuser role would walk through every protection of the database; an older server lacks some of them."""
    if not databases:
        return []
    found: list[CheckMessage] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, current_setting('server_version_num')::int FROM pg_roles WHERE rolname = current_user")
        is_superuser, version = cursor.fetchone()
    if is_superuser:
        found.append(_refuse(4, "The database role is a superuser.", "Use a role that only owns Palier's database."))
    if version < OLDEST_SERVER:
        found.append(_refuse(5, "PostgreSQL is older than 15.", "Use PostgreSQL 15 to 18."))
    return found
