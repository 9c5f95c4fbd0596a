"""Public files are read as they are published, whole or not at all, and say of a residence what is said of its place."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from palier.sources import operations, queries
from palier.sources.models import Iris, OpenFigure
from palier.sources.operations import OpenFile
from palier.sources.rules.coverage import by_residence
from palier.stock.models import Residence
from palier.verdict import Refusal

if TYPE_CHECKING:
    from palier.directory.models import Landlord

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real data are not beside the project")
SSMSI = (
    '"CODGEO_2025";"annee";"indicateur";"unite_de_compte";"nombre";"taux_pour_mille";"est_diffuse";"insee_pop"\n'
    '"93010";2023;"Violences physiques hors cadre familial";"Victime";600;"10,5";"diff";"54000"\n'
    '"93010";2024;"Violences physiques hors cadre familial";"Victime";637;"11,7963";"diff";"54000"\n'
    '"93010";2024;"Trafic de stupéfiants";"Mis en cause";90;"1,6";"diff";"54000"\n'
    '"75056";2024;"Destructions et dégradations volontaires";"Infraction";9;"8";"diff";"2100000"\n'
    '"01001";2024;"Trafic de stupéfiants";"Mis en cause";NA;NA;"ndiff";"860"\n'
    '"01001";2024;"Cambriolages de logement";"Infraction";3;"1";"diff";"860"\n'
)
FILOSOFI = "IRIS;DISP_TP6021;DISP_MED21\n930100101;34;16540\n930100102;ns;nd\n930100103;;15210,5\n"


def _iris(code: str, west: float, east: float) -> dict[str, object]:
    ring = [[west, 48.0], [east, 48.0], [east, 49.0], [west, 49.0], [west, 48.0]]
    return {
        "properties": {"CODE_IRIS": code, "NOM_IRIS": f"Quartier {code}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


CONTOURS = json.dumps({"features": [_iris("930100101", 2.0, 2.5), _iris("930100103", 2.5, 3.0)]})


@pytest.fixture
def load(tmp_path: Path, at: datetime, db: None) -> Callable[..., int]:
    def make(content: str | bytes, what: OpenFile, *, year: int | None = None) -> int:
        path = tmp_path / "open"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        found = operations.read_open_file(path, what, year=year)
        if isinstance(found, list):
            return operations.load_iris(found=found, year=year or 0, by=None, at=at)
        return operations.load_open_figures(published=found, by=None, at=at)

    return make


def test_the_latest_year_of_the_ministrys_file_is_taken_and_what_is_not_published_left_out(load: Callable[..., int]) -> None:
    assert load(SSMSI, OpenFile.OFFENCES) == 3
    assert not OpenFigure.objects.filter(territory="01001").exists()
    assert OpenFigure.objects.get(territory="93010", indicator="commune_violence").value == Decimal("11.7963")
    assert load(gzip.compress(SSMSI.encode()), OpenFile.OFFENCES, year=2023) == 1
    assert set(OpenFigure.objects.values_list("year", flat=True)) == {2023, 2024}


def test_suppressed_incomes_are_missing_and_not_zero(load: Callable[..., int]) -> None:
    assert load(FILOSOFI, OpenFile.INCOMES) == 3
    assert not OpenFigure.objects.filter(territory="930100102").exists()


def test_loading_a_year_again_takes_its_place(load: Callable[..., int]) -> None:
    load(SSMSI, OpenFile.OFFENCES)
    load(SSMSI.replace("11,7963", "12"), OpenFile.OFFENCES)
    assert OpenFigure.objects.get(territory="93010", indicator="commune_violence").value == 12


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", OpenFile.OFFENCES),
        ("a;b\n1;2\n", OpenFile.OFFENCES),
        (SSMSI.replace("11,7963", "beaucoup"), OpenFile.OFFENCES),
        (SSMSI.replace("11,7963", "-1"), OpenFile.OFFENCES),
        (SSMSI.replace('"93010";2024', '"9301";2024'), OpenFile.OFFENCES),
        (SSMSI.replace("2024", "24242"), OpenFile.OFFENCES),
        (b"\xff\xfe\x00", OpenFile.OFFENCES),
        (gzip.compress(SSMSI.encode())[:-9], OpenFile.OFFENCES),
        ('{"communes": []}', OpenFile.OFFENCES),
        ('{"meta": {"data_year": 2024}, "communes": {"93010": 3}}', OpenFile.OFFENCES),
        ("[1, 2]", OpenFile.INCOMES),
        ("{" * 5_000, OpenFile.INCOMES),
        (FILOSOFI.replace("930100103", "93010"), OpenFile.INCOMES),
        (FILOSOFI.replace("DISP_MED21", "MED"), OpenFile.INCOMES),
        ('{"features": []}', OpenFile.IRIS),
        (CONTOURS.replace("930100103", "930100101"), OpenFile.IRIS),
        (CONTOURS.replace('"Polygon"', '"Point"'), OpenFile.IRIS),
        (CONTOURS.replace("2.5", "1e9"), OpenFile.IRIS),
    ],
)
def test_a_file_that_is_not_what_it_should_be_loads_nothing(
    content: str | bytes, what: OpenFile, load: Callable[..., int]
) -> None:
    with pytest.raises(Refusal) as refused:
        load(content, what, year=2022 if what is OpenFile.IRIS else None)
    assert refused.value.verdict.sentence
    assert not OpenFigure.objects.exists()
    assert not Iris.objects.exists()


def test_a_residence_is_told_by_its_commune_and_its_iris(
    landlord: Landlord, residences: list[Residence], load: Callable[..., int]
) -> None:
    load(SSMSI, OpenFile.OFFENCES)
    load(FILOSOFI, OpenFile.INCOMES)
    load(CONTOURS, OpenFile.IRIS, year=2022)
    Residence.objects.filter(pk=residences[0].pk).update(commune="93010", lon=2.1, lat=48.5)
    Residence.objects.filter(pk=residences[1].pk).update(commune="75113", lon=2.7, lat=48.5)
    Residence.objects.filter(pk=residences[2].pk).update(lon=9.0, lat=9.0)
    found = by_residence(queries.latest_readings(landlord=landlord, on=date(2026, 3, 10)))
    first, second = found[residences[0].pk], found[residences[1].pk]
    assert (first["commune_violence"].value, first["iris_income"].value, first["iris_poverty"].value) == (
        Decimal("11.7963"),
        16540,
        34,
    )
    assert second["commune_vandalism"].value == 8
    assert second["iris_income"].value == Decimal("15210.5")
    assert "iris_poverty" not in second
    assert residences[2].pk not in found
    load(SSMSI + '"75113";2024;"Destructions et dégradations volontaires";"Infraction";3;"7";"diff";"9"\n', OpenFile.OFFENCES)
    found = by_residence(queries.latest_readings(landlord=landlord, on=date(2026, 3, 10)))
    assert found[residences[1].pk]["commune_vandalism"].value == 7, "its own figure comes before that of the whole town"


def test_newer_contours_are_used_where_there_are_some_and_older_ones_elsewhere(
    residences: list[Residence], load: Callable[..., int]
) -> None:
    load(CONTOURS, OpenFile.IRIS, year=2022)
    load(json.dumps({"features": [_iris("930100199", 2.0, 2.5)]}), OpenFile.IRIS, year=2024)
    Residence.objects.filter(pk=residences[0].pk).update(lon=2.1, lat=48.5)
    Residence.objects.filter(pk=residences[1].pk).update(lon=2.7, lat=48.5)
    found = queries.iris_of(residences=Residence.objects.order_by("pk"))
    assert [found[r.pk].code for r in residences[:2]] == ["930100199", "930100103"]


@real
@pytest.mark.django_db
def test_the_real_files_come_in_by_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("sources", "load", "offences", str(DATA / "territory" / "delinquance_communes.json.gz"))
    call_command("sources", "load", "incomes", str(DATA / "territory" / "filoiris.json.gz"))
    call_command("sources", "load", "iris", str(DATA / "bondy" / "iris2022_93.geojson"), "--year", "2022")
    assert OpenFigure.objects.filter(indicator="iris_income").count() == 14_490
    assert queries.iris_years() == [(2022, 614)]
    assert OpenFigure.objects.get(indicator="commune_vandalism", territory="93010", year=2024).value > 0
