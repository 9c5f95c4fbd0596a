"""What an envelope says: a household's own address, completed from its residence's."""

from __future__ import annotations

import re

from palier.directory.rules import plain

NOBODY_NAMED = "Aux occupants"
_TOWN = re.compile(r"(?:^|[\s,;]+)(\d{5}\s+[^\W\d][^,;\n]*)(?:[\s,;]+france)?\s*$", re.IGNORECASE)
_NUMBER = r"\d+ ?(?:bis|ter|quater|[a-d])?"
_NUMBER_ALONE = re.compile(_NUMBER, re.IGNORECASE)
# What leads to a door once in the building, and to no building.
_INSIDE = re.compile(
    r"(?:(?:app(?:t|art\w*)?|apt|logement|lgt|porte|b[âa]t(?:iment)?|esc(?:alier)?|[ée]tage|hall|\d+ ?(?:er|e|[èe]me))\b|\d+$)",
    re.IGNORECASE,
)
_STREET = re.compile(rf"{_NUMBER},? +\D{{2,}}", re.IGNORECASE)


def envelope(*, name: str, address: str, street: str, postcode: str, town: str) -> tuple[str, ...]:
    """The lines of an envelope, none when they would lead to nobody's door.

    ``name`` and ``address`` are the household's own, ``street``, ``postcode`` and ``town`` those of its residence. An address
    with its own postcode and town is elsewhere, maybe: the residence's street is added to it only when it names none.
    """
    found = _TOWN.search(address)
    place = found[1] if found else f"{postcode} {town}" if postcode and town else ""
    lines = _lines(address[: found.start()] if found else address, but={plain(town), postcode})
    outside = [line for line in lines if not _INSIDE.match(line)]
    known = outside if found else [line for line in outside if _STREET.match(line)]
    if not known and street and postcode and place.startswith(postcode) and (name or lines):
        known = [street]
        lines += known
    return (name or NOBODY_NAMED, *lines, place) if known and place else ()


def _lines(text: str, *, but: set[str]) -> list[str]:
    """The lines of an address; « 12, rue du Port » is one."""
    lines: list[str] = []
    for line in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        if lines and _NUMBER_ALONE.fullmatch(lines[-1]):
            lines[-1] += f" {line}"
        elif plain(line) not in but:
            lines.append(line)
    return lines
