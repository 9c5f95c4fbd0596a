"""What an answer keeps of whoever gave it: groups, and only as fine as leaves at least *k* answers together.

Whoever holds the whole database knows which households answered, and their groups. An answer may therefore bear a group only
if *k* households that answered share it, and all the groups it bears besides: then nothing tells one of them from another.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

# The rule of the house: no figure for fewer than five answers, even inside.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of a household that answers, from the one that figures need most to the one they can do without.

    ``stratum`` and ``residence`` are keys of other rooms; None or an empty text is what is not known, or not kept.
    """

    stratum: int | None = None
    agency: str = ""
    qpv: bool | None = None
    supplier: str = ""
    theme: str = ""
    residence: int | None = None
    mode: str = ""


ORDER = tuple(field.name for field in fields(Groups))
HOT_ORDER = ("supplier", "theme", "agency", "residence", "stratum", "qpv", "mode")
"""What hot surveys need most: who came, and for what."""
_NOTHING = Groups()


def coarsened(people: Sequence[Groups], fewest: int = FEWEST, order: Sequence[str] = ORDER) -> list[Groups]:
    """The groups that may be kept of each, in the same order.

    Level by level, in ``order``, the parts large enough stand by themselves. The others are put together without that group; when they are
    too few even so, the smallest of the large parts joins them. Where all are fewer than ``fewest``, nothing is kept.
    """
    kept = [asdict(one) for one in people]
    _split(kept, list(range(len(kept))), order, fewest)
    return [Groups(**groups) for groups in kept]


def _split(kept: list[dict[str, Any]], members: list[int], order: Sequence[str], fewest: int) -> None:
    if not order or not members:
        return
    level, *next_levels = order
    parts: dict[Hashable, list[int]] = {}
    for member in members:
        parts.setdefault(kept[member][level], []).append(member)
    large = sorted((part for part in parts.values() if len(part) >= fewest), key=len, reverse=True)
    rest = [member for part in parts.values() if len(part) < fewest for member in part]
    while rest and len(rest) < fewest and large:
        rest += large.pop()
    for member in rest:
        kept[member][level] = getattr(_NOTHING, level)
    for part in [*large, rest]:
        _split(kept, part, next_levels, fewest)
