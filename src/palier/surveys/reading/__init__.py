"""A landlord's files, read whole: those of tenants, those of events. Nothing here knows the database."""

from __future__ import annotations

from collections.abc import Mapping

from palier.directory.rules import plain
from palier.stock.reading.mapping import Column


def propose(columns: list[Column], known: Mapping[str, tuple[str, ...]]) -> dict[int, str]:
    """What each column seems to be, from its header; each thing is one column, what is doubtful is left to people."""
    headers = [plain(column.header.replace("_", " ").replace(".", " ").replace("°", " ")) for column in columns]
    ranked = sorted(
        (names.index(header), index, name)
        for index, header in enumerate(headers)
        for name, names in known.items()
        if header in names
    )
    found: dict[int, str] = {}
    for _, index, name in ranked:
        if index not in found and name not in found.values():
            found[index] = name
    return dict(sorted(found.items()))
