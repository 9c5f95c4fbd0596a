"""The matrix is whole, SIREN are checked, names are found whatever their accents."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.directory.rules import (
    _COLUMNS,
    _MATRIX,
    LIGHT_ROLES,
    MATRIX,
    ROLES_OF_KIND,
    SECOND_FACTOR_ROLES,
    Kind,
    Right,
    Role,
    Thing,
    audiences,
    covers,
    grantable,
    may,
    plain,
    siren,
)
from palier.ledger.rules import Audience
from tests.fixtures import luhn_siren


def test_every_cell_of_the_matrix_is_stated() -> None:
    assert set(_COLUMNS) == set(Role)
    assert all(len(row.split()) == len(Role) for row in _MATRIX.values())
    assert set(MATRIX) == {(thing, role) for thing in Thing for role in Role}


def test_every_role_belongs_to_a_kind_of_organisation() -> None:
    assert frozenset().union(*ROLES_OF_KIND.values()) == frozenset(Role)
    assert set(ROLES_OF_KIND) == set(Kind)


def test_who_writes_or_approves_may_also_read() -> None:
    """Who only speaks reads what was shared with them, and nothing else."""
    assert all(Right.READ in cell for cell in MATRIX.values() if cell - {Right.SPEAK})


def test_a_light_role_never_needs_a_second_factor() -> None:
    assert not LIGHT_ROLES & SECOND_FACTOR_ROLES


def test_writing_includes_writing_ones_own() -> None:
    assert may(frozenset({Role.QUALITY_LEAD}), Right.WRITE_OWN, Thing.ACTION_PLAN)
    assert may(frozenset({Role.CONTRIBUTOR}), Right.WRITE_OWN, Thing.ACTION_PLAN)
    assert not may(frozenset({Role.CONTRIBUTOR}), Right.WRITE, Thing.ACTION_PLAN)


def test_nobody_approves_what_only_the_field_may() -> None:
    """The administrator of Palier approves nothing at all."""
    assert not any(Right.VALIDATE in MATRIX[thing, Role.ADMINISTRATOR] for thing in Thing)


def test_tenants_do_not_read_what_is_kept_between_landlord_and_label() -> None:
    assert audiences(frozenset({Role.TENANT_REPRESENTATIVE})) == {Audience.FILE}
    assert audiences(frozenset({Role.AUDITOR})) == {Audience.FILE, Audience.AUDIT}
    assert audiences(frozenset({Role.QUALITY_LEAD})) == {Audience.FILE, Audience.LANDLORD}
    assert audiences(frozenset({Role.REFERENT})) == set(Audience)
    assert audiences(frozenset()) == frozenset()


def test_only_administrators_make_administrators() -> None:
    for role in Role:
        gives = grantable(frozenset({role}), Kind.LABEL_OWNER)
        assert (Role.ADMINISTRATOR in gives) == (role is Role.ADMINISTRATOR)


def test_a_landlord_gives_its_own_roles_and_no_other() -> None:
    lead = frozenset({Role.QUALITY_LEAD})
    assert grantable(lead, Kind.LANDLORD) == {Role.QUALITY_LEAD, Role.CONTRIBUTOR, Role.DIRECTOR}
    assert grantable(lead, Kind.TENANTS_ASSOCIATION) == {Role.TENANT_REPRESENTATIVE}
    assert not grantable(lead, Kind.AUDIT_FIRM)
    assert not grantable(frozenset({Role.CONTRIBUTOR}), Kind.LANDLORD)


@pytest.mark.parametrize("number", ["552 100 554", "732829320", "356\u202f000\u202f000"])
def test_real_siren_are_accepted(number: str) -> None:
    assert siren(number)


@given(st.integers(0, 99_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(seed: int, place: int, shift: int) -> None:
    right = luhn_siren(seed)
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert siren(right)
    assert siren(wrong).reasons[0].code == "directory.siren_sum"


@pytest.mark.parametrize("text", ["", "12345678", "1234567890", "55210055A", "٥٥٢١٠٠٥٥٤"])
def test_what_is_not_nine_digits_is_said(text: str) -> None:
    assert siren(text).reasons[0].code == "directory.siren_shape"


@pytest.mark.parametrize(
    ("name", "searched"),
    [("Cœur d’Épernay-Habitat", "coeur d epernay habitat"), ("ÇA  ET LÀ", "ca et la"), ("L'Œuvre", "l oeuvre")],
)
def test_names_are_searched_without_accents(name: str, searched: str) -> None:
    assert plain(name) == searched


def test_both_ends_of_a_dated_thing_are_inside() -> None:
    first, last = date(2026, 1, 1), date(2026, 1, 31)
    assert [covers(first, last, date(2026, 1, day)) for day in (1, 31)] == [True, True]
    assert not covers(first, last, date(2025, 12, 31))
    assert not covers(first, last, date(2026, 2, 1))
    assert covers(first, None, date(2099, 1, 1))
