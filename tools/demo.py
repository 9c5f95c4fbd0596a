"""The demonstration: its data, its mail catcher, the server and the worker, until Ctrl-C.

What is done in it is kept under var/demo and found again the next time; ``--reset`` starts afresh. Nothing leaves
the machine: every mail is kept as a file in var/demo/mail.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from aiosmtpd.controller import Controller

from palier.installation import database

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "var" / "demo"
POSTGRES = DATA / "postgres"
MAIL = DATA / "mail"
# There once the demonstration data are whole: an interrupted generation starts again.
GENERATED = DATA / "generated"
PALIER = str(ROOT / ".venv" / "bin" / "palier")


class Keep:
    """Keeps each mail as a file that any mail program opens."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        """Write the mail under its time and its addressee."""
        addressee = "".join(c if c.isalnum() or c in "@.-" else "_" for c in envelope.rcpt_tos[0])
        (MAIL / f"{datetime.now(UTC):%Y%m%d-%H%M%S-%f}-{addressee}.eml").write_bytes(envelope.content)
        return "250 Kept"


def free_port(wanted: int) -> int:
    """This port, or the next one that nobody uses."""
    for port in range(wanted, wanted + 100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"No free port between {wanted} and {wanted + 99}.")


def answers(url: str) -> bool:
    """Whether the server is up."""
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2):
            return True
    except OSError:
        return False


@contextmanager
def alone() -> Iterator[None]:
    """One demonstration at a time in this folder."""
    DATA.parent.mkdir(exist_ok=True)
    with (DATA.parent / ".demo.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("The demonstration already runs from this folder: stop it first (Ctrl-C in its window).") from None
        yield


@contextmanager
def mail_catcher() -> Iterator[int]:
    """A mail server of this machine alone; its port."""
    MAIL.mkdir(parents=True, exist_ok=True)
    catcher = Controller(Keep(), hostname="127.0.0.1", port=free_port(2525))
    catcher.start()
    try:
        yield catcher.port
    finally:
        catcher.stop(no_assert=True)


class Commands:
    """Runs ``palier`` commands in the demonstration's environment."""

    def __init__(self, url: str, smtp_port: int) -> None:
        own = {key: value for key, value in os.environ.items() if not key.startswith("PALIER_") and key != "DATABASE_URL"}
        self.environment = own | {
            "PALIER_DEMO": "1",
            "PALIER_DATA": str(DATA),
            "PALIER_ORIGIN": url,
            "PALIER_SMTP_HOST": "127.0.0.1",
            "PALIER_SMTP_PORT": str(smtp_port),
            "PYTHONUNBUFFERED": "1",
        }

    @contextmanager
    def running(self, *command: str) -> Iterator[subprocess.Popen[bytes]]:
        """Start a command in a session of its own (Ctrl-C reaches us alone), stop it at the end."""
        process = subprocess.Popen([PALIER, *command], cwd=ROOT, env=self.environment, start_new_session=True)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def run(self, *command: str) -> None:
        """Run a command to its end."""
        with self.running(*command) as process:
            if code := process.wait():
                raise SystemExit(
                    f"« palier {' '.join(command)} » stopped with code {code}. « make demo-reset » starts the demonstration afresh."
                )


def prepare(commands: Commands) -> None:
    """Four years of acts the first time, in empty tables; then what each update needs."""
    if not GENERATED.exists():
        print("Living four years of the label, once (five to ten minutes)…", flush=True)
        commands.run("demo")
        GENERATED.touch()
    commands.run("setup")


def serve(commands: Commands, url: str, port: int) -> None:
    """Server and worker, until Ctrl-C or until one of them stops by itself."""
    with commands.running("serve", "--port", str(port)) as server, commands.running("worker") as worker:
        while server.poll() is None and not answers(url):
            time.sleep(0.2)
        if server.poll() is None:
            print(f"\nPalier, demonstration: {url}\n", flush=True)
            print(
                f"Mails are kept in {MAIL.relative_to(ROOT)}: nothing leaves this machine. Ctrl-C stops everything.", flush=True
            )
        while server.poll() is None and worker.poll() is None:
            time.sleep(0.5)
    raise SystemExit("The server or the worker stopped by itself.")


def leave(number: int, frame: FrameType | None) -> None:
    """Leave as on Ctrl-C: everything started is stopped on the way out."""
    for other in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> None:
    """Run the demonstration."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, leave)
    port = free_port(int(os.environ.get("PORT", "8000")))
    url = f"http://127.0.0.1:{port}"
    try:
        with ExitStack() as stack:
            stack.enter_context(alone())
            stack.callback(database.stop, POSTGRES)
            if "--reset" in sys.argv or not GENERATED.exists():
                database.stop(POSTGRES)
                shutil.rmtree(DATA, ignore_errors=True)
            commands = Commands(url, stack.enter_context(mail_catcher()))
            prepare(commands)
            serve(commands, url, port)
    except KeyboardInterrupt:
        print("\nStopped; what was done is kept for the next « make demo ».", flush=True)


if __name__ == "__main__":
    main()
