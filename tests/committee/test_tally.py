"""Counting voices: cases worked by hand, properties, and a second count written otherwise."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from palier.committee.rules.seats import Hold
from palier.committee.rules.tally import Chair, Choice, Result, Roll, quorum, tally, voters
from palier.committee.rules.terms import SHARES, Base, Matter, Terms, Threshold

HALF_CAST = Threshold(Fraction(1, 2), Base.CAST, strict=True)
TWO_THIRDS = Threshold(Fraction(2, 3), Base.CAST, strict=False)
HALF_SEATS = Threshold(Fraction(1, 2), Base.SEATS, strict=True)
TERMS = Terms("Essai", HALF_SEATS, None, HALF_CAST, {Matter.WITHDRAWAL: TWO_THIRDS})


def room(sits: int, *, vacant: int = 0, recused: int = 0, **more: object) -> Roll:
    """Seats numbered from 1; the first presides."""
    holds = [Hold.SITS] * sits + [Hold.VACANT] * vacant + [Hold.RECUSED] * recused
    seats = {number: Chair(hold, presides=number == 1, vice=number == 2) for number, hold in enumerate(holds, 1)}
    return Roll(seats, opened=sits + recused, **more)  # type: ignore[arg-type]


def votes(yes: int, against: int, abstentions: int = 0, first: int = 1) -> dict[int, Choice]:
    choices = [Choice.FOR] * yes + [Choice.AGAINST] * against + [Choice.ABSTENTION] * abstentions
    return dict(enumerate(choices, first))


def test_more_than_half_of_the_voices_cast() -> None:
    found = tally(TERMS, Matter.AWARD, room(10, vacant=3), votes(5, 4, 1))
    assert found.result is Result.ADOPTED
    assert found.sentence == (
        "Adopté : 5 voix pour, 4 contre, 1 abstention. Il fallait plus de la moitié des voix exprimées (9), soit 5."
    )


def test_abstentions_count_where_the_terms_say_so() -> None:
    terms = replace(TERMS, abstentions_count=True)
    assert tally(terms, Matter.AWARD, room(10), votes(5, 4, 1)).result is Result.REJECTED
    assert tally(terms, Matter.AWARD, room(10), votes(6, 3, 1)).result is Result.ADOPTED


def test_a_majority_of_those_who_sit_counts_the_silent() -> None:
    terms = replace(TERMS, majority=Threshold(Fraction(1, 2), Base.SITTING, strict=True))
    assert tally(terms, Matter.AWARD, room(10), votes(5, 1)).result is Result.REJECTED
    assert tally(terms, Matter.AWARD, room(10), votes(6, 0)).result is Result.ADOPTED


def test_a_withdrawal_asks_for_its_own_majority() -> None:
    assert tally(TERMS, Matter.WITHDRAWAL, room(10), votes(6, 4)).result is Result.REJECTED
    found = tally(TERMS, Matter.WITHDRAWAL, room(9), votes(6, 3))
    assert (found.result, found.needed) == (Result.ADOPTED, 6)
    assert "au moins les deux tiers" in found.sentence


@pytest.mark.parametrize(
    ("chair", "result", "by"),
    [
        (Choice.FOR, Result.ADOPTED, True),
        (Choice.AGAINST, Result.REJECTED, True),
        (Choice.ABSTENTION, Result.REJECTED, False),
        (None, Result.REJECTED, False),
    ],
)
def test_the_president_divides_equal_voices_only_after_voting(chair: Choice | None, result: Result, *, by: bool) -> None:
    others = {Choice.FOR: (3, 4), Choice.AGAINST: (4, 3)}.get(chair, (4, 4))  # type: ignore[call-overload]
    ballots = votes(*others, first=2) | ({1: chair} if chair else {})
    found = tally(TERMS, Matter.AWARD, room(9), ballots)
    assert (found.voices_for, found.voices_against) == (4, 4)
    assert (found.result, found.by_casting_vote) == (result, by)


def test_no_casting_vote_where_the_terms_give_none_nor_under_another_majority() -> None:
    ballots = votes(4, 4)
    assert tally(replace(TERMS, casting_vote=False), Matter.AWARD, room(8), ballots).result is Result.REJECTED
    assert not tally(TERMS, Matter.WITHDRAWAL, room(8), ballots).by_casting_vote


def test_a_recused_seat_is_not_present_and_stays_in_the_number() -> None:
    assert quorum(TERMS, room(7, vacant=3, recused=3)).reached
    found = quorum(TERMS, room(6, vacant=3, recused=4))
    assert (found.present, found.needed, found.reached) == (6, 7, False)
    assert found.sentence == (
        "Quorum manqué : 6 sièges présents. Il fallait plus de la moitié des sièges ayant une voix (13), soit 7."
    )


def test_a_quorum_of_those_who_sat_at_the_opening() -> None:
    terms = replace(TERMS, quorum=Threshold(Fraction(2, 3), Base.SITTING, strict=False))
    assert quorum(terms, room(6, recused=3)).reached
    assert not quorum(terms, room(5, recused=4)).reached


def test_a_second_convocation_sits_whatever_the_number_unless_the_terms_say_otherwise() -> None:
    assert tally(TERMS, Matter.AWARD, room(2, vacant=11, second=True), votes(2, 0)).result is Result.ADOPTED
    assert not quorum(TERMS, room(0, vacant=13, second=True)).reached
    terms = replace(TERMS, second_quorum=Threshold(Fraction(1, 3), Base.SEATS, strict=False))
    assert not quorum(terms, room(4, vacant=9, second=True)).reached
    assert quorum(terms, room(5, vacant=8, second=True)).reached


def test_without_quorum_nothing_is_decided() -> None:
    found = tally(TERMS, Matter.AWARD, room(3, vacant=10), votes(3, 0))
    assert found.result is Result.NO_QUORUM
    assert found.sentence.startswith("Pas de décision. Quorum manqué : 3 sièges présents.")


def test_nobody_expressed_adopts_nothing() -> None:
    found = tally(TERMS, Matter.AWARD, room(9), votes(0, 0, 9))
    assert found.result is Result.REJECTED
    assert "0 voix pour, 0 contre, 9 abstentions" in found.sentence


def test_the_vice_president_votes_when_presiding_whatever_the_terms() -> None:
    terms = replace(TERMS, vice_votes=False)
    assert voters(terms, room(4)) == {1, 3, 4}
    presiding = room(4)
    seats = {n: replace(seat, presides=seat.vice) for n, seat in presiding.seats.items()}
    assert voters(terms, replace(presiding, seats=seats)) == {1, 2, 3, 4}


def test_a_seat_without_a_voice_neither_counts_nor_votes() -> None:
    mute = room(4)
    seats = {n: replace(seat, voting=n != 4) for n, seat in mute.seats.items()}
    assert quorum(TERMS, replace(mute, seats=seats)).needed == 2
    with pytest.raises(ValueError, match=r"\[4\]"):
        tally(TERMS, Matter.AWARD, replace(mute, seats=seats), {4: Choice.FOR})


# --- Whatever the terms and the room -------------------------------------------------------------------------------

thresholds = st.builds(Threshold, st.sampled_from(sorted(SHARES)), st.just(Base.SEATS), st.booleans()).filter(
    lambda t: t.share < 1 or not t.strict
)


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Terms, Matter, Roll, dict[int, Choice]]:
    def threshold(*bases: Base) -> Threshold:
        return replace(draw(thresholds), of=draw(st.sampled_from(bases)))

    terms = Terms(
        "Tirage",
        threshold(Base.SEATS, Base.SITTING),
        draw(st.none() | thresholds),
        threshold(Base.CAST, Base.SITTING),
        {Matter.WITHDRAWAL: threshold(Base.CAST, Base.SITTING)} if draw(st.booleans()) else {},
        abstentions_count=draw(st.booleans()),
        casting_vote=draw(st.booleans()),
        vice_votes=draw(st.booleans()),
    )
    numbers = range(1, draw(st.integers(1, 12)) + 1)
    presides, vice = draw(st.sampled_from(numbers)), draw(st.sampled_from(numbers))
    seats = {
        n: Chair(draw(st.sampled_from(Hold)), voting=draw(st.booleans()), presides=n == presides, vice=n == vice)
        for n in numbers
    }
    roll = Roll(seats, opened=draw(st.integers(0, 12)), second=draw(st.booleans()))
    ballots = {n: draw(st.sampled_from(Choice)) for n in sorted(voters(terms, roll)) if draw(st.booleans())}
    return terms, draw(st.sampled_from(Matter)), roll, ballots


def by_hand(terms: Terms, matter: Matter, roll: Roll, ballots: dict[int, Choice]) -> Result:
    """The same count by another way: products of whole numbers, no threshold, one condition after the other."""

    def reaches(count: int, rule: Threshold, whole: int) -> bool:
        left, right = count * rule.share.denominator, whole * rule.share.numerator
        return count > 0 and (left > right if rule.strict else left >= right)

    voiced = [s for s in roll.seats.values() if s.voting and not (s.vice and not s.presides and not terms.vice_votes)]
    here = len([s for s in voiced if s.hold is Hold.SITS])
    rule = terms.second_quorum if roll.second else terms.quorum
    if (rule and not reaches(here, rule, roll.opened if rule.of is Base.SITTING else len(voiced))) or not here:
        return Result.NO_QUORUM
    heard = here + len([s for s in voiced if s.hold is Hold.PROXY])
    said = list(ballots.values())
    yes, against = said.count(Choice.FOR), said.count(Choice.AGAINST)
    expressed = len(said) if terms.abstentions_count else yes + against
    majority = terms.majorities.get(matter, terms.majority)
    simple = (majority.share, majority.strict, majority.of) == (Fraction(1, 2), True, Base.CAST)
    if yes and yes == against and terms.casting_vote and simple and not terms.abstentions_count:
        head = [n for n, s in roll.seats.items() if s.presides]
        return Result.ADOPTED if ballots.get(head[0]) is Choice.FOR else Result.REJECTED
    return Result.ADOPTED if reaches(yes, majority, expressed if majority.of is Base.CAST else heard) else Result.REJECTED


@settings(max_examples=1500)
@given(scenes())
def test_two_counts_agree(scene: tuple[Terms, Matter, Roll, dict[int, Choice]]) -> None:
    assert tally(*scene).result is by_hand(*scene)


@given(scenes())
def test_a_voice_that_turns_for_never_loses_a_matter(scene: tuple[Terms, Matter, Roll, dict[int, Choice]]) -> None:
    terms, matter, roll, ballots = scene
    if tally(*scene).result is Result.ADOPTED:
        for number, choice in ballots.items():
            if choice is Choice.AGAINST:
                turned = tally(terms, matter, roll, ballots | {number: Choice.FOR})
                assert turned.result is Result.ADOPTED


@given(scenes())
def test_the_sentence_says_the_result_and_every_count(scene: tuple[Terms, Matter, Roll, dict[int, Choice]]) -> None:
    found = tally(*scene)
    first = {Result.ADOPTED: "Adopté", Result.REJECTED: "Rejeté", Result.NO_QUORUM: "Pas de décision"}[found.result]
    assert found.sentence.startswith(first)
    if found.result is not Result.NO_QUORUM:
        assert f"{found.voices_for} voix pour, {found.voices_against} contre" in found.sentence
