"""A hundred files as they come, or as somebody would send to do harm: what each must give.

Each file says the vacancy of « Résidence A » (3 homes of 40, 7.5 %) over 2025, more or less well. ``EXPECTED`` is that value;
``None`` means that nothing of the file may be kept.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator
from datetime import date

import xlsxwriter

VALUE = "7.5000"
Case = tuple[str, str, bytes, str | None]
_HEAD = "Résidence;Année;Logements vacants"
_GOOD = f"{_HEAD}\nRésidence A;2025;3\n"
_RATE = "Résidence;Année;Taux de vacance"


def _csv(text: str, encoding: str = "utf-8") -> bytes:
    return text.encode(encoding)


def book(rows: list[list[object]], *, merge: bool = False, sheets: int = 1, formula: str = "", cached: object = 0) -> bytes:
    """A workbook with these rows on its first sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"default_date_format": "dd/mm/yyyy"}) as workbook:
        percent = workbook.add_format({"num_format": "0.0 %"})
        sheet = workbook.add_worksheet("Chiffres")
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                if isinstance(cell, tuple):
                    sheet.write_number(y, x, cell[0], percent)
                elif cell is not None:
                    sheet.write(y, x, cell)
        if merge:
            sheet.merge_range(0, 0, 0, 2, "Chiffres de gestion 2025")
        if formula:
            sheet.write_formula(len(rows) - 1, 2, formula, None, cached)
        for number in range(1, sheets):
            workbook.add_worksheet(f"Autre {number}").write(0, 0, "note")
    return out.getvalue()


def _bomb(name: str, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, b"0" * size)
    return out.getvalue()


def _many_entries() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(5_200):
            archive.writestr(f"{number}", "")
    return out.getvalue()


def _lying_size() -> bytes:
    """A workbook whose directory says a few bytes where a lot unpacks."""
    content = bytearray(_bomb("xl/workbook.xml", 4_000_000))
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 12)
    return bytes(content)


def _laughs() -> bytes:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    xml = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "ha">{entities}]><workbook>&l9;</workbook>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", xml)
    return out.getvalue()


def _encodings() -> Iterator[Case]:
    for encoding in (
        "utf-8",
        "utf-8-sig",
        "cp1252",
        "iso-8859-1",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "mac-roman",
        "cp850",
    ):
        known = encoding in {"utf-8", "utf-8-sig", "cp1252", "iso-8859-1", "utf-16"}
        yield f"encoding {encoding}", "a.csv", _csv(_GOOD, encoding), VALUE if known else None
    yield "utf-16 cut in a letter", "a.csv", _csv(_GOOD, "utf-16")[:-1], None
    yield "half utf-8 half windows", "a.csv", _csv(_HEAD) + b"\nR\xe9sidence A;2025;3\n", None
    yield "a null in the text", "a.csv", _csv(_GOOD.replace("Résidence A", "Résidence\x00A")), None
    yield "a null far away", "a.csv", _csv(_GOOD + "Résidence B;2025;1\n" * 1 + " " * 70_000 + "\x00"), None
    yield "a surrogate in utf-16", "a.csv", b"\xff\xfe" + _GOOD.encode("utf-16-le") + b"\x00\xd8\n\x00", None


def _separators() -> Iterator[Case]:
    for mark in (",", "\t", "|", ";"):
        yield f"separator {mark!r}", "a.csv", _csv(_GOOD.replace(";", mark)), VALUE
    yield "lines of Windows", "a.csv", _csv(_GOOD.replace("\n", "\r\n")), VALUE
    yield "lines of old Macs", "a.csv", _csv(_GOOD.replace("\n", "\r")), VALUE
    yield "one cell too many", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025;3;7\n"), None
    yield "one cell missing", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025\n"), None
    yield "cut in the last line", "a.csv", _csv(f"{_GOOD}Résidence B;20"), None
    yield "a quote never closed", "a.csv", _csv(f'{_HEAD}\n"Résidence A;2025;3\n'), None
    yield "quoted cells", "a.csv", _csv('"Résidence";"Année";"Logements vacants"\n"Résidence A";"2025";"3"\n'), VALUE
    yield "empty lines and ends", "a.csv", _csv(f"\n\n{_GOOD}\n;;\n\n"), VALUE
    yield "titles above", "a.csv", _csv(f"Chiffres de gestion;;\nExtrait le 3 mars;;\n{_GOOD}"), VALUE
    yield "a total below", "a.csv", _csv(f"{_GOOD}Total;;3\n"), VALUE
    yield "no header", "a.csv", _csv("Résidence A;2025;3\nRésidence B;2025;1\n"), None
    yield "header alone", "a.csv", _csv(_HEAD), None
    yield "a single column", "a.csv", _csv("Résidence\nRésidence A\n"), None
    yield "one endless line", "a.csv", _csv(f"{_HEAD}\n{'x' * 200_000}"), None
    yield "only spaces", "a.csv", _csv("   \n \n"), None


