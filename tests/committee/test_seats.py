"""The voice belongs to the seat: who sits for it, whatever the room and the recusals."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from palier.committee.rules.seats import Hold, Holder, Place, Recusal, place

TITULAR, FIRST, SECOND = Holder(0, 10), Holder(1, 11), Holder(2, 12)
ALL = [SECOND, TITULAR, FIRST]


def test_the_titular_sits_when_in_the_room() -> None:
    assert place(ALL, present={10, 11, 12}, recused={}) == Place(Hold.SITS, 10, 0)


def test_substitutes_are_called_in_their_order() -> None:
    assert place(ALL, present={12, 11}, recused={}) == Place(Hold.SITS, 11, 1)
    assert place(ALL, present={12}, recused={}).substituted


def test_a_personal_recusal_lets_the_substitute_sit() -> None:
    assert place(ALL, present={10, 11}, recused={10: Recusal.PERSONAL}) == Place(Hold.SITS, 11, 1)


def test_an_institutional_recusal_empties_the_seat_whoever_declares_it() -> None:
    for person in (10, 11, 12):
        assert place(ALL, present={10, 11, 12}, recused={person: Recusal.INSTITUTIONAL}) == Place(Hold.RECUSED)


def test_a_seat_alone_in_its_recusal_is_recused_and_an_absent_one_vacant() -> None:
    assert place(ALL, present={10}, recused={10: Recusal.PERSONAL}).hold is Hold.RECUSED
    assert place(ALL, present={99}, recused={10: Recusal.PERSONAL}).hold is Hold.VACANT
    assert place([], present={10}, recused={}).hold is Hold.VACANT


@given(
    st.lists(st.integers(1, 6), unique=True, max_size=5),
    st.sets(st.integers(1, 6)),
    st.dictionaries(st.integers(1, 6), st.sampled_from(Recusal)),
)
def test_whoever_sits_holds_the_seat_is_here_and_is_not_recused(
    people: list[int], present: set[int], recused: dict[int, Recusal]
) -> None:
    holders = [Holder(rank, person) for rank, person in enumerate(people)]
    found = place(holders, present=present, recused=recused)
    assert (found.person is None) is (found.hold is not Hold.SITS)
    if found.person is not None:
        assert found.person in people
        assert found.person in present
        assert found.person not in recused
        before = people[: people.index(found.person)]
        assert all(person not in present or person in recused for person in before)
