"""``palier sites score``: files in, one file out, no database; refused whole, with words that say what to do."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
KINDS = ("Tag", "Dégradation", "Regroupement, occupation de hall", "Agression verbale", "Menace")


def small(folder: Path, *, months: int = 24) -> tuple[Path, Path]:
    """Twenty-five residences of 40 homes as a spreadsheet writes them; the last one tips over in the last six months."""
    homes = ["Résidence;Commune;Logements", *(f"Îlot {number};93010;40" for number in range(25))]
    notes = ["Résidence;Mois;Nature;Nombre"]
    for number in range(25):
        for month in range(months):
            many = 9 if number == 24 and month >= months - 6 else (number + month) % 2
            notes.append(f"Îlot {number};{month % 12 + 1:02d}/{2024 + month // 12};{KINDS[month % 5]};{many}")
    files = folder / "logements.csv", folder / "incidents.csv"
    for path, lines in zip(files, (homes, notes), strict=True):
        path.write_bytes("\r\n".join(lines).encode("cp1252"))
    return files


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("sites", "score", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_without_any_database(tmp_path: Path) -> None:
    homes, notes = small(tmp_path)
    nowhere = {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing", "PALIER_DATA": str(tmp_path / "data")}
    command = [str(Path(sys.executable).with_name("palier")), "sites", "score", str(homes), str(notes), "--out", "s.parquet"]
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **nowhere}, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "25 résidences dans s.parquet" in done.stdout
    assert "Croisement, sur les douze mois jusqu’au 31/12/2025" in done.stderr
    assert not (tmp_path / "data").exists()


def test_each_residence_has_its_score_its_classes_and_its_alert(tmp_path: Path) -> None:
    homes, notes = small(tmp_path)
    said = run(homes, notes, "--out", tmp_path / "s.parquet", "--ranks", "--threads", 1)
    rows = {row["residence"]: row for row in pq.read_table(tmp_path / "s.parquet").to_pylist()}
    worst = rows["Îlot 24"]
    assert len(rows) == 25
    assert "1 alerte" in said
    assert worst["score"] == max(row["score"] for row in rows.values())
    assert worst["rank_low"] <= worst["rank"] == 1 <= worst["rank_high"]
    assert worst["alert"]
    assert worst["alert_q"] <= 0.05
    assert str(worst["alert_since"]) == "2025-07-01"
    assert worst["alert_before"] < 1 < worst["alert_times"] < 9 == worst["alert_after"]
    assert [row["residence"] for row in rows.values() if row["alert"]] == ["Îlot 24"]
    points = [worst[f"driver_{place}_points"] for place in (1, 2, 3)]
    assert points == sorted(points, reverse=True)
    assert sum(points) <= worst["score"] + 1e-9
    assert worst["driver_1"] in {"occupations", "assaults", "damage", "incidents"}
    assert worst["qpv_share"] is None


def test_two_runs_write_the_same_bytes_whatever_the_threads(tmp_path: Path) -> None:
    homes, notes = small(tmp_path)
    for threads in (1, 2, 4):
        run(homes, notes, "--out", tmp_path / f"{threads}.parquet", "--threads", threads, "--ranks")
    first = (tmp_path / "1.parquet").read_bytes()
    assert all((tmp_path / f"{threads}.parquet").read_bytes() == first for threads in (2, 4))


def test_a_refused_file_leaves_what_was_there(tmp_path: Path) -> None:
    homes, notes = small(tmp_path)
    (tmp_path / "s.parquet").write_text("of yesterday")
    homes.write_text(homes.read_text(encoding="cp1252").replace("Îlot 3;93010;40", "Îlot 3;93010;quarante"))
    with pytest.raises(
        CommandError, match=r"logements.csv, colonne « Logements », 1 ligne : « quarante » n’est pas un nombre entier"
    ):
        run(homes, notes, "--out", tmp_path / "s.parquet")
    assert (tmp_path / "s.parquet").read_text() == "of yesterday"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["incidents.csv", "logements.csv", "s.parquet"]


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    homes, notes = small(tmp_path)
    with pytest.raises(CommandError, match=r"ne s’écrit pas"):
        run(homes, notes, "--out", tmp_path / "nowhere" / "s.parquet")
    with pytest.raises(CommandError, match=r"écrivez TABLE.COLONNE=EN-TÊTE"):
        run(homes, notes, "--map", "residence")


@pytest.mark.skipif(not DATA.exists(), reason="the public files of Bondy are not beside the checkout")
def test_the_real_files_of_bondy(tmp_path: Path) -> None:
    stock = DATA / "bondy" / "bondy_rpls2022_batiments.geojson"
    lines = [feature["properties"] for feature in json.loads(stock.read_bytes())["features"]]
    names = sorted({line["Nom.du.Programme"] or line["cle"] for line in lines})
    with (tmp_path / "incidents.csv").open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, delimiter=";")
        table.writerow(["residence", "mois", "nature", "nombre"])
        table.writerows([name, f"2025-{month:02d}", "Tag", 1] for name in names[:10] for month in range(1, 13))
    said = run(
        *(stock, tmp_path / "incidents.csv", "--out", tmp_path / "s.parquet", "--no-alerts"),
        *("--map", "dwellings.residence=Nom.du.Programme|cle"),
        *("--districts", DATA / "territory" / "qpv2024.geojson", "--iris", DATA / "bondy" / "iris2022_93.geojson"),
        *(
            "--offences",
            DATA / "territory" / "delinquance_communes.json.gz",
            "--incomes",
            DATA / "territory" / "filoiris.json.gz",
        ),
    )
    found = pq.read_table(tmp_path / "s.parquet").to_pylist()
    assert f"{len(names)} résidences" in said
    assert sum(row["homes"] for row in found) == 10_862
    assert sum(row["located"] for row in found) == 10_862
    assert all(row["iris"].startswith("93") for row in found)
    inside = sum(row["qpv_share"] * row["located"] / 100 for row in found)
    assert 0.3 < inside / 10_862 < 0.95
    assert sum(row["iris_income"] is not None for row in found) > 0.9 * len(found)
    assert {row["district"][:2] for row in found if row["district"]} == {"QN"}
