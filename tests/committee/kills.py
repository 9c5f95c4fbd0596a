"""Members who vote through the real processes, while these are killed: for the tests and for ``bench/kills.py``.

Each seat votes, over and over, in a written consultation. A vote bears its number in its idempotency key and as its reasons:
whoever finds the ballot knows which vote it is. Cut, it is sent again under the same key until it is answered.
"""

from __future__ import annotations

import ctypes
import itertools
import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Self

import psycopg
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

from palier.committee.models import Ballot, Mandate, Poll
from palier.committee.rules.tally import Choice
from palier.installation import database
from palier.jobs.tasks import deliver, pass_due
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from tests.committee.consultations import page, voice
from tests.fixtures import signed_in
from tests.processes import Cut, answers, ask, children, free_port, kill, palier, wait_for

PR_SET_CHILD_SUBREAPER = 36
LONGEST = 120
"""Seconds in which whatever was killed works again, even on a busy machine."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A vote that was acknowledged, and what its receipt says: its line of the ledger, its reasons, its choice."""

    seat: int
    number: int
    choice: str
    receipt: tuple[int, str, str] | None

    @property
    def key(self) -> str:
        return key_of(self.seat, self.number)


def key_of(seat: int, number: int) -> str:
    return f"{seat}:{number}"


class Voters:
    """One member a seat; each votes as soon as its last vote was acknowledged and its receipt taken."""

    def __init__(self, poll: Poll, members: list[Mandate], port: int) -> None:
        self.poll, self.port = poll, port
        self.acknowledged: list[Vote] = []
        self.cut = 0
        self.odd: list[tuple[int, str]] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        # Proved for the whole run, which lasts longer than a proof of identity.
        proved_at = time.time() + 24 * 3600
        sessions = {m.seat_id: signed_in(m.person, proved_at=proved_at).cookies["sessionid"].value for m in members}
        self._threads = [threading.Thread(target=self._votes, args=pair, daemon=True) for pair in sessions.items()]

    @contextmanager
    def voting(self) -> Iterator[None]:
        """They vote meanwhile; when it ends, each has its last answer."""
        for thread in self._threads:
            thread.start()
        yield
        self._over.set()
        for thread in self._threads:
            thread.join(LONGEST)
        assert not any(thread.is_alive() for thread in self._threads)

    def _votes(self, seat: int, session: str) -> None:
        rng = random.Random(seat)
        here, room = voice(self.poll, seat), page("committee_room_item", self.poll)
        number = version = 0
        while not self._over.is_set():
            number, choice = number + 1, rng.choice(list(Choice)).value
            key = key_of(seat, number)
            form = {"choice": choice, "reasons": key, "idempotency_key": f"{self.poll.pk}:{key}"}
            status, place, _ = self._answer(here, session, form)
            if (status, place) != (302, room):
                self.odd.append((status, key))
                return
            version += 1
            status, _, body = self._answer(f"{here}recu-{version}.json", session)
            receipt = None
            if status == 200:
                told = json.loads(body)
                said = told["sealed"]["said"]
                receipt = told["line"]["number"], said["reasons"], said["choice"]
            with self._lock:
                self.acknowledged.append(Vote(seat, number, choice, receipt))

    def _answer(self, address: str, session: str, form: dict[str, str] | None = None) -> tuple[int, str, bytes]:
        """The answer to a request, sent again as it was while it is cut or the server fails."""
        while True:
            try:
                answer = ask(self.port, address, session, form)
            except Cut as cut:
                with self._lock:
                    self.cut += cut.left and form is not None
            else:
                if answer[0] < 500:
                    return answer
            time.sleep(0.05)


