"""DuckDB and Spark give the same answer. Run by ``make test-spark``: it wants Java 17 and PySpark, and takes two minutes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from palier.sites.chain.engines import DuckDB, Spark
from palier.sites.chain.registry import registry_plan
from palier.sources.rules.incidents import IncidentKind
from palier.sources.rules.indicators import INDICATORS
from tests.sites.chain.scenes import ON, contours, crossed, square


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    settings = {
        "spark.sql.shuffle.partitions": "4",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.session.timeZone": "UTC",
    }
    builder = SparkSession.builder.master("local[2]").appName("palier")
    for name, value in settings.items():
        builder = builder.config(name, value)
    started = builder.getOrCreate()
    yield started
    started.stop()


def scene(seed: int) -> dict[str, list[dict[str, Any]]]:
    """A stock with every kind of hole: no point, half a point, no commune, no log, ties, stale and double readings."""
    rng = np.random.default_rng(seed)
    names = [f"Résidence {number}" for number in range(60)]
    some = lambda choices: choices[rng.integers(len(choices))]  # noqa: E731
    homes = [
        {
            "residence": some(names),
            "landlord": some(["Nord", "Sud", "Sans journal"]),
            "commune": some(["93010", "93011", None]),
            "iris": some(["930100101", None]),
            "lon": some([None, float("nan"), *rng.uniform(1.9, 2.5, 9).tolist()]),
            "lat": some([None, *rng.uniform(47.9, 48.5, 9).tolist()]),
            "homes": int(rng.integers(0, 90)),
        }
        for _ in range(400)
    ]
    quiet = {row["residence"] for row in homes if row["landlord"] == "Sans journal"}
    notes = [
        {
            "residence": some(names),
            "month": ON - timedelta(days=int(rng.integers(-40, 1200))),
            "kind": some([*IncidentKind]).value,
            "count": int(rng.integers(0, 9)),
        }
        for _ in range(3000)
    ]
    readings = [
        {
            "residence": some(names),
            "indicator": some([*INDICATORS]),
            "ends_on": ON - timedelta(days=int(rng.integers(-60, 2000))),
            "value": some([None, *rng.uniform(0, 100, 9).tolist()]),
        }
        for _ in range(1500)
    ]
    public = [key for key in INDICATORS if key.startswith(("commune_", "iris_"))]
    figures = [
        {"territory": some(["93010", "93011", "930100101"]), "indicator": key, "year": year, "value": float(rng.uniform(0, 50))}
        for key in public
        for year in (2018, 2021, 2024, 2025)
    ]
    return {
        "dwellings": homes,
        "incidents": [n for n in notes if n["residence"] not in quiet],
        "readings": readings,
        "figures": figures,
    }


@pytest.mark.parametrize("seed", [1, 2])
def test_both_engines_agree_to_a_billionth(session: Any, seed: int) -> None:
    areas = contours(square("QN1", 2.0, 48.0, 0.2), square("QN2", 2.1, 48.1, 0.2))
    plan = registry_plan(date(2025, 12, 31))
    one, other = (
        crossed(
            **scene(seed),
            districts=areas,
            iris=contours(square("930110102", 2.2, 48.2, 0.1)),
            engine=engine,
            plan=plan,
            with_counts=True,
        )
        for engine in (DuckDB(threads=2), Spark(session))
    )
    assert len(one.residences) > 50
    texts = [name for name in one.residences.column_names if name not in {"lon", "lat"}]
    assert one.residences.select(texts).to_pylist() == other.residences.select(texts).to_pylist()
    for axis in ("lon", "lat"):
        np.testing.assert_allclose(
            *(np.array(t.residences[axis].to_pylist(), dtype=float) for t in (one, other)), rtol=0, atol=1e-9
        )
    np.testing.assert_allclose(one.values, other.values, rtol=1e-9, atol=0, equal_nan=True)
    assert (~np.isnan(one.values)).any(axis=0).sum() > 25
    np.testing.assert_array_equal(one.counts, other.counts)
