"""Closing a session of 30 matters on which 15 seats have voted: polls counted twice, matters concluded, the session closed."""

import time
from datetime import timedelta
from itertools import pairwise

from figures import figure, queries, ready

ready()

from tests.committee.consultations import committee_of, polls_of
from tests.committee.races import now

from palier.committee.models import Poll
from palier.committee.operations import cast, close_poll, close_session, conclude
from palier.committee.rules.tally import Choice

MATTERS, SEATS = 30, 15
secretary, titulars, _ = committee_of(SEATS)


def voted() -> list[Poll]:
    """The polls of a session in writing, each with the ballots of every seat."""
    polls = polls_of(secretary, titulars, MATTERS)
    for number, poll in enumerate(polls):
        for rank, mandate in enumerate(titulars):
            choice = list(Choice)[(number + rank) % 3]
            cast(poll=poll, seat=mandate.seat, choice=choice, by=mandate.person, at=now())
    return polls


def close(polls: list[Poll]) -> list[float]:
    """Close it all; the instants at which polls, matters and session were."""
    at, marks = now() + timedelta(days=2), [time.perf_counter()]
    for poll in polls:
        close_poll(poll=poll, by=secretary, at=at)
    marks.append(time.perf_counter())
    for poll in polls:
        conclude(item=poll.item, by=secretary, at=at)
    close_session(session=polls[0].item.session, by=secretary, at=at)
    return [*marks, time.perf_counter()]


runs: list[list[float]] = []
first, second = voted(), voted()
asked = queries(lambda: runs.append(close(first)))
runs.append(close(second))
marks = min(runs, key=lambda run: run[-1] - run[0])  # what a busy machine lengthens least
for what, (begin, end) in zip(("the polls", "the matters and the session"), pairwise(marks), strict=True):
    figure(f"closing {what}, {MATTERS} matters and {SEATS} seats", end - begin, "s")
figure("closing all of it", marks[-1] - marks[0], "s", promised=2)
figure("SQL queries of all of it", asked, "queries")