def _numbers() -> Iterator[Case]:
    good = {"3", " 3 ", "3,0", "+3", "3.0"}
    bad = (
        "-3",
        "3 logements",
        "trois",
        "=1+2",
        "#DIV/0!",
        "#REF!",
        "1E0",
        "3,5",
        "41",
        "3..0",
        "3,0,0",
        "0x3",
        "³",
        "∞",
        "NaN",
    )
    for text in sorted(good):
        yield f"count {text!r}", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025;{text}\n"), VALUE
    for text in bad:
        yield f"count {text!r}", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025;{text}\n"), None
    yield "three per cent of homes", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025;3%\n"), "3.0000"
    for text in ("7,5", "7.5", "7,5 %", "7,50", "7,5%"):
        yield f"rate {text!r}", "a.csv", _csv(f"{_RATE}\nRésidence A;2025;{text}\n"), VALUE
    for text in ("7.500", "101", "-1", "7,5 pour cent", "7'5", "1.234", "1,2E1", "oui"):
        yield f"rate {text!r}", "a.csv", _csv(f"{_RATE}\nRésidence A;2025;{text}\n"), None
    parts = f"{_RATE}\nRésidence A;2025;0,075\nRésidence B;2025;0,9\n"
    yield "parts of one, proposed as such", "a.csv", _csv(parts), VALUE
    yield "nothing to say", "a.csv", _csv(f"{_GOOD}Résidence B;2025;NC\nRésidence C;2025;-\n"), VALUE
    yield "a thousand homes said with a space", "a.csv", _csv(f"{_HEAD}\nRésidence A;2025;1 003\n"), None


def _periods() -> Iterator[Case]:
    for text in ("2025", "2025.0", "année 2025"):
        yield f"period {text!r}", "a.csv", _csv(f"{_HEAD}\nRésidence A;{text};3\n"), VALUE
    for text in (
        "",
        "25",
        "2925",
        "31/12/2025",
        "2025-02-30",
        "13/2025",
        "T5 2025",
        "S3 2025",
        "demain",
        "2027",
        "45657",
        "2025/2026",
    ):
        yield f"period {text!r}", "a.csv", _csv(f"{_HEAD}\nRésidence A;{text};3\n"), None
    head = "Résidence;Début;Fin;Logements vacants"
    yield "days in French", "a.csv", _csv(f"{head}\nRésidence A;01/01/2025;31/12/2025;3\n"), VALUE
    yield "days with short years", "a.csv", _csv(f"{head}\nRésidence A;1/1/25;31.12.25;3\n"), VALUE
    yield "days as ISO", "a.csv", _csv(f"{head}\nRésidence A;2025-01-01;2025-12-31;3\n"), VALUE
    for one, two in (
        ("12/31/2025", "31/12/2025"),
        ("31/12/2025", "01/01/2025"),
        ("1/1/25", "12/31/25"),
        ("25-01-01", "25-12-31"),
        ("25/01/01", "25/12/31"),
        ("45658", "46022"),
        ("", ""),
    ):
        yield f"days {one!r} to {two!r}", "a.csv", _csv(f"{head}\nRésidence A;{one};{two};3\n"), None


def _homes() -> Iterator[Case]:
    for name in ("RÉSIDENCE A", "residence a", " Résidence  A ", "La résidence A"):
        yield f"name {name!r}", "a.csv", _csv(f"{_HEAD}\n{name};2025;3\n"), VALUE
    for name in ("Résidence", "Résidence Z", "", "<script>", "=HYPERLINK()", "A' OR 1=1 --", "Résidence\u202eA", "A" * 5_000):
        yield f"name {name[:20]!r}", "a.csv", _csv(f"{_HEAD}\n{name};2025;3\n"), None
    yield "the same line twice", "a.csv", _csv(f"{_GOOD}Résidence A;2025;3\n"), None
    yield "two figures of one period", "a.csv", _csv(f"{_GOOD}Résidence A;2025;4\n"), None
    yield "one good line, one bad", "a.csv", _csv(f"{_GOOD}Résidence B;2025;x\n"), None
    yield (
        "one column twice",
        "a.csv",
        _csv("Résidence;Année;Logements vacants;Logements vacants\nRésidence A;2025;3;4\n"),
        VALUE,
    )


