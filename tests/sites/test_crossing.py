"""One crossing: what the application scores is what the landlord's files would give, and what the pages say of a residence."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random

import numpy as np
import pytest
import shapely

from palier.directory.models import Landlord
from palier.sites import queries
from palier.sites.chain.crossing import columns_of
from palier.sites.chain.whole import Inputs, Options, crossing_of
from palier.sites.scoring.method import in_force
from palier.sources import queries as sources
from palier.sources.models import Incident, Iris, OpenFigure, Reading
from palier.sources.rules.incidents import IncidentKind, Place
from palier.sources.rules.indicators import BROUGHT
from palier.sources.rules.intake import Origin
from palier.sources.rules.vocabulary import Kind
from palier.stock.models import DistrictStanding, Residence
from palier.stock.queries import residences
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db
ON = NOON.date()
COMMUNES = ("93010", "75113", "75101", "")


@pytest.fixture
def stock(make_landlord: Callable[..., Landlord], make_stock: Callable[..., list[Residence]]) -> list[Residence]:
    """A stock with holes of every kind: residences that left or were merged, no point, no commune, stale and double readings."""
    rng, landlord = Random(7), make_landlord("Montfictif Habitat")
    left = make_stock(landlord, 2, year=2024)
    here = make_stock(landlord, 12)
    for number, one in enumerate(here):
        one.commune = COMMUNES[number % len(COMMUNES)]
        one.lon, one.lat = (2.4 + number / 100, 48.9) if number % 3 else (None, None)
        one.save()
        if number % 4:
            DistrictStanding.objects.create(
                residence=one, source=one.last_source, version="2024", method="contours", retained=True, inside=number, known=40
            )
    Residence.objects.filter(pk=here[-1].pk).update(merged_into=here[0])
    for number, west in enumerate((2.4, 2.45)):
        box = shapely.box(west, 48.8, west + 0.05, 49)
        Iris.objects.create(
            year=2022,
            code=f"93010010{number}",
            label="Quartier",
            commune="93010",
            shape=shapely.to_wkb(box),
            outline=shapely.geometry.mapping(box),
            west=west,
            south=48.8,
            east=west + 0.05,
            north=49,
        )
    public = {"commune_violence": ("93010", "75056"), "commune_vandalism": ("75056", "75113"), "iris_income": ("930100100",)}
    for key, places in public.items():
        for place in places:
            for year in (2021, 2023):
                OpenFigure.objects.create(indicator=key, territory=place, year=year, value=Decimal(rng.randint(1, 9_000)) / 100)
    OpenFigure.objects.create(indicator="iris_poverty", territory="930100101", year=2019, value=30)
    _bring([*left, *here], rng)
    return list(residences(landlord=landlord, on=ON).order_by("pk"))


def _bring(every: list[Residence], rng: Random) -> None:
    for one in every:
        for key, found in BROUGHT.items():
            for back in rng.sample((0, 100, 400, 1300), rng.randint(0, 2)):
                ends_on = ON - timedelta(days=back)
                value = Decimal(rng.randint(1, 5 if found.kind is Kind.LEVEL else 4_000)) / (
                    1 if found.kind is Kind.LEVEL else 100
                )
                Reading.objects.create(
                    landlord=one.landlord,
                    residence=one,
                    indicator=key,
                    value=value,
                    denominator=40,
                    at=NOON,
                    starts_on=ends_on - timedelta(days=30),
                    ends_on=ends_on,
                    origin=Origin.FORM,
                )
        for _ in range(20):
            Incident.objects.create(
                landlord=one.landlord,
                residence=one,
                on=ON - timedelta(days=rng.randint(0, 700)),
                at=NOON,
                kind=rng.choice(list(IncidentKind)),
                place=Place.HALL,
                text_until=ON,
                origin=Origin.FORM,
            )


def test_the_application_scores_what_the_landlords_files_would_give(stock: list[Residence], tmp_path: Path) -> None:
    landlord, keys = stock[0].landlord_id, in_force(ON).keys
    mine = queries.table(landlord=landlord, keys=keys, on=ON)
    found, _ = crossing_of(_files(stock, tmp_path), options=Options(on=ON, threads=1), say=str)
    at = {int(key): row for row, key in enumerate(found.residences["residence"].to_pylist())}
    theirs = columns_of(found, keys)[[at[pk] for pk in mine.residences]]
    assert mine.residences == [one.pk for one in stock]
    assert mine.values.tobytes() == theirs.tobytes()
    assert 0.2 < np.isnan(mine.values).mean() < 0.8
    assert {*keys} - {key for key, seen in zip(keys, ~np.isnan(mine.values).all(axis=0), strict=True) if seen} == {
        "commune_trafficking",
        "iris_poverty",
    }


def test_the_application_scores_what_the_pages_say(stock: list[Residence]) -> None:
    landlord, keys = stock[0].landlord_id, in_force(ON).keys
    mine = queries.table(landlord=landlord, keys=keys, on=ON)
    said = {(one.residence, one.indicator): one for one in sources.latest_readings(landlord=landlord, on=ON)}
    for pk, row in zip(mine.residences, mine.values.tolist(), strict=True):
        for key, value in zip(keys, row, strict=True):
            figure = said.get((pk, key))
            assert math.isnan(value) == (figure is None or figure.stale), (pk, key)
            assert math.isnan(value) or figure is None or value == pytest.approx(float(figure.value), abs=5.1e-5)
            assert (key in mine.stale.get(pk, [])) == (figure is not None and figure.stale), (pk, key)
    assert mine.stale


def _files(stock: list[Residence], folder: Path) -> Inputs:
    """What the landlord would write of the same: merged residences under their new name, arrondissements as published."""
    landlord = stock[0].landlord_id
    iris = {pk: one.code for pk, one in sources.iris_of(residences=stock).items()}
    rows = [(one.pk, one.commune, iris.get(one.pk, ""), one.homes) for one in stock]  # type: ignore[attr-defined]
    _write(folder / "homes.csv", ("residence", "commune", "iris", "homes"), rows)
    noted = Incident.objects.filter(landlord=landlord).select_related("residence")
    events = [(one.residence.merged_into_id or one.residence_id, one.on, one.kind, 1) for one in noted]
    _write(folder / "incidents.csv", ("residence", "date", "kind", "count"), events)
    brought = [(f.residence, f.indicator, f.ends_on, f.value) for f in sources.brought(landlord=landlord, on=ON)]
    brought += [(one.pk, "qpv_share", ON, one.inside * 100 / one.known) for one in stock if one.known]  # type: ignore[attr-defined]
    _write(folder / "readings.csv", ("residence", "indicator", "ends_on", "value"), brought)
    names = {"commune_violence": "violence_outside_family", "commune_vandalism": "vandalism", "iris_income": "median_eur"}
    places: dict[str, dict[str, dict[str, float]]] = {"communes": {}, "iris": {}}
    for one in OpenFigure.objects.filter(year=2023):
        level = "iris" if len(one.territory) == 9 else "communes"
        places[level].setdefault(one.territory, {})[names[one.indicator]] = float(one.value)
    offences = {code: {"ind": told} for code, told in places["communes"].items()}
    (folder / "offences.json").write_text(json.dumps({"meta": {"data_year": 2023}, "communes": offences}))
    (folder / "incomes.json").write_text(json.dumps({"meta": {"data_year": 2023}, "iris": places["iris"]}))
    return Inputs(
        folder / "homes.csv",
        folder / "incidents.csv",
        folder / "readings.csv",
        offences=folder / "offences.json",
        incomes=folder / "incomes.json",
    )


def _write(path: Path, headers: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as opened:
        csv.writer(opened, delimiter=";").writerows([headers, *rows])
