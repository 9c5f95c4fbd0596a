"""Which further cells to hide, so that no hidden figure can be recomputed from the margins closely enough.

The problem is the cell suppression problem of M. Fischetti and J. J. Salazar-González, « Solving the cell suppression problem
on tabular data with linear constraints », Management Science 47 (2001). Write *a* for the figures, *M y = 0* for what the sums
of the table say of any other table *a + y* the attacker may imagine, *x* for what is hidden (1) or shown (0). Choose *x* of
least cost such that, for each cell *p* that may not be shown, and for each attacker, some *y* raises *p* by the width asked
and some other *y* lowers it by as much, with *M y = 0* and *-low(i) x(i) ≤ y(i) ≤ high(i) x(i)*: a shown cell cannot move.

*low* and *high* are what the attacker knows beforehand. An outsider knows that figures are not negative. A contributor knows
its own part of each cell too: the rest of the cell is not negative, and a cell where it is alone does not move at all. Its
own part being known, what is asked is the width of the others' part.

The two *y* of each *p* are left out of the program and come back as cuts (Benders): whatever the prices *g* of the sums, with
*r = e(p) - Mᵀ g*, a choice *x* protects *p* only if *Σ x(i) · max(r(i) high(i), -r(i) low(i))* reaches the width. The program
with the cuts known so far is solved by ``scipy.optimize.milp``; a choice that falls short gives new cuts, and is completed
into one that protects by the cheapest moves (a linear program a cell, as in J. P. Kelly, B. L. Golden and A. A. Assad,
« Cell suppression: disclosure protection for sensitive tabular data », Networks 22 (1992)). So there is always a whole answer
at hand: time that runs out costs hidden cells, never protection; in the end everything is hidden, which always protects.

What it does not know: two contributors who put their figures together. scipy takes a second to import: import this module
where a table is protected, never when a web process starts.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from palier.disclosure.primary import BETWEEN_LANDLORDS, Policy, Why, hidden_because
from palier.disclosure.tables import Table

_SLACK = 1e-7
# Unknowns of one linear program: enough of them to spare setting many up, too few to slow the solver down.
_AT_ONCE = 4_000


@dataclass(frozen=True, slots=True)
class Suppression:
    """What is hidden and why, what it costs, and whether a cheaper choice was ruled out before the time ran out."""

    hidden: Mapping[Any, Why]
    cost: float
    proven: bool


def protect(
    table: Table,
    policy: Policy = BETWEEN_LANDLORDS,
    *,
    also: Collection[Any] = (),
    cost: Mapping[Any, float] | None = None,
    seconds: float = 10.0,
) -> Suppression:
    """What to hide in a table so that what may not be shown stays uncertain by the widths of the policy, at least cost.

    ``also`` are cells hidden for a reason of their own, protected like the others. The cost of a cell is 1 and its share of
    the largest figure, and for a total as much as its parts number, unless ``cost`` says otherwise.
    """
    because: dict[Any, Why] = dict.fromkeys(also, Why.TOO_FEW)
    for key, contributions in table.cells.items():
        if key not in because and (why := hidden_because(contributions, policy)):
            because[key] = why
    if not because:
        return Suppression({}, 0.0, proven=True)
    return _Search(table, policy, because, cost or _costs(table)).run(time.monotonic() + seconds)


def _costs(table: Table) -> dict[Any, float]:
    largest = max((table.value(key) for key in table.cells), default=0.0) or 1.0
    parts = {total: float(len(gathered)) for total, gathered in table.sums}
    return {key: parts.get(key, 1.0) + table.value(key) / largest for key in table.cells}


@dataclass(frozen=True, slots=True)
class _Demand:
    """That an attacker must find a cell movable by ``width``, upwards (+1) or downwards (-1)."""

    cell: int
    way: int
    attacker: int
    width: float


def _width(demand: _Demand) -> float:
    return demand.width


class _Search:
    """One table being protected: its figures as arrays, the cuts found, the best whole choice so far."""

    def __init__(self, table: Table, policy: Policy, because: dict[Any, Why], cost: Mapping[Any, float]) -> None:
        self.keys = list(table.cells)
        self.because = because
        place = {key: index for index, key in enumerate(self.keys)}
        self.values = np.array([table.value(key) for key in self.keys])
        self.cost = np.array([cost[key] for key in self.keys])
        rows, columns, signs = [], [], []
        for row, (total, parts) in enumerate(table.sums):
            for key, sign in [(total, -1.0), *((part, 1.0) for part in parts)]:
                rows.append(row)
                columns.append(place[key])
                signs.append(sign)
        self.sums = sparse.csr_array((signs, (rows, columns)), shape=(len(table.sums), len(self.keys)))
        self.both_ways = sparse.hstack([self.sums, -self.sums]).tocsr()
        self.primary = np.array([key in because for key in self.keys])
        self.useless = np.array([not table.cells[key] for key in self.keys]) & ~self.primary
        self._attackers(table)
        self.demands = self._demanded(policy, table)
        self.room = _SLACK * (1.0 + self.values)
        self.witnesses: dict[int, Any] = {}
        self.kept = min(64, 10 * _AT_ONCE // len(self.keys))
        self.cuts: list[tuple[Any, float]] = []

    def _attackers(self, table: Table) -> None:
        """How far each attacker may think every cell from what it is: the outsider first, then each contributor."""
        everybody = list(dict.fromkeys(who for key in self.keys for who in table.cells[key]))
        high = 2.0 * float(self.values.max(initial=0.0)) + 10.0
        nobody = np.array([not table.cells[key] for key in self.keys])
        self.low = np.tile(self.values, (len(everybody) + 1, 1))
        self.high = np.full_like(self.low, high)
        for attacker, who in enumerate(everybody, start=1):
            for cell, key in enumerate(self.keys):
                brought = table.cells[key]
                if who in brought:
                    alone = len(brought) == 1
                    self.low[attacker, cell] = 0.0 if alone else max(0.0, self.values[cell] - brought[who])
                    self.high[attacker, cell] = 0.0 if alone else high
        self.low[:, nobody] = 0.0
        self.high[:, nobody] = 0.0

    def _demanded(self, policy: Policy, table: Table) -> list[_Demand]:
        demands = []
        for cell in self.primary.nonzero()[0].tolist():
            if not table.cells[self.keys[cell]]:
                continue
            for attacker in range(len(self.low)):
                if self.high[attacker, cell] == 0.0:
                    continue
                others = float(self.low[attacker, cell])
                width = max(policy.width * others, policy.floor)
                demands.append(_Demand(cell, 1, attacker, width if others > 0 else max(width, policy.least_width)))
                if others > 0:
                    demands.append(_Demand(cell, -1, attacker, min(width, others)))
        return sorted(demands, key=lambda demand: (demand.cell, demand.way))

    def run(self, deadline: float) -> Suppression:
        """Protect, then look for cheaper until it is ruled out or the time is over."""
        best = self._completed(self.primary.astype(float), deadline)
        self._relaxed(deadline)
        bound = 0.0
        while time.monotonic() < deadline and bound < self._price(best) - 1e-6:
            chosen, bound = self._cheapest(deadline)
            if chosen is None:
                break
            wrong = self._unmet(chosen, deadline, cuts=True)
            found = self._completed(chosen, deadline) if wrong else chosen
            if self._price(found) < self._price(best) - 1e-9:
                best = found
        hidden = {self.keys[i]: self.because.get(self.keys[i], Why.COMPLEMENT) for i in np.flatnonzero(best > 0.5).tolist()}
        return Suppression(hidden, self._price(best), proven=bound >= self._price(best) - 1e-6)

    def _price(self, chosen: Any) -> float:
        return float(self.cost @ (chosen > 0.5))

    def _moves(self, demands: list[_Demand], chosen: Any) -> list[tuple[float, Any, Any]]:
        """For each demand: how far its attacker sees its cell move under a choice, a table that moves it so, the prices of the sums.

        One linear program for them all: what it costs to set one up is more than what it costs to solve.
        """
        goal = np.zeros((len(demands), len(self.keys)))
        goal[range(len(demands)), [demand.cell for demand in demands]] = [-demand.way for demand in demands]
        attackers = [demand.attacker for demand in demands]
        found = linprog(
            goal.ravel(),
            A_eq=sparse.kron(sparse.eye_array(len(demands)), self.sums, format="csr"),
            b_eq=np.zeros(len(demands) * self.sums.shape[0]),
            bounds=np.column_stack([(-self.low[attackers] * chosen).ravel(), (self.high[attackers] * chosen).ravel()]),
            method="highs",
        )
        if found.status != 0:
            return [(0.0, None, None)] * len(demands)
        tables, prices = found.x.reshape(goal.shape), found.eqlin.marginals.reshape(len(demands), -1)
        return list(zip((-(goal * tables).sum(axis=1)).tolist(), tables, prices, strict=True))

    def _keep(self, witness: Any) -> None:
        """Remember a table that moves cells, under each cell that it moves: by how much."""
        moved = np.where(np.abs(witness) > _SLACK, witness, 0.0)
        for cell in np.flatnonzero(moved * self.primary).tolist():
            known = self.witnesses.get(cell, np.empty((0, len(moved))))
            self.witnesses[cell] = np.vstack([moved, known[: self.kept - 1]])

    def _unseen(self, demands: Iterable[_Demand], chosen: Any) -> list[_Demand]:
        """Without the demands that a table found earlier, shrunk to the width asked, already meets: its attacker may believe it."""
        left: list[_Demand] = []
        for (cell, way), group in groupby(demands, key=lambda demand: (demand.cell, demand.way)):
            asked, known = list(group), self.witnesses.get(cell)
            if known is not None:
                known = known[known[:, cell] * way > _SLACK]
                widths, attackers = np.array([demand.width for demand in asked]), [demand.attacker for demand in asked]
                share = widths[:, None] / (known[:, cell] * way)
                low, high = (bound[attackers] * chosen + self.room for bound in (self.low, self.high))
                shrunk = known * share[:, :, None]
                seen = (share <= 1.0) & ((shrunk >= -low[:, None]) & (shrunk <= high[:, None])).all(axis=2)
                asked = [demand for demand, met in zip(asked, seen.any(axis=1), strict=True) if not met]
            left += asked
        return left

    def _unmet(self, chosen: Any, deadline: float, *, cuts: bool = False) -> list[_Demand]:
        """The demands that a choice (whole, or in fractions) does not meet; with ``cuts``, a cut is kept for each."""
        unmet = []
        unseen = self._unseen(self.demands, chosen)
        most = max(1, _AT_ONCE // len(self.keys))
        while unseen and time.monotonic() < deadline:
            # One of each cell and way: what shows it to one attacker often shows it to others.
            asked = list({(demand.cell, demand.way): demand for demand in reversed(unseen)}.values())[:most]
            for demand, (reach, witness, prices) in zip(asked, self._moves(asked, chosen), strict=True):
                if reach >= demand.width - _SLACK * (1.0 + demand.width):
                    self._keep(witness)
                    continue
                unmet.append(demand)
                if cuts and prices is not None:
                    self._cut(demand, prices)
            done = set(map(id, asked))
            unseen = self._unseen((demand for demand in unseen if id(demand) not in done), chosen)
        return [*unmet, *unseen]

    def _cut(self, demand: _Demand, prices: Any) -> None:
        rest = -(self.sums.T @ prices)
        rest[demand.cell] -= demand.way
        gain = np.maximum(-rest * self.high[demand.attacker], rest * self.low[demand.attacker])
        self.cuts.append((np.minimum(np.where(gain < _SLACK, 0.0, gain), demand.width) / demand.width, 1.0))

    def _completed(self, chosen: Any, deadline: float) -> Any:
        """A choice and what the cheapest moves add to it until every demand is met; everything, when time is short.

        One move that every attacker of a cell could believe serves them all; where there is none, each gets its own.
        """
        whole = (chosen > 0.5).astype(float)
        for _, group in groupby(self.demands, key=lambda demand: (demand.cell, demand.way)):
            unseen = self._unseen(group, whole)
            together = [demand.attacker for demand in unseen]
            for attackers, demand in [(together, max(unseen, key=_width, default=None)), *(([d.attacker], d) for d in unseen)]:
                if demand is None or not self._unseen([demand], whole):
                    continue
                if time.monotonic() > deadline:
                    return self._everything()
                moved = self._cheapest_move(demand, attackers, whole)
                if moved is not None:
                    whole[moved != 0] = 1.0
                    self._keep(moved)
                elif len(attackers) == 1:
                    return self._everything()
        return self._everything() if self._unmet(whole, deadline) else whole

    def _cheapest_move(self, demand: _Demand, attackers: list[int], whole: Any) -> Any:
        """The table that moves a cell by what is asked and touches least that is shown, as all these attackers may believe it."""
        size = len(self.keys)
        toll = np.where(whole > 0.5, 1e-6, self.cost)
        low, high = self.low[attackers].min(axis=0), self.high[attackers].min(axis=0)
        ends = (low, high) if demand.way < 0 else (high, low)
        ends[0][demand.cell], ends[1][demand.cell] = demand.width, 0.0
        floor = np.zeros(2 * size)
        floor[demand.cell + (0 if demand.way > 0 else size)] = demand.width
        # No whole number is asked for and no price: the same solver as ``linprog``, set up in half the time.
        found = milp(
            np.concatenate([toll, toll]),
            constraints=LinearConstraint(self.both_ways, 0.0, 0.0),
            bounds=Bounds(floor, np.concatenate([high, low])),
        )
        if found.status != 0:
            return None
        moved = found.x[:size] - found.x[size:]
        moved[np.abs(moved) < _SLACK] = 0.0
        return moved

    def _everything(self) -> Any:
        return np.ones(len(self.keys))

    def _relaxed(self, deadline: float) -> None:
        """Gather cuts on choices in fractions, which cost a linear program only, as long as they raise the price."""
        before = -1.0
        while time.monotonic() < deadline:
            left, right, bounds = self._program()
            found = linprog(self.cost, A_ub=left, b_ub=right, bounds=bounds, method="highs")
            if found.status != 0 or found.fun < before + 1e-3 * abs(before):
                return
            before = float(found.fun)
            if not self._unmet(found.x, deadline, cuts=True):
                return

    def _program(self) -> tuple[Any, Any, Any]:
        """The cuts as rows, and the bounds: what may not be shown is hidden, cells of nobody and only they stay.

        To begin with: a hidden cell that is alone in a sum is recomputed at once.
        """
        rows = [cut for cut, _ in self.cuts]
        alone = []
        for row in range(self.sums.shape[0]):
            among = self.sums.indices[self.sums.indptr[row] : self.sums.indptr[row + 1]]
            among = among[~self.useless[among]]
            for cell in among:
                line = np.zeros(len(self.keys))
                line[among] = 1.0
                line[cell] = -1.0
                alone.append(line)
        left = sparse.csr_array(-np.array([*rows, *alone]).reshape(-1, len(self.keys)))
        right = np.array([-1.0] * len(rows) + [0.0] * len(alone))
        bounds = np.column_stack([self.primary.astype(float), np.where(self.useless, 0.0, 1.0)])
        return left, right, bounds

    def _cheapest(self, deadline: float) -> tuple[Any, float]:
        """The cheapest choice that the cuts known so far allow, and the price under which none exists."""
        left, right, bounds = self._program()
        found = milp(
            self.cost,
            constraints=LinearConstraint(left, -np.inf, right),
            integrality=np.ones(len(self.keys)),
            bounds=Bounds(bounds[:, 0], bounds[:, 1]),
            options={"time_limit": max(0.1, deadline - time.monotonic())},
        )
        bound = 0.0 if found.mip_dual_bound is None else float(found.mip_dual_bound)
        return (None if found.x is None else np.round(found.x)), bound
