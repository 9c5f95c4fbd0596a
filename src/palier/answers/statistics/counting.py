"""The figures of a wave, counted once: overall, by theme, by agency, by residence, with what must be known to read them.

The result is plain JSON, which pages, reports and files only lay out. Nothing under ``fewest`` answers is in it, nor anything
that differences would give back (``rules.units``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf
from typing import Any

import numpy as np

from palier.answers.rules.units import Place, Unit, agencies_shown, split_allowed, together, units_shown
from palier.answers.statistics.columns import Answers, Frame, Held, Ints, Told, by_theme, several, told
from palier.estimates.designs import Floats, Sample, drawn, kish, mean, proportion
from palier.estimates.importance import MOST_THEMES, importance
from palier.estimates.proportions import Z95, Share
from palier.estimates.raking import Margin, Raking, rake
from palier.estimates.shrinkage import by_residence
from palier.questionnaires.rules.form import Kind, Question, Questionnaire
from palier.verdict import Refusal

Json = dict[str, Any]
BOUNDS = (0.25, 4.0)
"""How far a weight may move from the one of the draw: beyond, a few people would speak for many."""
OVERALL = "overall_satisfaction"
"""The question that a wave is summed up by."""
ALL_ALIKE = {OVERALL, "overall_mark", "recommendation", "value_for_money", "evolution"}
"""The questions that ask of the landlord as a whole: they explain one another, and no theme."""
MOST_MISSING = 0.2
"""The share of missing answers from which a theme is not weighed."""


class Weighted:
    """The answers of a wave under their weights, and how these were made. Both sides of a wave are counted from one."""

    def __init__(self, form: Questionnaire, answers: Answers, frame: Frame) -> None:
        self.answers, self.frame = answers, frame
        self.told = [found for question in form.questions if (found := told(question, answers))]
        self.several = [(question, taken) for question in form.questions if (taken := several(question, answers))]
        self._shares: dict[tuple[str, ...], Share | None] = {}
        self.index = {home.residence: place for place, home in enumerate(frame.homes)}
        self.where = np.array([self.index[residence] for residence in answers.residence.tolist()], dtype=int)
        self.agency = np.array([home.agency for home in frame.homes])[self.where]
        self.sides = {side: answers.qpv == side for side in ("inside", "outside")}
        self.raking: Raking | None = None
        self.reasons: list[str] = []
        self.sample = _sample(answers, frame)
        # As many margins as can be reached together, and why the others were left out.
        kept_margins: list[Margin] = []
        for margin in _margins(self):
            try:
                self.raking = rake(self.sample if not self.raking else _sample(answers, frame), [*kept_margins, margin], BOUNDS)
                kept_margins.append(margin)
            except Refusal as refused:
                self.reasons.append(refused.verdict.sentence)
        if self.raking:
            self.sample = self.raking.sample
        self.importance = _importance(form, self.told, self.sample.weights)

    def share(self, name: tuple[str, ...], yes: Floats, within: Held | None = None) -> Share | None:
        """The share of everybody, or of a part. ``name`` says of what, and of which part: each is worked out once."""
        if name not in self._shares:
            self._shares[name] = proportion(self.sample, yes, within)
        return self._shares[name]

    def members(self, place: Place) -> tuple[int, ...]:
        """The residences that a place stands for."""
        return self.frame.homes[self.index[place.residence]].residences

    def tally(self, held: Held) -> Ints:
        """How many of the rows held are in each residence."""
        return np.bincount(self.where[held], minlength=len(self.frame.homes))

    def method(self, fewest: int) -> Json:
        """What the note of method says of the weights."""
        raking = self.raking
        return {
            "weighted": raking is not None,
            "refused": self.reasons,
            "bounds": list(BOUNDS),
            "margins": [
                {
                    "margin": line.margin,
                    "label": str(line.label),
                    "answers": line.answers,
                    "raw": round(line.raw, 6),
                    "known": round(line.known, 6),
                    "weighted": round(line.weighted, 6),
                }
                for line in (raking.categories if raking else ())
                if line.answers >= fewest
            ],
            "smallest": round(raking.smallest, 4) if raking else 1.0,
            "largest": round(raking.largest, 4) if raking else 1.0,
            "worth": round(raking.worth, 1) if raking else round(kish(self.sample.weights), 1),
        }


def count(
    form: Questionnaire,
    answers: Answers,
    frame: Frame,
    *,
    fewest: int,
    commitments: Mapping[str, float],
    weighted: Weighted | None = None,
) -> Json:
    """Every figure of a wave. ``commitments`` are what the landlord committed itself to, by question (0.65 for 65 %).

    ``weighted`` are the same answers under their weights, when another side was counted from them.
    """
    base: Json = {
        "answers": len(answers),
        "invited": frame.invited,
        "households": frame.households,
        "fewest": fewest,
        "commitments": dict(commitments),
    }
    if len(answers) < fewest:
        return base | {"answers": None, "hidden": True, "questions": {}}
    wave = weighted or Weighted(form, answers, frame)
    questions: Json = {one.question.key: _question(wave, one, fewest, commitments.get(one.question.key)) for one in wave.told}
    questions |= {question.key: _several(wave, question, *taken, fewest) for question, taken in wave.several}
    questions |= {one.key: _number(wave, one, fewest) for one in form.questions if one.kind is Kind.NUMBER}
    return base | {
        "hidden": False,
        "modes": _modes(answers, fewest),
        "method": wave.method(fewest),
        "questions": questions,
        "importance": wave.importance,
    }


def kept(share: Share | None, **more: Any) -> list[Json]:
    """A share as plain JSON, or nothing; an endless size (everybody answered) is None."""
    if share is None:
        return []
    return [
        {
            "value": round(share.value, 6),
            "low": round(share.low, 6),
            "high": round(share.high, 6),
            "answers": share.answers,
            "size": None if isinf(share.size) else round(share.size, 3),
            "effect": round(share.effect, 4),
            **more,
        }
    ]


def _sample(answers: Answers, frame: Frame) -> Sample:
    """The draw: each answer stands for as many households of its stratum."""
    labels, counts = np.unique(answers.stratum, return_counts=True)
    people = {
        label: max(frame.strata.get(label, 0), number) for label, number in zip(labels.tolist(), counts.tolist(), strict=True)
    }
    return drawn(answers.stratum, people)


def _margins(wave: Weighted) -> list[Margin]:
    """What is known of everybody and of each answer: its agency, inside a priority district or not."""
    margins = []
    known: dict[str, float] = {}
    for home in wave.frame.homes:
        known[home.agency] = known.get(home.agency, 0) + home.homes
    if len(known) > 1:
        margins.append(Margin("agence", wave.agency, known))
    inside = float(sum(home.inside for home in wave.frame.homes))
    outside = sum(known.values()) - inside
    if not inside or not outside:
        return margins
    if any(home.unknown for home in wave.frame.homes):
        wave.reasons.append(
            "On ne sait pas de certains ménages s’ils sont en quartier prioritaire : pour la prochaine vague, dites-le dans le "
            "fichier des locataires, ou situez leurs résidences."
        )
    elif sum(held.sum() for held in wave.sides.values()) == len(wave.answers):
        margins.append(Margin("quartier prioritaire", wave.answers.qpv, {"inside": inside, "outside": outside}))
    else:
        wave.reasons.append("Certaines réponses ne disent pas si elles viennent d’un quartier prioritaire.")
    return margins


def _question(wave: Weighted, one: Told, fewest: int, commitment: float | None) -> Json:
    answered, key = one.answered, one.question.key
    if int(answered.sum()) < fewest:
        return {"answers": None, "hidden": True}
    weights = wave.sample.weights[answered]
    spread = np.bincount(one.chosen[answered], weights=weights, minlength=len(one.codes)) / weights.sum()
    body: Json = {
        "answers": int(answered.sum()),
        "hidden": False,
        "escaped": {code: number for code, number in one.escaped.items() if number >= fewest},
        "distribution": {code: round(float(share), 6) for code, share in zip(one.codes, spread, strict=True)},
    }
    if one.question.kind is Kind.SCORE:
        body["mean"] = round(float(weights @ one.chosen[answered] / weights.sum()), 4)
    if not one.rated:
        return body
    rated = ~np.isnan(one.satisfied)
    places = [
        Place(home.residence, home.agency, max(home.homes, number), max(home.invited, number), number)
        for home, number in zip(wave.frame.homes, wave.tally(rated).tolist(), strict=True)
    ]
    units = units_shown(places, fewest)
    return body | {
        "satisfied": kept(
            wave.share((key,), one.satisfied), raw=round(float(one.satisfied[rated].mean()), 6), regime="measured"
        )[0],
        "agencies": [line for group in agencies_shown(places, fewest) for line in _agency(wave, one, group, places)],
        "residences": _residences(wave, one, units, commitment),
        "qpv": _qpv(wave, one, units, fewest),
    }


def _agency(wave: Weighted, one: Told, group: tuple[str, ...], places: Sequence[Place]) -> list[Json]:
    return kept(
        wave.share((one.question.key, "agency", *sorted(group)), one.satisfied, np.isin(wave.agency, group)),
        names=sorted(group),
        invited=sum(place.invited for place in places if place.agency in group),
        regime="measured" if len(group) == 1 else "grouped",
    )


def _residences(wave: Weighted, one: Told, units: Sequence[Unit], commitment: float | None) -> list[Json]:
    yes = np.bincount(wave.where, weights=np.nan_to_num(one.satisfied), minlength=len(wave.frame.homes))
    satisfied = [sum(yes[wave.index[place.residence]] for place in unit.places) for unit in units]
    found = by_residence(
        satisfied,
        [unit.answers for unit in units],
        ["\x00".join(unit.agency) for unit in units],
        [unit.homes for unit in units],
        [sum(len(wave.members(place)) for place in unit.places) > 1 for unit in units],
        commitment=commitment or 0.5,
    )
    return [
        {
            "residences": [one for place in unit.places for one in wave.members(place)],
            "agency": " et ".join(sorted(unit.agency)),
            "value": round(float(found.values[row]), 6),
            "low": round(float(found.low[row]), 6),
            "high": round(float(found.high[row]), 6),
            "under": None if commitment is None else round(float(found.under[row]), 4),
            "satisfied": int(satisfied[row]),
            "answers": unit.answers,
            "invited": unit.invited,
            "homes": unit.homes,
            "regime": found.regimes[row].value,
        }
        for row, unit in enumerate(units)
    ]


def _qpv(wave: Weighted, one: Told, units: Sequence[Unit], fewest: int) -> list[Json]:
    """Inside and outside the priority districts, unless what residences tell would give back too few of either.

    How many were invited of each is not known while some answers do not say their side.
    """
    rated = ~np.isnan(one.satisfied)
    sides = {side: rated & held for side, held in wave.sides.items()}
    sides["unknown"] = rated & ~sides["inside"] & ~sides["outside"]
    sizes = {side: int(held.sum()) for side, held in sides.items()}
    if min(sizes["inside"], sizes["outside"]) < fewest or 0 < sizes["unknown"] < fewest:
        return []
    tallies = {side: wave.tally(held) for side, held in sides.items()}
    rows = [[wave.index[place.residence] for place in unit.places] for unit in units]
    if not split_allowed([{side: int(tally[row].sum()) for side, tally in tallies.items()} for row in rows], fewest):
        return []
    return [
        line
        for side, held in wave.sides.items()
        for line in kept(
            wave.share((one.question.key, "side", side), one.satisfied, held),
            side=side,
            invited=0 if sizes["unknown"] else wave.frame.sides.get(side),
            regime="measured",
        )
    ]


def _several(wave: Weighted, question: Question, answered: Held, taken: Floats, fewest: int) -> Json:
    if int(answered.sum()) < fewest:
        return {"answers": None, "hidden": True}
    choices = {
        choice.code: kept(wave.share((question.key, "choice", choice.code), np.where(answered, taken[:, place], np.nan)))[0]
        for place, choice in enumerate(question.choices)
    }
    return {"answers": int(answered.sum()), "hidden": False, "choices": choices}


def _number(wave: Weighted, question: Question, fewest: int) -> Json:
    given = [said.get(question.key) for said in wave.answers.said]
    found = mean(wave.sample, [value if isinstance(value, int) else np.nan for value in given])
    if found is None or found.answers < fewest:
        return {"answers": None, "hidden": True}
    bounds = {"mean": 0.0, "low": -Z95, "high": Z95}
    return {"answers": found.answers, "hidden": False} | {
        name: round(found.value + away * found.error, 4) for name, away in bounds.items()
    }


def _modes(answers: Answers, fewest: int) -> dict[str, int]:
    """How many answered in each way; those whose way was not kept, or is too rare, are read together, under ``other``."""
    names, counts = np.unique(answers.mode, return_counts=True)
    every = {name or "other": number for name, number in zip(names.tolist(), counts.tolist(), strict=True)}
    groups = together(every, fewest)
    return {group[0] if len(group) == 1 else "other": sum(every[name] for name in group) for group in groups}


def _importance(form: Questionnaire, every: Sequence[Told], weights: Floats) -> Json | None:
    """How much each theme weighs in the overall opinion, beside its satisfaction; the overall opinions left out."""
    overall = next((one for one in every if one.question.key == OVERALL and one.rated), None)
    if overall is None:
        return None
    names, columns = by_theme(form, every, ALL_ALIKE)
    if not names:
        return None
    # A theme that few were asked about (recent works, a request) would leave most rows incomplete.
    missing = np.isnan(columns).mean(axis=0)
    wide = [place for place in range(len(names)) if missing[place] < MOST_MISSING][:MOST_THEMES]
    degrees = np.where(overall.answered, -overall.chosen.astype(float), np.nan)
    found = importance(columns[:, wide], degrees, weights) if len(wide) > 1 else None
    if found is None:
        return None
    means = [
        np.average(column[told_of], weights=weights[told_of])
        for column in columns[:, wide].T
        for told_of in [~np.isnan(column)]
    ]
    return {
        "answers": found.answers,
        "explained": round(found.whole, 4),
        "themes": [
            {"theme": names[place], "share": round(float(share), 4), "satisfied": round(float(mean), 4)}
            for place, share, mean in zip(wide, found.shares, means, strict=True)
        ],
    }
