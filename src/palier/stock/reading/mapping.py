"""What the columns of a landlord's own file are: proposed from their headers and from what they hold, decided by people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from palier.directory.rules import plain
from palier.stock.reading.values import BadValue, parser
from palier.stock.rules.fields import FIELDS, Kind, Unit, unit_of

_SAMPLES, _DISTINCT = 200, 300
# From content alone, only what cannot be taken for something else.
_TELLING = {"commune", "dpe", "lon", "lat"}


@dataclass(slots=True)
class Column:
    """What was seen of a column: its header, a few values, all its values when they are few, how many cells are filled."""

    header: str
    samples: list[str] = field(default_factory=list)
    distinct: dict[str, None] | None = field(default_factory=dict)
    filled: int = 0

    def see(self, text: str) -> None:
        """Take one more cell into account."""
        text = text.strip()
        if not text:
            return
        self.filled += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(text)
        if self.distinct is not None:
            self.distinct[text] = None
            if len(self.distinct) > _DISTINCT:
                self.distinct = None


def signature(header: Iterable[str]) -> str:
    """The fingerprint of a file's headers: two exports of the same tool have the same."""
    return hashlib.sha256("\x1f".join(plain(name) for name in header).encode()).hexdigest()


def propose(columns: list[Column]) -> dict[int, str]:
    """The field that each column seems to fill. A field is filled by one column; what is doubtful is left to people."""
    scores = sorted(
        ((_score(column, name), -index, name) for index, column in enumerate(columns) for name in FIELDS), reverse=True
    )
    found: dict[int, str] = {}
    for score, minus, name in scores:
        if score >= 0.5 and -minus not in found and name not in found.values():
            found[-minus] = name
    return dict(sorted(found.items()))


def _score(column: Column, name: str) -> float:
    header = plain(column.header.replace("_", " ").replace(".", " "))
    known = FIELDS[name].headers
    by_name = 0.0
    if header in known:
        by_name = 1.0 - known.index(header) / 100
    elif any(f" {word} " in f" {header} " for word in known if len(word) > 3):
        by_name = 0.6
    if not by_name and name not in _TELLING:
        return 0.0
    fit = _fit(column, name)
    if by_name > 0.6 and fit:  # a column that says its name is that column: its wrong cells are named once it is read
        return max(by_name * fit, 0.5 + by_name / 100)
    if fit < 0.8:
        return 0.0
    if by_name:
        return by_name * fit
    return 0.5 if fit == 1.0 and len(column.samples) >= 5 and _tells(column, name) else 0.0


def _tells(column: Column, name: str) -> bool:
    texts = set(column.samples)
    if FIELDS[name].kind is Kind.NUMBER:  # decimals with many figures, in the box of the French territories
        return all("." in t and len(t.partition(".")[2]) >= 4 for t in texts) and len(texts) > 3
    return len(texts) > 1


def _fit(column: Column, name: str) -> float:
    """The share of the sampled cells that the field accepts."""
    if not column.samples:
        return 1.0
    parse = parser(FIELDS[name])
    good = 0
    for text in column.samples:
        try:
            parse(text)
        except BadValue:
            continue
        good += 1
    return good / len(column.samples)


def problems(mapping: Mapping[int, str]) -> list[str]:
    """What makes a mapping unusable, each with its cure; empty when it can be read."""
    fields = set(mapping.values())
    found = []
    if not fields & {"rpls_id", "own_id", "programme", "programme_code", "address", "street"}:
        found.append(
            "Dites quelle colonne porte l’adresse, le nom de la résidence ou l’identifiant : sans elle, rien ne distingue les lignes."
        )
    twice = sorted(FIELDS[name].label for name in fields if list(mapping.values()).count(name) > 1)
    found += [f"Deux colonnes sont dites « {label} » : n’en gardez qu’une." for label in twice]
    for one, other in (("lon", "lat"), ("lat", "lon"), ("x", "y"), ("y", "x")):
        if one in fields and other not in fields:
            found.append(f"« {FIELDS[one].label} » demande aussi « {FIELDS[other].label} » : dites quelle colonne la porte.")
    return found


def usual_unit(mapping: Mapping[int, str]) -> Unit:
    """What a line of the file seems to stand for."""
    return unit_of(set(mapping.values()))
