"""From the checked values of a line to the uniform line: address, groups, point on the map, what tells it apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from palier.stock.reading.projections import degrees
from palier.stock.rules.addresses import address_key, address_line, presentable, tidy
from palier.stock.rules.codes import RANDOM_POINT
from palier.stock.rules.districts import declared_version
from palier.stock.rules.fields import Unit
from palier.stock.rules.grouping import group_key

# The columns of a line, in the order in which they are kept.
COLUMNS = (
    *("line", "rpls_id", "own_id", "profile", "group_key", "address_key", "homes", "programme_code", "programme", "sector"),
    *("commune", "commune_name", "postcode", "address", "building", "staircase", "floor", "door", "tenure", "construction"),
    *("rooms", "area", "built_year", "let_year", "entry_year", "financing", "convention", "occupancy", "lease_start"),
    *("dpe_date", "dpe", "ghg", "segment", "accessible", "exit_reason", "qpv_2015", "qpv_2024", "lon", "lat"),
)
_EMPTY_TEXT = frozenset(
    [
        *("rpls_id", "own_id", "programme_code", "programme", "sector", "commune", "commune_name", "postcode", "building"),
        *(
            "staircase",
            "floor",
            "door",
            "tenure",
            "construction",
            "financing",
            "occupancy",
            "dpe",
            "ghg",
            "segment",
            "exit_reason",
        ),
    ]
)
_NOT_GONE = frozenset({"", "9"})


@dataclass(frozen=True, slots=True)
class Whole:
    """What holds for the whole file: its year, what a line stands for, the commune of files that do not say it."""

    year: int
    unit: Unit
    commune: str = ""
    commune_name: str = ""


class Finisher:
    """Makes uniform lines of one file; it counts, since lines without identifier are told apart by their rank."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self._seen: Counter[str] = Counter()

    def finish(self, number: int, values: Mapping[str, Any]) -> dict[str, Any]:
        """The uniform line, with all of ``COLUMNS``."""
        line = {name: values.get(name, "" if name in _EMPTY_TEXT else None) for name in COLUMNS}
        line["line"] = number
        line["commune"] = line["commune"] or self.whole.commune
        line["commune_name"] = presentable(
            line["commune_name"] or (self.whole.commune_name if not values.get("commune") else "")
        )
        line["address"] = _address(values)
        line["address_key"] = address_key(line["commune"], line["address"])[:240]
        line["lon"], line["lat"] = _point(values)
        line["homes"] = self._homes(values, line)
        if line["exit_reason"] == "9":
            line["exit_reason"] = ""
        if (qpv := values.get("qpv")) is not None and (version := declared_version(self.whole.year)):
            line[f"qpv_{version}"] = qpv if line[f"qpv_{version}"] is None else line[f"qpv_{version}"]
        line["group_key"] = group_key(line)[:240]
        line["profile"] = self._profile(line)
        return line

    def _homes(self, values: Mapping[str, Any], line: dict[str, Any]) -> int | None:
        if line["exit_reason"] not in _NOT_GONE or values.get("vanished"):
            line["exit_reason"] = line["exit_reason"] if line["exit_reason"] not in _NOT_GONE else "5"
            return 0
        if self.whole.unit is Unit.HOME:
            return 1
        homes: int | None = values.get("homes")
        return homes

    def _profile(self, line: Mapping[str, Any]) -> str:
        parts = [line["address_key"], line["building"], line["staircase"]]
        if self.whole.unit is Unit.RESIDENCE:
            parts.append(line["group_key"])
        elif self.whole.unit is Unit.HOME:
            parts += [line["floor"], line["door"], str(line["rooms"]), str(line["area"])]
        mark = blake2b("\x1f".join(parts).encode(), digest_size=12).hexdigest()
        self._seen[mark] += 1
        return f"{mark}#{self._seen[mark]}"


def _address(values: Mapping[str, Any]) -> str:
    if values.get("street"):
        return address_line(
            number=values.get("number") or "",
            repeat=values.get("repeat") or "",
            street_type=values.get("street_type") or "",
            street=values["street"],
        )[:200]
    return tidy(values.get("address") or "")[:200]


def _point(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """The point of a line, in degrees. A point drawn at random in its commune is no point."""
    if (values.get("xy_quality") or "") >= RANDOM_POINT:
        return None, None
    lon, lat = values.get("lon"), values.get("lat")
    if lon is None or lat is None:
        x, y = values.get("x"), values.get("y")
        found = degrees(x, y, values.get("epsg") or 2154) if x and y else None
        return found or (None, None)
    return lon, lat
