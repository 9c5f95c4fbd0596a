"""Files in: Parquet, CSV as French spreadsheets write it, GeoJSON of points. Every fault names file, column and cure."""

from __future__ import annotations

import codecs
import csv
import json
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from palier.directory.rules import plain
from palier.sites.chain.plan import SHAPES

NAMES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "dwellings": {
        "residence": ("residence", "code_residence", "nom_du_programme", "programme", "resid"),
        "landlord": ("landlord", "bailleur", "organisme", "rs", "siren"),
        "commune": ("commune", "depcom", "code_commune", "insee", "insee_com"),
        "iris": ("iris", "code_iris", "plg_iris2024_code"),
        "lon": ("lon", "longitude"),
        "lat": ("lat", "latitude"),
        "homes": ("homes", "logements", "nb_logements", "nombre_de_logements", "appartement"),
    },
    "incidents": {
        "residence": ("residence", "code_residence", "nom_du_programme", "programme", "resid"),
        "month": ("month", "mois", "date", "jour", "on"),
        "kind": ("kind", "nature", "type"),
        "count": ("count", "nombre", "nb", "n"),
    },
    "readings": {
        "residence": ("residence", "code_residence", "nom_du_programme", "programme", "resid"),
        "indicator": ("indicator", "indicateur"),
        "ends_on": ("ends_on", "au", "fin", "date"),
        "value": ("value", "valeur"),
    },
}
"""By what name each column is found, whatever its case, accents and spaces."""
_MAY_MISS = {"landlord": "''", "commune": "NULL", "iris": "NULL", "lon": "NULL", "lat": "NULL", "homes": "1", "count": "1"}
_MAY_BE_BLANK = {"landlord", "commune", "iris", "lon", "lat"}
_WHAT = {"string": "un texte", "float64": "un nombre", "int64": "un nombre entier", "date": "une date, 31/12/2025 ou 2025-12"}
_LEAST = {"lon": (-180, 180), "lat": (-90, 90), "homes": (0, 100_000), "count": (0, 1_000_000)}
_DATES = "['%Y-%m-%d', '%d/%m/%Y', '%Y-%m', '%m/%Y', '%Y-%m-%d %H:%M:%S']"
_CHUNK = 1 << 20


class BadFile(Exception):
    """A file that cannot be used: a French sentence that says where and what to do."""


@dataclass(frozen=True, slots=True)
class Given:
    """A file, the columns that somebody named (table column → header), what each plain word of ``kind`` stands for."""

    path: Path
    columns: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)


def bring(connection: duckdb.DuckDBPyConnection, name: str, given: Given) -> list[str]:
    """Make a table of the plan out of a file, whole or not at all; returns the headers that serve, for the person to read.

    Raises:
        BadFile: with the file, the column, the value and the cure.
    """
    relation = _relation(connection, name, given.path)
    headers = {row[0]: str(row[1]) for row in connection.sql(f"DESCRIBE SELECT * FROM {relation}").fetchall()}
    found = _found(name, given, list(headers))
    if "kind" in found:
        given = replace(given, kinds=_spelled(connection, relation, found["kind"], given.kinds))
    typed = {column: _typed(column, kind, found, headers, given) for column, kind in SHAPES[name].items()}
    _check(connection, name, given, relation, found, typed)
    picked = ", ".join(f"{sql} AS {_quoted(column)}" for column, sql in typed.items())
    connection.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT {picked} FROM {relation}")
    return [f"{column} ← {' ou '.join(names)}" for column, names in found.items()]


def _spelled(
    connection: duckdb.DuckDBPyConnection, relation: str, headers: tuple[str, ...], kinds: Mapping[str, str]
) -> dict[str, str]:
    """What each spelling of a kind in the file stands for, those that are the code itself left out."""
    rows = connection.sql(f"SELECT DISTINCT trim(CAST({_raw(headers)} AS VARCHAR)) FROM {relation} LIMIT 1000").fetchall()
    known = {said: kinds.get(plain(said)) for (said,) in rows if said}
    return {said: key for said, key in known.items() if key and key != said}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"


