"""Kill -9, again and again, of the web server and of the worker, among acts that people are making.

Whatever the instant: no act acknowledged is lost, none is done twice, and state, ledger and outbox agree.
"""

from __future__ import annotations

import itertools
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from secrets import token_hex
from subprocess import Popen

import pytest
from django.test import Client

from palier.directory.models import Invitation, Landlord, Person
from palier.directory.rules import Role
from palier.jobs.tasks import deliver
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.outbox.models import Message, State
from tests.processes import Cut, Mailbox, answers, ask, children, free_port, mail_server, palier, wait_for

pytestmark = pytest.mark.django_db(transaction=True)
INTERRUPTED = 200
PEOPLE = 32
THREADS = 12
"""Requests at once in each web process: more than in production, so that each kill cuts more acts."""
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
        form = {"name": "Mme N.", "email": email, "role": "contributor", "idempotency_key": email}
        try:
            status, place, _ = ask(self.port, self.page, self.session, form)
        except Cut as cut:
            with self._lock:
                self.interrupted += cut.left
            return False
        with self._lock:
            if status == 302 and place.endswith("/personnes/"):
                self.acknowledged.add(email)
            else:
                self.odd.append((status, email))
        return True


def strike(web: Popen[bytes], port: int, acts: Acts) -> None:
    """Kill every web process, each at its own instant, until enough acts were cut."""
    chance, end = random.Random(20260310), time.monotonic() + LONGEST
    while acts.interrupted < INTERRUPTED and time.monotonic() < end:
        wait_for(lambda: answers(port), seconds=60)
        for pid in children(web.pid):
            time.sleep(chance.uniform(0.05, 0.3))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def delivered(mailbox: Mailbox, mail_port: int, kills: int) -> None:
    """Let the worker deliver everything, killed so many times on its way."""
    for left in reversed(range(kills + 1)):
        before = len(mailbox.mails)
        with palier("worker", "--once", PALIER_SMTP_PORT=str(mail_port)) as worker:
            deliver.configure(queueing_lock=token_hex(8)).defer(timestamp=0)
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
    with palier("serve", "--port", str(port), "--threads", str(THREADS)) as web:
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
