"""Weights brought to known margins (raking), which say what they did, or why they refuse.

The people who answered are not those who live there: weights are moved as little as can be so that each margin (agency, type
of home, priority district or not…) adds up to its known total. Deming, W. E. and Stephan, F. F. (1940) did it by turns;
here it is the same solution found at once, as a calibration under the exponential distance, or under the bounded one (logit)
where ratios must stay within bounds (Deville, J.-C., Särndal, C.-E. and Sautory, O. (1993), Generalized raking procedures in
survey sampling, JASA 88, cases 2 and 4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from palier.estimates.designs import Floats, Labels, Sample, kish
from palier.verdict import Refusal, Verdict, no

_TURNS = 50
_CLOSE = 1e-12


@dataclass(frozen=True, slots=True)
class Margin:
    """What one knows of everybody: of which kind each respondent is, and how many people each kind holds."""

    name: str
    labels: Labels
    population: Mapping[Any, float]


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of a margin, before and after: shares of the answers, of the weights of the draw, of everybody."""

    margin: str
    label: Any
    answers: int
    raw: float
    drawn: float
    known: float
    weighted: float


@dataclass(frozen=True, slots=True)
class Raking:
    """Weights brought to the margins, and what one must know to judge them.

    ``smallest`` and ``largest`` are the ratios of the weights after and before, each put on its mean; ``bounds`` what was
    asked of them. ``worth`` is how many equal weights these are worth (Kish), ``effect`` what the moving alone costs.
    """

    sample: Sample
    categories: tuple[Category, ...]
    smallest: float
    largest: float
    bounds: tuple[float, float] | None
    worth: float
    turns: int

    @property
    def effect(self) -> float:
        """The design effect of unequal weights: answers over what they are worth."""
        return len(self.sample) / self.worth


def rake(sample: Sample, margins: Sequence[Margin], bounds: tuple[float, float] | None = None) -> Raking:
    """The sample under weights that add up to each margin.

    Raises:
        Refusal: when a margin has a kind without answers, answers of an unknown kind, margins that do not agree on how many
            people there are, or when no weights within the bounds reach them.
    """
    verdict = reachable(margins)
    if not verdict:
        raise Refusal(verdict)
    return _calibrated(sample, margins, bounds)


def post_stratify(sample: Sample, margin: Margin) -> Raking:
    """The sample under weights that add up in each cell of one margin: raking with a single one, reached at once."""
    return rake(sample, [margin])


def reachable(margins: Sequence[Margin]) -> Verdict:
    """Whether margins can be reached at all, with every reason against at once."""
    found = [verdict for margin in margins for verdict in (*_empty(margin), *_unknown(margin))]
    sizes = {margin.name: sum(margin.population.values()) for margin in margins}
    if sizes and max(sizes.values()) - min(sizes.values()) > 1e-6 * max(sizes.values()):
        told = ", ".join(f"{name} : {size:.0f}" for name, size in sizes.items())
        found.append(no("estimates.sizes", f"Les marges ne comptent pas le même nombre de ménages ({told})."))
    return Verdict.all(found)


def _empty(margin: Margin) -> list[Verdict]:
    return [
        no(
            "estimates.empty",
            f"Personne n’a répondu dans « {label} » ({margin.name}), qui compte {people:.0f} ménages : regroupez "
            "cette catégorie avec une autre, ou retirez cette marge.",
        )
        for label, people in margin.population.items()
        if people > 0 and not (margin.labels == label).any()
    ]


def _unknown(margin: Margin) -> list[Verdict]:
    return [
        no(
            "estimates.unknown",
            f"Des réponses sont dans « {label} » ({margin.name}), dont l’effectif n’est pas connu : complétez cette marge.",
        )
        for label in np.unique(margin.labels).tolist()
        if margin.population.get(label, 0) <= 0
    ]


