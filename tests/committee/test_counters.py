"""The two counters: the same answer on every scene, and every written rule met."""

from __future__ import annotations

import json
import random
from collections import Counter

import pytest

from palier.committee.rules.scenes import as_record, parse_scene
from tests.committee import scenes

SCENES = 20_000


@pytest.mark.django_db
def test_the_two_counters_agree_on_every_scene_and_every_rule_is_met() -> None:
    rng = random.Random(20_260)
    rules: Counter[str] = Counter()
    for _ in range(SCENES // 500):
        found = [scenes.drawn(rng) for _ in range(500)]
        answers = scenes.second([data for data, _, _ in found])
        for (data, answer, met), again in zip(found, answers, strict=True):
            assert answer == again, json.dumps(data)
            rules += met
    assert min(rules.values()) >= SCENES // 1000, rules.most_common()[-3:]
    assert len(rules) == 38, sorted(rules)


def test_a_scene_is_read_back_as_it_was_written() -> None:
    rng = random.Random(7)
    for _ in range(200):
        data, _, _ = scenes.drawn(rng)
        assert as_record(parse_scene(data), data["terms"]) == data | {"recused": sorted(data["recused"])}
