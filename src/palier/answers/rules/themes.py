"""What free words speak of: themes proposed by a list of words, decided by a person, counted once somebody read them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from palier.directory.rules import plain

NONE = "none"
"""Under which name the answers that a person found no theme in are counted."""
# The shortest root of three letters that leaves a whole ending: one form of a family of words stands for the others.
_ROOT = re.compile(r"(.{3,}?)(?:(?:ement|ation|ateur|atrice|euse|eur|age|ete|ante|ant|ee|er|e)?s?|aient|ait|aux|ent|ez|x)")


def stems(text: str) -> str:
    """The words of a text without accents, case or endings, between spaces."""
    words = re.findall(r"[a-z0-9]+", plain(text))
    return f" {' '.join(match[1] if (match := _ROOT.fullmatch(word)) else word for word in words)} "


@dataclass(frozen=True, slots=True)
class Theme:
    """What answers may speak of, and the words that make it proposed, as ``stems``. Without words, only a person gives it."""

    code: str
    label: str
    words: tuple[str, ...]


def themes_of(kept: Mapping[str, Any]) -> tuple[Theme, ...]:
    """The themes, from their plain values.

    Raises:
        ValueError: when a code stands twice, or a word under two themes.
    """
    found = tuple(Theme(row["code"], row["label"], tuple(stems(word) for word in row["words"])) for row in kept["themes"])
    for every in ([theme.code for theme in found], [word for theme in found for word in {*theme.words}]):
        if twice := sorted({one for one in every if every.count(one) > 1}):
            raise ValueError(f"Twice among the themes: {', '.join(twice)}.")
    return found


def proposed(text: str, themes: Iterable[Theme]) -> list[str]:
    """The themes that a text seems to speak of. It proposes, and counts nowhere as said."""
    flat = stems(text)
    return [theme.code for theme in themes if any(word in flat for word in theme.words)]


@dataclass(frozen=True, slots=True)
class Coded:
    """So many free answers alike: what was proposed, what a person decided (None: nobody read them yet)."""

    proposed: frozenset[str]
    themes: frozenset[str] | None
    count: int


@dataclass(frozen=True, slots=True)
class Mentions:
    """How many verified answers speak of a theme, or of one of several that too few speak of; ``waiting``, not verified yet."""

    codes: tuple[str, ...]
    count: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The free answers of a wave: verified or not, how often the person kept the proposal as it was, and of what they speak.

    Nothing but ``verified`` and ``waiting`` is known while fewer than ``fewest`` are verified.
    """

    verified: int
    waiting: int
    agreed: int
    fewest: int
    mentions: tuple[Mentions, ...]

    @property
    def total(self) -> int:
        """All free answers."""
        return self.verified + self.waiting

    @property
    def hidden(self) -> bool:
        """Whether too few are verified for anything to be told."""
        return self.verified < self.fewest


def tally(coded: Sequence[Coded], fewest: int) -> Tally:
    """Count free answers by theme. Themes that fewer than ``fewest`` verified answers speak of are read together."""
    read = [(one.themes or frozenset({NONE}), one) for one in coded if one.themes is not None]
    unread = [one for one in coded if one.themes is None]
    verified = sum(one.count for _, one in read)

    def speaking(codes: Sequence[str]) -> Mentions:
        named = {*codes}
        return Mentions(
            tuple(codes),
            sum(one.count for themes, one in read if themes & named),
            sum(one.count for one in unread if (one.proposed or {NONE}) & named),
        )

    alone = sorted(
        (speaking([code]) for code in {code for themes, _ in read for code in themes}), key=lambda m: (-m.count, m.codes)
    )
    rest = [m.codes[0] for m in alone if m.count < fewest]
    alone = [m for m in alone if m.count >= fewest]
    while rest and alone and speaking(rest).count < fewest:
        rest += alone.pop().codes
    shown = [*alone, *([speaking(rest)] if rest else [])]
    return Tally(
        verified,
        sum(one.count for one in unread),
        sum(one.count for _, one in read if one.proposed == one.themes),
        fewest,
        tuple(shown) if verified >= fewest else (),
    )