def _calibrated(sample: Sample, margins: Sequence[Margin], bounds: tuple[float, float] | None) -> Raking:
    kinds = [np.array(list(margin.population), dtype=margin.labels.dtype) for margin in margins]
    columns = [
        (margin.labels[:, None] == kind[None, (0 if not place else 1) :]).astype(float)
        for place, (margin, kind) in enumerate(zip(margins, kinds, strict=True))
    ]
    known = np.hstack(columns)
    wanted = np.concatenate(
        [list(margin.population.values())[(0 if not place else 1) :] for place, margin in enumerate(margins)]
    ).astype(float)
    scaled = sample.weights * (sum(margins[0].population.values()) / sample.size)
    ratios, turns = _ratios(scaled, known, wanted, bounds)
    weights = scaled * ratios
    short = np.abs(weights @ known - wanted) / wanted.sum()
    if not np.isfinite(weights).all() or short.max() > 1e-6:
        raise Refusal(_unreached(margins, weights, bounds))
    return Raking(
        sample.calibrated(weights, known),
        tuple(_categories(sample, margins, weights)),
        float(ratios.min()),
        float(ratios.max()),
        bounds,
        kish(weights),
        turns,
    )


def _ratios(drawn: Floats, known: Floats, wanted: Floats, bounds: tuple[float, float] | None) -> tuple[Floats, int]:
    """By how much each weight is multiplied, by Newton's method on the prices of the margins; how many turns it took."""
    prices = np.zeros(known.shape[1])
    ratios, slopes = _moved(known @ prices, bounds)
    for turn in range(1, _TURNS + 1):
        gap = wanted - (drawn * ratios) @ known
        if np.abs(gap).max() <= _CLOSE * wanted.sum():
            return ratios, turn - 1
        step, *_ = np.linalg.lstsq((known * (drawn * slopes)[:, None]).T @ known, gap, rcond=None)
        for _ in range(30):
            tried, tried_slopes = _moved(known @ (prices + step), bounds)
            if np.isfinite(tried).all() and np.linalg.norm(wanted - (drawn * tried) @ known) < np.linalg.norm(gap):
                break
            step = step / 2
        else:
            break
        prices, ratios, slopes = prices + step, tried, tried_slopes
    return ratios, _TURNS


def _moved(price: Floats, bounds: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """The ratio at a price and its slope: exponential, or the logit that stays between the bounds."""
    with np.errstate(over="ignore", invalid="ignore"):
        if bounds is None:
            ratio = np.exp(price)
            return ratio, ratio
        low, high = bounds
        steep = (high - low) / ((1 - low) * (high - 1))
        power = np.exp(np.clip(steep * price, -500, 500))
        ratio = (low * (high - 1) + high * (1 - low) * power) / (high - 1 + (1 - low) * power)
        return ratio, (ratio - low) * (high - ratio) / ((1 - low) * (high - 1))


def _unreached(margins: Sequence[Margin], weights: Floats, bounds: tuple[float, float] | None) -> Verdict:
    """That the margins were not reached, and where it is furthest."""
    worst, where = 0.0, ""
    people = sum(margins[0].population.values())
    for margin in margins:
        for label, wanted in margin.population.items():
            away = abs(float(weights[margin.labels == label].sum()) - wanted) / people
            if not away <= worst:
                worst, where = away, f"« {label} » ({margin.name})"
    if bounds is None:
        return no(
            "estimates.diverged",
            f"Le redressement n’aboutit pas : ces marges se contredisent chez les répondants, surtout {where}. "
            "Retirez une marge ou regroupez des catégories.",
        )
    return no(
        "estimates.bounds",
        f"Aucun poids entre {_told(bounds[0])} et {_told(bounds[1])} fois le poids de départ n’atteint ces marges, surtout "
        f"{where}. Élargissez les bornes, retirez une marge ou regroupez des catégories.",
    )


def _told(number: float) -> str:
    return f"{number:g}".replace(".", ",")


def _categories(sample: Sample, margins: Sequence[Margin], weights: Floats) -> list[Category]:
    told = []
    for margin in margins:
        people = sum(margin.population.values())
        for label, size in margin.population.items():
            here = margin.labels == label
            told.append(
                Category(
                    margin.name,
                    label,
                    int(here.sum()),
                    float(here.mean()),
                    float(sample.weights[here].sum()) / sample.size,
                    size / people,
                    float(weights[here].sum()) / people,
                )
            )
    return told
