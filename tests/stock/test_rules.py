"""Addresses, groups, residences that go on, districts: the rules, without a database."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.stock.rules.addresses import address_key, address_line, presentable, street_name, street_of, tidy
from palier.stock.rules.corrections import name_holds, point_holds
from palier.stock.rules.districts import LISTS, Standing, covers, declared_version, share, standing, version_on
from palier.stock.rules.fields import Unit, unit_of
from palier.stock.rules.grouping import Known, Lines, group_key, settle
from palier.stock.rules.imports import LIMITS, State, may_apply, may_store, may_undo


@pytest.mark.parametrize(
    ("found", "tidied"),
    [
        ("107AVCARNOT", "107 avenue Carnot"),
        ("1-3-5RUEDU BREUIL", "1-3-5 rue du Breuil"),
        ("4PLG. LYSSANDRE", "4 place G. Lyssandre"),
        ("4 BIS AV. CARNOT", "4 bis avenue Carnot"),
        ("142  RTE DE VILLEMOMBLE", "142 route de Villemomble"),
        ("2RueRUE RAPHAEL", "2 rue Raphael"),
        ("20AvenueAVENUE DE LA REPUBLIQUE", "20 avenue de la Republique"),
        ("41RUEL.A. BLANQUI", "41 rue L.A. Blanqui"),
        ("12 bis rue d'Artagnan", "12 bis rue d'Artagnan"),
        ("5 placette des Arts", "5 placette des Arts"),
        ("12 Camille Claudel", "12 Camille Claudel"),
        ("Bâtiment A", "Bâtiment A"),
        ("", ""),
    ],
)
def test_glued_and_shouted_addresses_are_taken_apart(found: str, tidied: str) -> None:
    assert tidy(found) == tidied


def test_the_same_door_has_the_same_key_however_it_is_written() -> None:
    spelled = [
        tidy("107AVCARNOT"),
        tidy("107, Avenue Carnot"),
        address_line(number="107", street_type="AV", street="CARNOT"),
        address_line(number="107", street_type="Avenue", street="AVENUE CARNOT"),
        "107 av. Carnot",
    ]
    assert {address_key("93010", text) for text in spelled} == {"93010|107 avenue carnot"}
    assert address_key("93010", "1 rue du Lac") != address_key("93048", "1 rue du Lac")
    assert address_key("93010", "") == ""


def test_a_street_is_an_address_without_its_numbers() -> None:
    assert (
        street_of("1-3-5 rue du Breuil")
        == street_of("7 bis rue du Breuil")
        == street_of("12 B rue du Breuil")
        == "rue du breuil"
    )
    assert street_name("4 bis rue du Lac") == "Rue du Lac"
    assert street_name("Sente Blériot") == "Sente Blériot"


def test_names_stop_shouting_and_only_then() -> None:
    assert presentable("QUARTIER  NOUE CAILLET") == "Quartier Noue Caillet"
    assert presentable("RESIDENCE DE L'EUROPE") == "Residence de l'Europe"
    assert presentable("BONDY CUB av. Gaston Deferre") == "BONDY CUB av. Gaston Deferre"
    assert presentable("1039") == "1039"


@given(st.text(max_size=60))
def test_any_text_is_tidied_once_and_for_all(text: str) -> None:
    once = tidy(text)
    assert address_key("", tidy(once)) == address_key("", once) or any(c.isdigit() for c in text)


def test_a_line_is_grouped_by_the_first_thing_it_carries() -> None:
    line = {
        "commune": "93010",
        "programme_code": "G12",
        "programme": "Les Lilas",
        "address": "3 rue du Lac",
        "built_year": 1974,
    }
    assert group_key(line) == "c:g12"
    assert group_key(line | {"programme_code": ""}) == "n:93010:les lilas"
    assert group_key(line | {"programme_code": "", "programme": ""}) == "r:93010:rue du lac:1974"
    assert group_key({"commune": "93010"}) == "l:93010"


def lines(*found: tuple[str, str, int]) -> list[Lines]:
    return [Lines(*line) for line in found]


def test_a_group_goes_where_a_correction_then_its_name_says() -> None:
    known = Known(groups={"n:1:lilas": 7}, placed={("n:1:lilas", "1|3 rue x"): 9})
    where = settle(lines(("n:1:lilas", "1|1 rue x", 4), ("n:1:lilas", "1|3 rue x", 2), ("n:1:roses", "", 3)), known)
    assert where.places == {("n:1:lilas", "1|1 rue x"): 7, ("n:1:lilas", "1|3 rue x"): 9, ("n:1:roses", ""): None}


def test_lines_without_programme_go_to_the_only_residence_at_their_address() -> None:
    known = Known(groups={"r:1:rue x:": 5}, addresses={"1|1 rue x": frozenset({7}), "1|3 rue x": frozenset({7, 8})})
    where = settle(lines(("r:1:rue x:", "1|1 rue x", 4), ("r:1:rue x:", "1|3 rue x", 4), ("n:1:lilas", "1|1 rue x", 1)), known)
    assert where.places["r:1:rue x:", "1|1 rue x"] == 7
    assert where.places["r:1:rue x:", "1|3 rue x"] == 5
    assert where.places["n:1:lilas", "1|1 rue x"] is None


def test_a_renamed_residence_goes_on_when_each_holds_most_of_the_other() -> None:
    known = Known(groups={"n:1:old": 7, "n:1:kept": 8}, shared={"n:1:new": {7: 30, 8: 5}}, sizes={7: 40, 8: 90})
    where = settle(lines(("n:1:new", "", 36), ("n:1:kept", "", 85)), known)
    assert where.renamed == {"n:1:new": 7}
    assert where.places["n:1:new", ""] == 7
    # The same, but the old name is still in the file: the new group is a new residence.
    assert settle(lines(("n:1:new", "", 36), ("n:1:old", "", 4)), known).renamed == {}
    # A part cut out of a large residence is a new residence.
    assert settle(lines(("n:1:new", "", 36)), Known(shared={"n:1:new": {7: 36}}, sizes={7: 400})).renamed == {}


def test_two_groups_never_continue_the_same_residence() -> None:
    known = Known(shared={"n:1:a": {7: 21}, "n:1:b": {7: 21}}, sizes={7: 41})
    assert len(settle(lines(("n:1:a", "", 21), ("n:1:b", "", 21)), known).renamed) == 1


def test_the_list_of_districts_in_force_depends_on_the_day_and_the_place() -> None:
    assert version_on(date(2023, 12, 31)) == "2015"
    assert version_on(date(2024, 1, 1)) == "2024"
    assert LISTS["2024"].starts_on("QN09312I") == date(2024, 1, 1)
    assert LISTS["2024"].starts_on("QN97101M") == date(2025, 1, 1)
    assert [declared_version(year) for year in (2014, 2019, 2023, 2024)] == [None, "2015", "2015", "2024"]


def test_contours_say_nothing_of_a_department_in_which_a_list_has_none() -> None:
    some = covers(["QN09312I", "QP02A001", "QN97101M"])
    assert [some(commune) for commune in ("93010", "2A004", "97105", "75101", "2B033", "97209", "")] == [
        *(True, True, True),
        *(False, False, False),
        True,
    ]
    assert covers([f"QN{number:03}01I" for number in range(1, 96)])("48001"), "a national list says that there is none there"
    assert covers(["mes quartiers"])("48001")
    assert not covers([])("")


def test_what_is_said_of_a_residence_is_never_more_than_what_is_known() -> None:
    assert [standing(i, k) for i, k in ((None, None), (0, 0), (0, 4), (4, 4), (1, 4))] == [
        Standing.UNKNOWN,
        Standing.UNKNOWN,
        Standing.OUTSIDE,
        Standing.INSIDE,
        Standing.PARTLY,
    ]
    assert share(1, 4) == pytest.approx(0.25)
    assert share(0, 0) is None


def test_a_line_stands_for_what_its_columns_say() -> None:
    assert unit_of({"own_id", "address"}) is Unit.HOME
    assert unit_of({"address", "homes"}) is Unit.ADDRESS
    assert unit_of({"programme", "homes"}) is Unit.RESIDENCE
    assert unit_of({"programme", "sector"}) is Unit.RESIDENCE


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("a.csv", 10, None),
        ("A.XLSX", 10, None),
        ("a.xls", 10, "stock.old_spreadsheet"),
        ("a.zip", 10, "stock.packed"),
        ("a.pdf", 10, "stock.type"),
        ("sans-suffixe", 10, "stock.type"),
        ("a.csv", 0, "stock.empty"),
        ("a.csv", LIMITS.file_bytes + 1, "stock.too_big"),
    ],
)
def test_only_readable_files_are_taken_and_the_cure_is_said(name: str, size: int, code: str | None) -> None:
    verdict = may_store(name=name, size=size)
    assert [reason.code for reason in verdict.reasons] == ([code] if code else [])


def test_a_preview_enters_only_when_it_is_ready_and_vouched_for() -> None:
    assert may_apply(state=State.READY, accepted=False, needs_acceptance=False)
    assert not may_apply(state=State.READY, accepted=False, needs_acceptance=True)
    assert may_apply(state=State.READY, accepted=True, needs_acceptance=True)
    assert not may_apply(state=State.REFUSED, accepted=True, needs_acceptance=False)


def test_only_the_last_import_is_undone_and_only_untouched() -> None:
    assert may_undo(state=State.APPLIED, is_last=True, corrected_since=False)
    assert not may_undo(state=State.READY, is_last=True, corrected_since=False)
    assert not may_undo(state=State.APPLIED, is_last=False, corrected_since=False)
    assert not may_undo(state=State.APPLIED, is_last=True, corrected_since=True)


def test_swapped_coordinates_are_refused() -> None:
    assert point_holds(2.48, 48.9)
    assert point_holds(55.45, -20.88)
    assert not point_holds(48.9, 2.48)
    assert not name_holds("  ")
    assert not name_holds("x" * 161)