def _relation(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> str:
    """What to read the file from: Parquet as it stands, the others brought in as texts."""
    if not path.is_file():
        raise BadFile(f"{path} : ce fichier n’existe pas.")
    try:
        match path.suffix.lower():
            case ".parquet":
                relation = f"read_parquet({_text(path)})"
                connection.sql(f"SELECT 1 FROM {relation} LIMIT 1").fetchall()
                return relation
            case ".geojson" | ".json":
                connection.register(f"file_{name}", _points(path))
                return f"file_{name}"
            case ".csv" | ".txt" | ".tsv":
                with tempfile.TemporaryDirectory() as folder:
                    readable = _utf8(path, Path(folder))
                    source = f"read_csv({_text(readable)}, {_dialect(readable)})"
                    connection.execute(f"CREATE OR REPLACE TEMP TABLE file_{name} AS SELECT * FROM {source}")
                return f"file_{name}"
    except duckdb.Error as problem:
        raise BadFile(f"{path.name} : {_where(str(problem))}") from problem
    raise BadFile(f"{path.name} : ce format ne se lit pas ici. Enregistrez-le en CSV ou en Parquet.")


def _where(problem: str) -> str:
    line = re.search(r"Line: (\d+)", problem)
    if line:
        return f"la ligne {line[1]} n’a pas le même nombre de cellules que les en-têtes, ou un guillemet n’y est pas fermé."
    return f"le fichier est abîmé ou tronqué ; produisez-le à nouveau. ({problem.splitlines()[0][:160]})"


def _dialect(path: Path) -> str:
    """How to read a CSV in UTF-8: the separator that its first line has most of, every column as text."""
    with path.open(encoding="utf-8-sig", newline="") as opened:
        first = opened.readline(_CHUNK)
    mark = max(";\t,|", key=first.count)
    headers = next(csv.reader([first], delimiter=mark), [])
    if not headers:
        raise BadFile(f"{path.name} : le fichier est vide.")
    names = [header.strip() or f"colonne {place}" for place, header in enumerate(headers, 1)]
    unique = [name if names.index(name) == place else f"{name} ({place + 1})" for place, name in enumerate(names)]
    columns = ", ".join(f"{_text(name)}: 'VARCHAR'" for name in unique)
    return (
        f"delim={_text(mark)}, columns={{{columns}}}, auto_detect=false, header=true, quote='\"', escape='\"', "
        "max_line_size=1000000"
    )


def _utf8(path: Path, folder: Path) -> Path:
    """The file itself when it is in UTF-8; otherwise a copy that is, read as Windows writes it."""
    with path.open("rb") as opened:
        start = opened.read(2)
    if start in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return _recoded(path, folder, "utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as opened:
            while chunk := opened.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _recoded(path, folder, "cp1252")
    return path


def _recoded(path: Path, folder: Path, encoding: str) -> Path:
    copy = folder / path.name
    with (
        path.open(encoding=encoding, errors="replace", newline="") as opened,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := opened.read(_CHUNK):
            out.write(chunk)
    return copy


def _points(path: Path) -> pa.Table:
    """The features of a GeoJSON as texts, ``lon`` and ``lat`` from their points."""
    rows = []
    for feature in features(path):
        geometry = feature.get("geometry") or {}
        point = geometry.get("coordinates") if geometry.get("type") == "Point" else None
        lon, lat = point[:2] if isinstance(point, list) and len(point) >= 2 else (None, None)
        rows.append({**(feature.get("properties") or {}), "lon": lon, "lat": lat})
    columns = dict.fromkeys(key for row in rows for key in row)
    texts = {key: [None if row.get(key) is None else str(row[key]) for row in rows] for key in columns}
    return pa.table({key: pa.array(values, pa.string()) for key, values in texts.items()})


def features(path: Path) -> list[dict[str, Any]]:
    """The features of a GeoJSON.

    Raises:
        BadFile: when it is none.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))["features"]
        if not found or not all(isinstance(one, dict) for one in found):
            raise BadFile(f"{path.name} : ce GeoJSON n’a aucun objet (« features »).")
    except OSError as problem:
        raise BadFile(f"{path} : ce fichier ne se lit pas.") from problem
    except (ValueError, KeyError, TypeError, RecursionError) as problem:
        raise BadFile(f"{path.name} : ce n’est pas un GeoJSON (une liste « features » est attendue).") from problem
    return list(found)


def _found(name: str, given: Given, headers: list[str]) -> dict[str, tuple[str, ...]]:
    """The headers of each column of a table: the first one that is filled counts."""
    plains: dict[str, str] = {}
    for header in headers:
        plains.setdefault(_plain(header), header)
    found: dict[str, tuple[str, ...]] = {}
    for column, names in NAMES[name].items():
        if asked := given.columns.get(column):
            found[column] = (asked,) if asked in headers else tuple(asked.split("|"))
            if strange := [header for header in found[column] if header not in headers]:
                raise BadFile(f"{given.path.name} : pas de colonne « {strange[0]} ». Ses colonnes : {_listed(headers)}.")
        elif known := [plains[one] for one in names if one in plains]:
            found[column] = (known[0],)
        elif column not in _MAY_MISS:
            raise BadFile(
                f"{given.path.name} : la colonne « {names[1] if len(names) > 1 else names[0]} » manque (ou : {', '.join(names)}). "
                f"Nommez-la avec --map {name}.{column}=EN-TÊTE. Ses colonnes : {_listed(headers)}."
            )
    return found


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", plain(header)).strip("_")


def _listed(headers: Iterable[str]) -> str:
    return ", ".join(f"« {header} »" for header in list(headers)[:40])


def _typed(column: str, kind: str, found: Mapping[str, tuple[str, ...]], headers: Mapping[str, str], given: Given) -> str:
    """The SQL that makes a column of its type, null where that cannot be."""
    if column not in found:
        return f"CAST({_MAY_MISS[column]} AS {_SQL[kind]})"
    raw = _raw(found[column])
    is_text = all(headers[header] == "VARCHAR" for header in found[column])
    if kind == "string":
        value = f"nullif(trim(CAST({raw} AS VARCHAR)), '')" if not is_text or _blank(given) else raw
        if column == "kind" and given.kinds:
            pairs = " ".join(f"WHEN {_text(label)} THEN {_text(key)}" for label, key in given.kinds.items())
            value = f"CASE {value} {pairs} ELSE {value} END"
        return f"coalesce({value}, '')" if column == "landlord" else value
    if not is_text:
        value = f"try_cast({raw} AS {_SQL[kind]})"
    elif kind == "date":
        value = f"CAST(try_strptime(trim({raw}), {_DATES}) AS DATE)"
    else:
        number = f"replace(replace(replace(replace(trim({raw}), ' ', ''), chr(160), ''), chr(8239), ''), ',', '.')"
        value = f"try_cast(nullif({number}, '') AS DOUBLE)"
        if kind == "int64":
            value = f"CASE WHEN {value} = floor({value}) THEN try_cast({value} AS BIGINT) END"
    return value


def _raw(headers: tuple[str, ...]) -> str:
    """The SQL of what is written in a column, or in the first of several that is filled."""
    if len(headers) == 1:
        return _quoted(headers[0])
    return f"coalesce({', '.join(f'nullif(trim(CAST({_quoted(one)} AS VARCHAR)), {_text(str())})' for one in headers)})"


def _blank(given: Given) -> bool:
    return given.path.suffix.lower() != ".parquet"


_SQL = {"string": "VARCHAR", "float64": "DOUBLE", "int64": "BIGINT", "date": "DATE"}


def _check(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    given: Given,
    relation: str,
    found: Mapping[str, tuple[str, ...]],
    typed: Mapping[str, str],
) -> None:
    """Refuse the file at its first column with a value that is missing, of another type or out of bounds."""
    faults = {}
    for column, names in found.items():
        raw, value = _raw(names), typed[column]
        blank = f"({raw} IS NULL OR trim(CAST({raw} AS VARCHAR)) = '')" if _blank(given) else f"{raw} IS NULL"
        wrong = "" if SHAPES[name][column] == "string" else f"(NOT {blank} AND {value} IS NULL)"
        if column in _LEAST:
            least, most = _LEAST[column]
            said = f"{value} IS NOT NULL" + (f" AND NOT isnan({value})" if SHAPES[name][column] == "float64" else "")
            wrong += f" OR ({said} AND {value} NOT BETWEEN {least} AND {most})"
        elif SHAPES[name][column] == "float64":
            wrong += f" OR NOT coalesce(isfinite({value}), true)"
        if column not in _MAY_BE_BLANK:
            wrong = f"{blank} OR {wrong}" if wrong else blank
        if wrong:
            faults[column] = wrong
    counted = ", ".join(f"count(*) FILTER (WHERE {wrong})" for wrong in faults.values())
    [row] = connection.sql(f"SELECT count(*), {counted} FROM {relation}").fetchall()
    if not row[0] and name in {"dwellings", "incidents"}:
        raise BadFile(f"{given.path.name} : aucune ligne sous les en-têtes.")
    for column, many in zip(faults, row[1:], strict=True):
        if many:
            raw = _raw(found[column])
            [(first,)] = connection.sql(f"SELECT min(CAST({raw} AS VARCHAR)) FROM {relation} WHERE {faults[column]}").fetchall()
            raise BadFile(_fault(name, given, column, " ou ".join(found[column]), many, first))


def _fault(name: str, given: Given, column: str, header: str, many: int, value: str | None) -> str:
    lines = "1 ligne" if many == 1 else f"{many} lignes"
    where = f"{given.path.name}, colonne « {header} », {lines}"
    if value is None or not value.strip():
        return f"{where} : la case est vide. Complétez-la ou retirez la ligne."
    if column in {"lon", "lat"}:
        return f"{where} : « {value} » n’est pas en degrés. Donnez longitude et latitude WGS 84, par exemple 2,4763 et 48,9036."
    if column in _LEAST:
        least, most = _LEAST[column]
        return f"{where} : « {value} » n’est pas {_WHAT[SHAPES[name][column]]} de {least} à {most}."
    return f"{where} : « {value} » n’est pas {_WHAT[SHAPES[name][column]]}."
