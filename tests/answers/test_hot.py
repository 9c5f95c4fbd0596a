"""Hot surveys are read while they go on: never under five answers, whatever one subtracts from whatever."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palier.answers.models import Answer, Slip
from palier.answers.operations import empty_due, submit
from palier.answers.queries.hot import hot_results
from palier.answers.rules.groups import FEWEST, HOT_ORDER, Groups, coarsened
from palier.answers.rules.hot import By, Heard, Key, cuts
from palier.directory.models import Landlord
from palier.surveys.models import Household, Invitation, Solicitation, Wave
from palier.surveys.operations import close, hear_events
from palier.surveys.rules.contact import Channel, Mode
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import State
from palier.surveys.rules.waves import Design, EventKind, Pace, Told
from tests.answers.scene import FINE, addressed, links, running

Hot = tuple[Wave, list[tuple[Invitation, str]]]
SUPPLIERS = ("Ascenseurs du Canal", "Plomberie du Port", "Vitrerie Z")


def test_groups_with_too_few_opinions_are_read_together_with_those_that_lost_their_name() -> None:
    heard: dict[Key, Heard] = {"A": Heard(12, 9), "B": Heard(3, 0), "": Heard(6, 3)}
    found = {cut.keys: (cut.heard.answers, cut.invited) for cut in cuts(heard, {"A": 40, "B": 9, "C": 5}, 5)}
    # Some answers lost their group: set against those that kept it, the invited would give too low a response rate.
    assert found == {("A",): (12, 0), ("B", ""): (9, 0)}
    kept = {key: one for key, one in heard.items() if key} | {"C": Heard(4, 4)}
    found = {cut.keys: (cut.heard.answers, cut.invited) for cut in cuts(kept, {"A": 40, "B": 9, "C": 5}, 5)}
    assert found == {("A",): (12, 40), ("B", "C"): (7, 14)}


def test_nothing_is_shown_of_four_answers() -> None:
    assert cuts({"A": Heard(4, 2)}, {"A": 9}, 5) == []


@pytest.mark.parametrize("seed", range(15))
def test_any_difference_between_groups_or_days_is_made_of_five_answers_or_none(seed: int) -> None:
    """Answers come out by batches; every part that supplier, theme, agency, residence and day cut out is five alike, or none."""
    drawn, parts = random.Random(seed), Counter[tuple[int, Groups]]()
    for day in range(4):
        people = [
            Groups(
                agency=drawn.choice("NSE"),
                supplier=drawn.choice(SUPPLIERS),
                theme=drawn.choice(["lift", "water", "glass"]),
                residence=drawn.randrange(6),
            )
            for _ in range(drawn.randrange(FEWEST, 60))
        ]
        parts.update((day, kept) for kept in coarsened(people, FEWEST, HOT_ORDER))
    assert min(parts.values()) >= FEWEST


@pytest.fixture
def hot(landlord: Landlord, make_households: Callable[..., list[Household]], at: datetime) -> Hot:
    """A hot wave, and its links, that 80 interventions of three suppliers asked about, one of them rare."""
    homes = make_households(80)
    wave = running(
        landlord, at, design=Design.HOT, trigger=EventKind.INTERVENTION, paces=(Pace(0, (Channel.EMAIL,)),), delay_hours=0
    )
    told = [
        Told(EventKind.INTERVENTION, f"I{n}", home.reference, at.date(), SUPPLIERS[2 if n % 20 == 3 else n % 2], "travaux")
        for n, home in enumerate(homes)
    ]
    hear_events(landlord=landlord, told=told, origin=Origin.API, by=None, at=at)
    Solicitation.objects.update(state=State.SENT, left_at=at)
    return wave, links(wave)


def answer(hot: Hot, first: int, last: int) -> None:
    for number, (_, token) in enumerate(hot[1][first:last], first):
        good = "rather_satisfied" if number % 3 else "very_dissatisfied"
        said = FINE | {"overall_satisfaction": good} | ({} if number % 3 else {"why": "Il pleut dans la cage."})
        submit(to=addressed(token), said=said, mode=Mode.WEB)


@pytest.mark.django_db
def test_results_by_supplier_come_out_with_the_batches_and_hide_the_rare(hot: Hot, landlord: Landlord, at: datetime) -> None:
    answer(hot, 0, 34)
    empty_due(at=at + timedelta(hours=1))
    assert hot_results(landlord=landlord, kind=EventKind.INTERVENTION, by=By.SUPPLIER).overall is None
    answer(hot, 34, 35)
    assert empty_due(at=at + timedelta(days=1)) == 30
    found = hot_results(landlord=landlord, kind=EventKind.INTERVENTION, by=By.SUPPLIER)
    assert found.overall is not None
    assert found.overall.figure is not None
    assert found.overall.figure.answers == 30
    assert found.overall.figure.invited == 80
    assert SUPPLIERS[2] not in {line.name for line in found.lines}
    for line in found.lines:
        assert line.figure is not None
        assert line.figure.answers >= FEWEST
        assert line.figure.low <= line.figure.value <= line.figure.high
    assert sum(line.figure.answers for line in found.lines if line.figure) == 30
    assert not found.rated
    assert {line.figure.invited for line in found.lines if line.figure} == {0}
    assert hot_results(landlord=landlord, kind=EventKind.CONTACT, by=By.THEME).waves == ()


@pytest.mark.django_db
def test_the_batch_of_the_close_is_never_smaller_than_a_group(hot: Hot, landlord: Landlord, at: datetime) -> None:
    answer(hot, 0, 36)
    assert empty_due(at=at) == 31
    assert Slip.objects.count() == FEWEST
    before = Answer.objects.count()
    close(wave=hot[0], by=None, at=at + timedelta(days=1))
    assert empty_due(at=at + timedelta(days=2)) == FEWEST
    found = hot_results(landlord=landlord, kind=EventKind.INTERVENTION, by=By.AGENCY)
    assert found.overall is not None
    assert found.overall.figure is not None
    assert found.overall.figure.answers - before == FEWEST


@pytest.mark.django_db
@pytest.mark.parametrize("by", By)
def test_each_way_of_reading_asks_few_queries(
    hot: Hot, landlord: Landlord, at: datetime, by: By, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    answer(hot, 0, 60)
    empty_due(at=at)
    hot_results(landlord=landlord, kind=EventKind.INTERVENTION, by=by)
    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
        found = hot_results(landlord=landlord, kind=EventKind.INTERVENTION, by=by, since=at.date())
    assert found.lines
