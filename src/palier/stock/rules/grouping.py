"""How the lines of a file become residences, and how a residence goes on from one vintage to the next.

A line is grouped by the first of these that it carries:

1. the landlord's own code of the residence;
2. the name of the programme, in its commune;
3. its street and year of construction, in its commune;
4. failing all that, its commune.

A group then goes to a residence by the first of these that answers:

1. a correction made on screen for this group at this address;
2. for groups without code or name (3 and 4): the only residence that has this address in the current vintage;
3. the residence that bore this group before;
4. the residence most of whose homes are in this group, and which holds most of the group's homes: it was renamed;
5. a new residence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from palier.directory.rules import plain
from palier.stock.rules.addresses import street_of


class Rule(StrEnum):
    """The rule that grouped a line; the first letter of its key."""

    CODE = "c"
    NAME = "n"
    STREET = "r"
    PLACE = "l"

    @property
    def sentence(self) -> str:
        """In French, as told on the preview."""
        return {
            "c": "regroupés par le code de résidence du fichier",
            "n": "regroupés par le nom de programme, dans leur commune",
            "r": "sans programme, regroupés par rue et année de construction",
            "l": "sans programme ni adresse, regroupés par commune",
        }[self.value]


NAMED = frozenset({Rule.CODE, Rule.NAME})


def group_key(values: Mapping[str, Any]) -> str:
    """The group of a line, as ``rule:…``. Two lines with the same key are of the same residence."""
    commune = values.get("commune") or ""
    if code := values.get("programme_code"):
        return f"{Rule.CODE}:{_spelled(code)}"
    if name := values.get("programme"):
        return f"{Rule.NAME}:{commune}:{_spelled(name)}"
    if street := street_of(values.get("address") or ""):
        return f"{Rule.STREET}:{commune}:{street}:{values.get('built_year') or ''}"
    return f"{Rule.PLACE}:{commune}"


@lru_cache(maxsize=65536)
def _spelled(name: str) -> str:
    return plain(name)


def rule_of(key: str) -> Rule:
    """The rule that gave a key."""
    return Rule(key[0])


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of one group at one address: where they go together."""

    group: str
    address: str
    homes: int


@dataclass(frozen=True, slots=True)
class Known:
    """What the landlord's stock already says, by group, by address, by home.

    Args:
        groups: the residence that bears each group.
        placed: corrections made on screen, by group and address.
        addresses: the residences present at each address in the current vintage.
        shared: homes of the current vintage found again, by group then by residence.
        sizes: homes of each residence in the current vintage.
    """

    groups: Mapping[str, int] = field(default_factory=dict)
    placed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    addresses: Mapping[str, frozenset[int]] = field(default_factory=dict)
    shared: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    sizes: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Where each group goes, at each address: a residence that exists (its id) or a new one (None).

    ``renamed`` lists the groups that continue a residence under another name.
    """

    places: Mapping[tuple[str, str], int | None]
    renamed: Mapping[str, int]


def settle(lines: Iterable[Lines], known: Known) -> Settlement:
    """Send each group at each address to a residence, by the rules above."""
    lines = list(lines)
    sizes: dict[str, int] = {}
    for line in lines:
        sizes[line.group] = sizes.get(line.group, 0) + line.homes
    renamed = _renamed(sizes, known)
    places: dict[tuple[str, str], int | None] = {}
    for line in lines:
        here = known.addresses.get(line.address, frozenset())
        place: int | None
        if (line.group, line.address) in known.placed:
            place = known.placed[line.group, line.address]
        elif rule_of(line.group) not in NAMED and line.address and len(here) == 1:
            (place,) = here
        else:
            place = known.groups.get(line.group, renamed.get(line.group))
        places[line.group, line.address] = place
    return Settlement(places, renamed)


def _renamed(sizes: Mapping[str, int], known: Known) -> dict[str, int]:
    """The new groups that are an old residence under another name: each holds most of the other."""
    present = {known.groups[group] for group in sizes if group in known.groups}
    found: dict[str, int] = {}
    taken = set(present)
    candidates = [
        (homes, group, residence)
        for group, by_residence in known.shared.items()
        if group not in known.groups and rule_of(group) in NAMED
        for residence, homes in by_residence.items()
        if 2 * homes > sizes.get(group, 0) and 2 * homes > known.sizes.get(residence, 0)
    ]
    for _, group, residence in sorted(candidates, key=lambda c: (-c[0], c[1], c[2])):
        if group not in found and residence not in taken:
            found[group] = residence
            taken.add(residence)
    return found
