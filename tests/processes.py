"""Real processes of Palier against the test's own database, and a real mail server."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote, urlencode

from aiosmtpd.controller import Controller
from django.db import connection

PALIER = str(Path(sys.executable).with_name("palier"))


def environment(**more: str) -> dict[str, str]:
    """What a process needs to share the test's database."""
    known = connection.get_connection_params()
    who = ":".join(quote(known[part], safe="") for part in ("user", "password") if known.get(part))
    where = urlencode({part: known[part] for part in ("host", "port") if known.get(part)})
    url = f"postgresql://{who}@/{known['dbname']}?{where}"
    return os.environ | {"DATABASE_URL": url, "PYTHONUNBUFFERED": "1"} | more


@contextmanager
def palier(*command: str, says: int | None = None, **more: str) -> Iterator[subprocess.Popen[bytes]]:
    """A running ``palier`` command, killed with its children at the end; what it says is shown, unless it goes elsewhere."""
    process = subprocess.Popen([PALIER, *command], env=environment(**more), start_new_session=True, stdout=says, stderr=says)
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """``kill -9`` of the process and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait(10)


def children(process: int) -> list[int]:
    """The processes that a process started, such as the web processes of a server."""
    return [int(pid) for pid in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def answers(port: int) -> bool:
    """Whether a web server says that all is well."""
    with suppress(OSError, http.client.HTTPException):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        with closing(connection):
            connection.request("GET", "/health")
            return connection.getresponse().status == 200
    return False


class Cut(Exception):
    """No answer came; ``left`` says whether the request had gone, and may have been carried out."""

    def __init__(self, *, left: bool) -> None:
        self.left = left


def ask(port: int, page: str, session: str, form: dict[str, str] | None = None) -> tuple[int, str, bytes]:
    """Status, place it sends to and body of the answer to a person signed in, who asks for a page or sends a form."""
    head = {"Cookie": f"sessionid={session}; csrftoken={'k' * 32}", "X-CSRFToken": "k" * 32}
    if form:
        head["Content-Type"] = "application/x-www-form-urlencoded"
    left = False
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as web:
            web.request("POST" if form else "GET", page, urlencode(form) if form else None, head)
            left = True
            answer = web.getresponse()
            body = answer.read()
    except (OSError, http.client.HTTPException) as cut:
        raise Cut(left=left) from cut
    return answer.status, answer.headers.get("Location", ""), body


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return cast(int, probe.getsockname()[1])


def wait_for(condition: Callable[[], object], *, seconds: float = 20) -> None:
    """Until the condition holds; fails when it does not within the time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError("nothing came in time")
        time.sleep(0.02)


class Mailbox:
    """A mail server that keeps what it accepts, and answers what ``answer`` says (``None``: accepts)."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer: Callable[[str], str | None] = lambda _: None
        self.takes = 0.0
        self._lock = threading.Lock()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if refusal := self.answer(address):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        await asyncio.sleep(self.takes)
        with self._lock:
            self.mails.append(cast(EmailMessage, message_from_bytes(envelope.content, policy=policy.default)))
        return "250 Kept"


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on a port of its own."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield mailbox, controller.port
    finally:
        controller.stop()
