"""Medians between landlords, and an attacker that takes every pair of allowed views apart."""

from __future__ import annotations

import random
from itertools import combinations, permutations

from palier.disclosure.primary import Policy, Why
from palier.disclosure.quantiles import Quartiles, quartiles, rounded
from palier.disclosure.together import Group, allowed, isolates, may_stand_beside

P = Policy(together=None, closeness=None)


def group(name: str, pieces: dict[tuple[str, str], float]) -> Group:
    return Group(name, dict(pieces))


def homes(who: str, where: str, many: float = 100.0) -> dict[tuple[str, str], float]:
    return {(landlord, where): many for landlord in who}


def test_quartiles_of_five_rounded() -> None:
    figures = {"A": 1.2, "B": 2.4, "C": 3.6, "D": 4.4, "E": 9.9}
    assert quartiles(figures, dict.fromkeys(figures, 100), step=0.5) == Quartiles(2.5, 3.5, 4.5)


def test_quartiles_of_four_are_hidden() -> None:
    figures = {"A": 1.2, "B": 2.4, "C": 3.6, "D": 4.4}
    assert quartiles(figures, dict.fromkeys(figures, 100), step=0.5) is Why.TOO_FEW
    assert quartiles({}, {}, step=0.5) is Why.TOO_FEW


def test_quartiles_are_hidden_when_a_landlord_holds_more_than_four_homes_in_ten() -> None:
    figures = dict.fromkeys("ABCDE", 3.0)
    assert quartiles(figures, {**dict.fromkeys("ABCDE", 100), "A": 400}, step=1) is Why.DOMINATED


def test_all_equal_figures_give_that_figure() -> None:
    assert quartiles(dict.fromkeys("ABCDE", 3.0), dict.fromkeys("ABCDE", 100), step=1) == Quartiles(3, 3, 3)


def test_halves_round_upwards() -> None:
    assert [rounded(v, 1) for v in (0.5, 1.5, 2.49)] == [1, 2, 2]


def test_a_town_is_refused_when_the_rest_of_its_region_is_of_too_few() -> None:
    town = group("town", homes("ABCDEF", "x"))
    region = group("region", homes("ABCDEF", "x") | homes("AB", "y"))
    assert not may_stand_beside(town, [region], P)
    wide = group("region", homes("ABCDEF", "x") | homes("ABCDEF", "y"))
    assert may_stand_beside(town, [wide], P)


def test_a_rest_that_one_landlord_dominates_is_refused() -> None:
    town = group("town", homes("ABCDEF", "x"))
    region = group("region", homes("ABCDEF", "x") | homes("ABCDE", "y", 10) | homes("F", "y", 500))
    assert not may_stand_beside(town, [region], P)


def test_the_same_group_twice_leaves_nothing() -> None:
    one = group("one", homes("ABCDEF", "x"))
    assert may_stand_beside(group("two", homes("ABCDEF", "x")), [one], P)


def test_three_groups_that_isolate_together_are_found_though_no_pair_does() -> None:
    """region = town one + town two + what is left: each pair leaves enough, the three do not."""
    first, second = homes("ABCDEF", "x"), homes("ABCDEF", "y")
    left = homes("GH", "z", 50)
    region, one, two = group("region", first | second | left), group("one", first), group("two", second)
    assert may_stand_beside(one, [region], P)
    assert may_stand_beside(two, [region, one], P)
    assert isolates([region, one, two], P)
    assert [kept.name for kept in allowed([region, one, two], P)] == ["region", "one"]


def drawn(seed: int) -> list[Group]:
    """A region and its towns, some towns two by two, with landlords at random in each."""
    chance = random.Random(seed)
    towns = {
        f"t{number}": {
            (who, f"t{number}"): float(chance.randint(5, 60))
            for who in chance.sample("ABCDEFGHIJKL", chance.choice([1, 2, 4, 6, 8, 10]))
        }
        for number in range(6)
    }
    groups = [group("region", {key: weight for town in towns.values() for key, weight in town.items()})]
    groups += [group("+".join(names), towns[names[0]] | towns[names[1]]) for names in combinations(towns, 2)]
    return groups + [group(name, pieces) for name, pieces in towns.items()]


def taken_apart(groups: list[Group]) -> list[tuple[str, str]]:
    """The attacker: for each pair of views, subtracts one from the other and counts who is left. Code of its own."""
    found = []
    for one, other in permutations(groups, 2):
        left: dict[str, float] = {}
        for (who, where), weight in one.pieces.items():
            if (who, where) not in set(other.pieces):
                left[who] = left.get(who, 0) + weight
        if left and (len(left) < 5 or max(left.values()) > 0.4 * sum(left.values())):
            found.append((one.name, other.name))
    return found


def test_no_pair_of_allowed_views_singles_anybody_out() -> None:
    kept = 0
    for seed in range(150):
        together = allowed(drawn(seed), P)
        assert taken_apart(together) == []
        assert not isolates(together, P)
        kept += len(together) > 1
    assert kept > 20


def test_without_the_rule_the_attacker_does_single_some_out() -> None:
    assert all(taken_apart(drawn(seed)) for seed in range(10))
