"""What a file does not say is asked, once: its columns, its sheet, its commune, whose its lines are."""

from __future__ import annotations

from datetime import datetime

import pytest

from palier.directory.models import Landlord
from palier.stock import operations
from palier.stock.models import ColumnMapping, ReadLine
from palier.stock.rules.fields import Unit
from palier.stock.rules.imports import Format, State
from palier.verdict import Conflict, Refusal
from tests.stock import files
from tests.stock.conftest import Bring

pytestmark = pytest.mark.django_db

OWN = [
    ["Code UG", "Nom résidence", "Adresse", "Typologie"],
    ["A1", "Les Lilas", "1 rue du Lac", "T3"],
    ["A2", "Les Roses", "2 rue du Lac", "T2"],
]


def test_a_landlords_table_waits_for_its_columns_to_be_confirmed_then_is_known(
    read_in: Bring, bring_in: Bring, landlord: Landlord, at: datetime
) -> None:
    item = read_in(files.table(OWN))
    assert (item.state, item.format) == (State.TO_COMPLETE, Format.TABLE)
    item = operations.complete_import(
        item=item,
        year=2025,
        mapping={0: "own_id", 1: "programme", 2: "address", 3: "rooms"},
        unit=Unit.HOME,
        commune="93010",
        commune_name="Bondy",
        save_as="Export de l’ERP",
        by=None,
        at=at,
    )
    assert operations.run_import(import_id=item.pk, at=at) is State.READY
    assert ColumnMapping.objects.get(landlord=landlord).name == "Export de l’ERP"
    line = ReadLine.objects.first()
    assert line is not None
    assert (line.commune, line.group_key, line.rooms) == ("93010", "n:93010:les lilas", 3)
    # The next file of the same shape is read at once.
    again = read_in(files.table([OWN[0], ["A1", "Les Lilas", "1 rue du Lac", "T4"]]))
    assert (again.state, again.profile["saved"]) == (State.READY, "Export de l’ERP")


def test_the_next_file_keeps_the_commune_said_for_the_last_one(bring_in: Bring, read_in: Bring) -> None:
    shape = [["Adresse", "Logements"], ["1 rue du Lac", "10"], ["2 rue du Lac", "5"]]
    said = {"mapping": {0: "address", 1: "homes"}, "unit": Unit.ADDRESS, "commune": "93010", "commune_name": "Bondy"}
    bring_in(files.table(shape), year=2024, answers={**said, "save_as": "Adresses"})
    # Read at once from its kept columns, and of the same commune: its addresses go on.
    again = read_in(files.table(shape), year=2025)
    assert again.state == State.READY
    assert (again.report["lines"]["came"], again.report["lines"]["went"]) == (0, 0)
    # A shape that was never seen waits, with the commune already filled in.
    other = read_in(files.table([[*row, ""] for row in shape]), year=2025)
    assert (other.state, other.options["commune"], other.options["commune_name"]) == (State.TO_COMPLETE, "93010", "Bondy")


def test_columns_kept_wrong_are_put_right_with_the_reading(read_in: Bring, at: datetime) -> None:
    item = read_in(files.table(OWN))
    wrong = {"year": 2025, "unit": Unit.HOME, "by": None, "at": at}
    operations.complete_import(item=item, mapping={0: "programme", 2: "address"}, save_as="Notre outil", **wrong)
    operations.run_import(import_id=item.pk, at=at)
    item.refresh_from_db()
    assert item.profile["saved"] == "Notre outil"  # so that the page proposes to keep them under the same name


