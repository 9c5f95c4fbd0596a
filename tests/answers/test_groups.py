"""No answer keeps a group, nor several together, that fewer than five answers share."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import astuple

import pytest

from palier.answers.rules.completeness import partial
from palier.answers.rules.groups import FEWEST, Groups, coarsened
from tests.questionnaires.samples import SMALL, written


def of(*counts: tuple[str, int, int]) -> list[Groups]:
    return [Groups(agency=agency, residence=residence, mode="web") for agency, residence, count in counts for _ in range(count)]


def test_parts_large_enough_keep_all_their_groups() -> None:
    people = of(("Nord", 1, 5), ("Nord", 2, 6), ("Sud", 3, 9))
    assert coarsened(people) == people


def test_a_small_part_takes_the_smallest_large_one_with_it() -> None:
    kept = coarsened(of(("Nord", 1, 2), ("Nord", 2, 6), ("Nord", 3, 9)))
    assert Counter((one.agency, one.residence) for one in kept) == {("Nord", 3): 9, ("Nord", None): 8}


def test_small_parts_together_stand_without_their_group() -> None:
    kept = coarsened(of(("Nord", 1, 3), ("Nord", 2, 3), ("Nord", 3, 9)))
    assert Counter(one.residence for one in kept) == {3: 9, None: 6}


def test_a_group_too_small_does_not_hide_a_finer_one_that_is_not() -> None:
    people = [Groups(agency=f"A{number}", qpv=number < 5) for number in range(10)]
    kept = coarsened(people)
    assert Counter((one.agency, one.qpv) for one in kept) == {("", True): 5, ("", False): 5}


def test_fewer_than_five_in_all_keep_nothing() -> None:
    assert set(coarsened(of(("Nord", 1, 4)))) == {Groups()}
    assert coarsened([]) == []


@pytest.mark.parametrize("seed", range(40))
def test_whatever_the_households_five_at_least_are_alike(seed: int) -> None:
    drawn = random.Random(seed)
    people = [
        Groups(
            stratum=drawn.randrange(3),
            agency=f"A{int(drawn.expovariate(0.5))}",
            qpv=drawn.choice([True, False, None]),
            residence=int(drawn.expovariate(0.1)),
            mode=drawn.choice(["web", "web", "phone", "paper"]),
        )
        for _ in range(drawn.randrange(FEWEST, 300))
    ]
    kept = coarsened(people)
    assert min(Counter(kept).values()) >= FEWEST
    for one, former in zip(kept, people, strict=True):
        assert all(
            now in (was, blank) for now, was, blank in zip(astuple(one), astuple(former), astuple(Groups()), strict=True)
        )


def test_four_fifths_of_what_was_asked_make_an_answer_complete() -> None:
    form = written()
    assert partial(form, {"overall": "very_satisfied"})
    assert partial(form, {"overall": "very_satisfied", "lift": "no", "mark": 3})
    assert not partial(form, {"overall": "very_satisfied", "lift": "no", "mark": "dont_know", "places": ["hall"]})


def test_details_are_never_due_after_a_first_tap() -> None:
    form = written(SMALL.replace("minutes: 2", "minutes: 2\npace: tap"))
    assert not partial(form, {"overall": "very_satisfied"})
