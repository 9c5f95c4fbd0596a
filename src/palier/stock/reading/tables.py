"""Any file as a table of texts: text files read here, line by line; spreadsheets and GeoJSON in a child process."""

from __future__ import annotations

import codecs
import csv
import io
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from palier.stock.reading.places import Unreadable, grouped
from palier.stock.rules.imports import LIMITS, Limits

SAMPLE = 65_536
Lines = Iterator[tuple[int, list[str]]]


@dataclass(slots=True)
class Table:
    """The lines of a file, each with the number it bears there, and how far the reading is (0 to 1)."""

    lines: Lines
    sheet: str = ""
    sheets: list[str] = field(default_factory=list)
    progress: Callable[[], float] = lambda: 0.0


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a text file are read."""

    name: str

    @property
    def label(self) -> str:
        """As people know it."""
        return {"utf-8-sig": "UTF-8", "utf-16": "UTF-16"}.get(self.name, "ISO-8859-1 (Windows)")


def kind_of(path: Path) -> str:
    """What the bytes are, whatever the file's name says: ``workbook``, ``geojson`` or ``text``.

    Raises:
        Unreadable: when they are none of these.
    """
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise Unreadable(
            "Ce classeur est d’un ancien format (.xls) ou protégé par un mot de passe. Enregistrez-le en .xlsx sans mot de passe, "
            "puis déposez-le."
        )
    if head.startswith((b"%PDF", b"\x1f\x8b")):
        raise Unreadable("Ce fichier n’est pas un tableau de données. Enregistrez-le en .xlsx ou en .csv, puis déposez-le.")
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "text"
    if b"\x00" in head:
        raise Unreadable("Ce fichier n’est pas un texte. Exportez-le en .csv, puis déposez-le.")
    return "geojson" if head.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{") else "text"


def encoding_of(path: Path) -> Encoding:
    """UTF-8 if every byte of the file says so, else the encoding of Windows, else ISO-8859-1, which takes anything."""
    decoders = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "cp1252")}
    with path.open("rb") as file:
        if file.read(2) in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
            return Encoding("utf-16")
        file.seek(0)
        while decoders:
            chunk = file.read(2**20)
            for name in list(decoders):
                try:
                    decoders[name].decode(chunk, final=not chunk)
                except UnicodeDecodeError:
                    del decoders[name]
            if not chunk:
                break
    return Encoding(next(iter(decoders), "iso-8859-1"))


def delimiter_of(sample: str) -> str:
    """The separator that cuts the first lines into most columns, evenly."""
    lines = [line for line in sample.splitlines()[:20] if line.strip()]

    def score(mark: str) -> tuple[int, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        usual = max(set(counts), key=counts.count) if counts else 0
        return (usual if usual > 1 else 0, counts.count(usual))

    return max(";,\t|", key=score)


def sample_of(path: Path, encoding: Encoding) -> str:
    """The beginning of a text file, cut at its last whole line."""
    with path.open("r", encoding=encoding.name, errors="replace", newline="") as file:
        text = file.read(SAMPLE)
    whole, mark, _ = text.rpartition("\n")
    return whole if mark and len(text) >= SAMPLE else text


@contextmanager
def open_text(path: Path, *, encoding: Encoding, delimiter: str, quotes: bool, limits: Limits = LIMITS) -> Iterator[Table]:
    """A text file as a table. Without ``quotes``, a separator always separates (the statutory file)."""
    size = max(path.stat().st_size, 1)
    longest = limits.cell_characters * 20
    with path.open("rb") as raw:
        reader = io.TextIOWrapper(raw, encoding=encoding.name, newline="")

        def physical() -> Iterator[str]:
            count = 0
            while line := _next_line(reader, longest, count + 1):
                count += 1
                if len(line) >= longest:
                    raise Unreadable(
                        f"La ligne {grouped(count)} est trop longue : ce n’est pas un tableau. Exportez le fichier en .csv."
                    )
                if count > limits.rows + 1:
                    raise Unreadable(
                        f"Ce fichier compte plus de {grouped(limits.rows)} lignes. Déposez le seul patrimoine de l’organisme."
                    )
                yield line

        def cells() -> Lines:
            if not quotes:
                for number, line in enumerate(physical(), 1):
                    yield number, line.rstrip("\r\n").split(delimiter)
                return
            rows = csv.reader(physical(), delimiter=delimiter)
            start = 1
            try:
                for row in rows:
                    yield start, row
                    start = rows.line_num + 1
            except csv.Error:
                raise Unreadable(
                    f"À la ligne {grouped(start)}, un guillemet ouvert n’est jamais fermé. Corrigez-le, puis déposez le fichier."
                ) from None

        yield Table(cells(), progress=lambda: min(raw.tell() / size, 1.0))


def _next_line(reader: io.TextIOWrapper, longest: int, number: int) -> str:
    try:
        return reader.readline(longest)
    except UnicodeDecodeError:  # UTF-16 is taken at its word, and may be cut in the middle of a letter
        raise Unreadable(
            f"À la ligne {grouped(number)}, le texte est abîmé ou coupé. Exportez à nouveau le fichier, en .csv UTF-8."
        ) from None


@contextmanager
def open_confined(path: Path, kind: str, *, sheet: str = "", limits: Limits = LIMITS) -> Iterator[Table]:
    """A workbook or a GeoJSON as a table, opened in a child process with its own memory and time.

    Raises:
        Unreadable: when the child refuses the file, or was stopped by its limits.
    """
    sizes = (limits.rows, limits.columns, limits.cell_characters, limits.unpacked_bytes, limits.seconds, limits.memory_bytes)
    child = subprocess.Popen(  # noqa: S603 - ourselves, on a file whose name we chose
        [sys.executable, "-m", "palier.stock.reading.child", kind, str(path), sheet, *map(str, sizes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        cwd="/",
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[3]), "PYTHONIOENCODING": "utf-8", "LC_ALL": "C.UTF-8"},
    )
    # Waiting on a disk or on ourselves costs no CPU: a clock on the wall stops it too.
    clock = threading.Timer(limits.seconds * 3, child.kill)
    clock.start()
    try:
        said = _sayings(child)
        found: dict[str, Any] = next(said)
        seen = 0

        def lines() -> Lines:
            nonlocal seen
            for number, cells in said:
                seen += 1
                yield number, cells

        total = max(int(found["total"]), 1)
        yield Table(lines(), found["sheet"], found["sheets"], lambda: min(seen / total, 1.0))
    finally:
        clock.cancel()
        child.kill()
        child.wait()
        if child.stdout:
            child.stdout.close()


def _sayings(child: subprocess.Popen[str]) -> Iterator[Any]:
    for line in child.stdout or ():
        said = json.loads(line)
        if said == "end":
            return
        if isinstance(said, dict) and "refused" in said:
            raise Unreadable(said["refused"])
        yield said
    raise Unreadable(
        "Ce fichier demande trop de mémoire ou de temps pour être lu. Gardez la seule feuille du patrimoine, sans mise en forme, "
        "ou exportez-la en .csv."
    )


@contextmanager
def open_table(path: Path, *, sheet: str = "", limits: Limits = LIMITS) -> Iterator[Table]:
    """Any file as a table of texts, read the way its bytes ask for."""
    kind = kind_of(path)
    if kind != "text":
        with open_confined(path, kind, sheet=sheet, limits=limits) as table:
            yield table
        return
    encoding = encoding_of(path)
    delimiter = delimiter_of(sample_of(path, encoding))
    with open_text(path, encoding=encoding, delimiter=delimiter, quotes=True, limits=limits) as table:
        yield table
