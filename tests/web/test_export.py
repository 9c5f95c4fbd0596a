"""A table handed out runs nothing in the spreadsheet that opens it, and reads right in French."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from palier.web.export import Cell, Format, neutral, spreadsheet

ATTACKS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "\u200b=1", "\x00=1"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_text_that_starts_like_a_formula_is_neutralised(attack: str) -> None:
    assert str(neutral(attack)).startswith("'")


@given(st.text())
def test_no_text_starts_like_a_formula_afterwards(text: str) -> None:
    bare = str(neutral(text)).lstrip()
    assert not bare.startswith(("=", "+", "-", "@"))


@pytest.mark.parametrize("value", [-3, -2.5, Decimal("-1.2"), None, "a=b", "", date(2026, 3, 1)])
def test_numbers_dates_and_other_texts_stay_as_they_are(value: Cell) -> None:
    assert neutral(value) == value


def test_csv_is_what_french_excel_reads() -> None:
    response = spreadsheet(
        "csv",
        "sites",
        ["Résidence", "=Note"],
        [["Les Glycines; hall", Decimal("2.60")], ["=1", datetime(2026, 3, 10, 11, tzinfo=UTC)], [None, Fraction(1, 2)]],
    )
    assert response.content.startswith(b"\xef\xbb\xbf")
    lines = response.content.decode("utf-8-sig").split("\r\n")
    assert lines == ["Résidence;'=Note", '"Les Glycines; hall";2,60', "'=1;10/03/2026 12:00:00", ";0,5", ""]
    assert response["Content-Disposition"] == 'attachment; filename="sites.csv"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_xlsx_keeps_numbers_and_dates_and_holds_no_formula() -> None:
    response = spreadsheet("xlsx", "sites", ["Texte", "Nombre", "Jour"], [[a, -1, date(2026, 3, 1)] for a in ATTACKS])
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert rows[0] == ["Texte", "Nombre", "Jour"]
    assert all(str(row[0]).startswith("'") for row in rows[1:])
    assert [row[1:] for row in rows[1:]] == [[-1.0, date(2026, 3, 1)]] * len(ATTACKS)
    with zipfile.ZipFile(io.BytesIO(response.content)) as book:
        assert b"<f>" not in book.read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("format_", ["csv", "xlsx"])
def test_yes_and_no_are_words(format_: Format) -> None:
    response = spreadsheet(format_, "x", ["a"], [[True], [False]])
    if format_ == "csv":
        assert response.content.decode("utf-8-sig") == "a\r\noui\r\nnon\r\n"
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
        assert rows == [["a"], ["oui"], ["non"]]


def test_another_format_is_refused() -> None:
    with pytest.raises(KeyError):
        spreadsheet("ods", "x", ["a"], [])  # type: ignore[arg-type]
