"""Members who vote in the same instant, and a close among them: for the tests and for ``bench/votes.py``."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from palier.committee.models import Mandate, Poll
    from palier.directory.models import Person


def now() -> datetime:
    return datetime.now(UTC)


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Run acts in as many threads, each on its own connection, released together; their answers."""
    barrier = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            answers[place] = act()
        except Exception as problem:  # noqa: BLE001 - told to the caller
            answers[place] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def duel(poll: Poll, titular: Mandate, substitute: Mandate) -> None:
    """Titular and substitute vote in the same instant: one ballot, one refusal on record."""
    from palier.committee.models import Ballot
    from palier.committee.operations import cast
    from palier.committee.rules.tally import Choice
    from palier.ledger.models import Entry

    def vote(mandate: Mandate, choice: Choice) -> Callable[[], object]:
        return lambda: cast(poll=poll, seat=mandate.seat, choice=choice, by=mandate.person, at=now())

    answers = at_once([vote(titular, Choice.FOR), vote(substitute, Choice.AGAINST)])
    kept = [answer for answer in answers if isinstance(answer, Ballot)]
    assert len(kept) == 1, answers
    assert Ballot.objects.filter(poll=poll, seat=titular.seat).count() == 1
    refusals = Entry.objects.filter(act="committee.ballot_refused", content__facts__poll=poll.pk)
    assert refusals.count() == 1


def rush(poll: Poll, members: list[Mandate], clients: int, closer: Person, rng: random.Random, slots: int) -> int:
    """So many clients vote, over and over for the same seats, and the poll closes at some instant among them.

    ``slots`` is how many of them the database serves at a time. How many ballots were acknowledged.
    """
    from palier.committee.models import Ballot
    from palier.committee.operations import cast, close_poll
    from palier.committee.queries import current_ballots
    from palier.committee.rules.tally import Choice
    from palier.ledger.models import Entry
    from palier.ledger.rules import commitment

    gate = threading.Semaphore(slots)

    def client(mandate: Mandate) -> Callable[[], object]:
        def vote() -> object:
            with gate:
                try:
                    return cast(poll=poll, seat=mandate.seat, choice=rng.choice(list(Choice)), by=mandate.person, at=now())
                finally:
                    connection.close()

        return vote

    def close() -> object:
        with gate:
            try:
                return close_poll(poll=poll, by=closer, at=now())
            finally:
                connection.close()

    acts = [client(rng.choice(members)) for _ in range(clients)]
    acts.insert(rng.randrange(clients), close)
    answers = at_once(acts)
    problems = [answer for answer in answers if isinstance(answer, Exception)]
    assert not problems, problems[:3]
    acknowledged = [answer for answer in answers if isinstance(answer, Ballot)]
    poll.refresh_from_db()
    ballots = list(Ballot.objects.filter(poll=poll))
    assert poll.closed_at is not None
    assert all(ballot.at <= poll.closed_at for ballot in ballots)
    assert {ballot.pk for ballot in ballots} == {ballot.pk for ballot in acknowledged}
    lines = Entry.objects.filter(act="committee.ballot_cast", content__facts__poll=poll.pk).in_bulk()
    assert set(lines) == {ballot.entry for ballot in ballots}
    for ballot in ballots:
        said = {
            "poll": poll.pk,
            "seat": ballot.seat_id,
            "version": ballot.version,
            "by": ballot.by_id,
            "choice": ballot.choice,
            "conditions": "",
            "reasons": "",
        }
        line = lines[ballot.entry].content
        assert line is not None
        assert line["facts"]["seal"] == ballot.seal == commitment(bytes.fromhex(ballot.nonce), said)
    counted = {ballot.seat_id: ballot.choice for ballot in current_ballots(poll=poll).values()}
    assert poll.record is not None
    assert {seat: choice for seat, _, choice in poll.record["ballots"]} == counted
    return len(ballots)
