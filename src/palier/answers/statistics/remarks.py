"""The themes of free answers as they are told: how many of those verified speak of each, and between which bounds for all of them.

Free answers are read in a random order, so that those verified stand for the others. No Django, no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from palier.answers.rules.themes import NONE, Tally, Theme
from palier.estimates.proportions import share


@dataclass(frozen=True, slots=True)
class Portion:
    """A share of the verified answers, in percent, with its bounds for all of them."""

    value: int
    low: int
    high: int

    @classmethod
    def of(cls, count: int, tally: Tally) -> Portion:
        """So many of the verified answers."""
        found = share(count, tally.verified, population=tally.total)
        assert found is not None
        return cls(*(round(100 * bound) for bound in (found.value, found.low, found.high)))


@dataclass(frozen=True, slots=True)
class Spoken:
    """A theme, or several read together: its verified answers, and those not verified yet for which it is proposed."""

    name: str
    note: str
    count: int
    portion: Portion
    waiting: int


def told(tally: Tally, themes: Iterable[Theme]) -> list[Spoken]:
    """What the verified answers speak of, what most speak of first; nothing while too few are verified."""
    names = {theme.code: theme.label for theme in themes} | {NONE: "Sans thème"}
    lines = []
    for one in tally.mentions:
        known = [names.get(code, code) for code in one.codes]
        name, note = (known[0], "") if len(known) == 1 else (f"{len(known)} thèmes lus ensemble", ", ".join(sorted(known)))
        lines.append(Spoken(name, note, one.count, Portion.of(one.count, tally), one.waiting))
    return lines


def agreement(tally: Tally) -> Portion | None:
    """How often the person kept the proposal as it was; None while too few are verified."""
    return None if tally.hidden else Portion.of(tally.agreed, tally)


def lead(tally: Tally) -> str:
    """How many are verified: « 120 sur 340 réponses libres vérifiées »."""
    plural = "s" if tally.total > 1 else ""
    return f"{tally.verified} sur {tally.total} réponse{plural} libre{plural} vérifiée{plural}."


FILE_HEADER = (
    *("theme", "reponses_verifiees", "part_pct", "borne_basse_pct", "borne_haute_pct"),
    *("proposees_a_verifier", "verifiees_en_tout", "reponses_libres"),
)


def rows_of_file(tally: Tally, themes: Iterable[Theme]) -> Iterable[list[str | int]]:
    """The file of themes, a row each."""
    for one in told(tally, themes):
        portion = one.portion
        name = f"{one.name} : {one.note}" if one.note else one.name
        yield [name, one.count, portion.value, portion.low, portion.high, one.waiting, tally.verified, tally.total]
