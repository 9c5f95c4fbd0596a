"""The process that opens spreadsheets and GeoJSON, with little memory and little time, and only writes lines of text.

Run as ``python -m palier.stock.reading.child KIND FILE SHEET ROWS COLUMNS CELL UNPACKED SECONDS MEMORY``. It imports
nothing of Palier and writes one JSON value a line: first what was found (sheets, the one read, its size), then
``[line, [cells…]]``, then ``"end"``. What it refuses is written as ``{"refused": sentence}``.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import sys
import zipfile
from collections.abc import Iterator
from typing import Any


def _refuse(sentence: str) -> None:
    _say({"refused": sentence})
    sys.stdout.flush()
    raise SystemExit(3)


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _confine(seconds: int, memory: int) -> None:
    """From here on, the process gets killed rather than slow the others down."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "oui" if cell else "non"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        cell = cell.date()
    if isinstance(cell, (dt.date, dt.time)):
        return cell.isoformat()
    if isinstance(cell, (list, dict)):
        return json.dumps(cell, ensure_ascii=False)
    return str(cell)


def _check_zip(path: str, unpacked: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        _refuse("Ce classeur est abîmé ou chiffré. Ouvrez-le dans votre tableur, enregistrez-le à nouveau, puis déposez-le.")
    if len(entries) > 5_000 or sum(entry.file_size for entry in entries) > unpacked:
        _refuse(
            f"Ce classeur dépasse {unpacked // 2**20} Mo une fois décompressé. Gardez la seule feuille du patrimoine, sans mise en forme."
        )


def _sheets(path: str, wanted: str) -> tuple[list[str], str, Iterator[list[Any]], int]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum  # noqa: PLC0415 - after the limits are set

    try:
        book = CalamineWorkbook.from_path(path)
        names = [m.name for m in book.sheets_metadata if m.typ == SheetTypeEnum.WorkSheet] or book.sheet_names
        best, size, total = "", (False, -1), 0
        rows: Iterator[list[Any]] = iter(())
        for name in [wanted] if wanted in names else names[:20]:
            sheet = book.get_sheet_by_name(name)
            found = (sheet.width > 1, sheet.total_height * sheet.width)
            if found > size:
                best, size, rows, total = name, found, sheet.iter_rows(), sheet.total_height
    except CalamineError:
        _refuse("Ce classeur ne s’ouvre pas. Ouvrez-le dans votre tableur, enregistrez-le en .xlsx, puis déposez-le.")
    if not best:
        _refuse("Ce classeur n’a aucune feuille de cellules.")
    return names, best, rows, total


def _workbook(path: str, sheet: str, unpacked: int) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    _check_zip(path, unpacked)
    names, best, rows, total = _sheets(path, sheet)
    return {"sheets": names, "sheet": best, "total": total}, enumerate(rows, 1)


def _geojson(path: str) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    try:
        with open(path, encoding="utf-8-sig") as file:  # noqa: PTH123 - nothing but the standard library's least here
            data = json.load(file)
        features = data["features"]
        columns = list(dict.fromkeys(name for feature in features for name in (feature.get("properties") or {})))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("Ce fichier n’est pas un GeoJSON de points : il y manque une liste « features » bien formée.")

    def lines() -> Iterator[tuple[int, list[Any]]]:
        yield 0, [*columns, "lon", "lat"]
        for number, feature in enumerate(features, 1):
            point = feature.get("geometry") or {}
            lon = lat = ""
            if point.get("type") == "Point" and len(point.get("coordinates") or ()) >= 2:
                lon, lat = point["coordinates"][:2]
            values = feature.get("properties") or {}
            yield number, [*(values.get(name) for name in columns), lon, lat]

    return {"sheets": [], "sheet": "", "total": len(features)}, lines()


def main(arguments: list[str]) -> None:
    """Read one file and write its lines."""
    kind, path, sheet = arguments[:3]
    rows, columns, cell, unpacked, seconds, memory = (int(a) for a in arguments[3:])
    _confine(seconds, memory)
    found, lines = _geojson(path) if kind == "geojson" else _workbook(path, sheet, unpacked)
    _say(found)
    for count, (number, cells) in enumerate(lines):
        if count > rows:
            _refuse(f"Ce fichier compte plus de {rows} lignes. Déposez le seul patrimoine de l’organisme.")
        if len(cells) > columns and any(c not in (None, "") for c in cells[columns:]):
            _refuse(f"La ligne {number} compte plus de {columns} colonnes. Gardez les seules colonnes utiles.")
        _say([number, [_text(c)[:cell] for c in cells[:columns]]])
    _say("end")


if __name__ == "__main__":
    main(sys.argv[1:])
