"""Rows of a plain SQL query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection


def fetch(sql: str, parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query, by column name."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def stream(sql: str, parameters: Any) -> Iterator[tuple[Any, ...]]:
    """The rows of a query that may be long, taken from the database as they are asked for."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        yield from cursor
