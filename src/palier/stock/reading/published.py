"""Public files as they are published: texts in UTF-8, compressed (.gz) or not, and JSON."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from palier.stock.reading.places import Unreadable

_MOST_BYTES = 1_500 * 2**20


@contextmanager
def opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """The text of a public file.

    Raises:
        Unreadable: as soon as what is read is damaged, is no text, or is too big once unpacked.
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        source = gzip.GzipFile(fileobj=raw) if packed else raw
        try:
            yield io.TextIOWrapper(_Bounded(source), encoding="utf-8-sig", newline="")  # type: ignore[arg-type]
        except (UnicodeDecodeError, OSError, EOFError, csv.Error) as problem:
            raise Unreadable("Ce fichier est abîmé, ou n’est pas un texte en UTF-8. Téléchargez-le à nouveau.") from problem


class _Bounded(io.RawIOBase):
    """Bytes that stop being given past a size: a small packed file may hold a huge one."""

    def __init__(self, source: Any) -> None:
        self._source, self._left = source, _MOST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise OSError("too big once unpacked")
        buffer[: len(data)] = data
        return len(data)


def parsed(text: io.TextIOWrapper, numbers: Callable[[str], Any] = str) -> dict[str, Any]:
    """The object that a JSON holds.

    Raises:
        Unreadable: when it is none.
    """
    # A number stays the text it was until it serves: most of a national file does not.
    try:
        data = json.loads(text.read(), parse_float=numbers)
    except (ValueError, RecursionError) as problem:
        raise Unreadable("Ce fichier n’est pas un JSON bien formé. Téléchargez-le à nouveau.") from problem
    if not isinstance(data, dict):
        raise Unreadable("Ce fichier n’a pas la forme attendue.")
    return data
