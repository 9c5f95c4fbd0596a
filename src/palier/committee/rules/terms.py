"""Terms of a committee: quorum, majority, casting vote, notice… as dated data.

Nothing here is an official text: none is published. The label's owner edits a copy and publishes it from a date; what was
decided before keeps the terms of its day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from math import ceil, floor
from typing import Any

from palier.verdict import Refusal, Verdict, no


class Matter(StrEnum):
    """What a committee is asked to decide."""

    ADMISSIBILITY = "admissibility"
    AWARD = "award"
    CONFIRMATION = "confirmation"
    RENEWAL = "renewal"
    WITHDRAWAL = "withdrawal"
    ACCREDITATION = "accreditation"
    EVOLUTION = "evolution"
    MINUTES = "minutes"
    OTHER = "other"

    @property
    def label(self) -> str:
        """In French."""
        return _MATTERS[self]


_MATTERS = {
    Matter.ADMISSIBILITY: "Admissibilité d’un organisme",
    Matter.AWARD: "Attribution du label",
    Matter.CONFIRMATION: "Confirmation du label",
    Matter.RENEWAL: "Renouvellement du label",
    Matter.WITHDRAWAL: "Suspension ou retrait du label",
    Matter.ACCREDITATION: "Agrément pour l’audit",
    Matter.EVOLUTION: "Évolution des règles ou d’une grille",
    Matter.MINUTES: "Approbation d’un procès-verbal",
    Matter.OTHER: "Autre sujet",
}

SHARES: dict[Fraction, tuple[str, str]] = {
    Fraction(1, 4): ("du quart", "le quart"),
    Fraction(1, 3): ("du tiers", "le tiers"),
    Fraction(1, 2): ("de la moitié", "la moitié"),
    Fraction(3, 5): ("des trois cinquièmes", "les trois cinquièmes"),
    Fraction(2, 3): ("des deux tiers", "les deux tiers"),
    Fraction(3, 4): ("des trois quarts", "les trois quarts"),
    Fraction(1): ("de la totalité", "la totalité"),
}
"""The shares that terms may name, as read after « plus » and after « au moins »."""


class Base(StrEnum):
    """Of what a share is taken."""

    SEATS = "seats"
    """The seats that have a voice."""
    SITTING = "sitting"
    """Those for which somebody sits: at the opening of the session for a quorum, on the matter for a majority."""
    CAST = "cast"
    """The voices cast, for a majority."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of a number of seats or of voices: more than it (``strict``), or at least it."""

    share: Fraction
    of: Base
    strict: bool

    def least(self, whole: int) -> int:
        """The smallest number that reaches the threshold; never 0, so that nobody decides nothing."""
        exact = self.share * whole
        return max(1, floor(exact) + 1 if self.strict else ceil(exact))

    @property
    def words(self) -> str:
        """« plus de la moitié », « au moins les deux tiers »."""
        more, at_least = SHARES[self.share]
        return f"plus {more}" if self.strict else f"au moins {at_least}"


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of the terms of a committee."""

    title: str
    quorum: Threshold
    second_quorum: Threshold | None
    """On a second convocation; None when it sits whatever the number."""
    majority: Threshold
    majorities: Mapping[Matter, Threshold] = field(default_factory=dict)
    """Stricter ones, by matter."""
    abstentions_count: bool = False
    """Whether abstentions are voices cast."""
    casting_vote: bool = True
    """On an equal division, the side of the president's own voice wins; there is none when the president did not vote."""
    vice_votes: bool = True
    """Whether the vice-president's seat votes when not presiding."""
    notice_days: int = 15
    second_notice_days: int = 5
    proxies: int = 0
    """How many voices of absent seats one person may carry besides their own; they do not count for the quorum."""
    remote: bool = True
    written: bool = True
    secret: bool = False

    def majority_on(self, matter: Matter, *, spares: bool = False) -> Threshold:
        """What a matter asks; the ordinary majority for a motion that ``spares`` the label on which it bears."""
        return self.majority if spares else self.majorities.get(matter, self.majority)


_NUMBERS = ("notice_days", "second_notice_days", "proxies")
_SWITCHES = ("abstentions_count", "casting_vote", "vice_votes", "remote", "written", "secret")
QUORUM_OF, MAJORITY_OF = (Base.SEATS, Base.SITTING), (Base.CAST, Base.SITTING)
"""Of what each kind of threshold may take its share."""


