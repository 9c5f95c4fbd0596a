"""Public files in: contours of districts and IRIS, figures published by commune and by IRIS."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from palier.sites.chain.crossing import Contours, table
from palier.sites.chain.files import BadFile
from palier.sources.reading import public
from palier.sources.rules.territory import districts_of
from palier.stock.geography import mended
from palier.stock.reading.places import Unreadable

_CITIES = frozenset({"13", "69", "75"})
"""The departments of the three communes that have districts of their own code."""
_CODES = ("code", "code_qp", "CODE_QP", "CODE_IRIS", "code_iris")


def contours(path: Path) -> Contours:
    """The areas of a GeoJSON, mended, in the order of their codes.

    Raises:
        BadFile: naming the area that is none, or the property that is missing.
    """
    text = _read(path)
    try:
        features = json.loads(text)["features"]
        shapes = shapely.get_parts(shapely.from_geojson(text))
        properties = [feature["properties"] for feature in features]
    except (ValueError, KeyError, TypeError, RecursionError, shapely.errors.ShapelyError) as problem:
        raise BadFile(f"{path.name} : ce n’est pas un GeoJSON de contours (une liste « features » est attendue).") from problem
    key = next((one for one in _CODES if properties and one in properties[0]), None)
    if key is None:
        raise BadFile(f"{path.name} : aucun contour ne porte de code. Une propriété est attendue parmi {', '.join(_CODES)}.")
    whole = mended(shapes)
    codes = np.array([str(one.get(key) or "") for one in properties])
    if len(shapes) != len(codes) or (codes == "").any() or any(shape is None for shape in whole):
        at = next((i for i, shape in enumerate(whole) if shape is None or not codes[i]), len(whole))
        raise BadFile(f"{path.name} : le contour n° {at + 1} n’a pas de surface ou pas de code. Retirez-le ou corrigez-le.")
    if not (np.abs(shapely.total_bounds(whole)) <= (180, 90, 180, 90)).all():
        raise BadFile(f"{path.name} : ces contours ne sont pas en degrés. Exportez-les en WGS 84 (EPSG:4326).")
    order = np.argsort(codes, kind="stable")
    return Contours(tuple(codes[order].tolist()), tuple(shapely.to_wkb(whole[order]).tolist()))


def figures(*, offences: Path | None, incomes: Path | None) -> pa.Table:
    """Recorded offences by commune and incomes by IRIS, as they are published.

    Raises:
        BadFile: when a file is of no known shape.
    """
    columns: dict[str, list[object]] = {name: [] for name in ("territory", "indicator", "year", "value")}
    for path, reader in ((offences, public.offences), (incomes, public.incomes)):
        if path is None:
            continue
        try:
            found = reader(path)
        except FileNotFoundError as problem:
            raise BadFile(f"{path} : ce fichier n’existe pas.") from problem
        except (OSError, Unreadable) as problem:
            raise BadFile(f"{path.name} : {getattr(problem, 'sentence', 'ce fichier ne se lit pas.')}") from problem
        rows = [(place, key, value) for key, place, value, _ in found.rows]
        known = {(place, key) for place, key, _ in rows if place[:2] in _CITIES}
        rows += [
            (district, key, value)
            for place, key, value in rows
            if place[:2] in _CITIES
            for district in districts_of(place)
            if (district, key) not in known
        ]
        columns["territory"] += [place for place, *_ in rows]
        columns["indicator"] += [key for _, key, _ in rows]
        columns["year"] += [found.year] * len(rows)
        columns["value"] += [float(value) for *_, value in rows]
    return table("figures", columns)


def _read(path: Path) -> str:
    try:
        content = path.read_bytes()
        return (gzip.decompress(content) if path.suffix == ".gz" else content).decode("utf-8-sig")
    except FileNotFoundError as problem:
        raise BadFile(f"{path} : ce fichier n’existe pas.") from problem
    except (OSError, EOFError, UnicodeDecodeError) as problem:
        raise BadFile(f"{path.name} : ce fichier ne se lit pas ; produisez-le à nouveau, en UTF-8.") from problem
