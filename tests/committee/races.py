"""Members who vote in the same instant, and a close among them: for the tests and for ``bench/votes.py``."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from palier.committee.models import Ballot, Mandate, Poll
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


def handover(poll: Poll, leaver: Mandate, secretary: Person) -> bool:
    """A member votes in writing while their mandate is ended: a ballot is in the ledger before the end, or there is none.

    Whether they were the quicker.
    """
    from palier.committee.models import Ballot
    from palier.committee.operations import cast, end_mandate
    from palier.committee.rules.tally import Choice
    from palier.ledger.models import Entry

    voted, ended = at_once(
        [
            lambda: cast(poll=poll, seat=leaver.seat, choice=Choice.FOR, by=leaver.person, at=now()),
            lambda: end_mandate(mandate=leaver, by=secretary, at=now()),
        ]
    )
    assert not isinstance(voted, Exception), voted
    assert ended is None, ended
    over = Entry.objects.get(act="committee.mandate_ended", content__facts__mandate=leaver.pk)
    kept = list(Ballot.objects.filter(poll=poll, seat=leaver.seat))
    assert kept == ([voted] if isinstance(voted, Ballot) else [])
    assert all(ballot.entry < over.pk for ballot in kept)
    return bool(kept)


def rush(poll: Poll, members: list[Mandate], clients: int, closer: Person, rng: random.Random, slots: int) -> int:
    """Once every seat has voted, so many clients change its voice, and the poll closes at some instant among them.

    ``slots`` is how many of them the database serves at a time. How many ballots were acknowledged.
    """
    from palier.committee.models import Ballot
    from palier.committee.operations import cast, close_poll
    from palier.committee.rules.tally import Choice

    first = {cast(poll=poll, seat=m.seat, choice=Choice.FOR, by=m.person, at=now()).pk for m in members}
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
    ballots = counted(poll)
    assert {ballot.pk for ballot in ballots} == first | {answer.pk for answer in answers if isinstance(answer, Ballot)}
    return len(ballots)


def counted(poll: Poll) -> list[Ballot]:
    """The ballots of a poll that is closed: none after the close, each sealed in the ledger, those that stand counted."""
    from palier.committee.models import Ballot
    from palier.committee.queries import current_ballots
    from palier.ledger.models import Entry
    from palier.ledger.rules import commitment

    poll.refresh_from_db()
    ballots = list(Ballot.objects.filter(poll=poll))
    assert poll.closed_at is not None
    assert all(ballot.at <= poll.closed_at for ballot in ballots)
    lines = Entry.objects.filter(act="committee.ballot_cast", content__facts__poll=poll.pk).in_bulk()
    assert set(lines) == {ballot.entry for ballot in ballots}
    for ballot in ballots:
        line = lines[ballot.entry].content
        assert line is not None
        assert line["facts"]["seal"] == ballot.seal == commitment(bytes.fromhex(ballot.nonce), ballot.said)
    standing = {ballot.seat_id: ballot.choice for ballot in current_ballots(poll=poll).values()}
    assert poll.record is not None
    assert {seat: choice for seat, _, choice in poll.record["ballots"]} == standing
    return ballots


def rush_by_web(
    poll: Poll, members: list[Mandate], clients: int, closer: Person, rng: random.Random, port: int
) -> list[Ballot]:
    """The same through a web server, once every seat has voted: each client changes a voice, and the poll closes meanwhile."""
    from palier.committee.operations import cast
    from palier.committee.rules.tally import Choice
    from palier.ledger.models import Entry
    from tests.committee.consultations import page, voice
    from tests.fixtures import signed_in
    from tests.processes import ask

    def session(person: Person) -> str:
        return signed_in(person).cookies["sessionid"].value

    for mandate in members:
        cast(poll=poll, seat=mandate.seat, choice=Choice.FOR, by=mandate.person, at=now())
    answered: dict[str, int] = {}
    room, first = page("committee_room_item", poll), rng.randrange(clients)
    close = page("committee_poll_close", poll, poll_number=poll.number)

    def client(number: int, mandate: Mandate) -> Callable[[], object]:
        key, choice, signed = f"{poll.pk}:{number}", rng.choice(list(Choice)).value, session(mandate.person)

        def vote() -> None:
            form = {"choice": choice, "reasons": key, "idempotency_key": key}
            answered[key], place, _ = ask(port, voice(poll, mandate.seat_id), signed, form)
            assert answered[key] == 422 or place == room

        return vote

    def closing(signed: str) -> Callable[[], object]:
        def act() -> None:
            while len(answered) < first:
                time.sleep(0.001)
            assert ask(port, close, signed, {"idempotency_key": f"{poll.pk}:close"})[1] == room

        return act

    acts = [closing(session(closer)), *(client(number, rng.choice(members)) for number in range(clients))]
    problems = [answer for answer in at_once(acts) if answer is not None]
    assert not problems, problems[:3]
    ballots = [ballot for ballot in counted(poll) if ballot.reasons]
    assert sorted(ballot.reasons for ballot in ballots) == sorted(key for key, status in answered.items() if status == 302)
    refusals = Entry.objects.filter(act="committee.ballot_refused", content__facts__poll=poll.pk)
    assert refusals.count() == clients - len(ballots)
    return ballots
