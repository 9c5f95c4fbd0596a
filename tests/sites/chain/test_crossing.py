"""The crossing of tables: every home once, rates that plain sums give again, the same answer whatever the order."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.sites.chain.engines import DuckDB
from palier.sites.chain.expressions import fresh_from
from palier.sites.chain.plan import Plan
from palier.sites.chain.registry import registry_plan
from palier.sources.rules.indicators import INDICATORS
from palier.sources.rules.readings import Given, is_stale, value_of
from tests.sites.chain.scenes import ON, PLAN, contours, crossed, line, rows_of, square


def test_a_small_stock_by_hand() -> None:
    found = crossed(
        dwellings=[
            {"residence": "Lilas", "commune": "93010", "iris": "930100101", "lon": 2.0, "lat": 48.0, "homes": 30},
            {"residence": "Lilas", "commune": "93010", "iris": "930100102", "lon": 2.5, "lat": 48.5, "homes": 10},
            {"residence": "Lilas", "commune": "93011", "homes": 10},
            {"residence": "Acacias", "commune": "93011", "lon": 2.6, "lat": 48.5, "homes": 20},
        ],
        incidents=[
            {"residence": "Lilas", "month": date(2025, 1, 1), "kind": "fire", "count": 2},
            {"residence": "Lilas", "month": date(2025, 12, 1), "kind": "threat", "count": 3},
            {"residence": "Lilas", "month": date(2024, 12, 1), "kind": "threat", "count": 50},
            {"residence": "Lilas", "month": date(2026, 1, 1), "kind": "threat", "count": 70},
        ],
        readings=[{"residence": "Acacias", "indicator": "satisfied", "ends_on": date(2025, 3, 31), "value": 71.5}],
        figures=[
            {"territory": "93010", "indicator": "violence", "year": 2023, "value": 9.0},
            {"territory": "93010", "indicator": "violence", "year": 2024, "value": 8.0},
            {"territory": "930100101", "indicator": "income", "year": 2021, "value": 15000.0},
        ],
        districts=contours(square("QN1", 1.9, 47.9, 0.2)),
    )
    assert found.residences["residence"].to_pylist() == ["Acacias", "Lilas"]
    lilas = line(found, "Lilas")
    assert (lilas["homes"], lilas["located"], lilas["commune"], lilas["iris"], lilas["district"]) == (
        *(50, 40, "93010", "930100101", "QN1"),
    )
    assert (lilas["lon"], lilas["lat"]) == pytest.approx((2.25, 48.25), abs=1e-9)
    assert lilas["qpv_share"] == 75.0
    assert lilas["incidents"] == 5 * 100 * 365.25 / (50 * 365)
    assert lilas["threats"] == 3 * 100 * 365.25 / (50 * 365)
    assert (lilas["violence"], lilas["income"]) == (8.0, 15000.0)
    acacias = line(found, "Acacias")
    assert {key: acacias.get(key) for key in (*PLAN.keys, "district")} == {
        "incidents": 0.0,
        "threats": 0.0,
        "satisfied": 71.5,
        "qpv_share": 0.0,
        "violence": None,
        "income": None,
        "district": None,
    }


def test_a_home_in_two_districts_counts_once_in_the_first() -> None:
    both = contours(square("QN1", 2.0, 48.0, 0.2), square("QN2", 2.1, 48.0, 0.2))
    homes = [{"residence": "A", "lon": 2.15, "lat": 48.1, "homes": 7}, {"residence": "A", "lon": 2.25, "lat": 48.1, "homes": 8}]
    found = line(crossed(dwellings=homes, districts=both), "A")
    assert (found["homes"], found["qpv_share"], found["district"]) == (15, 100.0, "QN2")


def test_half_a_point_is_none() -> None:
    homes = [{"residence": "A", "lon": 2.0, "lat": None}, {"residence": "A", "lon": float("nan"), "lat": 48.0}]
    found = line(crossed(dwellings=homes, districts=contours(square("QN1", 1, 47, 2))), "A")
    assert (found["homes"], found["located"], found["lon"], "qpv_share" in found) == (2, 0, None, False)


def test_where_as_many_homes_are_in_two_communes_the_first_code_stands() -> None:
    homes = [{"residence": "A", "commune": code, "homes": 4} for code in ("93011", "93010", "93012")]
    assert line(crossed(dwellings=homes), "A")["commune"] == "93010"


def test_the_iris_comes_from_contours_only_where_nobody_said_it() -> None:
    homes = [
        {"residence": "A", "iris": "111111111", "lon": 2.1, "lat": 48.1},
        {"residence": "B", "lon": 2.1, "lat": 48.1},
        {"residence": "C", "lon": 5.0, "lat": 48.1},
    ]
    found = crossed(dwellings=homes, iris=contours(square("222222222", 2, 48, 1)))
    assert [line(found, key)["iris"] for key in "ABC"] == ["111111111", "222222222", None]


def test_no_log_is_no_zero() -> None:
    homes = [{"residence": key, "landlord": owner} for key, owner in (("A", "keeps"), ("B", "keeps"), ("C", "does not"))]
    notes = [{"residence": "A", "month": date(2025, 2, 1), "kind": "fire", "count": 1}]
    found = crossed(dwellings=homes, incidents=notes)
    assert line(found, "B")["incidents"] == 0.0
    assert "incidents" not in line(found, "C")


@pytest.mark.parametrize(
    ("first", "days"),
    [
        (date(2020, 5, 1), 365),
        (date(2025, 1, 1), 365),
        (date(2025, 2, 1), 334),
        (date(2025, 10, 1), 92),
        (date(2025, 11, 1), None),
    ],
)
def test_the_year_counts_from_the_first_month_of_a_log(first: date, days: int | None) -> None:
    notes = [
        {"residence": "A", "month": first, "kind": "fire", "count": 0},
        {"residence": "A", "month": date(2025, 12, 1), "kind": "fire", "count": 1},
    ]
    found = line(crossed(dwellings=[{"residence": "A", "homes": 10}], incidents=notes), "A")
    assert found.get("incidents") == (None if days is None else 1 * 100 * 365.25 / (10 * days))


def test_a_log_left_for_a_year_says_nothing() -> None:
    notes = [{"residence": "A", "month": date(2024, 12, 31), "kind": "fire", "count": 1}]
    assert "incidents" not in line(crossed(dwellings=[{"residence": "A"}], incidents=notes), "A")


def test_what_is_brought_wins_while_it_is_fresh() -> None:
    def threats(*readings: tuple[date, float | None]) -> float:
        rows = [{"residence": "A", "indicator": "threats", "ends_on": day, "value": value} for day, value in readings]
        notes = [{"residence": "A", "month": date(2025, 1, 1), "kind": "threat", "count": 1}]
        found = crossed(dwellings=[{"residence": "A", "homes": 100}], incidents=notes, readings=rows)
        return float(line(found, "A")["threats"])

    counted = 1 * 100 * 365.25 / (100 * 365)
    assert threats() == counted
    assert threats((date(2025, 7, 1), 4.0)) == 4.0
    assert threats((date(2025, 6, 30), 4.0)) == counted
    assert threats((date(2025, 7, 31), 4.0), (date(2025, 8, 31), 5.0), (date(2026, 1, 31), 6.0)) == 5.0
    assert threats((date(2025, 8, 31), 4.0), (date(2025, 8, 31), 5.0)) == 5.0
    assert threats((date(2025, 8, 31), None)) == counted


def test_a_residence_without_homes_has_no_rate() -> None:
    notes = [{"residence": "A", "month": date(2025, 1, 1), "kind": "fire", "count": 1}]
    found = line(crossed(dwellings=[{"residence": "A", "homes": 0}], incidents=notes), "A")
    assert (found["homes"], "incidents" in found) == (0, False)


def test_rates_and_freshness_are_those_of_the_sources() -> None:
    plan = registry_plan(ON)
    notes = [{"residence": "A", "month": date(2025, 3, 1), "kind": "threat", "count": 3}]
    found = line(crossed(dwellings=[{"residence": "A", "homes": 41}], incidents=notes, plan=plan), "A")
    given_ = Given(date(2025, 1, 1), ON, Decimal(3), Decimal(41))
    first = [{"residence": "A", "month": date(2024, 3, 1), "kind": "threat", "count": 3}]
    whole = line(crossed(dwellings=[{"residence": "A", "homes": 41}], incidents=notes + first, plan=plan), "A")
    assert whole["assaults"] == pytest.approx(float(value_of(INDICATORS["assaults"], given_) or 0), abs=1e-4)
    assert found["assaults"] > whole["assaults"]
    for one in INDICATORS.values():
        for on in (ON, date(2024, 2, 29), date(2025, 3, 30)):
            limit = fresh_from(one.freshness_months, on)
            assert not is_stale(one, limit, on)
            assert is_stale(one, date.fromordinal(limit.toordinal() - 1), on)


def test_monthly_counts_end_with_the_last_month() -> None:
    plan = Plan(ON, events=(("incidents", ("fire",)),), months=3)
    notes = [
        {"residence": "A", "month": date(2025, 12, 31), "kind": "fire", "count": 4},
        {"residence": "A", "month": date(2025, 10, 1), "kind": "fire", "count": 1},
        {"residence": "A", "month": date(2025, 10, 20), "kind": "fire", "count": 1},
        {"residence": "A", "month": date(2025, 9, 30), "kind": "fire", "count": 9},
        {"residence": "A", "month": date(2025, 11, 1), "kind": "other", "count": 9},
        {"residence": "nobody", "month": date(2025, 11, 1), "kind": "fire", "count": 9},
    ]
    found = crossed(dwellings=[{"residence": "B"}, {"residence": "A"}], incidents=notes, plan=plan, with_counts=True)
    assert found.counts.tolist() == [[2, 0, 4], [0, 0, 0]]


HOMES = st.lists(
    st.fixed_dictionaries(
        {
            "residence": st.sampled_from("ABCDé"),
            "commune": st.sampled_from(["93010", "93011", None]),
            "lon": st.none() | st.floats(1.9, 2.4),
            "lat": st.none() | st.floats(47.9, 48.4),
            "homes": st.integers(0, 400),
        }
    ),
    min_size=1,
    max_size=25,
)
NOTES = st.lists(
    st.fixed_dictionaries(
        {
            "residence": st.sampled_from("ABCDéZ"),
            "month": st.dates(date(2024, 6, 1), date(2026, 3, 1)),
            "kind": st.sampled_from(["fire", "graffiti", "threat", "other"]),
            "count": st.integers(0, 50),
        }
    ),
    max_size=40,
)


@settings(max_examples=40, deadline=None)
@given(HOMES, NOTES)
def test_no_home_is_lost_and_rates_are_plain_sums(homes: list[dict[str, object]], notes: list[dict[str, object]]) -> None:
    kept = [{"residence": "A", "month": date(2023, 1, 1), "kind": "fire", "count": 0}, *notes]
    kept.append({"residence": homes[0]["residence"], "month": date(2025, 12, 31), "kind": "fire", "count": 0})
    homes = [*homes, {"residence": "A", "commune": None, "lon": None, "lat": None, "homes": 1}]
    areas = contours(square("QN1", 2.0, 48.0, 0.2), square("QN2", 2.1, 48.1, 0.2), square("QN3", 2.0, 48.0, 0.3))
    found = crossed(dwellings=homes, incidents=kept, districts=areas)
    assert sum(found.residences["homes"].to_pylist()) == sum(int(str(row["homes"])) for row in homes)
    assert found.residences["residence"].to_pylist() == sorted({str(row["residence"]) for row in homes})
    for residence in found.residences["residence"].to_pylist():
        mine = [row for row in homes if row["residence"] == residence]
        many = sum(int(str(row["homes"])) for row in mine)
        here = [row for row in mine if row["lon"] is not None and row["lat"] is not None]
        inside = [
            row
            for row in here
            if any(w < row["lon"] < w + s and o < row["lat"] < o + s for w, o, s in _SQUARES)  # type: ignore[operator]
        ]
        said = line(found, residence)
        located = sum(int(str(row["homes"])) for row in here)
        assert said["located"] == located
        if located:
            assert said["qpv_share"] == pytest.approx(100 * sum(int(str(row["homes"])) for row in inside) / located, abs=1e-12)
        events = [
            int(str(row["count"]))
            for row in kept
            if row["residence"] == residence and row["kind"] != "other" and PLAN.since < row["month"] <= ON  # type: ignore[operator]
        ]
        if many:
            assert said["incidents"] == pytest.approx(float(Fraction(sum(events) * 36525, many * 365)), rel=1e-12)
        else:
            assert "incidents" not in said


_SQUARES = ((2.0, 48.0, 0.2), (2.1, 48.1, 0.2), (2.0, 48.0, 0.3))


def test_the_answer_is_the_same_whatever_the_threads_and_the_order_of_lines() -> None:
    rng = np.random.default_rng(4)
    homes = [
        {
            "residence": f"R{rng.integers(400)}",
            "commune": f"930{rng.integers(10, 40)}",
            "lon": float(rng.uniform(2, 2.4)),
            "lat": float(rng.uniform(48, 48.4)),
            "homes": int(rng.integers(1, 60)),
        }
        for _ in range(3000)
    ]
    notes = [
        {
            "residence": f"R{rng.integers(400)}",
            "month": date(2024 + int(rng.integers(2)), int(rng.integers(1, 13)), 1),
            "kind": ("fire", "graffiti", "threat")[rng.integers(3)],
            "count": int(rng.integers(9)),
        }
        for _ in range(20_000)
    ]
    areas = contours(square("QN1", 2.0, 48.0, 0.2), square("QN2", 2.1, 48.1, 0.2))
    first: tuple[pa.Table, bytes, bytes] | None = None
    for threads in (1, 2, 4, 4):
        found = crossed(dwellings=homes, incidents=notes, districts=areas, engine=DuckDB(threads=threads), with_counts=True)
        answer = (found.residences.combine_chunks(), found.values.tobytes(), found.counts.tobytes())
        first = first or answer
        assert answer[0].equals(first[0])
        assert answer[1:] == first[1:]
        homes, notes = [homes[i] for i in rng.permutation(len(homes))], [notes[i] for i in rng.permutation(len(notes))]


def test_an_empty_stock_gives_an_empty_answer() -> None:
    found = crossed(dwellings=[])
    assert (len(found.residences), found.values.shape) == (0, (0, len(PLAN.keys)))
    assert rows_of("readings", []).num_rows == 0
