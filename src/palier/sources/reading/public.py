"""Public files in the shapes they are published in: recorded offences by commune, incomes by IRIS, contours of IRIS.

Offences: the communal base of the ministry (CSV, ``;``) or a JSON of communes with rates for 1,000 inhabitants. Incomes: the
IRIS base of Filosofi (CSV, ``;``) or a JSON of IRIS. Each may be compressed (.gz). What is not published is left out.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from palier.directory.rules import plain
from palier.sources.rules.territory import COMMUNE, IRIS
from palier.stock.geography import BadShape, Shape, shape_of
from palier.stock.reading.places import Unreadable
from palier.stock.reading.published import opened, parsed

_KINDS = {
    "commune_violence": (
        "violence_outside_family",
        (
            "violences physiques hors cadre familial",
            "coups et blessures volontaires autres",
            "autres coups et blessures volontaires",
        ),
    ),
    "commune_vandalism": ("vandalism", ("destructions et degradations volontaires",)),
    "commune_trafficking": ("drug_trafficking", ("trafic de stupefiants",)),
}
_BY_WORD = {word: key for key, (_, words) in _KINDS.items() for word in words}
_INCOMES = {"iris_income": "median_eur", "iris_poverty": "poverty_rate_pct"}
_MEDIAN, _POVERTY = re.compile(r"DISP_MED(\d\d)"), re.compile(r"DISP_TP60(\d\d)")


@dataclass(slots=True)
class Published:
    """Figures of one year: indicator, place, value, of how many."""

    year: int
    rows: list[tuple[str, str, Decimal, int | None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Contour:
    """One IRIS with its contour."""

    code: str
    label: str
    commune: str
    shape: Shape


def offences(path: Path, *, year: int | None = None) -> Published:
    """Recorded offences by commune, of the year asked for or the latest of the file.

    Raises:
        Unreadable: when the file is of neither shape.
    """
    names = {key: name for key, (name, _) in _KINDS.items()}
    with opened(path) as text:
        if _is_json(path):
            return _from_json(parsed(text), "communes", COMMUNE, names, year, inner="ind")
        return _offences_csv(text, year)


def incomes(path: Path, *, year: int | None = None) -> Published:
    """Incomes by IRIS.

    Raises:
        Unreadable: when the file is of neither shape.
    """
    with opened(path) as text:
        if _is_json(path):
            return _from_json(parsed(text), "iris", IRIS, _INCOMES, year)
        return _incomes_csv(text)


def contours(path: Path) -> list[Contour]:
    """The contours of a GeoJSON of IRIS.

    Raises:
        Unreadable: when it is none, or with the number of the first that cannot be read.
    """
    with opened(path) as text:
        data = parsed(text, float)
    features = data.get("features")
    if not isinstance(features, list) or not features:
        raise Unreadable("Ce fichier n’est pas un GeoJSON d’IRIS : il y manque une liste « features ».")
    found: dict[str, Contour] = {}
    for number, feature in enumerate(features, 1):
        try:
            one = _contour(feature)
        except (BadShape, KeyError, TypeError, ValueError, AttributeError):
            one = None
        if one is None or one.code in found:
            raise Unreadable(
                f"IRIS n° {number} du fichier : il faut un code à 9 caractères, une seule fois, et un contour fermé en degrés."
            )
        found[one.code] = one
    return list(found.values())


def _contour(feature: dict[str, Any]) -> Contour | None:
    known = {plain(name).replace(" ", "_"): value for name, value in feature["properties"].items()}
    code = str(known.get("code_iris") or known.get("dcomiris") or "").strip().upper()
    label = str(known.get("nom_iris") or known.get("lab_iris") or code).replace("\x00", "").strip()[:120]
    return Contour(code, label, code[:5], shape_of(feature["geometry"])) if IRIS.fullmatch(code) else None


def _is_json(path: Path) -> bool:
    with opened(path) as text:
        return text.read(64).lstrip().startswith("{")


def _from_json(
    data: dict[str, Any], name: str, code: re.Pattern[str], names: dict[str, str], year: int | None, *, inner: str = ""
) -> Published:
    places, meta = data.get(name), data.get("meta")
    if not isinstance(places, dict) or not isinstance(meta, dict):
        raise Unreadable(f"Ce JSON n’a pas la forme attendue : il y manque « meta » ou « {name} ».")
    found = Published(_year(meta.get("data_year", year)))
    for place, row in places.items():
        figures = row.get(inner) if inner and isinstance(row, dict) else row
        if not code.fullmatch(place) or not isinstance(figures, dict):
            raise Unreadable(f"« {place[:20]} » n’est pas un lieu de ce fichier, ou n’a pas de chiffres.")
        people = row.get("pop")
        for key, told in names.items():
            if figures.get(told) is not None:
                found.rows.append(
                    (key, place, _decimal(figures[told]), people if isinstance(people, int) and people > 0 else None)
                )
    return _not_empty(found)


def _offences_csv(text: io.TextIOWrapper, year: int | None) -> Published:
    rows = csv.DictReader(text, delimiter=";")
    names = {re.sub(r"_\d{4}$", "", plain(name)): name for name in rows.fieldnames or ()}
    try:
        place, when, what, rate = (names[name] for name in ("codgeo", "annee", "indicateur", "taux_pour_mille"))
    except KeyError as missing:
        raise Unreadable("Ce fichier n’est pas la base communale du ministère : il y manque une colonne attendue.") from missing
    shared, people = names.get("est_diffuse", ""), names.get("insee_pop", "")
    by_year: dict[int, Published] = {}
    for row in rows:
        key = _BY_WORD.get(" ".join(re.sub(r"[()]", " ", plain(row[what] or "")).split()))
        if key is None or not (row[rate] or "").strip() or row[rate] == "NA" or (shared and row[shared] == "ndiff"):
            continue
        code = (row[place] or "").strip().upper()
        if not COMMUNE.fullmatch(code):
            raise Unreadable(f"À la ligne {rows.line_num}, « {code[:20]} » n’est pas un code de commune.")
        told = _year(row[when])
        if year and told != year:
            continue
        count = (row[people] or "") if people else ""
        found = by_year.setdefault(told, Published(told))
        found.rows.append((key, code, _decimal(row[rate]), int(count) if count.isdigit() and int(count) else None))
    if not by_year:
        raise Unreadable("Ce fichier n’a aucun chiffre des infractions attendues.")
    return by_year[max(by_year)]


def _incomes_csv(text: io.TextIOWrapper) -> Published:
    rows = csv.DictReader(text, delimiter=";")
    names = list(rows.fieldnames or ())
    median = next((name for name in names if _MEDIAN.fullmatch(name)), None)
    poverty = next((name for name in names if _POVERTY.fullmatch(name)), None)
    if "IRIS" not in names or median is None:
        raise Unreadable("Ce fichier n’est pas la base par IRIS de Filosofi : il y manque IRIS ou DISP_MED.")
    found = Published(2000 + int(median[-2:]))
    for row in rows:
        code = (row["IRIS"] or "").strip().upper()
        if not IRIS.fullmatch(code):
            raise Unreadable(f"À la ligne {rows.line_num}, « {code[:20]} » n’est pas un code d’IRIS.")
        for key, name in (("iris_income", median), ("iris_poverty", poverty)):
            said = (row[name] or "").strip() if name else ""
            if said and said not in {"ns", "nd", "s", "NA"}:
                found.rows.append((key, code, _decimal(said), None))
    return _not_empty(found)


def _not_empty(found: Published) -> Published:
    if not found.rows:
        raise Unreadable("Ce fichier n’a aucun chiffre à reprendre.")
    return found


def _year(said: object) -> int:
    text = str(said or "").strip()
    year = int(text) if text.isdigit() else 0
    if 0 <= year < 100:
        year += 2000 if text else 0
    if not 1990 <= year <= 2100:
        raise Unreadable("Le fichier ne dit pas son année. Indiquez le millésime.")
    return year


def _decimal(said: object) -> Decimal:
    try:
        value = Decimal(str(said).strip().replace(",", "."))
    except InvalidOperation:
        value = Decimal("NaN")
    if value.is_nan() or not 0 <= value < 10**9:
        raise Unreadable(f"« {str(said)[:20]} » n’est pas un chiffre possible.")
    return value.quantize(Decimal("0.0001"))
