"""The figures of a wave: right, weighted with reasons, and telling nothing of too few people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.answers.queries.columns import columns
from palier.answers.rules.units import INSIDE, PUBLIC
from palier.answers.statistics.columns import Answers, Frame, Home, placed
from palier.answers.statistics.counting import count
from palier.directory.models import Landlord
from palier.disclosure.primary import Policy
from palier.disclosure.together import Group, isolates
from palier.questionnaires.rules.form import Kind
from palier.stock.models import Residence
from palier.surveys.models import Household
from tests.answers.counted import closed, households, version
from tests.answers.waves import BAD, FORM, GOOD, question, wave

KEYS = ("overall_satisfaction", "cleanliness", "lift", "heating", "overall_mark")


def counted(answers: Answers, frame: Frame, fewest: int = INSIDE, **commitments: float) -> dict[str, Any]:
    return count(FORM, answers, frame, fewest=fewest, commitments=commitments)


def alike(said: list[dict[str, Any]], homes: int = 1000) -> tuple[Answers, Frame]:
    """Answers of a single residence."""
    size = len(said)
    answers = Answers(said, np.ones(size, dtype=int), np.full(size, "all"), np.full(size, ""), np.full(size, "web"))
    return answers, Frame((Home(1, "Nord", homes, 0, 2 * size),), {"all": homes}, 2 * size)


def test_a_share_its_interval_and_its_distribution() -> None:
    said = [{"overall_satisfaction": code} for code in [*["very"] * 20, *["rather"] * 50, *["rather_not"] * 20, *["not"] * 10]]
    found = counted(*alike(said))["questions"]["overall_satisfaction"]
    assert found["distribution"] == {"very": 0.2, "rather": 0.5, "rather_not": 0.2, "not": 0.1}
    one = found["satisfied"]
    assert (one["value"], one["raw"], one["answers"], one["regime"]) == (0.7, 0.7, 100, "measured")
    assert one["low"] == pytest.approx(0.608, abs=0.005)
    assert one["high"] == pytest.approx(0.778, abs=0.005)


def test_a_mark_has_its_distribution_before_its_mean() -> None:
    found = counted(*alike([{"overall_mark": mark} for mark in (0, 5, 7, 8, 10)]))["questions"]["overall_mark"]
    assert list(found).index("distribution") < list(found).index("mean")
    assert found["mean"] == 6
    assert found["satisfied"]["value"] == pytest.approx(0.6)


def test_a_number_has_its_mean_between_its_bounds() -> None:
    form = replace(FORM, themes=(replace(FORM.themes[0], questions=(question("rooms", Kind.NUMBER),)),))

    def rooms(given: list[Any]) -> dict[str, Any]:
        found: dict[str, Any] = count(form, *alike([{"rooms": one} for one in given]), fewest=INSIDE, commitments={})
        return dict(found["questions"]["rooms"])

    found = rooms([2, 3, 3, 4, 3, "dont_know"])
    assert (found["answers"], found["mean"]) == (5, 3)
    assert 2 < found["low"] < 3 < found["high"] < 4
    assert rooms([2, 3, 3, 4, "dont_know", "dont_know"]) == {"answers": None, "hidden": True}


def test_who_escaped_is_counted_apart() -> None:
    said = [{"lift": "not_concerned"}] * 6 + [{"lift": "very"}] * 5 + [{"lift": "not"}] * 5
    found = counted(*alike(said))["questions"]["lift"]
    assert (found["answers"], found["escaped"]) == (10, {"not_concerned": 6})


def test_several_choices_add_up_to_more_than_everybody() -> None:
    found = counted(*alike([{"asked": ["gas"]}] * 4 + [{"asked": ["gas", "water"]}] * 6))["questions"]["asked"]
    assert {code: one["value"] for code, one in found["choices"].items()} == {"gas": 1, "water": 0.6}


def test_too_few_answers_show_nothing() -> None:
    assert counted(*alike([{"overall_satisfaction": "very"}] * 4))["hidden"]
    one = counted(*alike([{"overall_satisfaction": "very"}] * 6 + [{"heating": "not"}] * 4))["questions"]
    assert one["heating"] == {"answers": None, "hidden": True}


def test_an_agency_that_answered_less_weighs_what_it_should() -> None:
    """As many households in both; 20 answers from Nord, all satisfied, 80 from Sud, none satisfied."""
    said = [{"overall_satisfaction": "very"}] * 20 + [{"overall_satisfaction": "not"}] * 80
    rows = np.array([1] * 20 + [2] * 80)
    answers = Answers(said, rows, np.full(100, "all"), np.full(100, ""), np.full(100, "web"))
    frame = Frame((Home(1, "Nord", 500, 0, 90), Home(2, "Sud", 500, 0, 90)), {"all": 1000}, 180)
    found = counted(answers, frame)
    one = found["questions"]["overall_satisfaction"]["satisfied"]
    assert (one["raw"], one["value"]) == (0.2, 0.5)
    assert found["method"]["weighted"]
    assert [(line["label"], line["raw"], line["known"]) for line in found["method"]["margins"]] == [
        ("Nord", 0.2, 0.5),
        ("Sud", 0.8, 0.5),
    ]
    assert found["method"]["worth"] < 100


def test_weights_that_cannot_be_reached_are_refused_with_their_reason_and_the_rest_stands() -> None:
    said = [{"overall_satisfaction": "very"}] * 20
    answers = Answers(said, np.ones(20, dtype=int), np.full(20, "all"), np.full(20, ""), np.full(20, "web"))
    frame = Frame((Home(1, "Nord", 500, 0, 90), Home(2, "Sud", 500, 0, 90)), {"all": 1000}, 180)
    method = counted(answers, frame)["method"]
    assert not method["weighted"]
    assert method["refused"] == [
        (
            "Personne n’a répondu dans « Sud » (agence), qui compte 500 ménages : regroupez cette catégorie avec une autre, ou "
            "retirez cette marge."
        )
    ]


def test_a_residence_says_how_likely_it_is_under_the_commitment() -> None:
    answers, frame = wave(3, answers=400)
    rows = counted(answers, frame, overall_satisfaction=0.7)["questions"]["overall_satisfaction"]["residences"]
    assert all(0 <= row["under"] <= 1 for row in rows)
    least, most = min(rows, key=lambda row: row["value"]), max(rows, key=lambda row: row["value"])
    assert least["under"] > most["under"]
    free = counted(answers, frame)["questions"]["overall_satisfaction"]["residences"]
    assert {row["under"] for row in free} == {None}


def test_both_sides_of_the_districts_are_told_when_no_residence_gives_them_back() -> None:
    said = [{"overall_satisfaction": "very"}] * 10 + [{"overall_satisfaction": "not"}] * 10
    rows, sides = np.array([1] * 10 + [2] * 10), np.array(["inside"] * 10 + ["outside"] * 10)
    answers = Answers(said, rows, np.full(20, "all"), sides, np.full(20, "web"))
    frame = Frame((Home(1, "Nord", 50, 50, 40), Home(2, "Nord", 50, 0, 40)), {"all": 100}, 80)
    found = counted(answers, frame)["questions"]["overall_satisfaction"]["qpv"]
    assert [(line["side"], line["value"], line["answers"]) for line in found] == [("inside", 1, 10), ("outside", 0, 10)]
    mixed = Answers(said, rows, answers.stratum, np.array(["inside"] * 9 + ["outside"] * 11), answers.mode)
    assert counted(mixed, frame)["questions"]["overall_satisfaction"]["qpv"] == []


def test_how_many_were_asked_of_each_side_is_not_known_while_answers_do_not_say_theirs() -> None:
    said = [{"overall_satisfaction": "very"}] * 30
    rows, sides = np.repeat([1, 2, 3], 10), np.repeat(["inside", "outside", ""], 10)
    answers = Answers(said, rows, np.full(30, "all"), sides, np.full(30, "web"))
    homes = (Home(1, "Nord", 50, 50, 40), Home(2, "Nord", 50, 0, 40), Home(3, "Nord", 50, 50, 40))
    found = counted(answers, Frame(homes, {"all": 150}, 120, {"inside": 80, "outside": 40}))["questions"]
    assert [line["invited"] for line in found["overall_satisfaction"]["qpv"]] == [0, 0]


def test_households_that_may_be_in_a_district_or_not_are_not_weighted_as_outside() -> None:
    said = [{"overall_satisfaction": "very"}] * 10 + [{"overall_satisfaction": "not"}] * 10
    rows, sides = np.array([1] * 10 + [2] * 10), np.array(["inside"] * 10 + ["outside"] * 10)
    answers = Answers(said, rows, np.full(20, "all"), sides, np.full(20, "web"))

    def method(unknown: int) -> dict[str, Any]:
        homes = (Home(1, "Nord", 50, 50, 40), Home(2, "Nord", 50, 0, 40, unknown=unknown))
        found: dict[str, Any] = counted(answers, Frame(homes, {"all": 100}, 80))["method"]
        return found

    assert {line["margin"] for line in method(0)["margins"]} == {"quartier prioritaire"}
    assert method(20)["margins"] == []
    [refused] = method(20)["refused"]
    assert refused.startswith("On ne sait pas de certains ménages s’ils sont en quartier prioritaire : pour la prochaine vague")


@pytest.mark.django_db
def test_households_of_which_nothing_says_whether_they_are_in_a_district_are_counted_apart(
    landlord: Landlord, residences: list[Residence], at: datetime
) -> None:
    everybody = households(landlord, residences, 3, at)
    Household.objects.filter(pk__in=[home.pk for home in everybody[:2]]).update(qpv=None)
    _, frame = columns(wave=closed(landlord, everybody, version(at), at))
    found = {home.residence: (home.homes, home.inside, home.unknown) for home in frame.homes}
    assert found == dict(zip([one.pk for one in residences], [(3, 1, 2), (3, 0, 0), (3, 0, 0), (3, 3, 0)], strict=True))
    assert frame.sides == {"": 2, "inside": 4, "outside": 6}


def test_the_weight_of_themes_is_there_when_enough_answered_everything() -> None:
    answers, frame = wave(5, answers=400)
    found = counted(answers, frame)["importance"]
    assert [one["theme"] for one in found["themes"]] == ["residence", "home"]
    assert sum(one["share"] for one in found["themes"]) == pytest.approx(1, abs=1e-3)
    assert counted(*wave(5, answers=20))["importance"] is None


def test_ways_of_answering_that_are_too_few_are_read_together() -> None:
    answers, frame = wave(6, answers=200)
    modes = counted(answers, frame)["modes"]
    assert sum(modes.values()) == 200
    assert all(number >= INSIDE for number in modes.values())


def numbers(found: Any, name: str) -> Iterator[Any]:
    """Every value under a name, wherever it is."""
    if isinstance(found, dict):
        for key, value in found.items():
            if key == name:
                yield value
            yield from numbers(value, name)
    elif isinstance(found, list):
        for value in found:
            yield from numbers(value, name)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from([INSIDE, PUBLIC]), st.integers(1, 250))
def test_an_attacker_isolates_nobody(seed: int, fewest: int, size: int) -> None:
    """With every group that is told of a question, no sum or difference speaks of fewer than ``fewest`` people."""
    answers, frame = wave(seed, answers=size, residences=1 + seed % 17)
    found = counted(answers, frame, fewest)
    assert all(value is None or value >= fewest for value in numbers(found, "answers"))
    agency = {home.residence: home.agency for home in frame.homes}
    policy = Policy(fewest=fewest, largest=1, together=None, closeness=None, zeros_speak=False)
    for key in KEYS:
        one = found["questions"].get(key)
        if not one or one["hidden"]:
            continue
        good = {"overall_mark": range(11)}.get(key, (*GOOD, *BAD))
        rows = [row for row, said in enumerate(answers.said) if said.get(key) in good]

        def group(name: str, members: list[int]) -> Group:
            return Group(name, {(row, (int(answers.residence[row]), str(answers.qpv[row]))): 1.0 for row in members})

        told = [group("all", rows)]
        told += [
            group(str(a["names"]), [r for r in rows if agency[int(answers.residence[r])] in a["names"]])
            for a in one["agencies"]
        ]
        told += [
            group(str(u["residences"]), [r for r in rows if answers.residence[r] in u["residences"]]) for u in one["residences"]
        ]
        assert not one["qpv"] or len(one["qpv"]) == 2
        told += [group(side["side"], [r for r in rows if answers.qpv[r] == side["side"]]) for side in one["qpv"]]
        assert [len(one_group.pieces) for one_group in told] == [
            one["satisfied"]["answers"],
            *[line["answers"] for line in (*one["agencies"], *one["residences"], *one["qpv"])],
        ]
        assert not isolates(told, policy)


def test_answers_that_no_longer_say_their_residence_are_read_together() -> None:
    homes = [
        Home(1, "Nord", 50, 0, 40),
        Home(2, "Nord", 10, 0, 8),
        Home(3, "Nord", 20, 5, 9, unknown=2),
        Home(4, "Sud", 30, 0, 9),
    ]
    where, kept = placed([(1, "Nord")] * 10 + [(None, "Nord")] * 5 + [(None, "")] * 5, homes)
    assert [(home.residences, home.agency, home.homes, home.inside, home.unknown) for home in kept] == [
        ((1,), "Nord", 50, 0, 0),
        ((4,), "", 30, 0, 0),
        ((2, 3), "Nord", 30, 5, 2),
    ]
    said = [{"overall_satisfaction": "very"}] * 20
    answers = Answers(said, where, np.full(20, "all"), np.full(20, ""), np.full(20, "web"))
    found = counted(answers, Frame(kept, {"all": 110}, 66))["questions"]["overall_satisfaction"]
    assert sorted((row["residences"], row["regime"]) for row in found["residences"]) == [
        ([1], "modelled"),
        ([2, 3], "grouped"),
        ([4], "modelled"),
    ]
    assert placed([(1, "Nord")], homes)[1] == tuple(homes)
