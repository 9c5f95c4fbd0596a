"""The method that makes the scores, as dated data (``sites/methods/*.yaml``): weights, levels and thresholds by indicator.

A version never changes and a score keeps the name of the version that made it, so that it can be made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from palier.sites.scoring.classes import Thresholds
from palier.sites.scoring.composite import Aggregation, Criterion, Method, Normalisation

FOLDER = Path(__file__).resolve().parent.parent / "methods"
PROFILES = 3
"""Medium, important, extreme."""


@dataclass(frozen=True, slots=True)
class Weighing:
    """How one indicator counts, all values in its own unit."""

    key: str
    family: str
    weight: float
    ordinary: float
    """Nothing to report: no point."""
    profiles: tuple[float, ...]
    """Beyond which it speaks for a medium, an important, an extreme situation; the last one gives all the points."""
    q: float
    p: float
    v: float
    """Infinite for no veto."""

    @property
    def worse_when_high(self) -> bool:
        """Whether more of it is worse."""
        return self.profiles[-1] > self.ordinary

    @property
    def criterion(self) -> Criterion:
        """The column of the composite score."""
        return Criterion(self.key, self.family, self.worse_when_high, self.weight, (self.ordinary, self.profiles[-1]))


@dataclass(frozen=True)
class ScoringMethod:
    """One version: which indicators count, for how much, and what makes a class."""

    version: str
    """The name of its file: its code and its first day."""
    title: str
    since: date
    method: Method
    cut: float
    coverage: float
    weighings: tuple[Weighing, ...]

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Its indicators, in the order of the columns."""
        return tuple(one.key for one in self.weighings)

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """The columns of the composite score."""
        return tuple(one.criterion for one in self.weighings)

    @cached_property
    def thresholds(self) -> Thresholds:
        """What the classes are made of."""
        every = self.weighings
        return Thresholds(
            profiles=np.array([[one.profiles[rank] for one in every] for rank in range(PROFILES)]),
            ordinary=np.array([one.ordinary for one in every]),
            indifference=np.array([one.q for one in every]),
            preference=np.array([one.p for one in every]),
            veto=np.array([one.v for one in every]),
            weights=np.array([one.weight for one in every]),
            worse_when_high=np.array([one.worse_when_high for one in every]),
            cut=self.cut,
            coverage=self.coverage,
        )


@cache
def versions(folder: Path = FOLDER) -> Mapping[str, ScoringMethod]:
    """Every version by its name, the oldest first."""
    found = [read(path) for path in folder.glob("*.yaml")]
    return {one.version: one for one in sorted(found, key=lambda one: (one.since, one.version))}


def in_force(on: date, folder: Path = FOLDER) -> ScoringMethod:
    """The latest version on a day; the first one before any."""
    every = list(versions(folder).values())
    return next((one for one in reversed(every) if one.since <= on), every[0])


def read(path: Path) -> ScoringMethod:
    """One version from its file.

    Raises:
        ValueError: with the indicator and what is wrong with it.
    """
    given: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    name = f"{given['code']}-{given['since']:%Y-%m-%d}"
    if path.stem != name:
        raise ValueError(f"{path.name}: a version is named by its code and its first day, {name}.yaml")
    return ScoringMethod(
        version=name,
        title=given["title"],
        since=given["since"],
        method=Method(Normalisation(given["normalisation"]), Aggregation(given["aggregation"]), scale=float(given["scale"])),
        cut=float(given["cut"]),
        coverage=float(given["coverage"]),
        weighings=tuple(_weighing(key, one) for key, one in given["indicators"].items()),
    )


def _weighing(key: str, given: Mapping[str, Any]) -> Weighing:
    ordinary, *profiles = (float(level) for level in given["levels"])
    found = Weighing(
        key=key,
        family=given["family"],
        weight=float(given["weight"]),
        ordinary=ordinary,
        profiles=tuple(profiles),
        q=float(given["q"]),
        p=float(given["p"]),
        v=float(given.get("v", "inf")),
    )
    if len(profiles) != PROFILES or not _monotone([ordinary, *profiles]):
        raise ValueError(f"{key}: four levels, each worse than the one before")
    if found.weight <= 0:
        raise ValueError(f"{key}: a weight is above zero; leave the indicator out otherwise")
    if not 0 <= found.q <= found.p <= found.v:
        raise ValueError(f"{key}: q, p and v grow")
    return found


def _monotone(levels: Sequence[float]) -> bool:
    gaps = np.diff(levels)
    return bool((gaps > 0).all() or (gaps < 0).all())