@dataclass
class Faults:
    """What an installation that was killed had no right to do; each vote is counted once."""

    lost: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    unpaired: set[int] = field(default_factory=set)
    """Ballots and lines of the ledger that do not go together, by number of line."""
    unruly: set[int] = field(default_factory=set)
    """Seats whose versions have a hole, or whose standing ballot is older than the last one acknowledged."""
    broken: list[str] = field(default_factory=list)
    """What the verifier of the ledger said."""

    def look(self, voters: Voters) -> None:
        """Compare what was acknowledged so far with what the database holds."""
        told = list(voters.acknowledged)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            ballots = list(Ballot.objects.filter(poll=voters.poll).order_by("pk"))
            lines = dict(
                Entry.objects.filter(act="committee.ballot_cast", content__facts__poll=voters.poll.pk).values_list(
                    "number", "content__facts__seal"
                )
            )
        kept = {ballot.reasons: ballot for ballot in ballots}
        times = Counter(ballot.reasons for ballot in ballots)
        self.doubled |= {key for key, count in times.items() if count > 1}
        self.unpaired |= {line for line, _ in lines.items() ^ {b.entry: b.seal for b in ballots}.items()}
        last: dict[int, int] = {}
        for vote in told:
            last[vote.seat] = max(vote.number, last.get(vote.seat, 0))
            ballot = kept.get(vote.key)
            if ballot is None:
                self.lost.add(vote.key)
            elif (ballot.seat_id, ballot.choice) != (vote.seat, vote.choice) or (
                vote.receipt != (ballot.entry, vote.key, vote.choice)
            ):
                self.altered.add(vote.key)
        for seat, number in last.items():
            own = [ballot for ballot in ballots if ballot.seat_id == seat]
            numbers = [int(ballot.reasons.split(":")[1]) for ballot in own]
            in_order = [b.version for b in own] == list(range(1, len(own) + 1)) and numbers == sorted(numbers)
            if not in_order or numbers[-1:] < [number]:
                self.unruly.add(seat)
        if (fault := verify()[1]) is not None:
            self.broken.append(str(fault))


class Installation:
    """Web server, worker and embedded database as in production, each of which can be killed and comes back."""

    def __init__(self, data: Path, mail_port: int) -> None:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)  # the database, whose parent ends, becomes a child of this process
        connection.close()
        database.stop(data)
        database.ensure_running(data)
        self.data, self.mail_port, self.port = data, mail_port, free_port()
        self._running = ExitStack()
        self._web = self._started("serve", "--port", str(self.port), "--threads", "6")
        self._worker = self._started("worker")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def _started(self, *command: str) -> Popen[bytes]:
        return self._running.enter_context(palier(*command, says=DEVNULL, PALIER_SMTP_PORT=str(self.mail_port)))

    def wait(self) -> None:
        """Until pages are answered again. A worker that ended, as it does when the database goes, is started again."""
        wait_for(lambda: answers(self.port), seconds=LONGEST)
        if self._worker.poll() is not None:
            self._worker = self._started("worker")

    def kill_database(self) -> None:
        """All of PostgreSQL at one instant; it recovers as it starts again."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(main, signal.SIGSTOP)  # it starts no process while they are listed
        every = [main, *children(main)]
        for pid in every:
            os.kill(pid, signal.SIGKILL)
        for pid in every:
            os.waitpid(pid, 0)
        connection.close()
        database.ensure_running(self.data)

    def kill_web(self) -> None:
        """Every web process; the server starts others."""
        for pid in children(self._web.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill_worker(self) -> None:
        """The worker, once it works, as it takes jobs."""
        self._give_jobs()
        wait_for(self._has_taken_jobs, seconds=LONGEST)
        self._give_jobs()
        kill(self._worker)

    def _give_jobs(self) -> None:
        for job in (pass_due, deliver):
            with suppress(AlreadyEnqueued):
                job.defer(timestamp=0)

    def _has_taken_jobs(self) -> bool:
        self.wait()
        return not ProcrastinateJob.objects.filter(status="todo", task_name=pass_due.name).exists()


def durable(*, on: bool) -> None:
    """Whether a commit waits for the disk. If not, PostgreSQL keeps it to itself for ten seconds: killed, it has lost it."""
    place = connection.get_connection_params()["host"]
    with psycopg.connect(host=place, user="postgres", dbname="postgres", autocommit=True) as server:
        server.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        server.execute(f"ALTER SYSTEM SET synchronous_commit = {'on' if on else 'off'}")
        server.execute("SELECT pg_reload_conf()")


def strike(voters: Voters, installation: Installation, *, kills: int, seed: int) -> Faults:
    """Kill database, web processes and worker by turns, while the members vote; look after each recovery, and at the end."""
    rng, faults = random.Random(seed), Faults()
    installation.wait()
    ways = (installation.kill_database, installation.kill_web, installation.kill_worker)
    with voters.voting():
        for way in itertools.islice(itertools.cycle(ways), kills):
            before = len(voters.acknowledged)
            wait_for(lambda start=before: voters.odd or len(voters.acknowledged) > start, seconds=LONGEST)
            time.sleep(rng.uniform(0, 0.4))
            way()
            installation.wait()
            faults.look(voters)
    faults.look(voters)
    return faults
