"""Rows of a plain SQL query, by column name."""

from __future__ import annotations

from typing import Any

from django.db import connection


def fetch(sql: str, parameters: Any) -> list[dict[str, Any]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
