"""Texts of a file into typed values, or the sentence that says what was expected."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from palier.directory.rules import plain
from palier.stock.rules import codes
from palier.stock.rules.fields import Field, Kind

Value = str | int | float | bool | Decimal | date | None
Parser = Callable[[str], Value]
_WHOLE = re.compile(r"[+-]?\d+(?:[.,]0+)?")
_YEAR = re.compile(r"(?:(?:\d{1,2}/)?\d{1,2}/)?(\d{4})(?:[.,]0+)?|(\d{4})-\d{2}(?:-\d{2})?(?:[ T].*)?")
_MONTH = re.compile(
    r"(?:\d{1,2}/)?(?P<m>\d{1,2})/(?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d{2})(?:-\d{2})?(?:[ T].*)?|(?P<y3>\d{4})"
    r"|(?P<d4>\d{1,2})/(?P<m4>\d{1,2})/(?P<y4>\d{2})"
)
_ROOMS = re.compile(r"[TF]?\s*(\d{1,2})(?:[.,]0+)?(?:\s*(?:bis|p\w*))?", re.IGNORECASE)
_DISTRICT = re.compile(r"Q[A-Z0-9]{5,8}")
# 01/1900 is how the register writes « never done ».
_NEVER = 1900
_UNIQUE = frozenset({"rpls_id", "own_id", "lon", "lat", "x", "y"})


DATES = "Une date s’écrit jour, mois, année : 03/11/2026, ou 03/11/26 ; les années 50 à 99 sont alors des années 1900."
"""What people are told of ``full_year`` and of the order of a date, wherever they drop a file."""


class BadValue(ValueError):
    """A value that does not hold; ``problem`` continues « le texte trouvé » … and ends without a full stop."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def parser(field: Field) -> Parser:
    """How to check the texts of a field."""
    made: Parser = _MAKERS[field.kind](field)
    return remembered(made, field.name)


def remembered(parse: Parser, field: str) -> Parser:
    """The same check, done once for texts that come again; identifiers never do."""
    return parse if field in _UNIQUE else lru_cache(maxsize=20_000)(parse)


def _text(field: Field) -> Parser:
    def parse(text: str) -> str:
        text = " ".join(text.split())
        if "\x00" in text:
            raise BadValue("contient un caractère illisible, retirez-le")
        if len(text) > field.most:
            raise BadValue(f"compte {len(text)} caractères, il en faut {int(field.most)} au plus")
        return text

    return parse


def _place_code(pattern: str, example: str) -> Callable[[Field], Parser]:
    shape = re.compile(pattern)

    def make(field: Field) -> Parser:
        def parse(text: str) -> str:
            text = text.strip().upper()
            if not text or shape.fullmatch(text):
                return text
            if len(text) < 5:
                zero = ", le 0 du début a pu se perdre dans un tableur" if len(text) == 4 and text.isdigit() else ""
                raise BadValue(f"n’a que {len(text)} caractère{'s' if len(text) > 1 else ''}, il en faut 5{zero}")
            raise BadValue(f"n’est pas un {field.label}, par exemple {example}")

        return parse

    return make


