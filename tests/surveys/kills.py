"""Senders of surveys killed while they send: a local mail server, a flaky gateway, and the count of what arrived.

Run as a program it is the sender: what the worker runs, on a clock that it is given, so that texts leave on a Sunday too.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from palier.surveys.rules.contact import SENT, Channel
from tests.processes import Mailbox, environment, kill, mail_server


class Gateway:
    """An operator's gateway that now and then is busy (503), or takes a message and cuts the line before saying so.

    It knows a message again by its reference, as gateways do: ``delivered`` rings a telephone once.
    """

    def __init__(self, *, busy: float = 0.05, cut: float = 0.01, seed: int = 20260310) -> None:
        self.delivered: dict[str, str] = {}
        self.posts: Counter[str] = Counter()
        self.cuts = 0
        self._busy, self._cut, self._chance, self._lock = busy, cut, random.Random(seed), threading.Lock()

    def take(self, said: dict[str, str]) -> int | None:
        """The status to answer, or None to cut the line after taking the message."""
        with self._lock:
            if self._chance.random() < self._busy:
                return 503
            self.posts[said["to"]] += 1
            self.delivered.setdefault(said["reference"], said["to"])
            if self._chance.random() < self._cut:
                self.cuts += 1
                return None
            return 202


@contextmanager
def gateway(**more: float) -> Iterator[tuple[Gateway, str]]:
    """A gateway on a port of its own, and its address."""
    kept = Gateway(**more)  # type: ignore[arg-type]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = kept.take(json.loads(body))
            if status is None:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):  # a sender killed, or a line that we cut
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept, f"http://127.0.0.1:{server.server_port}/messages"
    finally:
        server.shutdown()
        server.server_close()


@dataclass(slots=True)
class Received:
    """What arrived: letters by address and subject line, texts by telephone."""

    letters: Counter[str] = field(default_factory=Counter)
    texts: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    cuts: int = 0
    seconds: float = 0.0

    @property
    def count(self) -> int:
        """Everything that arrived."""
        return self.letters.total() + self.texts.total()


def send_all(at: datetime, *, kills: int, left: int, seed: int = 1) -> Received:
    """Let everything due leave, by one sender a channel, killed so many times on their way through about ``left`` messages."""
    chance = random.Random(seed)
    found = Received()
    began = time.perf_counter()
    with mail_server() as (mailbox, port), gateway() as (operator, address):
        told = {"PALIER_SMTP_PORT": str(port), "PALIER_SMS_GATEWAY": address}

        def sender(channel: Channel) -> subprocess.Popen[bytes]:
            # The clock of whoever takes over goes on: what was put off a minute ago is not a minute ahead again.
            told["PALIER_SENDER_AT"] = (at + timedelta(seconds=time.perf_counter() - began)).isoformat()
            command = [sys.executable, "-m", "tests.surveys.kills", channel]
            return subprocess.Popen(command, env=environment(**told), start_new_session=True)

        senders = {channel: sender(channel) for channel in SENT}
        try:
            while found.kills < kills:
                after = chance.randint(1, max(left // (kills + 1), 2))
                alive = _strike(senders, mailbox, operator, after)
                if not alive:
                    break
                channel = chance.choice(alive)
                kill(senders[channel])
                found.kills += 1
                senders[channel] = sender(channel)
            for process in senders.values():
                assert process.wait(3_600) == 0
        finally:
            for process in senders.values():
                kill(process)
        for mail in mailbox.mails:
            found.letters[str(mail["To"])] += 1
        found.texts, found.cuts = operator.posts, operator.cuts
    found.seconds = time.perf_counter() - began
    return found


def _strike(senders: dict[Channel, subprocess.Popen[bytes]], mailbox: Mailbox, operator: Gateway, after: int) -> list[Channel]:
    """Wait until so many more messages arrived: the channels whose sender still runs, none when all ended before."""
    until = len(mailbox.mails) + operator.posts.total() + after
    while alive := [channel for channel, process in senders.items() if process.poll() is None]:
        if len(mailbox.mails) + operator.posts.total() >= until:
            break
        time.sleep(0.001)
    return alive


def main(channel: Channel) -> None:
    """Send by a channel until nothing is due, on a clock that began at ``PALIER_SENDER_AT``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "palier.installation.settings")
    import django

    django.setup()
    from palier.jobs import fieldwork
    from palier.surveys.models import Solicitation
    from palier.surveys.rules.sendings import State

    began, at = time.monotonic(), datetime.fromisoformat(os.environ["PALIER_SENDER_AT"])

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began)

    while True:
        fieldwork.send(channel, clock=clock)
        soon = Solicitation.objects.filter(
            channel=channel, state__in=[State.PLANNED, State.LEAVING], due_at__lte=clock() + timedelta(hours=3)
        )
        if not soon.exists():
            break
        # What a gateway that was busy twice or three times put off is due at once on this clock.
        soon.filter(due_at__gt=clock()).update(due_at=clock())
        time.sleep(0.01)


if __name__ == "__main__":
    main(Channel(sys.argv[1]))
