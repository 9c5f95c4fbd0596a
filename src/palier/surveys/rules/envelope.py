"""What an envelope says: a household's own address, completed from its residence's."""

from __future__ import annotations

import re

from palier.directory.rules import plain
from palier.stock.rules.addresses import STREET_TYPES

NOBODY_NAMED = "Aux occupants"
_TOWN = re.compile(r"(?:^|\s+)(\d{5}\s+[^\W\d].*)$")
# All that follows reads plain letters, where a hyphen is a space.
_WAY = "|".join({plain(word) for word in (*STREET_TYPES, *STREET_TYPES.values())})
_AGAIN = r" ?(?:bis|ter|quater|[a-z]\b)?"
_NUMBER = rf"(?:n ?° ?)?\d+{_AGAIN}(?:(?: ?[/&] ?| (?:(?:a|et) )?)\d+{_AGAIN})*"
_NUMBER_ALONE = re.compile(_NUMBER)
_STREET = re.compile(rf"{_NUMBER} \D{{2,}}")
_NUMBERED_WAY = re.compile(rf"\d{_AGAIN} (?:{_WAY})\b")
# What leads to a door once in the building, and to no building.
_INSIDE = re.compile(
    rf"\b\d+ ?(?:er|e|eme)\b(?: etage\b)?(?! (?:{_WAY})\b)"
    r"|\b(?:app(?:t|art\w*)?|apt|logement|lgt|porte|bat(?:iment)?|esc(?:alier)?|etage|hall)\b\.?(?: ?(?:n ?° ?)?(?:[a-z]|\w*\d\w*)\b)?"
)
_POSTCODE = re.compile(r"\b\d{5}$")


def envelope(*, name: str, address: str, street: str, postcode: str, town: str) -> tuple[str, ...]:
    """The lines of an envelope, none when they would lead to nobody's door.

    ``name`` and ``address`` are the household's own, ``street``, ``postcode`` and ``town`` those of its residence. An address
    with its own postcode and town is elsewhere, maybe: the residence's street is added to it only when it names none.
    """
    lines = _lines(address, but={plain(town), postcode, f"{plain(town)} {postcode}", "france"})
    place = f"{postcode} {town}" if postcode and town else ""
    own = next((found for line in reversed(lines) if (found := _TOWN.search(line))), None)
    if own:
        place = own[1]
        lines = [kept for line in lines if (kept := line[: own.start()] if line == own.string else line)]
    elif any((found := _POSTCODE.search(_outside(line))) and found[0] != postcode for line in lines):
        return ()  # in another town, which nothing tells from the rest
    leads = any(_leads(line, placed=bool(own)) for line in lines)
    if not leads and street and postcode and place.startswith(postcode) and (name or lines):
        lines, leads = [*lines, street], True
    return (name or NOBODY_NAMED, *lines, place) if leads and place else ()


def _lines(text: str, *, but: set[str]) -> list[str]:
    """The lines of an address; « 12, rue du Port » is one."""
    lines: list[str] = []
    for line in filter(None, (part.strip() for part in re.split(r"[,;\n]", text))):
        if lines and any(_NUMBER_ALONE.fullmatch(told) for told in (plain(lines[-1]), _outside(lines[-1]))):
            lines[-1] += f" {line}"
        elif plain(line) not in but:
            lines.append(line)
    return lines


def _outside(line: str) -> str:
    """What a line says of the way to the building, in plain letters."""
    return " ".join(_INSIDE.sub(" ", plain(line)).split())


def _leads(line: str, *, placed: bool) -> bool:
    """Whether a line leads to a building: a numbered street, or any name in a town that is said (``placed``)."""
    outside = _outside(line)
    if _NUMBERED_WAY.search(outside):
        return True
    if _INSIDE.match(plain(line)) or outside.isdigit():
        return False
    return placed or bool(_STREET.match(outside))
