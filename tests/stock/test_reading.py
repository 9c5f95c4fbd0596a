"""Files of every shape come out as uniform lines; what is wrong is named, with its place and its cure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from palier.stock.reading.checks import Answers, Reading
from palier.stock.reading.lines import COLUMNS, Whole
from palier.stock.reading.mapping import problems
from palier.stock.reading.places import NARROW, Fault, Unreadable
from palier.stock.reading.reader import read
from palier.stock.reading.recognise import Profile, recognise
from palier.stock.reading.tables import encoding_of
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import Format, Limits
from tests.stock import files

Lines = list[dict[str, Any]]


def reading_of(path: Path, year: int = 2025, **answers: object) -> tuple[Lines, list[Fault], Profile, Reading]:
    profile = recognise(path)
    whole = Whole(year, Unit(answers.pop("unit", profile.unit) or "home"), **answers.pop("town", {}))
    asked = Answers(whole, answers.pop("mapping", profile.mapping), sheet=profile.sheet, **answers)
    reading = read(path, shape=profile.format, answers=asked)
    items = list(reading.items)
    return [i for i in items if isinstance(i, dict)], [i for i in items if isinstance(i, Fault)], profile, reading


@pytest.fixture
def put(tmp_path: Path) -> Any:
    def make(content: bytes, name: str = "fichier") -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


# --- the statutory file -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("encoding", "label"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("iso-8859-1", "ISO-8859-1 (Windows)")]
)
def test_a_statutory_file_is_read_in_any_usual_encoding(put: Any, encoding: str, label: str, newline: str) -> None:
    made = [files.statutory_line(home, programme="CITÉ DES FORÊTS") for home in files.homes(4)]
    lines, faults, profile, reading = reading_of(put(files.statutory(made, encoding=encoding, newline=newline)))
    assert faults == []
    assert (profile.format, profile.encoding, profile.year) == (Format.STATUTORY, label, 2025)
    assert reading.siret == "38512345600017"
    assert [line["line"] for line in lines] == [2, 3, 4, 5]
    first = lines[0]
    assert tuple(first) == COLUMNS
    assert first["programme"] == "CITÉ DES FORÊTS"
    assert first["address"] == "1 rue des Lilas"
    assert first["commune_name"] == "Bondy"
    assert first["group_key"] == "n:93010:cite des forets"
    assert first["homes"] == 1
    assert first["convention"] is True
    assert first["exit_reason"] == ""
    assert first["qpv_2024"] is False
    assert first["qpv_2015"] is None


def test_the_declared_district_is_that_of_the_list_of_the_year(put: Any) -> None:
    made = [files.statutory_line(home, qpv="1") for home in files.homes(1)]
    for year, flags in ((2013, (None, None)), (2020, (True, None)), (2024, (None, True))):
        (line,), faults, _, _ = reading_of(put(files.statutory(made, year=year)), year=year)
        assert faults == []
        assert (line["qpv_2015"], line["qpv_2024"]) == flags


def test_homes_that_left_count_for_nothing_and_keep_their_reason(put: Any) -> None:
    home = next(files.homes(1))
    made = [
        files.statutory_line(home, rpls_id="0000000001", own_id="a", exit_reason="4"),
        files.statutory_line(home, rpls_id="0000000002", own_id="b", exit_reason="9", vanished="2"),
        files.statutory_line(home, rpls_id="0000000003", own_id="c", exit_reason=""),
    ]
    lines, faults, _, _ = reading_of(put(files.statutory(made)))
    assert faults == []
    assert [(line["homes"], line["exit_reason"]) for line in lines] == [(0, "4"), (0, "5"), (1, "")]


@pytest.mark.parametrize(
    ("changes", "place", "said"),
    [
        ({"commune": "9301"}, "Ligne 3, position 4 (code INSEE de la commune)", "« 9301 » n’a que 4 caractères, il en faut 5"),
        (
            {"commune": ""},
            "Ligne 3, position 4 (code INSEE de la commune)",
            "le code de la commune manque. Indiquez-le, par exemple 93010.",
        ),
        ({"rooms": "X"}, "Ligne 3, position 24 (nombre de pièces)", "« X » n’est pas un nombre de pièces"),
        ({"area": "1000"}, "Ligne 3, position 25 (surface habitable)", "« 1000 » compte 4 caractères, il en faut 3 au plus"),
        ({"built_year": "19X4"}, "Ligne 3, position 26 (année d’achèvement)", "« 19X4 » n’est pas une année"),
        ({"financing": "18"}, "Ligne 3, position 32 (financement)", "« 18 » n’est pas un code connu : 10, 11, 12, 13, 14"),
        ({"financing": "PLUS"}, "Ligne 3, position 32 (financement)", "« PLUS » compte 4 caractères, il en faut 2 au plus"),
        (
            {"convention": "oui"},
            "Ligne 3, position 34 (conventionné à l’APL)",
            "« oui » compte 3 caractères, il en faut 1 au plus",
        ),
        ({"qpv": "3"}, "Ligne 3, position 22 (en QPV)", "« 3 » n’est pas un code connu : 1, 2"),
        ({"occupancy": "8"}, "Ligne 3, position 40 (occupation)", "« 8 » n’est pas un code connu"),
        ({"dpe": "H"}, "Ligne 3, position 49 (classe énergie du DPE)", "« H » n’est pas un code connu : A, B"),
        ({"lease_start": "2019"}, "", ""),
        ({"lease_start": "99/2019"}, "Ligne 3, position 41 (début du bail)", "« 99/2019 » n’est pas un mois"),
        ({"rpls_id": "", "own_id": ""}, "Ligne 3", "aucun identifiant : remplissez la position 1 (RPLS) ou la position 2"),
        (
            {"rpls_id": "0000000001"},
            "Ligne 3",
            "l’identifiant RPLS « 0000000001 » est déjà à la ligne 2. Retirez l’une des deux.",
        ),
        ({"own_id": "L0000001"}, "Ligne 3", "l’identifiant du bailleur « L0000001 » est déjà à la ligne 2."),
    ],
)
def test_each_wrong_position_is_named_with_its_cure(put: Any, changes: dict[str, str], place: str, said: str) -> None:
    first, second = files.homes(2)
    _, faults, _, _ = reading_of(put(files.statutory([files.statutory_line(first), files.statutory_line(second, **changes)])))
    if not said:
        assert faults == []
        return
    (fault,) = faults
    assert fault.place == place
    assert fault.sentence.startswith(said)
    assert not fault.light
    assert fault.sentence.endswith(".")


def test_a_line_with_a_separator_too_many_or_cut_short_is_named(put: Any) -> None:
    one, two, three = (files.statutory_line(home) for home in files.homes(3))
    two.insert(10, "x")
    _, faults, _, _ = reading_of(put(files.statutory([one, two, three[:40]])))
    assert [fault.whole for fault in faults] == [
        "Ligne 3 : 65 positions au lieu de 64 : un point-virgule est sans doute resté dans un texte.",
        "Ligne 4 : 40 positions au lieu de 64 : la ligne est sans doute coupée.",
    ]


def test_the_header_is_held_to_its_year_and_its_count(put: Any) -> None:
    made = [files.statutory_line(home) for home in files.homes(3)]
    _, faults, _, _ = reading_of(put(files.statutory(made, announced=4_000, year=2024)), year=2025)
    assert [fault.place for fault in faults] == [
        "Ligne 1, position 1 (année)",
        "Ligne 1, position 11 (nombre d’enregistrements)",
    ]
    assert f"annonce 4{NARROW}000 logements, le fichier en compte 3" in faults[1].sentence
    _, faults, _, _ = reading_of(put(files.statutory([])))
    assert "il y manque une ligne par logement" in faults[-1].sentence


def test_a_header_on_eight_positions_is_read(put: Any) -> None:
    line = ";".join(files.statutory_line(next(files.homes(1))))
    lines, faults, _, _ = reading_of(put(f"2025;930001234;OPH;;1 RUE X 93140 BONDY;38512345600017;1;\n{line}\n".encode()))
    assert (len(lines), faults) == (1, [])


def test_what_is_wrong_at_positions_left_aside_is_said_and_stops_nothing(put: Any) -> None:
    line = files.statutory_line(next(files.homes(1)))
    line[files.PLACE["contingent"]], line[files.PLACE["commentaire"]] = "9", "x" * 300
    lines, faults, _, _ = reading_of(put(files.statutory([line])))
    assert len(lines) == 1
    assert [fault.light for fault in faults] == [True, True]
    assert faults[0].whole == "Ligne 2, position 63 (contingent) : « 9 » n’est pas un code connu."


# --- the open files ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ","])
def test_the_open_file_of_73_columns_brings_points_and_districts(put: Any, delimiter: str) -> None:
    lines, faults, profile, _ = reading_of(put(files.open_2025(files.homes(6), delimiter=delimiter)))
    assert faults == []
    assert profile.format is Format.OPEN_2025
    assert len(profile.columns) == 73
    first, second = lines[0], lines[1]
    assert (first["qpv_2024"], second["qpv_2024"]) == (False, True)
    assert (first["qpv_2015"], second["qpv_2015"]) == (False, True)
    assert first["lon"] == pytest.approx(2.47, abs=0.05)
    assert first["lat"] == pytest.approx(48.9, abs=0.05)
    assert first["tenure"] == "1"
    assert first["programme"] == ""
    assert first["group_key"].startswith("r:93010:rue des lilas:")


def test_a_point_drawn_at_random_in_the_commune_is_no_point(put: Any) -> None:
    lines, _, _, _ = reading_of(put(files.open_2025(files.homes(2), QUALITE_XY="33")))
    assert {line["lon"] for line in lines} == {None}


@pytest.mark.parametrize("suffix", ["", "_red"])
def test_the_open_files_of_41_columns_are_read_with_or_without_their_suffix(put: Any, suffix: str) -> None:
    lines, faults, profile, _ = reading_of(put(files.open_2017(files.homes(3), suffix=suffix)), year=2019)
    assert faults == []
    assert profile.format is Format.OPEN_2017
    assert len(profile.columns) == 41
    assert lines[0]["address"] == "1 allée des Lilas"
    assert (lines[1]["qpv_2015"], lines[1]["qpv_2024"]) == (True, None)


def test_a_published_file_is_not_stopped_by_what_the_landlord_cannot_mend(put: Any) -> None:
    lines, faults, _, _ = reading_of(put(files.open_2025(files.homes(2), SURFHAB="9999", FINAN_CODE="18")))
    assert len(lines) == 2
    assert {line["area"] for line in lines} == {None}
    assert {fault.light for fault in faults} == {True}
    assert faults[0].place == "Ligne 2, colonne SURFHAB"
    _, faults, _, _ = reading_of(put(files.open_2025(files.homes(1), DEPCOM="9301")))
    assert [fault.light for fault in faults] == [False]


def test_homes_alike_are_told_apart_by_their_rank_and_found_again(put: Any) -> None:
    twin = [next(files.homes(1))] * 3
    lines, _, _, _ = reading_of(put(files.open_2025(twin)))
    again, _, _, _ = reading_of(put(files.open_2025(twin)))
    assert len({line["profile"] for line in lines}) == 3
    assert [line["profile"] for line in lines] == [line["profile"] for line in again]


# --- the real files ---------------------------------------------------------------------------------------------------


@pytest.mark.skipif(not files.BONDY.exists(), reason="the real Bondy files are not on this machine (../shared/data)")
@pytest.mark.parametrize(
    ("year", "mapping", "rows", "homes", "named"),
    [
        (2021, {0: "address", 1: "homes", 2: "floor", 3: "entry_year", 4: "owner", 6: "lon", 7: "lat"}, 675, 9_806, 0),
        (2022, {0: "address", 1: "homes", 2: "floor", 3: "programme", 4: "built_year", 5: "lon", 6: "lat"}, 714, 10_862, 659),
    ],
)
def test_the_addresses_of_bondy_are_recognised(year: int, mapping: dict[int, str], rows: int, homes: int, named: int) -> None:
    path = files.BONDY / f"bondy_rpls{year}_batiments.geojson"
    lines, faults, profile, _ = reading_of(path, year=year, town={"commune": "93010", "commune_name": "Bondy"})
    assert faults == []
    assert (profile.format, profile.mapping, profile.unit) == (Format.ADDRESSES, mapping, "address")
    assert len(lines) == rows
    assert sum(line["homes"] for line in lines) == homes
    assert sum(bool(line["programme"]) for line in lines) == named
    assert all(2.4 < line["lon"] < 2.6 and 48.8 < line["lat"] < 49 for line in lines)
    assert {line["commune"] for line in lines} == {"93010"}


@pytest.mark.skipif(not files.BONDY.exists(), reason="the real Bondy files are not on this machine (../shared/data)")
def test_only_the_chosen_landlords_lines_are_kept() -> None:
    path = files.BONDY / "bondy_rpls2021_batiments.geojson"
    lines, _, profile, reading = reading_of(path, year=2021, owners=frozenset({"OPH de Bondy"}))
    assert len(profile.columns[4]["values"]) == 17
    assert (len(lines), reading.left_aside) == (377, 298)


@pytest.mark.skipif(not files.BONDY.exists(), reason="the real Bondy files are not on this machine (../shared/data)")
def test_an_inventory_as_people_keep_it_is_read_and_its_empty_lines_named() -> None:
    lines, faults, profile, _ = reading_of(files.BONDY / "bailleurInventaire.csv")
    assert profile.encoding == "ISO-8859-1 (Windows)"
    assert profile.mapping == {1: "owner", 2: "sector", 3: "programme"}
    assert (profile.unit, len(lines), lines[0]["homes"]) == ("residence", 67, None)
    assert [fault.line for fault in faults] == [32, 55, 69]
    assert faults[0].sentence == "ni résidence, ni adresse, ni identifiant. Complétez la ligne ou retirez-la."


# --- landlords' own tables --------------------------------------------------------------------------------------------

OWN = [
    [
        "Code UG",
        "Nom résidence",
        "Agence",
        "Adresse",
        "Code postal",
        "Ville",
        "INSEE",
        "Typologie",
        "Surface",
        "Occupation",
        "DPE",
        "Commentaire",
    ],
    ["A1", "Les Lilas", "Nord", "1 rue du Lac", "93140", "Bondy", "93010", "T3", 64.5, "Loué", "D", "vu"],
    ["A2", "Les Lilas", "Nord", "1 rue du Lac", "93140", "Bondy", "93010", "T2", 45, "Vacant", "E", ""],
    ["A3", "Les Roses", "Sud", "2 rue du Lac", "93140", "Bondy", "93010", "T4", 80, "Loué", "", ""],
]
OWN_MAPPING = {
    0: "own_id",
    1: "programme",
    2: "sector",
    3: "address",
    4: "postcode",
    5: "commune_name",
    6: "commune",
    7: "rooms",
    8: "area",
    9: "occupancy",
    10: "dpe",
}


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (files.xlsx({"Garde": [["Patrimoine"]], "Logements": OWN}), "parc.xlsx"),
        (files.ods("Logements", OWN), "parc.ods"),
        (files.table(OWN), "parc.csv"),
        (files.table(OWN, delimiter=",", newline="\r\n"), "parc.csv"),
        (files.table(OWN, delimiter="\t", encoding="utf-16"), "parc.txt"),
        (files.xlsx({"Logements": [["Patrimoine au 1er janvier"], [], *OWN]}), "parc.xlsx"),
    ],
    ids=["xlsx", "ods", "csv", "csv with commas", "utf-16 with tabs", "title above the headers"],
)
def test_a_landlords_own_table_is_read_and_its_columns_proposed(put: Any, content: bytes, name: str) -> None:
    lines, faults, profile, _ = reading_of(put(content, name))
    assert faults == []
    assert profile.mapping == OWN_MAPPING
    assert [(line["own_id"], line["rooms"], line["occupancy"], line["sector"]) for line in lines] == [
        ("A1", 3, "1", "Nord"),
        ("A2", 2, "2", "Nord"),
        ("A3", 4, "1", "Sud"),
    ]
    assert lines[2]["address_key"] == "93010|2 rue du lac"


@pytest.mark.parametrize("said", ["TOTAL", "Sous-total", "Total général"])
def test_a_line_of_total_is_no_home_and_it_is_said(put: Any, said: str) -> None:
    lines, faults, _, _ = reading_of(put(files.table([*OWN, [said, *[""] * 7, "189,5", "", "", ""]])))
    assert [line["own_id"] for line in lines] == ["A1", "A2", "A3"]
    (fault,) = faults
    assert (fault.light, fault.sentence) == (True, f"« {said} » est un total, pas un logement : la ligne n’est pas reprise.")


def test_a_residence_named_like_a_total_is_a_residence(put: Any) -> None:
    lines, faults, _, _ = reading_of(put(files.table([*OWN, ["Totalis", *OWN[1][1:]]])))
    assert (len(lines), faults) == (4, [])


def test_a_sheet_of_one_column_is_never_read_before_a_table(put: Any) -> None:
    book = files.xlsx({"Notes": [[f"note {n}"] for n in range(200)], "Logements": OWN})
    _, _, profile, _ = reading_of(put(book, "parc.xlsx"))
    assert (profile.sheet, profile.sheets) == ("Logements", ["Notes", "Logements"])


def test_a_fault_of_a_workbook_names_its_sheet(put: Any) -> None:
    broken = [*OWN, ["A4", "Les Lilas", "", "1 rue du Lac", "93140", "Bondy", 9301, "T2", "", "", "", ""]]
    _, faults, _, _ = reading_of(put(files.xlsx({"Logements": broken}), "parc.xlsx"))
    (fault,) = faults
    assert fault.place == "Feuille « Logements », ligne 5, colonne INSEE"
    assert fault.sentence.startswith("« 9301 » n’a que 4 caractères, il en faut 5")


def test_a_cut_or_overfull_line_of_a_text_table_is_named(put: Any) -> None:
    rows = [*OWN, ["A4", "Les Roses"], ["A5", *OWN[1][1:], "en trop"]]
    _, faults, _, _ = reading_of(put(files.table(rows)))
    assert [fault.whole for fault in faults] == [
        "Ligne 5 : 2 cellules pour 12 colonnes : la ligne est sans doute coupée.",
        "Ligne 6 : 13 cellules pour 12 colonnes : un séparateur est sans doute resté dans un texte.",
    ]


def test_a_mapping_that_cannot_work_says_why() -> None:
    assert "rien ne distingue les lignes" in problems({0: "rooms"})[0]
    assert problems({0: "own_id", 1: "lon"}) == ["« longitude » demande aussi « latitude » : dites quelle colonne la porte."]
    assert problems({0: "own_id", 1: "own_id"}) == [
        "Deux colonnes sont dites « identifiant du bailleur » : n’en gardez qu’une."
    ]
    assert problems({0: "own_id"}) == []


def test_a_column_of_another_content_is_not_proposed(put: Any) -> None:
    rows = [["Identifiant", "Surface", "Nom de la résidence"], ["1", "grande", "Les Lilas"], ["2", "petite", "Les Roses"]]
    assert recognise(put(files.table(rows))).mapping == {0: "own_id", 2: "programme"}


# --- files that are not what they say, or cost too much ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7 blabla", "Ce fichier n’est pas un tableau de données."),
        (b"\x00\x01\x02\x03" * 10, "Ce fichier n’est pas un texte."),
        (b"PK\x03\x04rien", "Ce classeur est abîmé ou chiffré."),
        (b'{"type": "FeatureCollection"}', "Ce fichier n’est pas un GeoJSON de points"),
        (b"{" * 5000, "Ce fichier n’est pas un GeoJSON de points"),
        (b"une seule colonne\nsans separateur\n", "Ce fichier n’a pas de colonnes"),
        (b'a;b\n1;"' + b"x" * 200_000, "trop longue"),
        (b'a;b\n1;2\n3;"' + b"xxxx\n" * 60_000, "À la ligne 3, un guillemet ouvert n’est jamais fermé."),
    ],
    ids=["pdf", "binary", "broken zip", "no features", "deep", "no column", "long line", "open quote"],
)
def test_a_file_that_is_not_a_table_says_so(put: Any, content: bytes, said: str) -> None:
    with pytest.raises(Unreadable) as caught:
        recognise(put(content))
    assert said in caught.value.sentence


def test_a_workbook_that_swells_is_refused_before_it_is_opened(put: Any) -> None:
    with pytest.raises(Unreadable, match="dépasse 600 Mo une fois décompressé"):
        recognise(put(files.bomb()))


def test_a_reader_that_takes_too_much_memory_or_time_is_stopped(put: Any) -> None:
    path = put(files.xlsx({"Logements": [["id", "adresse"], *([n, f"{n} rue du Lac"] for n in range(60_000))]}))
    with pytest.raises(Unreadable, match="trop de mémoire ou de temps"):
        recognise(path, limits=Limits(memory_bytes=20 * 2**20))
    with pytest.raises(Unreadable, match="trop de mémoire ou de temps"):
        recognise(path, limits=Limits(seconds=0))
    with pytest.raises(Unreadable, match="plus de 1000 lignes"):
        recognise(path, limits=Limits(rows=1_000))


def test_a_text_with_too_many_lines_is_refused(put: Any) -> None:
    with pytest.raises(Unreadable, match="Ce fichier compte plus de 50 lignes"):
        recognise(put(files.table([["id", "adresse"], *(["1", "x"] for _ in range(60))])), limits=Limits(rows=50))


def test_features_without_a_point_or_with_odd_values_are_still_lines(put: Any) -> None:
    content = b"""{"features": [
      {"properties": {"adresse": "1 rue X", "nb logements": 4, "codes": [1, 2]}, "geometry": null},
      {"properties": {"adresse": "2 rue X", "nb logements": 2}, "geometry": {"type": "Point", "coordinates": [2.48, 48.9, 55]}}
    ]}"""
    lines, faults, profile, _ = reading_of(put(content))
    assert faults == []
    assert profile.format is Format.ADDRESSES
    assert [(line["homes"], line["lon"]) for line in lines] == [(4, None), (2, 2.48)]


def test_an_encoding_is_that_of_every_byte(put: Any) -> None:
    assert encoding_of(put("é".encode() * 1_000_000 + b"\xe9")).name == "cp1252"
    assert encoding_of(put("é".encode() * 1_000_000)).name == "utf-8-sig"
    assert encoding_of(put(b"caf\xe9 \x81")).name == "iso-8859-1"


def test_a_column_whose_heading_is_certain_is_read_for_what_it_is_whatever_its_cells(put: Any) -> None:
    rows = [["Résidence", "INSEE", "Logements"], ["Les Lilas", "93010", "12"], ["Les Roses", "9301", "abc"]]
    assert recognise(put(files.table(rows))).mapping == {0: "programme", 1: "commune", 2: "homes"}