def test_another_sheet_is_read_on_request_with_its_own_columns(read_in: Bring, at: datetime) -> None:
    big = [["Agence", "Mois", "Ventes"], *([f"Agence {n}", "1", "2"] for n in range(50))]
    item = read_in(files.xlsx({"Synthèse": big, "Logements": OWN}), name="parc.xlsx")
    assert (item.state, item.profile["sheet"]) == (State.TO_COMPLETE, "Synthèse")
    operations.choose_sheet(item=item, sheet="Logements", by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.TO_COMPLETE
    item.refresh_from_db()
    assert item.profile["sheet"] == "Logements"
    assert item.mapping == {"0": "own_id", "1": "programme", "2": "address", "3": "rooms"}
    with pytest.raises(Refusal, match="Choisissez une feuille"):
        operations.choose_sheet(item=item, sheet="Autre", by=None, at=at)
    operations.complete_import(item=item, year=2025, by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.READY


def test_answers_that_do_not_allow_to_read_are_refused_with_every_reason(read_in: Bring, at: datetime) -> None:
    item = read_in(files.table(OWN))
    with pytest.raises(Refusal) as caught:
        operations.complete_import(item=item, year=12, mapping={3: "rooms", 2: "lon"}, by=None, at=at)
    assert [reason.code for reason in caught.value.verdict.reasons] == ["stock.year", "stock.mapping", "stock.mapping"]
    with pytest.raises(Refusal, match="n’existent pas"):
        operations.complete_import(item=item, year=2025, mapping={0: "own_id", 1: "oups"}, by=None, at=at)
    operations.complete_import(item=item, year=2025, mapping={0: "own_id"}, by=None, at=at)
    with pytest.raises(Conflict):
        operations.complete_import(item=item, year=2025, mapping={0: "own_id"}, by=None, at=at)


def test_a_vintage_of_a_distant_year_is_refused_wherever_it_is_said(read_in: Bring, landlord: Landlord, at: datetime) -> None:
    """Integrated, the stock of 2062 would hide every real one until then."""
    after = at.year + 2
    with pytest.raises(Refusal, match=f"{at.year + 1} au plus tard"):
        read_in(files.table(OWN), year=after)
    item = read_in(files.table(OWN))
    with pytest.raises(Refusal, match="trop loin"):
        operations.complete_import(item=item, year=after, by=None, at=at)
    declared = files.statutory(map(files.statutory_line, files.homes(3)), year=after)
    found = read_in(declared, name="rpls.csv", year=None)
    assert found.state == State.REFUSED
    assert [fault["sentence"] for fault in found.faults] == [
        f"Le millésime {after} est trop loin : {at.year + 1} au plus tard."
    ]


def test_a_file_of_several_landlords_waits_for_a_choice(read_in: Bring, landlord: Landlord, at: datetime) -> None:
    rows = [
        ["RS", "Adresse", "Logements"],
        ["OPH de Bondy", "1 rue X", "10"],
        ["Autre", "2 rue X", "20"],
        ["OPH de Bondy", "3 rue X", "5"],
    ]
    item = read_in(files.table(rows))
    assert operations.owners_in(item, {int(i): n for i, n in item.mapping.items()}) == ["Autre", "OPH de Bondy"]
    with pytest.raises(Refusal, match="Ce fichier porte 2 bailleurs"):
        operations.complete_import(item=item, year=2025, by=None, at=at)
    operations.complete_import(item=item, year=2025, owners=frozenset({"OPH de Bondy"}), by=None, at=at)
    operations.run_import(import_id=item.pk, at=at)
    item.refresh_from_db()
    assert (item.report["homes"]["after"], item.report["left_aside"]) == (15, 1)


def test_an_open_file_is_vouched_for_before_it_enters(read_in: Bring, at: datetime) -> None:
    item = read_in(files.open_2025(files.homes(10)))
    assert (item.state, item.format) == (State.READY, Format.OPEN_2025)
    with pytest.raises(Refusal, match="Confirmez que toutes les lignes"):
        operations.ask_to_apply(item=item, by=None, at=at)
    operations.ask_to_apply(item=item, by=None, at=at, accepted=True)
    assert operations.run_import(import_id=item.pk, at=at) is State.APPLIED


def test_the_year_is_asked_when_neither_the_person_nor_the_file_says_it(read_in: Bring, at: datetime) -> None:
    item = read_in(files.open_2017(files.homes(4)), year=None)
    assert item.state == State.TO_COMPLETE
    operations.complete_import(item=item, year=2019, by=None, at=at)
    assert operations.run_import(import_id=item.pk, at=at) is State.READY
