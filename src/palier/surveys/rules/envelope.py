"""What an envelope says: a household's own address, completed from its residence's."""

from __future__ import annotations

import re
from unicodedata import normalize

from palier.directory.rules import plain
from palier.stock.rules.addresses import STREET_TYPES

NOBODY_NAMED = "Aux occupants"
# Lines are matched in plain letters, where # covers what leads to a door once in the building.
_SPELT = str.maketrans({"-": " ", "–": " ", "’": "'", "º": "°"})
_WORDS = {plain(word) for word in (*STREET_TYPES, *STREET_TYPES.values())} | {
    "carrefour", "ch", "chaussee", "cour", "coursive", "grand'rue", "jardin", "jardins", "levee", "lieu dit", "mas", "pont",
    "quartier", "rampe", "terrasse",
}  # fmt: skip
_ESTATES = {"cite", "clos", "domaine", "ham", "hameau", "lot", "lotissement", "parc", "res", "residence", "villa"}
_ESTATE, _WAY = "|".join(sorted(_ESTATES)), "|".join(sorted(_WORDS - _ESTATES))
_DOOR = (
    r"app(?:t|art\w*)?|apt|bat(?:iment)?|bloc|bp|cage|chambre|client|entree|esc(?:alier)?|etage|hall|imm(?:euble)?|lgt"
    r"|log(?:t|ement)?|lot|pav(?:illon)?|porte|ref|tour|villa"
)
_SIDE = "droite|gauche|face|rdc|rez"
_DOOR_OF = rf"\b(?:{_DOOR})\b[.:]? *(?:n *° *)?"
_CODE = r"(?=\w*\d)\w+\b"
_REPEAT = r"(?:(?:bis|ter|quater|[a-z])\b)?"
_IN_STREET = rf" *{_REPEAT} *(?:(?:grand|petit|vieux|vieil|haut|bas|ancien|nouvel)\w* )?(?:{_WAY})\b"
_INSIDE = re.compile(rf"\b\d+ *(?:er|eme|e)? *(?:etage|{_SIDE})\b|{_DOOR_OF}(?:[a-z]\b|{_CODE}(?!{_IN_STREET}))")
_STREET = re.compile(rf"\b\d{{1,4}}{_IN_STREET}")
# « Bât 12 rue du Port »: the number is that of the door, or of the street.
_DOOR_OR_STREET = re.compile(rf"{_DOOR_OF}{_CODE}{_IN_STREET}")
_WITHOUT_NUMBER = re.compile(rf"\b(?:{_WAY}) ([^#\n]+)")
_NUMBER = re.compile(rf"[# ]*(?:n *° *)?\d[\d /&]*{_REPEAT}")
_NUMBERED = re.compile(rf"(?:^|#) *(?:n *° *)?\d[\d /&]*{_REPEAT} *[^\W\d_]{{2}}", re.MULTILINE)
_NAME = re.compile(rf"^(?!(?:{_DOOR}|{_SIDE})\b)[^#\n]*[^\W\d_]{{2}}", re.MULTILINE)
# Towns begin with « Cours », « Pont » or « Parc », none with these.
_NO_TOWN = rf"(?:{_DOOR}|{_SIDE})\b|(?:rue|av|avenue|bd|boulevard|allee|chemin|impasse|place|route|square|res|residence|cite) "
_PLACE = re.compile(rf"\b\d{{5}} +(?!{_NO_TOWN})(?:l |[ld]')?[^\W\d_]{{2}}[^\d#]*(?:\d{{1,2}} *(?:er?|eme)?)?$")
_FIVE_FIGURES = re.compile(r"\b\d{5}\b")


def envelope(*, name: str, address: str, street: str, postcode: str, town: str) -> tuple[str, ...]:
    """The lines of an envelope, none where in doubt: a letter at no door is better than one at another's.

    ``name`` and ``address`` are the household's own, ``street``, ``postcode`` and ``town`` those of its residence. The
    residence's street completes an address that has none, unless the address is in another town.
    """
    lines, places = [], set()
    for line in _lines(address, but={plain(town), postcode, f"{plain(town)} {postcode}", "france"}):
        found = _PLACE.search(_outside(line))
        lines.append(line[: found.start()].rstrip(" -–") if found else line)
        places |= {line[found.start() :]} if found else set()
    lines = [line for line in lines if line]
    said = "\n".join(map(_outside, lines))
    streets = len(_STREET.findall(said))
    if len(places) > 1 or streets > 1 or _DOOR_OR_STREET.search(said) or {*_FIVE_FIGURES.findall(said)} - {postcode}:
        return ()
    place = places.pop() if places else f"{postcode} {town}" if postcode and town else ""
    leads = bool(streets)
    if not leads and postcode and place.startswith(postcode):
        if _NUMBERED.search(said):  # in an estate, whose street is another one maybe
            leads = not _STREET.search(_outside(street))
        elif street and (name or lines):
            leads = all(named in _outside(street) for named in _WITHOUT_NUMBER.findall(said))
            lines += [street] if plain(street) not in map(plain, lines) else []
    elif not leads:
        leads = bool(_NAME.search(said))
    return (name or NOBODY_NAMED, *lines, place) if leads and place else ()


def _lines(text: str, *, but: set[str]) -> list[str]:
    """The lines of an address; « 12, rue du Port » is one."""
    lines: list[str] = []
    for line in (" ".join(part.split()) for part in re.split(r"[,;\n]", text)):
        if not line or plain(line) in but:
            continue
        if lines and _NUMBER.fullmatch(_outside(lines[-1])):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
    return lines


def _outside(line: str) -> str:
    """A line in plain letters, each at its place, # over what leads to a door once in the building."""
    letters = "".join(normalize("NFD", letter)[0] for letter in line).lower().translate(_SPELT)
    return _INSIDE.sub(lambda inside: "#" * len(inside[0]), letters)
