"""How many are asked, and who: a number that follows from the margin wanted, a draw that anybody can do again."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from palier.calendar import add_months
from palier.estimates.proportions import answers_needed, to_invite
from palier.surveys.rules.contact import channels_of
from palier.surveys.rules.waves import Split


class Aside(StrEnum):
    """Why a household of the frame is not drawn from."""

    OBJECTED = "objected"
    RECENT = "recent"
    NO_CONTACT = "no_contact"
    BUSY = "busy"
    BUDGET = "budget"

    @property
    def label(self) -> str:
        """In French, for a table."""
        return {
            "objected": "S’opposent à toute enquête",
            "recent": "Entrés dans les lieux trop récemment",
            "no_contact": "Sans e-mail, téléphone ni adresse",
            "busy": "Déjà interrogés par une vague en cours",
            "budget": "Assez sollicités ces derniers mois",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Unit:
    """A household as a draw sees it."""

    pk: int
    reference: str
    residence: int
    agency: str
    qpv: bool | None
    email: str = ""
    phone: str = ""
    address: str = ""
    moved_in_on: date | None = None
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the households: who objects, who is being asked, who was asked enough; names of residences."""

    objected: Collection[int] = frozenset()
    busy: Collection[int] = frozenset()
    spent: Collection[int] = frozenset()
    residences: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Part:
    """A stratum as computed. ``units`` are those that may be drawn, ``expected`` the answers that the rate lets hope for."""

    key: str
    label: str
    population: int = 0
    wanted: int = 0
    drawn: int = 0
    expected: int = 0
    units: list[Unit] = field(default_factory=list)

    @property
    def eligible(self) -> int:
        """How many may be drawn."""
        return len(self.units)


@dataclass(slots=True)
class Plan:
    """The strata of a wave, and how many households are set aside, by reason."""

    parts: list[Part]
    aside: Counter[Aside]

    @property
    def drawn(self) -> int:
        """How many are asked in all."""
        return sum(part.drawn for part in self.parts)

    @property
    def wanted(self) -> int:
        """How many answers are wanted in all."""
        return sum(part.wanted for part in self.parts)

    @property
    def expected(self) -> int:
        """How many answers one may hope for in all: a small stratum cannot always give what the margin asks."""
        return sum(part.expected for part in self.parts)

    @property
    def population(self) -> int:
        """How many households there are in all."""
        return sum(part.population for part in self.parts)


def plan(
    units: Iterable[Unit],
    *,
    split: Split,
    around: Around,
    settled_before: date | None,
    margin: Decimal | None = None,
    rate: int = 100,
) -> Plan:
    """Compute the strata of a wave. Without a margin, everybody eligible is asked."""
    parts: dict[str, Part] = {}
    aside: Counter[Aside] = Counter()
    for unit in units:
        key, label = stratum_of(unit, split, around.residences)
        part = parts.setdefault(key, Part(key, label))
        part.population += 1
        if (why := _aside(unit, around, settled_before)) is None:
            part.units.append(unit)
        else:
            aside[why] += 1
    for part in parts.values():
        if margin is None:
            part.wanted = part.drawn = part.eligible
        else:
            part.wanted = min(answers_needed(float(margin) / 100, part.population), part.eligible)
            part.drawn = to_invite(part.wanted, rate / 100, part.eligible)
        part.expected = min(part.wanted, part.drawn * rate // 100)
    return Plan(sorted(parts.values(), key=lambda part: (part.key == "", part.label, part.key)), aside)


def settled_before(opens_on: date, months: int) -> date | None:
    """The last day to have moved in on, for whoever must have lived there for so many months; None when it does not matter."""
    return add_months(opens_on, -months) if months else None


def stratum_of(unit: Unit, split: Split, residences: Mapping[int, str]) -> tuple[str, str]:
    """The key and the name of the stratum of a household."""
    if split is Split.AGENCY:
        return unit.agency, unit.agency or "Sans agence"
    if split is Split.RESIDENCE:
        return str(unit.residence), residences.get(unit.residence, "")
    if split is Split.QPV:
        return {
            True: ("inside", "En quartier prioritaire"),
            False: ("outside", "Hors quartier prioritaire"),
            None: ("", "Situation inconnue"),
        }[unit.qpv]
    return "all", "Ensemble"


def _aside(unit: Unit, around: Around, before: date | None) -> Aside | None:
    if unit.pk in around.objected:
        return Aside.OBJECTED
    if before and unit.moved_in_on and unit.moved_in_on > before:
        return Aside.RECENT
    if not channels_of(email=unit.email, phone=unit.phone, address=unit.address):
        return Aside.NO_CONTACT
    if unit.pk in around.busy:
        return Aside.BUSY
    return Aside.BUDGET if unit.pk in around.spent else None


def draw(units: Iterable[Unit], count: int, *, seed: str) -> list[Unit]:
    """The first ``count`` households in the order of SHA-256(seed, reference): the same whoever draws, in whatever order.

    Nobody can choose the seed so as to choose the households: it is drawn by Palier and stands in the ledger.
    """
    return sorted(units, key=lambda unit: hashlib.sha256(f"{seed}:{unit.reference}".encode()).digest())[:count]