def _number(text: str) -> float:
    try:
        return float(text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except ValueError:
        raise BadValue("n’est pas un nombre") from None


def _between(value: float, field: Field) -> None:
    if not field.least <= value <= field.most:
        raise BadValue(f"sort des bornes, de {field.least:g} à {field.most:g}")


def _integer(field: Field) -> Parser:
    def parse(text: str) -> int | None:
        text = text.strip()
        if not text:
            return None
        if not _WHOLE.fullmatch(text):
            raise BadValue("n’est pas un nombre entier")
        value = int(float(text.replace(",", ".")))
        _between(value, field)
        return value

    return parse


def _rooms(field: Field) -> Parser:
    def parse(text: str) -> int | None:
        text = text.strip()
        if not text or text == "0":
            return None
        found = _ROOMS.fullmatch(text)
        if not found:
            raise BadValue("n’est pas un nombre de pièces, par exemple 3 ou T3")
        value = int(found[1])
        _between(value, field)
        return value

    return parse


def _area(field: Field) -> Parser:
    def parse(text: str) -> Decimal | None:
        text = text.strip().replace("m²", "").replace("m2", "").replace(" ", "").replace(",", ".")
        if not text:
            return None
        try:
            value = Decimal(text).quantize(Decimal("0.01"))
        except InvalidOperation:
            raise BadValue("n’est pas une surface en m², par exemple 64 ou 64,5") from None
        if not value:
            return None
        _between(float(value), field)
        return value

    return parse


def _year(field: Field) -> Parser:
    def parse(text: str) -> int | None:
        text = text.strip()
        if not text or text in {"0", "0000"}:
            return None
        found = _YEAR.fullmatch(text)
        year = int(found[1] or found[2]) if found else 0
        if not 1500 <= year <= 2100:
            raise BadValue("n’est pas une année sur quatre chiffres, par exemple 1974")
        return year

    return parse


def full_year(figures: str, month: int, day: int) -> int:
    """The year that two figures end, as spreadsheets have it: 00 to 49 are of this century, 50 to 99 of the last.

    Raises:
        BadValue: for 01/01/00 and 00/01/00, which may be the day that stands for none.
    """
    year = int(figures) + (2000 if int(figures) < 50 else 1900)
    if (year, month) == (_NEVER + 100, 1) and day <= 1:
        raise BadValue(f"se lit {_NEVER} ou {year}, écrivez l’année sur quatre chiffres")
    return year


def _month(field: Field) -> Parser:
    def parse(text: str) -> date | None:
        text = text.strip()
        if not text:
            return None
        found = _MONTH.fullmatch(text)
        if found is None:
            raise BadValue("n’est pas un mois, par exemple 09/2021")
        month = int(found["m"] or found["m2"] or found["m4"] or 1)
        year = int(found["y"] or found["y2"] or found["y3"] or full_year(found["y4"], month, int(found["d4"])))
        if year == _NEVER:
            return None
        if not (1800 <= year <= 2100 and 1 <= month <= 12):
            raise BadValue("n’est pas un mois, par exemple 09/2021")
        return date(year, month, 1)

    return parse


def _flag(field: Field) -> Parser:
    def parse(text: str) -> bool | None:
        word = plain(text).removesuffix(".0")
        if not word:
            return None
        if word not in codes.FLAG_WORDS:
            raise BadValue("n’est ni oui (1) ni non (2)")
        return codes.FLAG_WORDS[word]

    return parse


def _zone(field: Field) -> Parser:
    flag = _flag(field)

    def parse(text: str) -> Value:
        code = text.strip().upper()
        if code in codes.NO_ZONE:
            return False
        if _DISTRICT.fullmatch(code):
            return True
        try:
            return flag(text)
        except BadValue:
            raise BadValue("n’est ni oui (1), ni non (2), ni un code de quartier, par exemple QN09312I") from None

    return parse


def _code(field: Field) -> Parser:
    table = field.table or {}
    by_word = {plain(label): code for code, label in table.items()} | dict(field.words or {})

    def parse(text: str) -> str:
        code = text.strip().upper().removesuffix(".0")
        if not code or code in table:
            return code
        if word := by_word.get(plain(text)):
            return word
        known = ", ".join(table)
        raise BadValue(f"n’est pas un code connu pour « {field.label} » : {known}")

    return parse


def _float(field: Field) -> Parser:
    def parse(text: str) -> float | None:
        if not text.strip():
            return None
        value = _number(text)
        _between(value, field)
        return value

    return parse


_MAKERS: dict[Kind, Callable[[Field], Any]] = {
    Kind.TEXT: _text,
    Kind.INSEE: _place_code(r"(?:\d{2}|2[AB])\d{3}", "93010"),
    Kind.POSTCODE: _place_code(r"\d{5}", "93140"),
    Kind.INTEGER: _integer,
    Kind.ROOMS: _rooms,
    Kind.AREA: _area,
    Kind.YEAR: _year,
    Kind.MONTH: _month,
    Kind.FLAG: _flag,
    Kind.ZONE: _zone,
    Kind.CODE: _code,
    Kind.NUMBER: _float,
}