def _workbooks() -> Iterator[Case]:
    head: list[object] = ["Résidence", "Année", "Logements vacants"]
    good = [head, ["Résidence A", 2025, 3]]
    yield "workbook", "a.xlsx", book(good), VALUE
    yield "workbook, numbers as text", "a.xlsx", book([head, ["Résidence A", "2025", "3"]]), VALUE
    yield (
        "workbook, percent cells",
        "a.xlsx",
        book([["Résidence", "Année", "Taux de vacance"], ["Résidence A", 2025, (0.075,)], ["Résidence B", 2025, (0.2,)]]),
        VALUE,
    )
    yield "workbook, first of a month as a date", "a.xlsx", book([head, ["Résidence A", date(2025, 1, 1), 3]]), VALUE
    yield "workbook, merged title", "a.xlsx", book([[None] * 3, *good], merge=True), VALUE
    yield "workbook, merged header alone", "a.xlsx", book([[None] * 3, ["Résidence A", 2025, 3]], merge=True), None
    yield "workbook, many sheets", "a.xlsx", book(good, sheets=9), VALUE
    yield (
        "workbook, formula with its value",
        "a.xlsx",
        book([head, ["Résidence A", 2025, None]], formula="=1+2", cached=3),
        VALUE,
    )
    yield (
        "workbook, formula in error",
        "a.xlsx",
        book([head, ["Résidence A", 2025, None]], formula="=1/0", cached="#DIV/0!"),
        None,
    )
    yield "workbook, yes for a number", "a.xlsx", book([head, ["Résidence A", 2025, True]]), None
    yield "workbook, a date for a number", "a.xlsx", book([head, ["Résidence A", 2025, date(2025, 1, 3)]]), None
    yield "workbook, empty", "a.xlsx", book([]), None
    yield "workbook cut", "a.xlsx", book(good)[:1_500], None
    yield "workbook, bytes changed", "a.xlsx", book(good).replace(b"sheet1", b"sheet9"), None
    yield "workbook called csv", "a.csv", book(good), VALUE
    yield "csv called workbook", "a.xlsx", _csv(_GOOD), VALUE
    yield "zip bomb", "a.xlsx", _bomb("xl/worksheets/sheet1.xml", 210 * 2**20), None
    yield "zip of a lie", "a.xlsx", _lying_size(), None
    yield "zip of many", "a.xlsx", _many_entries(), None
    yield "billion laughs", "a.xlsx", _laughs(), None
    yield "zip of nothing", "a.xlsx", b"PK\x05\x06" + b"\x00" * 18, None
    yield "old workbook", "a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, None
    yield "old workbook called new", "a.xlsx", b"\xd0\xcf\x11\xe0" + b"\x00" * 600, None


def _strangers() -> Iterator[Case]:
    yield "a PDF", "a.csv", b"%PDF-1.7\n", None
    yield "a picture", "a.csv", b"\x89PNG\r\n\x1a\n" + b"\x00" * 99, None
    yield "a program", "a.csv", b"\x7fELF" + b"\x00" * 99, None
    yield "a compressed file", "a.csv", b"\x1f\x8b" + b"\x00" * 99, None
    yield "nothing", "a.csv", b"", None
    yield "a page", "a.csv", b"<html><body><table><tr><td>R</td></tr></table></body></html>", None
    yield "JSON", "a.json", b'{"features": [{"properties": {"a": 1}}]}', None
    yield "JSON too deep", "a.json", b'{"features":' + b"[" * 100_000, None
    yield "random bytes", "a.csv", bytes(range(1, 256)) * 20, None
    yield "a name to climb", "../../etc/passwd.csv", _csv(_GOOD), VALUE
    yield "a name with a null", "a\x00.csv", _csv(_GOOD), VALUE
    yield "too many columns", "a.csv", _csv(";".join(f"c{n}" for n in range(2_000)) + "\n" + ";".join("1" * 2_000)), None
    yield "too many lines", "a.csv", _csv(f"{_HEAD}\n" + "Résidence A;2025;3\n" * 100_050), None


CASES: list[Case] = [
    case for family in (_encodings, _separators, _numbers, _periods, _homes, _workbooks, _strangers) for case in family()
]
