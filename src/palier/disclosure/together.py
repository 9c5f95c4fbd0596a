"""Which groups may be published side by side, so that their difference does not single anybody out.

A group is what a published figure speaks of: for each contributor, the pieces it brings (its homes by town). A town within
its region, or two territories that overlap, leave a remainder: whoever has both figures has the remainder's too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from palier.disclosure.primary import BETWEEN_LANDLORDS, Policy, hidden_because


@dataclass(frozen=True, slots=True)
class Group:
    """What one figure speaks of: a name, and the weight of each piece by ``(contributor, piece)``."""

    name: Any
    pieces: Mapping[tuple[Any, Any], float]


def remainder(one: Group, other: Group) -> dict[Any, float]:
    """What is in a group and not in another: the weight of each contributor there."""
    left: dict[Any, float] = defaultdict(float)
    for (who, piece), weight in one.pieces.items():
        if (who, piece) not in other.pieces:
            left[who] += weight
    return dict(left)


def may_stand_beside(group: Group, published: Iterable[Group], policy: Policy = BETWEEN_LANDLORDS) -> bool:
    """Whether a group may be published beside others: each remainder, either way, is nothing or could itself be shown.

    So a town is refused when it is the whole region but for too few landlords, or but for one that outweighs the rest.
    """
    for other in published:
        for left in (remainder(group, other), remainder(other, group)):
            if left and hidden_because(left, policy):
                return False
    return True


def allowed(candidates: Collection[Group], policy: Policy = BETWEEN_LANDLORDS) -> list[Group]:
    """The groups that may be published together, taken in the order given: the first ones are kept first.

    No sum or difference of several of them may single out too few contributors either (``isolates``): a group that would
    is left out.
    """
    kept: list[Group] = []
    for group in candidates:
        whole: dict[Any, float] = defaultdict(float)
        for (who, _), weight in group.pieces.items():
            whole[who] += weight
        if not whole or hidden_because(whole, policy) or not may_stand_beside(group, kept, policy):
            continue
        if not isolates([*kept, group], policy):
            kept.append(group)
    return kept


def isolates(groups: Collection[Group], policy: Policy = BETWEEN_LANDLORDS) -> bool:
    """Whether sums and differences of the groups' totals give the total of pieces that could not be shown.

    Pieces that are in the same groups always go together. A set of pieces can be had when its own line is a combination of
    the lines of the groups: each such bundle is tried.
    """
    bundles: dict[tuple[int, ...], dict[Any, float]] = {}
    places: dict[tuple[Any, Any], list[int]] = defaultdict(list)
    weights: dict[tuple[Any, Any], float] = {}
    for index, group in enumerate(groups):
        for key, weight in group.pieces.items():
            places[key].append(index)
            weights[key] = weight
    for key, where in places.items():
        bundle = bundles.setdefault(tuple(where), defaultdict(float))
        bundle[key[0]] += weights[key]
    names = list(bundles)
    lines = np.array([[1.0 if index in name else 0.0 for name in names] for index in range(len(groups))])
    _, sizes, axes = np.linalg.svd(lines, full_matrices=False)
    within = (axes[sizes > 1e-9] ** 2).sum(axis=0)  # 1 where a bundle's own line is a combination of the groups'
    return any(hidden_because(bundles[name], policy) for place, name in enumerate(names) if within[place] > 1 - 1e-9)
