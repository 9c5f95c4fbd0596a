"""What the cells of a file of figures say: numbers, days, periods. A cell that could be read two ways is refused."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal

from palier.calendar import add_months
from palier.directory.rules import plain
from palier.stock.reading.values import BadValue, full_year

_SPACES = re.compile(r"[\s\u00a0\u202f]")
_NUMBER = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:[\s\u00a0\u202f]\d{3})+)(?:[.,]\d+)?")
_TWO_WAYS = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T]00:00(?::00(?:\.0+)?)?)?")
_FRENCH = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
# Between slashes or points two figures are a French year; between hyphens they may be the day (« 25-12-31 »).
_SHORT = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{2})")
_YEAR = re.compile(r"(?:annee )?(\d{4})(?:\.0)?")
_MONTH = re.compile(r"(\d{1,2})[/.-](\d{4})|(\d{4})[/.-](\d{1,2})|([a-z]+)\.? (\d{4})")
_PART = re.compile(r"([ts]) ?([1-4])[ /.-]*(\d{4})|(\d{4})[ /.-]*([ts]) ?([1-4])|([1-4]) ?([ts])[ /.-]*(\d{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("janvier", "janv", "jan"),
            ("fevrier", "fevr", "fev"),
            ("mars",),
            ("avril", "avr"),
            ("mai",),
            ("juin",),
            ("juillet", "juil"),
            ("aout",),
            ("septembre", "sept", "sep"),
            ("octobre", "oct"),
            ("novembre", "nov"),
            ("decembre", "dec"),
        ),
        1,
    )
    for name in names
}
# How people write that there is nothing to say.
_NOTHING = frozenset(
    {"", "-", "–", "—", "nc", "n.c.", "nd", "n.d.", "ns", "n/a", "na", "so", "s.o.", "non renseigne", "secret"}
)


def says_nothing(text: str) -> bool:
    """Whether a cell says that there is no value: empty, « NC », « - »."""
    return plain(text) in _NOTHING


def number(text: str, *, exact: bool, percent: bool = False) -> Decimal:
    """A number as French people and spreadsheets write it.

    ``exact`` tells that the text came from a cell that was a number (a workbook): a point is then always a decimal mark.
    In a text file « 1.234 » could be a thousand or one and a bit, and is refused.

    Raises:
        BadValue: for anything else, percent signs included unless ``percent``.
    """
    bare = text.strip()
    if percent:
        bare = bare.removesuffix("%").strip()
    elif bare.endswith("%"):
        raise BadValue("est un pourcentage, il faut ici un nombre")
    if bare.startswith("#"):
        raise BadValue("est une erreur de calcul du tableur, corrigez la formule")
    if bare.startswith("="):
        raise BadValue("est une formule, remplacez-la par sa valeur")
    if not exact and _TWO_WAYS.fullmatch(bare):
        whole = bare.replace(".", "")
        raise BadValue(f"se lit {whole} ou {bare.replace('.', ',')}, écrivez l’un ou l’autre")
    if not _NUMBER.fullmatch(bare):
        raise BadValue("n’est pas un nombre, par exemple 12 ou 7,5")
    return Decimal(_SPACES.sub("", bare).replace(",", "."))


def count(text: str, *, exact: bool) -> Decimal:
    """A number of things: whole and not negative.

    Raises:
        BadValue: for anything else.
    """
    found = number(text, exact=exact)
    if found != found.to_integral_value():
        raise BadValue("n’est pas un nombre entier")
    if found < 0:
        raise BadValue("est négatif")
    return found


def day(text: str) -> date:
    """A day: 31/12/2025, 31/12/25, 2025-12-31; always day, month, year, or year, month, day.

    Raises:
        BadValue: for anything else, the day numbers of spreadsheets included.
    """
    bare = text.strip()
    if found := _ISO.fullmatch(bare):
        return _date(int(found[1]), int(found[2]), int(found[3]))
    if found := _FRENCH.fullmatch(bare):
        return _date(int(found[3]), int(found[2]), int(found[1]))
    if found := _SHORT.fullmatch(bare):
        month, on = int(found[3]), int(found[1])
        return _date(full_year(found[4], month, on), month, on)
    raise BadValue("n’est pas une date, par exemple 31/12/2025")


def _date(year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        raise BadValue("n’existe pas dans le calendrier, la date s’écrit jour/mois/année") from None


def period(text: str) -> tuple[date, date]:
    """A period named in one cell: 2025, 03/2025, mars 2025, T1 2025, S2 2025; the first of a month stands for the month.

    Raises:
        BadValue: for anything else.
    """
    bare = " ".join(plain(text).split())
    if found := _YEAR.fullmatch(bare):
        return _span(int(found[1]), 1, 12)
    if found := _PART.fullmatch(_dashed(text)):
        letter = found[1] or found[5] or found[8]
        rank = int(found[2] or found[6] or found[7])
        months = 3 if letter == "t" else 6
        if rank * months > 12:
            raise BadValue("n’existe pas, une année compte deux semestres")
        return _span(int(found[3] or found[4] or found[9]), (rank - 1) * months + 1, months)
    if found := _MONTH.fullmatch(_dashed(text)):
        month = _MONTHS.get(found[5], 0) if found[5] else int(found[1] or found[4])
        if not 1 <= month <= 12:
            raise BadValue("n’est pas une période, par exemple 2025, 03/2025 ou T1 2025")
        return _span(int(found[2] or found[3] or found[6]), month, 1)
    try:
        first = day(text)
    except BadValue:
        raise BadValue("n’est pas une période, par exemple 2025, 03/2025 ou T1 2025") from None
    if first.day != 1:
        raise BadValue("est un seul jour, indiquez un mois (03/2025), un trimestre ou une année")
    return _span(first.year, first.month, 1)


def _dashed(text: str) -> str:
    """In plain letters, hyphens kept."""
    return "-".join(plain(part) for part in text.split("-"))


def _span(year: int, month: int, months: int) -> tuple[date, date]:
    if not 1990 <= year <= 2100:
        raise BadValue("porte une année impossible")
    first = date(year, month, 1)
    return first, add_months(first, months) - timedelta(days=1)
