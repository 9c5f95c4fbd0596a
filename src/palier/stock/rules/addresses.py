"""Addresses as people write them, and the one spelling under which two of them are the same.

Files glue the parts together (« 107AVCARNOT », « 4PLG. LYSSANDRE »), shorten the type of street in twenty ways and write
in capitals. Nothing here looks a street up: it only spells.
"""

from __future__ import annotations

import re
from functools import lru_cache

from palier.directory.rules import plain

# From what is met in files (plain letters) to the one word kept.
STREET_TYPES = {
    "all": "allée",
    "allee": "allée",
    "allees": "allées",
    "av": "avenue",
    "ave": "avenue",
    "avenue": "avenue",
    "bd": "boulevard",
    "bld": "boulevard",
    "blvd": "boulevard",
    "boulevard": "boulevard",
    "che": "chemin",
    "chem": "chemin",
    "chemin": "chemin",
    "cite": "cité",
    "clos": "clos",
    "cours": "cours",
    "crs": "cours",
    "cote": "côte",
    "domaine": "domaine",
    "esp": "esplanade",
    "esplanade": "esplanade",
    "faubourg": "faubourg",
    "fg": "faubourg",
    "galerie": "galerie",
    "ham": "hameau",
    "hameau": "hameau",
    "imp": "impasse",
    "impasse": "impasse",
    "lot": "lotissement",
    "lotissement": "lotissement",
    "mail": "mail",
    "montee": "montée",
    "parc": "parc",
    "parvis": "parvis",
    "pas": "passage",
    "pass": "passage",
    "passage": "passage",
    "pl": "place",
    "place": "place",
    "placette": "placette",
    "prom": "promenade",
    "promenade": "promenade",
    "quai": "quai",
    "res": "résidence",
    "residence": "résidence",
    "route": "route",
    "rond point": "rond-point",
    "rte": "route",
    "r": "rue",
    "rue": "rue",
    "ruelle": "ruelle",
    "sente": "sente",
    "sentier": "sentier",
    "sen": "sentier",
    "sq": "square",
    "square": "square",
    "traverse": "traverse",
    "venelle": "venelle",
    "villa": "villa",
    "voie": "voie",
}
_NUMBER = re.compile(r"\d+(?:\s*[-/]\s*\d+)*")
_REPEAT = re.compile(r"\s*(?:(bis|ter|quater)(?![a-z])|([a-e])(?=\s))\s*", re.IGNORECASE)
_TYPE = re.compile(
    "|".join(sorted((t for t in [*STREET_TYPES, *STREET_TYPES.values()] if len(t) > 1), key=len, reverse=True)), re.IGNORECASE
)
_FULL_TYPES = frozenset(plain(t) for t in STREET_TYPES.values())
_SMALL = frozenset(["a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "sous", "sur"])
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*", re.UNICODE)


@lru_cache(maxsize=65536)
def presentable(text: str, *, starts: bool = True) -> str:
    """A name as shown: single spaces, and no longer all in capitals when the file shouts (« RES. DU BREUIL »).

    ``starts`` is False for the end of a phrase, whose first small word stays small (« rue | des Lilas »).
    """
    text = " ".join(text.split())
    if not any(c.isalpha() for c in text) or text != text.upper():
        return text
    first = starts

    def lower(match: re.Match[str]) -> str:
        nonlocal first
        word = match.group().lower()
        kept, first = first, False
        parts = re.split(r"(['’])", word)
        initial = text[match.end() : match.end() + 1] == "."  # « A. POLISSARD »
        stays = [p in _SMALL and not initial and not (kept and i == 0) for i, p in enumerate(parts)]
        return "".join(part if small else part.capitalize() for part, small in zip(parts, stays, strict=True))

    return _WORD.sub(lower, text)


@lru_cache(maxsize=65536)
def address_line(*, number: str = "", repeat: str = "", street_type: str = "", street: str = "") -> str:
    """The parts of an address on one line: « 107 bis avenue Carnot »."""
    kind = STREET_TYPES.get(plain(street_type).rstrip("."), presentable(street_type).lower())
    name = presentable(street, starts=False)
    again = _TYPE.match(name)
    if kind and again and STREET_TYPES.get(plain(again.group())) == kind and name[again.end() :].strip(" ."):
        name = name[again.end() :].strip(" .")  # « Rue » + « RUE RAPHAEL »
    return " ".join(part for part in (number.strip(), repeat.strip().lower(), kind, name) if part)


@lru_cache(maxsize=65536)
def tidy(text: str) -> str:
    """An address kept in one column, with its glued parts taken apart: « 8ALLDES PRIMEVERES » becomes « 8 allée des Primeveres »."""
    text = " ".join(text.split())
    number = _NUMBER.match(text)
    if number is None:
        return presentable(text)
    rest = text[number.end() :]
    repeat = _REPEAT.match(rest)
    if repeat:
        rest = rest[repeat.end() :]
    kind = _TYPE.match(rest.lstrip())
    street = rest.lstrip()[kind.end() :] if kind else rest
    return address_line(
        number=re.sub(r"\s*([-/])\s*", r"\1", number.group()),
        repeat=(repeat[1] or repeat[2]) if repeat else "",
        street_type=kind.group() if kind else "",
        street=street.strip().lstrip(". "),
    )


@lru_cache(maxsize=65536)
def address_key(commune: str, address: str) -> str:
    """The one spelling of an address, in its commune: the same door has the same key in every file."""
    words = plain(address.replace(".", " ").replace(",", " ")).split()
    words = [plain(STREET_TYPES.get(word, word)) if i < 3 else word for i, word in enumerate(words)]
    return f"{commune}|{' '.join(words)}" if words else ""


@lru_cache(maxsize=65536)
def street_of(address: str) -> str:
    """The street of an address, without its numbers, as compared."""
    words = address_key("", address)[1:].split()
    while words and (re.fullmatch(r"[\d/]+[a-e]?", words[0]) or words[0] in {"bis", "ter", "quater"}):
        words.pop(0)
    if len(words) > 1 and len(words[0]) == 1 and words[1] in _FULL_TYPES:
        words.pop(0)  # the letter of « 12 B rue du Lac »
    return " ".join(words)


def street_name(address: str) -> str:
    """The street of an address as shown, its numbers left out: « 4 bis rue du Lac » gives « Rue du Lac »."""
    words = address.split()
    while words and (words[0][0].isdigit() or words[0] in {"bis", "ter", "quater"} or (len(words) > 1 and len(words[0]) == 1)):
        words.pop(0)
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def address_order(address: str) -> tuple[str, int, str]:
    """Where an address stands in a list: by street, then by number as people count."""
    number = _NUMBER.match(address)
    return street_of(address), int(re.split(r"\D", number.group(), maxsplit=1)[0]) if number else 0, address
