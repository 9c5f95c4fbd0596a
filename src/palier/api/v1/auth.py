"""Who calls: a program, with the key of a person."""

from __future__ import annotations

import math

from django.core.cache import cache
from django.http import HttpRequest
from ninja.errors import Throttled
from ninja.security import HttpBearer

from palier.directory.models import ApiToken
from palier.directory.operations import resolve_api_token

CALLS_A_MINUTE = 300
"""Calls that one key may make in a minute of the clock, over all processes."""


class ApiKey(HttpBearer):
    """``Authorization: Bearer palier_…``: the program acts as the person of the key, within its scopes."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken | None:
        """The key in force, if any.

        Raises:
            Throttled: when it was used too often in this minute.
        """
        key = resolve_api_token(token=token, at=request.at)  # type: ignore[attr-defined]  # set by DoorMiddleware
        if key is not None:
            request.user = key.person
            _count(key, request.at.timestamp())  # type: ignore[attr-defined]
        return key


def _count(key: ApiToken, now: float) -> None:
    """One more call in this minute. The count is shared and approximate: two calls at the same instant may count as one."""
    minute, name = int(now // 60), f"api-key:{key.pk}"
    last, calls = cache.get(name, (minute, 0))
    calls = calls + 1 if last == minute else 1
    if calls > CALLS_A_MINUTE:
        raise Throttled(wait=math.ceil(60 - now % 60))
    cache.set(name, (minute, calls), timeout=120)
