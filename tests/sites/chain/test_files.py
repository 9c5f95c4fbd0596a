"""Files as people keep them: read whole or refused, with the file, the column and the cure; never a silent wrong value."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from palier.sites.chain.files import BadFile
from palier.sites.chain.public import contours, figures
from palier.sites.chain.whole import Inputs, Options, crossing_of

HOMES = "Résidence;Code commune;Longitude;Latitude;Logements\nLes Lilas;93010;2,4763;48,9036;30\nLes Acacias;93010;;;1 020\n"
NOTES = "residence;mois;nature;nombre\nLes Lilas;01/2025;Tag;2\nLes Lilas;2025-12;fire;0\n"
Write = Callable[..., Path]
Cross = Callable[..., dict[str, dict[str, Any]]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def make(name: str, content: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode(encoding))
        return path

    return make


@pytest.fixture
def cross(write: Write) -> Cross:
    """The lines of each residence; what was said on the way is under « said »."""

    def make(homes: Path | None = None, notes: Path | None = None, **more: Any) -> dict[str, dict[str, Any]]:
        said: list[str] = []
        inputs = Inputs(homes or write("logements.csv", HOMES), notes or write("incidents.csv", NOTES), **more)
        found, plan = crossing_of(inputs, options=Options(threads=2, alerts=False), say=said.append)
        rows = found.residences.to_pylist()
        for row, values in zip(rows, found.values.tolist(), strict=True):
            row |= {key: value for key, value in zip(found.keys, values, strict=True) if not math.isnan(value)}
        return {"said": {"text": "\n".join(said), "on": plan.on}, **{row["residence"]: row for row in rows}}

    return make


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_a_csv_as_french_spreadsheets_write_it(cross: Cross, write: Write, encoding: str) -> None:
    found = cross(
        write("logements.csv", HOMES.replace("Lilas", "Lilas é"), encoding),
        write("i.csv", NOTES.replace("Lilas", "Lilas é"), encoding),
    )
    assert found["Les Lilas é"]["homes"] == 30
    assert found["Les Lilas é"]["lon"] == pytest.approx(2.4763, abs=1e-9)
    assert found["Les Lilas é"]["damage"] == 2 * 100 * 365.25 / (30 * 365)
    assert (found["Les Acacias"]["homes"], found["Les Acacias"]["lon"]) == (1020, None)
    assert str(found["said"]["on"]) == "2025-12-31"


@pytest.mark.parametrize("said", ["Tag", "TAGS", " graffiti ", "tag", "Dégradations"])
def test_a_kind_in_the_words_that_the_pages_take(cross: Cross, write: Write, said: str) -> None:
    assert cross(notes=write("i.csv", NOTES.replace("Tag", said)))["Les Lilas"]["damage"] > 0


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_any_end_of_line_and_lines_within_quotes(cross: Cross, write: Write, end: str) -> None:
    text = HOMES.replace("Les Lilas", '"Les ""Lilas""; côté rue"').replace("\n", end)
    notes = NOTES.replace("Les Lilas", '"Les ""Lilas""; côté rue"').replace("\n", end)
    assert cross(write("logements.csv", text), write("i.csv", notes))['Les "Lilas"; côté rue']["homes"] == 30
    two = HOMES.replace("Les Lilas", '"Les\nLilas"')
    assert cross(write("logements.csv", two))["Les\nLilas"]["homes"] == 30


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_any_usual_separator(cross: Cross, write: Write, mark: str) -> None:
    text = HOMES.replace("2,4763", "2.4763").replace("48,9036", "48.9036").replace(";", mark).replace("1 020", "1020")
    assert cross(write("logements.csv", text))["Les Lilas"]["homes"] == 30


def test_parquet_counts_a_home_a_line(cross: Cross, tmp_path: Path) -> None:
    pq.write_table(
        pa.table({"RESIDENCE": ["A", "A", "B"], "DEPCOM": ["93010"] * 3, "LON": [2.0, None, float("nan")]}),
        tmp_path / "h.parquet",
    )
    found = cross(tmp_path / "h.parquet")
    assert (found["A"]["homes"], found["B"]["homes"]) == (2, 1)


def test_a_header_that_somebody_names(cross: Cross, write: Write) -> None:
    homes = write("h.csv", HOMES.replace("Résidence", "Nom de l’ensemble"))
    assert cross(homes, columns={"dwellings": {"residence": "Nom de l’ensemble"}})["Les Lilas"]["homes"] == 30
    with pytest.raises(
        BadFile, match=r"h.csv : la colonne « code_residence » manque.*--map dwellings.residence=.*Nom de l’ensemble"
    ):
        cross(homes)
    with pytest.raises(BadFile, match=r"h.csv : pas de colonne « Nom »"):
        cross(homes, columns={"dwellings": {"residence": "Nom"}})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("2,4763", "652000", "colonne « Longitude », 1 ligne : « 652000 » n’est pas en degrés"),
        ("2,4763", "à l’est", "colonne « Longitude », 1 ligne : « à l’est » n’est pas en degrés"),
        ("48,9036", "-91", "colonne « Latitude », 1 ligne : « -91 » n’est pas en degrés"),
        (";30\n", ";-3\n", "colonne « Logements », 1 ligne : « -3 » n’est pas un nombre entier de 0"),
        (";30\n", ";2,5\n", "colonne « Logements », 1 ligne : « 2,5 » n’est pas un nombre entier"),
        (";30\n", ";inf\n", "colonne « Logements », 1 ligne : « inf » n’est pas un nombre entier"),
        (";30\n", ";1e99\n", "colonne « Logements », 1 ligne : « 1e99 » n’est pas un nombre entier"),
        (";30\n", ";=2+3\n", "colonne « Logements », 1 ligne : « =2\\+3 » n’est pas un nombre entier"),
        (";30\n", ";\n", "colonne « Logements », 1 ligne : la case est vide"),
        ("Les Lilas;", " ;", "colonne « Résidence », 1 ligne : la case est vide"),
        (";30\n", ";30;40\n", "la ligne 2 n’a pas le même nombre de cellules"),
        (";30\n", "\n", "la ligne 2 n’a pas le même nombre de cellules"),
    ],
)
def test_a_wrong_cell_of_the_stock_stops_everything(cross: Cross, write: Write, before: str, after: str, said: str) -> None:
    with pytest.raises(BadFile, match=f"logements.csv.*{said}"):
        cross(write("logements.csv", HOMES.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("01/2025", "45658", "colonne « mois », 1 ligne : « 45658 » n’est pas une date"),
        ("01/2025", "31/02/2025", "colonne « mois », 1 ligne : « 31/02/2025 » n’est pas une date"),
        ("01/2025", "", "colonne « mois », 1 ligne : la case est vide"),
        ("Tag", "tague", "« tague » n’est pas connu.*Natures admises : .*Tag"),
        ("Tag;2", "Tag;deux", "colonne « nombre », 1 ligne : « deux » n’est pas un nombre entier"),
        ("Tag;2", "Tag;-2", "colonne « nombre », 1 ligne : « -2 » n’est pas un nombre entier de 0"),
    ],
)
def test_a_wrong_cell_of_the_incidents_stops_everything(cross: Cross, write: Write, before: str, after: str, said: str) -> None:
    with pytest.raises(BadFile, match=f"incidents.csv.*{said}"):
        cross(notes=write("incidents.csv", NOTES.replace(before, after, 1)))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("h.csv", "", "h.csv : "),
        ("h.csv", "residence;logements\n", "h.csv : aucune ligne"),
        ("h.parquet", "PAR1 not really PAR1", "h.parquet : le fichier est abîmé"),
        ("h.xlsx", "PK", "h.xlsx : ce format ne se lit pas ici"),
        ("h.geojson", "{", "h.geojson : ce n’est pas un GeoJSON"),
        ("h.geojson", '{"features": []}', "h.geojson : ce GeoJSON n’a aucun objet"),
        ("h.geojson", '{"features": [3]}', "h.geojson : ce GeoJSON n’a aucun objet"),
        ("h.geojson", "[" * 100_000, "h.geojson : ce n’est pas un GeoJSON"),
    ],
)
def test_what_is_no_table_is_refused(cross: Cross, write: Write, name: str, content: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        cross(write(name, content))


def test_a_file_that_is_not_there(cross: Cross, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"gone.csv : ce fichier n’existe pas"):
        cross(tmp_path / "gone.csv")


def test_lines_of_other_residences_are_left_and_said(cross: Cross, write: Write) -> None:
    notes = write("incidents.csv", NOTES + "Ailleurs;2025-12;fire;9\n")
    assert "1 résidences ne sont pas dans les logements et sont laissées (Ailleurs…)" in cross(notes=notes)["said"]["text"]


def test_readings_by_file(cross: Cross, write: Write) -> None:
    text = "residence;indicateur;fin;valeur\nLes Lilas;satisfied;30/06/2025;61,5\n"
    assert cross(readings=write("r.csv", text))["Les Lilas"]["satisfied"] == 61.5
    with pytest.raises(BadFile, match=r"r.csv, colonne de l’indicateur : « joy » n’est pas connu"):
        cross(readings=write("r.csv", text.replace("satisfied", "joy")))


def test_public_figures_as_published(cross: Cross, write: Write) -> None:
    base = (
        "CODGEO_2025;annee;indicateur;taux_pour_mille;est_diffuse\n"
        "93010;2024;Destructions et dégradations volontaires;8,25;diff\n"
    )
    found = cross(offences=write("f.csv", base))
    assert (found["Les Lilas"]["commune_vandalism"], found["Les Acacias"]["commune_vandalism"]) == (8.25, 8.25)
    with pytest.raises(BadFile, match=r"g.csv : Ce fichier"):
        cross(incomes=write("g.csv", "a;b\n1;2\n"))
    with pytest.raises(BadFile, match=r"gone.csv : ce fichier n’existe pas"):
        cross(incomes=Path("gone.csv"))


def test_a_whole_commune_speaks_for_its_districts_that_have_no_figure(tmp_path: Path) -> None:
    path = tmp_path / "f.json.gz"
    places = {"69123": {"ind": {"vandalism": 8.0}}, "69386": {"ind": {"vandalism": 7.0}}, "01001": {"ind": {"burglary": 1.0}}}
    path.write_bytes(gzip.compress(json.dumps({"meta": {"data_year": 2024}, "communes": places}).encode()))
    rows = {row["territory"]: row["value"] for row in figures(offences=path, incomes=None).to_pylist()}
    assert (rows["69123"], rows["69386"], rows["69381"], "01001" in rows) == (8.0, 7.0, 8.0, False)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "ce n’est pas un GeoJSON de contours"),
        ('{"type": "FeatureCollection", "features": []}', "aucun contour ne porte de code"),
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "A"}, "geometry": {"type": "Point", "coordinates": [2, 48]}}]}',
            "le contour n° 1 n’a pas de surface",
        ),
        (
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"code": "A"}, "geometry": {"type": "Polygon", "coordinates": [[[652000, 6800000], [652100, 6800000], [652100, 6800100], [652000, 6800000]]]}}]}',
            "ne sont pas en degrés",
        ),
    ],
)
def test_contours_that_are_none_are_refused(write: Write, content: str, said: str) -> None:
    with pytest.raises(BadFile, match=f"q.geojson : .*{said}"):
        contours(write("q.geojson", content))
