"""What a study shows, and what an attacker who counts by himself makes of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from palier.questionnaires.operations import bank
from palier.questionnaires.rules.form import Questionnaire, build
from palier.questionnaires.rules.reading import read
from palier.studies.rules.telling import messages, places, told
from palier.studies.statistics import ALL, Row, count, untold

TEXT = """\
code: little
title: Petite étude
audience: landlords
languages: [fr]
asked_of: les organismes.
serves: essayer.
minutes: 2
themes:
  - code: one
    title: Engagements
    questions:
      - {key: taken, kind: yes_no, text: "Un engagement ?"}
      - key: which
        kind: choices
        text: Lesquels ?
        when: {taken: ["yes"]}
        choices: {iso: ISO 9001, charter: Charte}
      - {key: share, kind: number, least: 0, most: 100, unit: "%", text: "Quelle part ?"}
"""
BIG = ("esh", 20_000)
SMALL = ("oph", 1_000)


@pytest.fixture
def form() -> Questionnaire:
    body, problems = read(TEXT, bank())
    assert not problems
    return build(body)


def rows(*members: tuple[tuple[str, int], dict[str, Any] | None]) -> list[Row]:
    return [Row(number, family, homes, said) for number, ((family, homes), said) in enumerate(members)]


def test_a_group_of_fewer_than_five_is_hidden_with_the_group_that_would_give_it_back(form: Questionnaire) -> None:
    said = {"taken": "yes", "share": 10}
    counted = count(form, rows(*[(SMALL, said)] * 4, *[(SMALL, said | {"taken": "no"})] * 4, *[(BIG, said)] * 3))
    assert counted["coverage"][ALL]["counted"] == 11
    assert counted["coverage"]["status:oph"]["counted"] is None
    assert counted["coverage"]["status:esh"]["counted"] is None
    assert list(counted["questions"]["taken"]["n"]) == [ALL]


def test_what_is_not_validated_is_invited_and_not_counted(form: Questionnaire) -> None:
    counted = count(form, rows(*[(SMALL, {"taken": "yes"})] * 6, *[(SMALL, None)] * 4))
    assert counted["coverage"][ALL] == {"invited": 10, "homes_invited": 10_000, "counted": 6, "homes_counted": 6_000}


def test_under_five_answers_nothing_is_shown(form: Questionnaire) -> None:
    counted = count(form, rows(*[(SMALL, {"taken": "yes", "share": 4})] * 4))
    assert counted["questions"]["taken"] == {"n": {}, "counts": {"yes": {}, "no": {}}}
    assert counted["questions"]["share"] == {"n": {}, "quartiles": {}, "means": {}}
    [theme] = told(form, counted, {ALL: "Ensemble"}, None)
    assert (theme.questions, len(theme.hidden)) == ((), 3)
    assert messages(form, counted) == {"one": ""}


def test_no_median_where_one_landlord_holds_more_than_two_fifths_of_the_dwellings(form: Questionnaire) -> None:
    answers = [{"share": n} for n in range(1, 9)]
    even = count(form, rows(*[(SMALL, said) for said in answers]))["questions"]["share"]
    assert even["quartiles"][ALL] == [3.0, 5.0, 6.0]
    assert even["means"][ALL] == 5
    heavy = rows(*[(("oph", 6_000 if n == 1 else 1_000), said) for n, said in enumerate(answers)])
    assert count(form, heavy)["questions"]["share"]["quartiles"] == {}


def test_a_median_is_rounded_so_that_it_is_not_the_exact_own_of_whoever_is_in_the_middle(form: Questionnaire) -> None:
    read_in_homes = replace(form.themes[0].questions[2], most=100_000, key="share")
    form = replace(form, themes=(replace(form.themes[0], questions=(read_in_homes,)),))
    found = count(form, rows(*[(SMALL, {"share": 7_001 + n}) for n in range(5)]))["questions"]["share"]
    assert found["quartiles"][ALL] == [7_000.0] * 3
    assert found["means"][ALL] == 7_000.0


def test_no_mean_that_one_landlord_makes(form: Questionnaire) -> None:
    shares = [90, 5, 5, 5, 5, 5]
    found = count(form, rows(*[(SMALL, {"share": n}) for n in shares]))["questions"]["share"]
    assert found["means"] == {}
    assert found["quartiles"][ALL] == [5.0, 5.0, 5.0]


def test_a_group_that_all_answers_yes_is_hidden_with_another_and_with_how_many_were_asked_next(form: Questionnaire) -> None:
    both = [(BIG, {"taken": "yes", "which": ["iso"]})] * 3 + [(BIG, {"taken": "yes", "which": ["charter"]})] * 3
    mixed = [(SMALL, {"taken": "yes", "which": ["iso"]})] * 3 + [(SMALL, {"taken": "no"})] * 3
    found = count(form, rows(*both, *mixed))["questions"]
    assert found["taken"]["counts"] == {"yes": {ALL: 9}, "no": {ALL: 3}}
    assert found["which"]["n"] == {ALL: 9}


def test_one_s_own_answers_and_place_are_told_to_oneself(form: Questionnaire) -> None:
    counted = count(form, rows(*[(SMALL, {"taken": "yes", "which": ["iso"], "share": n}) for n in range(10, 18)]))
    mine = {"taken": "yes", "which": ["iso"], "share": 17}
    [theme] = told(form, counted, {ALL: "Ensemble"}, mine)
    assert [(line.label, line.mine) for line in theme.questions[0].lines] == [("Oui", True), ("Non", False)]
    [place] = places(form, counted, mine, "size:small")
    assert (place.own, place.median, place.where) == ("17 %", "14 %", "dans le quart le plus haut")
    assert theme.questions[0].lines[0].cells == ("87 % ou plus",), "all of them, or all but one"
    assert "Un engagement : oui (87 % ou plus)." in messages(form, counted)["one"]


def test_one_or_none_and_all_or_all_but_one_are_told_alike_in_tables_and_messages(form: Questionnaire) -> None:
    def of(yes: int) -> tuple[object, ...]:
        no_one = [(SMALL, {"taken": "no"})] * (10 - yes)
        counted = count(form, rows(*[(SMALL, {"taken": "yes", "which": ["iso"]})] * yes, *no_one))
        [theme] = told(form, counted, {ALL: "Ensemble"}, None)
        return theme.questions[0].lines, messages(form, counted)

    assert of(10)[0] == of(9)[0]
    assert of(1) == of(0)
    assert "oui (80 %)" in str(of(8))
    assert "iso" not in str(of(1)[1]), "no message of a single landlord"


def test_a_family_hidden_in_the_coverage_is_hidden_in_the_question_of_families_and_in_its_message() -> None:
    status = "{key: landlord_status, kind: choice, text: Quel statut ?, choices: {esh: ESH, oph: OPH}}"
    asked = TEXT.split("      - key: which", maxsplit=1)[0].replace(
        '{key: taken, kind: yes_no, text: "Un engagement ?"}', status
    )
    body, problems = read(asked, bank())
    assert not problems
    form = build(body)
    members = [(BIG, {"landlord_status": "esh"})] * 7 + [(SMALL, {"landlord_status": "oph"})] * 3
    counted = count(form, rows(*members))
    assert counted["coverage"]["status:oph"]["counted"] is None
    [theme] = told(form, counted, {ALL: "Ensemble"}, None)
    [question] = theme.questions
    assert {line.cells for line in question.lines} == {("masqué",)}
    assert messages(form, counted) == {"one": ""}


def test_an_attacker_who_tries_every_couple_of_counts_learns_nobody_s_answer() -> None:
    chance, hidden = Random(7), 0
    for _ in range(50):
        families, sizes = ("a", "b", "c")[: chance.randint(2, 3)], ("s", "l")
        groups: dict[str, set[int]] = defaultdict(set)
        for who in range(chance.randint(8, 12)):
            for name in (ALL, f"status:{chance.choice(families)}", f"size:{chance.choice(sizes)}"):
                groups[name].add(who)
        ticked = {who for who in groups[ALL] if chance.random() < chance.choice((0.1, 0.5, 0.9))}
        kept = untold(groups, ticked)
        hidden += len(kept) < len(groups)
        if not 0 < len(ticked) < len(groups[ALL]):
            continue
        bundles: dict[tuple[str, ...], int] = defaultdict(int)
        for who in groups[ALL]:
            bundles[tuple(name for name in kept if who in groups[name])] += 1
        possible = [
            guess
            for guess in product(*(range(size + 1) for size in bundles.values()))
            if all(
                sum(n for n, where in zip(guess, bundles, strict=True) if name in where) == len(groups[name] & ticked)
                for name in kept
            )
        ]
        for place, size in enumerate(bundles.values()):
            thought = {guess[place] for guess in possible}
            assert thought != {0}
            assert thought != {size}
    assert hidden > 5
