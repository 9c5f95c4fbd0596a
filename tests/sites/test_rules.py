"""The rating: what a score suggests, what a level asks for, when a rating may be closed."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from palier.sites.rules import (
    Level,
    RatingFacts,
    Standing,
    list_confirmable,
    may_rate,
    rating_closed,
    rating_complete,
    reasoned,
    suggested,
)

COMPLETE = RatingFacts(landlord=1, opened=True, residences=3, rated=3, priority=1, list_confirmed=True)


def test_levels_stand_from_nothing_to_the_worst() -> None:
    assert [level.rank for level in Level] == [0, 1, 2, 3]
    assert [level.standing for level in Level] == [Standing.ORDINARY, Standing.AT_RISK, Standing.COMPLEX, Standing.COMPLEX]


@pytest.mark.parametrize(
    ("severity", "level"),
    [
        (Fraction(0), Level.NONE),
        (Fraction(249, 1000), Level.NONE),
        (Fraction(1, 4), Level.MEDIUM),
        (Fraction(1, 2), Level.IMPORTANT),
        (Fraction(3, 4), Level.EXTREME),
        (Fraction(1), Level.EXTREME),
    ],
)
def test_a_score_suggests_a_level_from_its_threshold_on(severity: Fraction, level: Level) -> None:
    assert suggested(severity) is level


def test_nothing_scored_suggests_nothing() -> None:
    assert suggested(None) is None


@given(st.fractions(0, 1), st.fractions(0, 1))
def test_a_worse_score_never_suggests_a_milder_level(one: Fraction, other: Fraction) -> None:
    milder, worse = suggested(min(one, other)), suggested(max(one, other))
    assert milder is not None
    assert worse is not None
    assert milder.rank <= worse.rank


def test_a_level_comes_with_its_reasons() -> None:
    assert reasoned(Level.NONE, "")
    assert reasoned(Level.EXTREME, "Halls occupés chaque soir.")
    assert reasoned(Level.MEDIUM, "  ").sentence == "Dites en une phrase pourquoi la situation est « moyenne »."


def test_an_unopened_rating_sends_to_its_opening() -> None:
    verdict = rating_complete(RatingFacts(landlord=7, residences=3))
    assert verdict.reasons[0].code == "sites.not_opened"
    assert verdict.reasons[0].remedy is not None
    assert verdict.reasons[0].remedy.args == {"landlord_id": 7}


def test_without_stock_there_is_nothing_to_rate() -> None:
    assert rating_complete(RatingFacts(landlord=7)).reasons[0].code == "sites.no_stock"


def test_all_that_is_missing_is_said_at_once() -> None:
    verdict = rating_complete(RatingFacts(landlord=1, opened=True, residences=112, rated=74))
    assert [reason.sentence for reason in verdict.reasons] == [
        "38 résidences sur 112 ne sont pas encore cotées.",
        "La liste des sites prioritaires n’est pas encore confirmée.",
    ]


def test_a_complete_rating_is_still_to_be_closed_by_the_direction() -> None:
    assert rating_complete(COMPLETE)
    assert rating_closed(COMPLETE).reasons[0].code == "sites.not_closed"


def test_a_closed_rating_lets_the_journey_go_on_whatever_came_after() -> None:
    later = RatingFacts(landlord=1, opened=True, closed=True, residences=5, rated=3)
    assert rating_closed(later)
    assert may_rate(later).reasons[0].code == "sites.rating_closed"


def test_an_empty_list_says_why() -> None:
    empty = RatingFacts(landlord=1, opened=True, residences=3, rated=3)
    assert not list_confirmable(empty, " ")
    assert list_confirmable(empty, "Aucune résidence ne dépasse le niveau moyen.")
    assert list_confirmable(COMPLETE, "")
