"""A made-up national stock in the shape of the social housing register, seeded, kept in var/bench-sites.

At scale 1: 5.4 million dwellings at 540,000 addresses of 150,000 residences, a third of them around real priority
districts, and 20 million monthly lines of incidents over 36 months, most of them 0 as in monthly exports; three residences
in a thousand tip over in the last six months.
"""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely

PROJECT = Path(__file__).resolve().parents[2]
TERRITORY = PROJECT.parent / "shared" / "data" / "territory"
KEPT = PROJECT / "var" / "bench-sites"
RESIDENCES, ADDRESSES, DWELLINGS, LINES, MONTHS = 150_000, 540_000, 5_400_000, 20_000_000, 36
KINDS = (
    *("assault_verbal", "assault_physical", "threat", "property_damage", "dumping_bulky", "graffiti", "fire", "squat"),
    *("gathering_hall_occupation", "trafficking", "noise_neighbour", "animal", "parking_wreck", "theft_burglary"),
    *("contractor_blocked", "other"),
)
LAST = date(2025, 12, 1)


def stock(scale: float) -> Path:
    """The folder of one size, made when it is not there."""
    folder = KEPT / f"{scale:g}"
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        rng = np.random.default_rng(round(20_260 + scale * 1000))
        residences = round(RESIDENCES * scale)
        _dwellings(folder / "dwellings.parquet", residences, scale, rng)
        _incidents(folder / "incidents.parquet", residences, scale, rng)
        (folder / "done").touch()
    return folder


def _names(residences: int) -> pa.Array:
    return pa.array([f"R{number:07d}" for number in range(residences)])


def _dwellings(file: Path, residences: int, scale: float, rng: np.random.Generator) -> None:
    districts = json.loads((TERRITORY / "qpv2024.geojson").read_bytes())["features"]
    shapes = shapely.from_geojson([json.dumps(one["geometry"]) for one in districts])
    boxes = shapely.bounds(shapes)
    with gzip.open(TERRITORY / "delinquance_communes.json.gz") as opened:
        communes = np.array(sorted(json.load(opened)["communes"]))
    with gzip.open(TERRITORY / "filoiris.json.gz") as opened:
        iris = np.array(sorted(json.load(opened)["iris"]))
    # A third of the residences around a district (half of those points fall inside), the others anywhere in the country.
    near = rng.random(residences) < 0.34
    chosen = rng.integers(len(boxes), size=residences)
    west, south, east, north = boxes[chosen].T
    lon = np.where(near, rng.uniform(west, east), rng.uniform(-4.5, 8.0, residences))
    lat = np.where(near, rng.uniform(south, north), rng.uniform(42.5, 51.0, residences))
    place = rng.integers(len(iris), size=residences)
    rural = rng.integers(len(communes), size=residences)
    in_iris = rng.random(residences) < 0.8
    commune = np.where(in_iris, np.array([code[:5] for code in iris])[place], communes[rural])
    # Addresses of a residence within some 150 m; homes by address as uneven as in life.
    owner = np.sort(
        np.concatenate([np.arange(residences), rng.integers(residences, size=round(ADDRESSES * scale) - residences)])
    )
    at = np.round(lon[owner] + rng.normal(0, 0.001, len(owner)), 6)
    on = np.round(lat[owner] + rng.normal(0, 0.001, len(owner)), 6)
    share = rng.gamma(0.8, size=len(owner))
    homes = 1 + rng.multinomial(round(DWELLINGS * scale) - len(owner), share / share.sum())
    row = np.repeat(np.arange(len(owner)), homes)
    located = rng.random(len(owner)) < 0.985
    codes = pa.array(owner[row].astype(np.int32))
    table = pa.table(
        {
            "RESIDENCE": pa.DictionaryArray.from_arrays(codes, _names(residences)).cast(pa.string()),
            "DEPCOM": pa.array(commune).take(codes),
            "PLG_IRIS2024_CODE": pa.array(iris[place], mask=~in_iris).take(codes),
            "NBPIECE": pa.array(rng.integers(1, 7, len(row), dtype=np.int8)),
            "SURFHAB": pa.array(rng.integers(18, 120, len(row), dtype=np.int16)),
            "CONSTRUCT": pa.array(rng.integers(1950, 2024, residences, dtype=np.int16)).take(codes),
            "DPEENERGIE": pa.array(np.array(list("ABCDEFG"))[rng.integers(7, size=len(row))]),
            "LON": pa.array(at, mask=~located).take(pa.array(row)),
            "LAT": pa.array(on, mask=~located).take(pa.array(row)),
        }
    )
    pq.write_table(table, file, row_group_size=122_880)


def _incidents(file: Path, residences: int, scale: float, rng: np.random.Generator) -> None:
    # A cell is one month and one kind of one residence; uneven residences, each cell once.
    cells, wanted = MONTHS * len(KINDS), round(LINES * scale)
    weight = rng.gamma(1.5, size=residences)
    share = np.minimum(0.9, weight / weight.mean() * wanted / residences / cells)
    share *= wanted / (share.sum() * cells)
    mean = 0.12 * rng.gamma(0.8, 1 / 0.8, residences)
    tipping = rng.random(residences) < 0.003
    months = [date(LAST.year + (LAST.month - 1 - back) // 12, (LAST.month - 1 - back) % 12 + 1, 1) for back in range(MONTHS)]
    names, kinds, dates = _names(residences), pa.array(KINDS), pa.array(months[::-1], pa.date32())
    schema = pa.schema({"residence": pa.string(), "month": pa.date32(), "kind": pa.string(), "count": pa.int32()})
    step = max(1, min(10_000, residences))
    with pq.ParquetWriter(file, schema) as writer:
        for start in range(0, residences, step):
            block = share[start : start + step]
            who, cell = np.nonzero(rng.random((len(block), cells), dtype=np.float32) < block[:, None])
            month = cell // len(KINDS)
            rate = mean[who + start] * np.where(tipping[who + start] & (month >= MONTHS - 6), 5.0, 1.0)
            table = pa.table(
                [
                    names.take(pa.array(who + start)),
                    dates.take(pa.array(month)),
                    kinds.take(pa.array(cell % len(KINDS))),
                    pa.array(rng.poisson(rate).astype(np.int32)),
                ],
                schema=schema,
            )
            writer.write_table(table, row_group_size=122_880)
