"""Lists, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Schema
from pydantic import Field

T = TypeVar("T")
DEFAULT_LIMIT, MAX_LIMIT, MAX_OFFSET = 25, 200, 10_000_000


class Page(Schema, Generic[T]):
    """Some of a list: how many there are in all, the addresses of the pages beside this one, and what this one holds."""

    count: int = Field(description="Nombre d’éléments en tout.")
    next: str | None = Field(description="Adresse de la page suivante.")
    previous: str | None = Field(description="Adresse de la page précédente.")
    items: list[T]


class Asked(HttpRequest):
    """A request for a list, once its door has read which page."""

    limit: int
    offset: int


def paged(request: Asked, rows: QuerySet[Any] | Sequence[Any], shown: Callable[[list[Any]], list[T]]) -> Page[T]:
    """The page asked of a list, as the API shows it. Two SQL queries, and those of ``shown`` on the whole page at once."""
    limit, offset = request.limit, request.offset
    count = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return Page(
        count=count,
        next=_address(request, limit, offset + limit) if offset + limit < count else None,
        previous=_address(request, limit, max(offset - limit, 0)) if offset and count else None,
        items=shown(list(rows[offset : offset + limit])),
    )


def _address(request: Asked, limit: int, offset: int) -> str:
    asked = [(name, value) for name, values in request.GET.lists() for value in values if name not in {"limit", "offset"}]
    return f"{settings.ORIGIN}{request.path}?{urlencode([*asked, ('limit', limit), ('offset', offset)])}"
