"""Nobody works out a hidden figure: the attacker's linear programs find nothing narrower than what was asked."""

from __future__ import annotations

import pytest

from palier.disclosure.attacker import breaches, interval, known_to
from palier.disclosure.primary import Policy, Why, hidden_because
from palier.disclosure.secondary import protect
from palier.disclosure.tables import TOTAL, Table, added_up, linked, two_way
from tests.disclosure.tables_at_random import drawn

P = Policy()
# The whole thousand is attacked by bench/disclosure.py; here a share of it, under a minute.
SEEDS = range(6)


def sensitive(table: Table) -> dict[object, Why]:
    return {key: why for key, brought in table.cells.items() if (why := hidden_because(brought, P))}


def attack(table: Table, hidden: dict[object, Why]) -> list[object]:
    return list(breaches(table, hidden, sensitive(table), width=P.width, least_width=P.least_width))


def equal(*who: str, figure: float = 10.0) -> dict[str, float]:
    return dict.fromkeys(who, figure)


SIX = ("A", "B", "C", "D", "E", "F")


@pytest.mark.parametrize("seed", SEEDS)
def test_no_hidden_cell_of_a_random_table_is_narrower_than_its_protection(seed: int) -> None:
    table = drawn(seed)
    found = protect(table, P, seconds=5)
    assert set(sensitive(table)) <= set(found.hidden)
    assert attack(table, dict(found.hidden)) == []


def test_without_the_secondary_step_the_attacker_finds_some() -> None:
    assert any(attack(table, sensitive(table)) for table in map(drawn, range(5)))


def test_time_that_runs_out_hides_more_never_less() -> None:
    table = drawn(3)
    assert sensitive(table)
    found = protect(table, P, seconds=0.0)
    assert set(found.hidden) == set(table.cells)
    assert not found.proven


@pytest.mark.parametrize(
    ("brought", "why"),
    [
        ({}, None),
        (equal(*SIX), None),
        (equal("A", "B", "C", "D"), Why.TOO_FEW),
        ({**equal(*SIX), "A": 40.0}, Why.DOMINATED),
        ({**equal(*SIX, figure=5.0), "A": 38.0, "B": 37.0}, Why.DOMINATED),
        (equal(*SIX, figure=0.0), Why.ZERO),
    ],
)
def test_primary_rules(brought: dict[str, float], why: Why | None) -> None:
    assert hidden_because(brought, P) == why


def test_exactly_forty_per_cent_may_be_shown() -> None:
    assert hidden_because({**equal("B", "C", "D", "E", "F", "G"), "A": 40.0}, P) is None
    assert hidden_because({**equal("B", "C", "D", "E", "F", "G"), "A": 40.1}, P) is Why.DOMINATED


def test_the_second_largest_must_not_know_the_largest_too_closely() -> None:
    alone = Policy(fewest=3, largest=1.0, together=None, closeness=0.1)
    assert hidden_because({"A": 100.0, "B": 50.0, "C": 9.9}, alone) is Why.TOO_CLOSE
    assert hidden_because({"A": 100.0, "B": 50.0, "C": 10.0}, alone) is None


def test_contributors_are_landlords_not_residences() -> None:
    """A landlord of a thousand residences is one contributor: its homes come as one figure."""
    assert hidden_because({"A": 1000.0 / 1000 * 1000}, P) is Why.TOO_FEW


def test_one_hidden_cell_takes_a_rectangle() -> None:
    inner = {(row, column): equal(*SIX) for row in "abc" for column in "xyz"} | {("a", "x"): equal("A", "B", "C")}
    table = two_way(inner)
    found = protect(table, P)
    assert found.proven
    assert len(found.hidden) == 4
    assert found.hidden["a", "x"] is Why.TOO_FEW
    assert not any(TOTAL in key for key in found.hidden)


def test_a_cell_of_one_landlord_does_not_hide_another_from_it() -> None:
    """A alone in its cell knows it: hiding it with B's would tell B's to A; the row needs a third."""
    inner = {
        ("a", "x"): {"A": 20.0},
        ("a", "y"): {"B": 20.0},
        ("a", "z"): equal(*SIX, figure=30.0),
        ("b", "x"): equal(*SIX),
        ("b", "y"): equal(*SIX),
        ("b", "z"): equal(*SIX),
    }
    table = two_way(inner)
    found = protect(table, P)
    row_shown = known_to(table, {("a", "x"): 1, ("a", "y"): 1, ("b", "x"): 1, ("b", "y"): 1}, "A")
    assert interval(row_shown, ("a", "y")) == pytest.approx((20.0, 20.0))
    assert attack(table, dict(found.hidden)) == []
    assert len([key for key in found.hidden if key[0] == "a"]) >= 3


def test_a_hidden_count_of_one_could_be_none_or_two() -> None:
    whole = Policy(floor=1.0, zeros_speak=False)
    inner = {(row, column): equal(*SIX, figure=2.0) for row in "ab" for column in "xy"} | {("c", "x"): {"A": 1.0}}
    table = two_way(inner)
    found = protect(table, whole)
    hidden = {key: why for key, brought in table.cells.items() if (why := hidden_because(brought, whole))}
    assert list(breaches(table, hidden, hidden, width=0.1, least_width=1.0, floor=1.0)) != []
    assert list(breaches(table, found.hidden, hidden, width=0.1, least_width=1.0, floor=1.0)) == []


def test_linked_tables_are_protected_as_one() -> None:
    town = added_up({"x": equal("A", "B"), "y": equal(*SIX), "z": equal(*SIX)}, {"town": ["x", "y", "z"]})
    region = added_up({"town": town.cells["town"], "rest": equal(*SIX)}, {"region": ["town", "rest"]})
    both = linked(town, region)
    found = protect(both, P)
    assert len(found.hidden) == 2
    assert attack(both, dict(found.hidden)) == []


def test_tables_that_disagree_are_not_linked() -> None:
    with pytest.raises(ValueError, match="not the same"):
        linked(Table({"t": {"A": 1.0}}, ()), Table({"t": {"A": 2.0}}, ()))


def test_nothing_to_hide_hides_nothing() -> None:
    table = two_way({(row, column): equal(*SIX) for row in "ab" for column in "xy"})
    assert dict(protect(table, P).hidden) == {}
