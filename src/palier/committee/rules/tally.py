"""Counting voices: a pure function, with the sentence that explains what it found.

Everything is counted in whole seats and exact fractions. What a word means here:

- the *quorum* is reached when enough seats have somebody who sits on the matter; a recused seat does not count as present,
  and stays in the number of which the share is taken;
- *voices cast* are those for and against, and the abstentions where the terms count them;
- the president's *casting vote* breaks an equal division under a simple majority of the voices cast, and only if the
  president voted for or against.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from palier.committee.rules.seats import Hold
from palier.committee.rules.terms import Base, Matter, Terms, Threshold


class Choice(StrEnum):
    """What a ballot says."""

    FOR = "for"
    AGAINST = "against"
    ABSTENTION = "abstention"

    @property
    def label(self) -> str:
        """In French."""
        return {"for": "Pour", "against": "Contre", "abstention": "Abstention"}[self.value]


@dataclass(frozen=True, slots=True)
class Chair:
    """A seat on the roll of a matter: what becomes of it, and its part in the session."""

    hold: Hold
    voting: bool = True
    """Whether it has a voice."""
    presides: bool = False
    vice: bool = False
    """Whether it is the vice-president's."""
    person: int | None = None
    """Who may vote for it."""


@dataclass(frozen=True, slots=True)
class Roll:
    """The seats of one matter, frozen: ``opened`` is how many with a voice sat when the session opened."""

    seats: Mapping[int, Chair]
    opened: int
    second: bool = False
    """Whether the matter missed its quorum at a first session, of which this one is the second convocation."""


class Result(StrEnum):
    """How a matter ends."""

    ADOPTED = "adopted"
    REJECTED = "rejected"
    NO_QUORUM = "no_quorum"


@dataclass(frozen=True, slots=True)
class Quorum:
    """Whether enough seats are there, and why."""

    present: int
    needed: int
    reached: bool
    sentence: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The count of a matter and the sentence that explains it."""

    result: Result
    voices_for: int
    voices_against: int
    abstentions: int
    needed: int
    by_casting_vote: bool
    sentence: str


def voters(terms: Terms, roll: Roll) -> frozenset[int]:
    """The seats that may vote on the matter: those for which somebody sits, or whose voice is carried."""
    return frozenset(number for number, seat in roll.seats.items() if seat.hold in _HEARD and _has_voice(terms, seat))


_HEARD = frozenset({Hold.SITS, Hold.PROXY})


def _has_voice(terms: Terms, seat: Chair) -> bool:
    return seat.voting and (terms.vice_votes or not seat.vice or seat.presides)


def quorum(terms: Terms, roll: Roll) -> Quorum:
    """Whether enough seats have somebody who sits on the matter."""
    asked = terms.second_quorum if roll.second else terms.quorum
    present = sum(roll.seats[number].hold is Hold.SITS for number in voters(terms, roll))
    if asked is None:
        return Quorum(present, 1, present > 0, f"Sur seconde convocation, le comité siège avec {_seats(present)}.")
    whole = roll.opened if asked.of is Base.SITTING else sum(_has_voice(terms, seat) for seat in roll.seats.values())
    needed = asked.least(whole)
    of = "présents à l’ouverture" if asked.of is Base.SITTING else "ayant une voix"
    rule = f"{asked.words} des sièges {of} ({whole}), soit {needed}"
    if present >= needed:
        return Quorum(present, needed, reached=True, sentence=f"Quorum atteint : {_seats(present)}. Il fallait {rule}.")
    return Quorum(present, needed, reached=False, sentence=f"Quorum manqué : {_seats(present)}. Il fallait {rule}.")


def tally(
    terms: Terms,
    matter: Matter,
    roll: Roll,
    ballots: Mapping[int, Choice],
    *,
    left: Collection[int] = (),
    spares: bool = False,
) -> Tally:
    """Count the ballots of a matter, by seat. ``left`` are the seats that nobody held any more at the close.

    A motion that ``spares`` the label asks the ordinary majority: a stricter one protects it, and is asked to take it away.
    The quorum is that of the opening; a seat left without having voted no longer counts among those that sit.

    Raises:
        ValueError: when a seat that may not vote has a ballot.
    """
    may_vote = voters(terms, roll)
    if strangers := sorted(set(ballots) - may_vote):
        raise ValueError(f"seats without a voice on this matter voted: {strangers}")
    yes, against, abstentions = (sum(ballot is choice for ballot in ballots.values()) for choice in Choice)
    asked = terms.majority_on(matter, spares=spares)
    cast = yes + against + (abstentions if terms.abstentions_count else 0)
    whole = cast if asked.of is Base.CAST else len(may_vote - (frozenset(left) - set(ballots)))
    needed = asked.least(whole)
    found = quorum(terms, roll)
    if not found.reached:
        result, casting, said = Result.NO_QUORUM, False, f"Pas de décision. {found.sentence}"
    else:
        counts = f"{yes} voix pour, {against} contre, {abstentions} abstention{'s' if abstentions > 1 else ''}"
        of = "voix exprimées" if asked.of is Base.CAST else "sièges présents"
        rule = f"Il fallait {asked.words} des {of} ({whole}), soit {needed}."
        if yes == against > 0 and may_divide(terms, asked):
            side = next((ballots.get(number) for number, seat in roll.seats.items() if seat.presides), None)
            result, casting, said = _casting(side, counts)
        elif yes >= needed:
            result, casting, said = Result.ADOPTED, False, f"Adopté : {counts}. {rule}"
        else:
            result, casting, said = Result.REJECTED, False, f"Rejeté : {counts}. {rule}"
    return Tally(result, yes, against, abstentions, needed, casting, said)


def _casting(side: Choice | None, counts: str) -> tuple[Result, bool, str]:
    """What an equal division becomes, by what the president's own ballot says."""
    if side is Choice.FOR:
        return Result.ADOPTED, True, f"Adopté par la voix prépondérante de la présidence : {counts}, partage égal."
    if side is Choice.AGAINST:
        return Result.REJECTED, True, f"Rejeté par la voix prépondérante de la présidence : {counts}, partage égal."
    return Result.REJECTED, False, f"Rejeté : {counts}. Partage égal, et la présidence n’a voté ni pour ni contre."


def may_divide(terms: Terms, asked: Threshold) -> bool:
    """Whether the president's casting vote breaks an equal division, under the majority asked."""
    simple = asked.share == Fraction(1, 2) and asked.strict and asked.of is Base.CAST and not terms.abstentions_count
    return terms.casting_vote and simple


def missed(last: Result | None, found: Quorum | None, *, before: bool) -> bool:
    """Whether a matter that a session left missed its quorum there: only then does a second convocation relax it.

    ``last`` is how its last poll ended, if any stands: what was put to the vote had its quorum, or was found to lack it.
    ``found`` is the quorum when the session ended (None in writing, where nobody is in a room): a matter that was never
    reached while enough sat has missed nothing. One that missed it ``before``, and was put to no vote since, still has.
    """
    if last is not None:
        return last is Result.NO_QUORUM
    return before or (found is not None and not found.reached)


def _seats(count: int) -> str:
    return f"{count} siège{'s' if count > 1 else ''} présent{'s' if count > 1 else ''}"
