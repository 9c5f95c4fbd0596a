"""The two counters: the same answer on every scene, and every written rule met."""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from palier.committee.rules.scenes import Cast, as_record, count, may_write, parse_scene, roll_of
from palier.committee.rules.tally import Choice, voters
from tests.committee import scenes

SCENES = 20_000


def drawn(rng: random.Random) -> tuple[dict[str, Any], dict[str, Any], Counter[str]]:
    """A scene, the first counter's answer, and the rules it met."""
    data = scenes.draw(rng)
    scene = parse_scene(data)
    roll = roll_of(scene)
    if scene.written:
        hushed = set() if scene.terms.vice_votes else {bench.seat for bench in scene.seats if bench.office}
        able = {b.seat: sorted(may_write(b, scene.recused)) for b in scene.seats if b.voting and b.seat not in hushed}
    else:
        able = {seat: [roll.seats[seat].person] for seat in voters(scene.terms, roll)}
    able = {seat: people for seat, people in able.items() if people}
    scenes.vote(rng, data, able)
    scene = replace(scene, ballots=tuple(Cast(seat, person, Choice(choice)) for seat, person, choice in data["ballots"]))
    found = count(scene)
    answer = {
        "result": found.result.value,
        "for": found.voices_for,
        "against": found.voices_against,
        "abstentions": found.abstentions,
        "needed": found.needed,
        "casting": found.by_casting_vote,
    }
    return data, answer, scenes.met(data, roll_of(scene) if scene.written else roll, answer, len(able))


def second(batch: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The second counter's answers, in order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT committee_second_count(scene) FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS x(scene, n) ORDER BY n",
            [json.dumps(batch)],
        )
        return [json.loads(answer) if isinstance(answer, str) else answer for (answer,) in cursor.fetchall()]


@pytest.mark.django_db
def test_the_two_counters_agree_on_every_scene_and_every_rule_is_met() -> None:
    rng = random.Random(20_260)
    rules: Counter[str] = Counter()
    for _ in range(SCENES // 500):
        found = [drawn(rng) for _ in range(500)]
        answers = second([data for data, _, _ in found])
        for (data, answer, met), again in zip(found, answers, strict=True):
            assert answer == again, json.dumps(data)
            rules += met
    assert min(rules.values()) >= SCENES // 1000, rules.most_common()[-3:]
    assert len(rules) == 33, sorted(rules)


def test_a_scene_is_read_back_as_it_was_written() -> None:
    rng = random.Random(7)
    for _ in range(200):
        data, _, _ = drawn(rng)
        assert as_record(parse_scene(data), data["terms"]) == data | {"recused": sorted(data["recused"])}