def parse(data: Mapping[str, Any]) -> Terms:
    """Terms from their plain data (YAML or JSON).

    Raises:
        Refusal: naming every place that does not hold and its cure.
    """
    if problems := list(_problems(data)):
        raise Refusal(Verdict.all(no("committee.terms", text) for text in problems))
    second = data["second_quorum"]
    return Terms(
        title=data["title"],
        quorum=_threshold(data["quorum"]),
        second_quorum=_threshold(second) if second else None,
        majority=_threshold(data["majority"]),
        majorities={Matter(matter): _threshold(given) for matter, given in data.get("majorities", {}).items()},
        **{name: data[name] for name in (*_NUMBERS, *_SWITCHES)},
    )


def _threshold(data: Mapping[str, Any]) -> Threshold:
    return Threshold(Fraction(data["share"]), Base(data["of"]), data["strict"])


def _problems(data: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(data.get("title"), str) or not data["title"].strip():
        yield "« title » : indiquez un titre."
    yield from _of_threshold("quorum", data.get("quorum"), QUORUM_OF)
    if data.get("second_quorum") is not None:
        yield from _of_threshold("second_quorum", data["second_quorum"], QUORUM_OF)
    yield from _of_threshold("majority", data.get("majority"), MAJORITY_OF)
    majorities = data.get("majorities", {})
    if not isinstance(majorities, Mapping):
        yield "« majorities » : indiquez une majorité par sujet."
        majorities = {}
    for matter, given in majorities.items():
        if matter not in set(Matter):
            yield f"« majorities » : le sujet « {matter} » n’existe pas."
        yield from _of_threshold(f"majorities.{matter}", given, MAJORITY_OF)
    for name in _NUMBERS:
        value = data.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            yield f"« {name} » : indiquez un nombre entier positif ou nul."
    for name in _SWITCHES:
        if not isinstance(data.get(name), bool):
            yield f"« {name} » : répondez par oui ou par non."


def _of_threshold(where: str, data: object, bases: tuple[Base, ...]) -> Iterator[str]:
    if not isinstance(data, Mapping):
        yield f"« {where} » : indiquez une part (share), de quoi (of) et si elle doit être dépassée (strict)."
        return
    if data.get("share") not in {str(share) for share in SHARES}:
        yield f"« {where}.share » : choisissez parmi {', '.join(str(share) for share in SHARES)}."
    elif Fraction(data["share"]) == 1 and data.get("strict") is True:
        yield f"« {where} » : plus de la totalité ne s’atteint jamais ; choisissez « au moins »."
    if data.get("of") not in set(bases):
        yield f"« {where}.of » : choisissez parmi {', '.join(bases)}."
    if not isinstance(data.get("strict"), bool):
        yield f"« {where}.strict » : répondez par oui ou par non."


_OF = {Base.SEATS: "sièges ayant une voix", Base.SITTING: "sièges présents", Base.CAST: "voix exprimées"}
NAMES = {
    "quorum": "Quorum",
    "second_quorum": "Quorum sur seconde convocation",
    "majority": "Majorité",
    "abstentions_count": "Les abstentions comptent parmi les voix exprimées",
    "casting_vote": "Voix prépondérante de la présidence en cas de partage égal",
    "vice_votes": "La vice-présidence vote aussi quand elle ne préside pas",
    "notice_days": "Jours entre la convocation et la séance",
    "second_notice_days": "Jours avant une séance sur seconde convocation",
    "proxies": "Pouvoirs qu’une personne peut porter",
    "remote": "Présence à distance possible",
    "written": "Consultation écrite possible",
    "secret": "Vote à bulletin secret",
}


def lines(terms: Terms) -> list[tuple[str, str]]:
    """Everything terms say, in words, in the order in which people read it."""
    own = [(name, in_words(getattr(terms, key))) for key, name in NAMES.items()]
    stricter = [
        (f"Majorité : {matter.label.lower()}", in_words(terms.majorities[matter]))
        for matter in Matter
        if matter in terms.majorities
    ]
    return own[:3] + stricter + own[3:]


def differences(before: Terms, after: Terms) -> list[tuple[str, str, str]]:
    """What changes from one version to the next: (term, before, after)."""
    old, new = dict(lines(before)), dict(lines(after))
    names = [name for name, _ in lines(after)] + [name for name in old if name not in new]
    same = "comme les autres sujets"
    return [(name, old.get(name, same), new.get(name, same)) for name in names if old.get(name) != new.get(name)]


def in_words(value: Threshold | bool | int | None) -> str:
    """A term as read on screen."""
    if value is None:
        return "aucun"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, Threshold):
        return f"{value.words} des {_OF[value.of]}"
    return str(value)
