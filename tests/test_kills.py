"""Kill -9, again and again, of the web server and of the worker, among acts that people are making.

Whatever the instant: no act acknowledged is lost, none is done twice, and state, ledger and outbox agree.
"""

from __future__ import annotations

import http.client
import itertools
import os
import random
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from urllib.parse import urlencode

import pytest
from django.test import Client

from palier.directory.models import Invitation, Landlord, Person
from palier.directory.rules import Role
from palier.jobs.tasks import deliver
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.outbox.models import Message, State
from tests.processes import Mailbox, environment, free_port, kill, mail_server, palier, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
INTERRUPTED = 200
PEOPLE = 32
PROCESSES, THREADS = 2, 12
LONGEST = 180
"""Seconds before giving up; a quiet machine needs about twenty."""


class Acts:
    """People who invite others, each act under a key of its own, sent again until it is acknowledged."""

    def __init__(self, port: int, page: str, session: str) -> None:
        self.port, self.page, self.session = port, page, session
        self.numbers = itertools.count(1)
        self.acknowledged: set[str] = set()
        self.interrupted = 0
        self.odd: list[tuple[int, str]] = []
        self.over = threading.Event()
        self._lock = threading.Lock()

    def one_person(self) -> None:
        """Act after act, until told to stop."""
        while not self.over.is_set():
            email = f"invite-{next(self.numbers)}@example.test"
            while not self._sent(email):
                if self.over.is_set():
                    return
                time.sleep(0.02)

    def _sent(self, email: str) -> bool:
        """Whether this act was answered; a connection cut after the request left is an act interrupted."""
        connection, left = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30), False
        form = {"name": "Mme N.", "email": email, "role": "contributor", "idempotency_key": email}
        head = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"sessionid={self.session}; csrftoken={'k' * 32}",
            "X-CSRFToken": "k" * 32,
        }
        try:
            connection.request("POST", self.page, urlencode(form), head)
            left = True
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            with self._lock:
                self.interrupted += left
            return False
        finally:
            connection.close()
        with self._lock:
            if answer.status == 302 and answer.headers["Location"].endswith("/personnes/"):
                self.acknowledged.add(email)
            else:
                self.odd.append((answer.status, email))
        return True


def children(process: Popen[bytes]) -> list[int]:
    """The web processes of a server."""
    listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [int(pid) for pid in listed.split()]


def server(port: int) -> Popen[bytes]:
    """Granian as ``palier serve`` starts it, but for more threads: more acts are cut by each kill."""
    command = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", str(PROCESSES),
        "--blocking-threads", str(THREADS), "--respawn-failed-workers", "--respawn-interval", "0.1",
        "--no-ws", "--log-level", "critical", "palier.installation.wsgi:application",
    ]  # fmt: skip
    return Popen(command, env=environment(), start_new_session=True)


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def strike(web: Popen[bytes], port: int, acts: Acts) -> None:
    """Kill every web process, each at its own instant, until enough acts were cut."""
    chance, end = random.Random(20260310), time.monotonic() + LONGEST
    while acts.interrupted < INTERRUPTED and time.monotonic() < end:
        wait_for(lambda: answers(port), seconds=60)
        for pid in children(web):
            time.sleep(chance.uniform(0.05, 0.3))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def delivered(mailbox: Mailbox, mail_port: int, kills: int) -> None:
    """Let the worker deliver everything, killed so many times on its way."""
    for left in reversed(range(kills + 1)):
        before = len(mailbox.mails)
        with palier("worker", "--once", PALIER_SMTP_PORT=str(mail_port)) as worker:
            deliver.configure(queueing_lock=None).defer(timestamp=0)
            if left:
                wait_for(lambda start=before: len(mailbox.mails) > start + 5, seconds=60)
            else:
                assert worker.wait(120) == 0


def test_no_acknowledged_act_is_lost_and_everything_agrees(
    make_landlord: Callable[..., Landlord], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    landlord, port = make_landlord(), free_port()
    client = sign_in(make_person(Role.QUALITY_LEAD, landlord))
    acts = Acts(port, f"/organismes/{landlord.pk}/personnes/inviter/", client.cookies["sessionid"].value)
    people = [threading.Thread(target=acts.one_person) for _ in range(PEOPLE)]
    web = server(port)
    try:
        wait_for(lambda: answers(port), seconds=60)
        for person in people:
            person.start()
        strike(web, port, acts)
        wait_for(lambda: answers(port), seconds=60)
        time.sleep(1)
    finally:
        acts.over.set()
        for person in people:
            person.join(60)
        kill(web)

    assert acts.interrupted >= INTERRUPTED
    assert acts.odd == []
    invited = list(Invitation.objects.values_list("email", flat=True))
    assert Counter(invited).most_common(1)[0][1] == 1
    assert acts.acknowledged <= set(invited)
    lines = Entry.objects.filter(act="directory.invited").order_by("number")
    told = Message.objects.filter(event="directory.invited")
    by_pk = dict(Person.objects.values_list("pk", "email"))
    assert sorted(by_pk[line.content["facts"]["person"]] for line in lines if line.content) == sorted(invited)
    assert sorted(by_pk[person] for person in told.values_list("person_id", flat=True)) == sorted(invited)
    assert verify()[1] is None

    kills = 2
    with mail_server() as (mailbox, mail_port):
        delivered(mailbox, mail_port, kills)
    received = Counter(mail["To"] for mail in mailbox.mails)
    assert set(told.values_list("state", flat=True)) == {State.SENT}
    assert set(received) == set(invited)
    assert sum(received.values()) - len(invited) <= kills
