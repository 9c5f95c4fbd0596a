"""A small questionnaire, and waves of answers drawn at random, the same for a same number."""

from __future__ import annotations

from typing import Any

import numpy as np

from palier.answers.statistics.columns import Answers, Frame, Home
from palier.questionnaires.rules.form import Audience, Choice, Escape, Kind, Pace, Question, Questionnaire, Theme

SCALE = (
    ("very", "Très satisfait", True),
    ("rather", "Plutôt satisfait", True),
    ("rather_not", "Plutôt pas satisfait", False),
    ("not", "Pas du tout satisfait", False),
)


def question(key: str, kind: Kind = Kind.SCALE, choices: Any = SCALE, escapes: tuple[Escape, ...] = ()) -> Question:
    listed = tuple(Choice(code, {"fr": label}, good) for code, label, good in choices) if kind.listed else ()
    return Question(key, 1, kind, {"fr": f"Question {key}"}, {}, listed, escapes, required=False, when=())


def theme(code: str, *questions: Question) -> Theme:
    return Theme(code, 1, {"fr": f"Thème {code}"}, {}, questions)


FORM = Questionnaire(
    "triennial",
    "Enquête triennale",
    Audience.TENANTS,
    {"fr": "tous"},
    {"fr": "savoir"},
    5,
    Pace.THEME,
    ("fr",),
    (
        theme("overall", question("overall_satisfaction"), question("overall_mark", Kind.SCORE)),
        theme("residence", question("cleanliness"), question("lift", escapes=(Escape.NOT_CONCERNED,))),
        theme("home", question("heating")),
        theme(
            "requests",
            question("asked", Kind.CHOICES, (("gas", "Gaz", None), ("water", "Eau", None))),
            question("more", Kind.TEXT),
        ),
    ),
)
GOOD = ("very", "rather")
BAD = ("rather_not", "not")


def wave(
    seed: int, *, residences: int = 12, answers: int = 200, agencies: str = "NSE", most_homes: int = 80
) -> tuple[Answers, Frame]:
    """Residences of several agencies, some in a priority district and one in both; who answered, and what."""
    chance = np.random.default_rng(seed)
    names = chance.choice(list(agencies), residences)
    homes = chance.integers(4, most_homes, residences)
    inside = chance.random(residences) < 0.4
    rows = np.sort(chance.choice(residences, answers, p=homes / homes.sum()))
    counts = np.bincount(rows, minlength=residences)
    homes = np.maximum(homes, counts)
    sides = np.where(inside[rows], "inside", "outside")
    mixed = rows == 0
    sides[mixed] = chance.choice(["inside", "outside"], mixed.sum())
    if seed % 3 == 0:
        sides[chance.random(answers) < 0.1] = ""
    happy = chance.beta(9, 3, residences)[rows]
    said = []
    for share in happy:
        pleased = chance.random(4) < share
        one: dict[str, Any] = {"overall_satisfaction": str(chance.choice(GOOD if pleased[0] else BAD))}
        one["overall_mark"] = int(chance.integers(7, 11) if pleased[0] else chance.integers(0, 7))
        one["cleanliness"] = str(chance.choice(GOOD if pleased[1] else BAD))
        one["lift"] = "not_concerned" if chance.random() < 0.5 else str(chance.choice(GOOD if pleased[2] else BAD))
        if chance.random() < 0.9:
            one["heating"] = str(chance.choice(GOOD if pleased[3] else BAD))
        if chance.random() < 0.3:
            one["asked"] = ["gas"] if chance.random() < 0.5 else ["gas", "water"]
        said.append(one)
    every = Answers(
        said, rows + 1, np.full(answers, "all"), sides, chance.choice(["web", "phone", "paper"], answers, p=[0.7, 0.28, 0.02])
    )
    place = [
        Home(
            index + 1,
            str(names[index]),
            int(homes[index]),
            int(homes[index] * inside[index]),
            int(max(counts[index], homes[index] // 2)),
        )
        for index in range(residences)
    ]
    return every, Frame(tuple(place), {"all": int(homes.sum())}, sum(home.invited for home in place))
