"""The same chain as Palier's, step by step, as one writes it in pandas and geopandas: what the bench compares with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import pandas as pd

ON, SINCE = pd.Timestamp(2025, 12, 31), pd.Timestamp(2024, 12, 31)
YEAR_DAYS = 365.25


def contours(path: Path) -> gpd.GeoDataFrame:
    """Districts, mended, in the order of their codes."""
    found = gpd.read_file(path)[["code", "geometry"]]
    found["geometry"] = found.geometry.make_valid()
    return found.sort_values("code", kind="stable").reset_index(drop=True)


def published(path: Path, level: str, names: dict[str, str]) -> pd.DataFrame:
    """Public figures, one line a territory."""
    with gzip.open(path) as opened:
        places = json.load(opened)[level]
    rows = {code: said.get("ind", said) for code, said in places.items()}
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=list(names)).rename(columns=names)


def most(rows: pd.DataFrame, column: str) -> pd.Series:
    """The value that most homes of each residence bear."""
    counted = rows.dropna(subset=[column]).groupby(["residence", column], as_index=False)["homes"].sum()
    counted = counted.sort_values(["residence", "homes", column], ascending=[True, False, True])
    return counted.drop_duplicates("residence").set_index("residence")[column]


def chain(folder: Path, territory: Path, events: dict[str, list[str]], *, by_address: bool) -> pd.DataFrame:
    """One line a residence, in order."""
    names = {"RESIDENCE": "residence", "DEPCOM": "commune", "PLG_IRIS2024_CODE": "iris", "LON": "lon", "LAT": "lat"}
    rows = pd.read_parquet(folder / "dwellings.parquet", columns=list(names)).rename(columns=names)
    if by_address:
        rows = rows.groupby(list(names.values()), dropna=False, sort=False).size().rename("homes").reset_index()
    else:
        rows["homes"] = 1
    districts = contours(territory / "qpv2024.geojson")
    points = gpd.GeoDataFrame(rows[[]], geometry=gpd.points_from_xy(rows["lon"], rows["lat"]), crs=districts.crs)
    joined = gpd.sjoin(points, districts, how="inner", predicate="within")
    first = joined.sort_values("index_right").loc[lambda f: ~f.index.duplicated(), "code"]
    rows["district"] = first.reindex(rows.index)
    del points, joined, first
    here = rows["lon"].notna()
    rows["located"], rows["inside"] = rows["homes"] * here, rows["homes"] * rows["district"].notna()
    found = rows.groupby("residence").agg(homes=("homes", "sum"), located=("located", "sum"), inside=("inside", "sum"))
    places = rows.drop_duplicates(["residence", "commune", "iris", "lon", "lat"])
    middle = (places[["lon", "lat"]] * 1e7).round().groupby(places["residence"]).mean() / 1e7
    found[["lon", "lat"]] = middle
    for column in ("commune", "iris", "district"):
        found[column] = most(rows, column)
    found["qpv_share"] = found["inside"] * 100 / found["located"].where(found["located"] > 0)
    del rows, places
    lines = pd.read_parquet(folder / "incidents.parquet")
    lines = lines[pd.to_datetime(lines["month"]) <= ON]
    recent = lines[pd.to_datetime(lines["month"]) > SINCE]
    for key, kinds in events.items():
        counted = recent[recent["kind"].isin(kinds)].groupby("residence")["count"].sum()
        counts = counted.reindex(found.index).fillna(0)
        found[key] = counts * (100 * YEAR_DAYS) / (found["homes"] * (ON - SINCE).days)
    offences = published(
        territory / "delinquance_communes.json.gz",
        "communes",
        {
            "violence_outside_family": "commune_violence",
            "vandalism": "commune_vandalism",
            "drug_trafficking": "commune_trafficking",
        },
    )
    incomes = published(
        territory / "filoiris.json.gz", "iris", {"median_eur": "iris_income", "poverty_rate_pct": "iris_poverty"}
    )
    return found.join(offences, on="commune").join(incomes, on="iris").sort_index()
