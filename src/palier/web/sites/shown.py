"""Scores and alerts in words and drawings: what is said of a residence, and what is not known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from palier.calendar import in_words, month_and_year
from palier.sites.models import ScoreRun, SiteAlert, SiteScore
from palier.sites.rules import AlertState, Level, concluded
from palier.sites.scoring.method import versions
from palier.sources.rules.indicators import INDICATORS, Indicator
from palier.sources.rules.vocabulary import Kind, Source
from palier.web.ui.templatetags.palier import number

MOST_SHOWN = 6


def points(value: float) -> str:
    """« 3,0 »."""
    return number(value, 1)


def in_unit(indicator: Indicator, value: float) -> str:
    """« 5,8 pour 100 logements et par an », « classe 2 sur 5 »."""
    said = number(value, 0 if value >= 100 or value == int(value) else 1)
    if indicator.kind is Kind.LEVEL:
        return f"{indicator.unit.split()[0]} {said} sur {indicator.most}"
    return f"{said} {indicator.unit}"


@dataclass(frozen=True, slots=True)
class Factor:
    """One line of « D’où viennent les points »: as ``<c-factors>`` draws it."""

    name: str
    note: str
    value: str
    share: float | None


class Shown:
    """The score of one residence, as its page says it."""

    def __init__(self, score: SiteScore, run: ScoreRun, alerts: Sequence[SiteAlert] = ()) -> None:
        self.score, self.run = score, run
        self.cautious = Level(score.cautious) if score.cautious else None
        self.favourable = Level(score.favourable) if score.favourable else None
        self.apart = self.cautious is not None and self.cautious is not self.favourable
        self.since = {alert.indicator: alert.since for alert in alerts}
        self.known = [part for part in score.parts if part[0] in INDICATORS]
        self.coverage, self.partial = round(score.coverage * 100), score.coverage < 1

    @property
    def points(self) -> str:
        """The points out of ten, or nothing."""
        return points(self.score.points) if self.score.points is not None else ""

    @property
    def method(self) -> str:
        """« méthode « Croisement des sources » du 1er janvier 2026 »."""
        one = versions()[self.run.method]
        return f"méthode « {one.title} » du {in_words(one.since)}"

    @property
    def sentence(self) -> str:
        """What drives the score: « « Occupations de hall » apporte 3,0 des 5,1 points, et monte depuis mars 2026. »."""
        if self.score.points is None or not self.known or self.known[0][1] < 0.05:
            return ""
        key, mine, _ = self.known[0]
        since = f", et monte depuis {month_and_year(self.since[key])}" if key in self.since else ""
        return f"« {INDICATORS[key].label} » apporte le plus : {points(mine)} des {self.points} points{since}."

    @property
    def factors(self) -> list[Factor]:
        """The heaviest lines, largest first."""
        heaviest = [part for part in self.known if part[1] >= 0.05][:MOST_SHOWN]
        largest = max((part[1] for part in heaviest), default=1.0) or 1.0
        return [
            Factor(INDICATORS[key].label, self._note(key, value), points(mine), round(100 * mine / largest, 1))
            for key, mine, value in heaviest
        ]

    def _note(self, key: str, value: float) -> str:
        said = in_unit(INDICATORS[key], value)
        return f"{said}, en hausse depuis {month_and_year(self.since[key])}" if key in self.since else said

    @property
    def rest(self) -> str:
        """What the lines that are not shown bring together."""
        left = [part[1] for part in self.known if part[1] < 0.05] + [p[1] for p in self.known if p[1] >= 0.05][MOST_SHOWN:]
        return f"{points(sum(left))}" if sum(left) >= 0.05 else ""

    @property
    def missing(self) -> list[dict[str, str]]:
        """The sources that say nothing of the residence, and those that are too old, with their remedy."""
        seen = {INDICATORS[part[0]].source for part in self.known}
        old = {INDICATORS[key].source for key in self.score.stale if key in INDICATORS} - seen
        return [
            {"source": source.label, "kind": "Ancienne" if source in old else "Absente", "bring": source.bring}
            for source in Source
            if source not in seen
        ]

    @property
    def rank_sentence(self) -> str:
        """« Rang 6, entre 4 et 11 sur 196. »."""
        one = self.score
        if one.rank is None:
            return ""
        between = f", entre {one.rank_low} et {one.rank_high}," if one.rank_low != one.rank_high else ""
        return f"Rang {one.rank}{between} sur {number(self.run.ranked)}"


class AlertShown:
    """One alert in words."""

    def __init__(self, alert: SiteAlert) -> None:
        self.alert = alert
        self.label = INDICATORS[alert.indicator].label if alert.indicator in INDICATORS else alert.indicator
        self.moved = f"De {number(alert.before, 1)} à {number(alert.after, 1)} par mois"
        self.since = month_and_year(alert.since)
        self.at_least = f"au moins {number(alert.at_least, 1)} fois plus qu’avant" if alert.at_least > 1.05 else ""

    @property
    def answer(self) -> str:
        """What was answered, or what the diagnosis led to."""
        state = AlertState(self.alert.state)
        return concluded(state, diagnosed=self.alert.diagnosis_id is not None) or state.label

    @property
    def sure(self) -> str:
        """How sure: the share of false alarms among alerts at least as sure as this one."""
        q = self.alert.q
        if q < 0.001:
            return "Très sûre : moins d’une fausse alerte sur 1 000"
        if q <= 0.01:
            return "Sûre : moins d’une fausse alerte sur 100"
        if q <= 0.05:
            return "Assez sûre : moins d’une fausse alerte sur 20"
        return "Le mouvement faiblit"


_FACTORS = {
    "normalisation": "La façon de mettre les indicateurs à la même échelle",
    "aggregation": "La façon de les additionner",
    "dropped": "L’indicateur laissé de côté",
    "missing": "Ce que diraient les sources absentes",
}


def factor_label(factor: str, families: dict[str, str]) -> str:
    """What one choice of the sensitivity analysis is, in French."""
    if factor.startswith("weight:"):
        return f"Le poids de « {families[factor.removeprefix('weight:')]} », à 25 % près"
    return _FACTORS[factor]


def gap(run: ScoreRun | None, row: Any) -> dict[str, Any] | None:
    """What the list says of a residence: its class under both readings, its points, its rank."""
    if run is None or not row.score_cautious:
        return None
    cautious, favourable = Level(row.score_cautious), Level(row.score_favourable)
    return {
        "cautious": cautious,
        "favourable": favourable,
        "apart": cautious is not favourable,
        "points": points(row.score_points),
        "rank": row.score_rank,
        "low": row.score_low,
        "high": row.score_high,
    }
