"""Residences and agencies with too few answers are read together, and subtraction gives nothing back."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.answers.rules.units import INSIDE, PUBLIC, Place, agencies_shown, split_allowed, together, units_shown
from palier.disclosure.primary import Policy
from palier.disclosure.together import Group, isolates


def people(fewest: int) -> Policy:
    """What is asked of groups of people: enough of them. None weighs more than another."""
    return Policy(fewest=fewest, largest=1, together=None, closeness=None, zeros_speak=False)


def place(residence: int, answers: int, agency: str = "Nord") -> Place:
    return Place(residence, agency, 50, 40, answers)


def shown(*places: Place, fewest: int = INSIDE) -> list[tuple[int, ...]]:
    return [tuple(one.residence for one in unit.places) for unit in units_shown(places, fewest)]


def test_enough_answers_stand_alone_and_the_others_are_read_together() -> None:
    assert shown(place(1, 9), place(2, 4), place(3, 3), place(4, 5)) == [(4,), (1,), (2, 3)]


def test_a_rest_that_is_still_too_small_takes_the_smallest_shown() -> None:
    assert shown(place(1, 9), place(2, 4), place(3, 6)) == [(1,), (2, 3)]


def test_where_nobody_answered_there_is_no_figure() -> None:
    assert shown(place(1, 9), place(2, 0)) == [(1,)]


def test_too_few_in_all_show_nothing() -> None:
    assert shown(place(1, 2), place(2, 2)) == []
    assert together({}, INSIDE) == []


def test_an_agency_too_small_is_read_with_the_smallest_of_the_others() -> None:
    places = [place(1, 30, "Nord"), place(2, 8, "Sud"), place(3, 3, "Est")]
    assert agencies_shown(places, INSIDE) == [("Nord",), ("Est", "Sud")]
    units = units_shown(places, INSIDE)
    assert [tuple(one.residence for one in unit.places) for unit in units] == [(1,), (3, 2)]
    assert (units[1].answers, units[1].homes, units[1].invited) == (11, 100, 80)


@pytest.mark.parametrize(
    ("units", "allowed"),
    [
        ([(20, 0, 0), (0, 30, 0)], True),
        ([(20, 0, 0), (0, 30, 0), (7, 6, 0)], True),
        ([(20, 0, 0), (0, 30, 0), (2, 6, 0)], False),
        ([(2, 6, 0), (3, 9, 0)], True),
        ([(2, 1, 0), (3, 1, 0)], False),
        ([(9, 2, 0), (0, 9, 9)], False),
    ],
    ids=["each on one side", "on both, enough", "on both, too few", "two, enough together", "too few outside", "by two steps"],
)
def test_districts_are_shown_beside_residences_unless_too_few_would_be_left(
    units: list[tuple[int, int, int]], allowed: bool
) -> None:
    sides = ("inside", "outside", "unknown")
    assert split_allowed([dict(zip(sides, unit, strict=True)) for unit in units], INSIDE) is allowed


@given(st.integers(0, 5_000), st.sampled_from([INSIDE, PUBLIC]))
def test_no_sum_or_difference_of_what_is_shown_singles_anybody_out(seed: int, fewest: int) -> None:
    """The attacker of ``disclosure`` has the landlord, its agencies, its residences, and both sides of the districts."""
    chance = random.Random(seed)
    rows = [
        (residence, chance.choice("NSEO"), side)
        for residence in range(chance.randint(1, 14))
        for side in ("inside", "outside")
        for _ in range(chance.choice([0, 0, 1, 2, 3, 5, 8, 20]))
    ]
    agency = {residence: chance.choice("NSEO") for residence, _, _ in rows}
    counts = Counter(residence for residence, _, _ in rows)
    places = [place(residence, number, agency[residence]) for residence, number in counts.items()]
    everybody = [(index, residence, side) for index, (residence, _, side) in enumerate(rows)]

    def group(name: str, members: list[tuple[int, int, str]]) -> Group:
        return Group(name, {(index, (residence, side)): 1.0 for index, residence, side in members})

    units = units_shown(places, fewest)
    published = [group("all", everybody)] if len(everybody) >= fewest else []
    published += [
        group(str(names), [row for row in everybody if agency[row[1]] in names]) for names in agencies_shown(places, fewest)
    ]
    for unit in units:
        here = {one.residence for one in unit.places}
        published.append(group(str(here), [row for row in everybody if row[1] in here]))
    sides = {side: [row for row in everybody if row[2] == side] for side in ("inside", "outside")}
    split = [
        {side: sum(row[1] in {one.residence for one in unit.places} for row in members) for side, members in sides.items()}
        for unit in units
    ]
    if all(len(members) >= fewest for members in sides.values()) and split_allowed(split, fewest):
        published += [group(side, members) for side, members in sides.items()]
    assert not published or not isolates(published, people(fewest))
    naive = [group("all", everybody), *[group(str(one), [row for row in everybody if row[1] == one]) for one in counts]]
    assert isolates(naive, people(fewest)) == any(number < fewest for number in counts.values())


def test_every_residence_that_answered_is_in_one_unit() -> None:
    chance = random.Random(4)
    places = [place(number, chance.randint(0, 12), chance.choice("NSE")) for number in range(60)]
    found = Counter(one.residence for unit in units_shown(places, INSIDE) for one in unit.places)
    assert all(found[one.residence] == 1 for one in places if one.answers)
    assert all(unit.answers >= INSIDE for unit in units_shown(places, INSIDE))
