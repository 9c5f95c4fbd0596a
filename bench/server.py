"""The web server: how long it takes to answer after its start, and the memory of a process."""

import compileall
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from figures import PROJECT, figure, ready

ready()

from django.conf import settings

PAGES = ("/", "/compte/connexion/", "/ui/")


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    """Whether the page comes."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def memory(pid: int) -> float:
    """Proportional memory of a process, in MB: what is shared counts for its share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1024


def processes(pid: int) -> list[int]:
    """A process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in processes(int(child)))]


port = free_port()
environment = os.environ | {"PALIER_DEMO": "1", "PALIER_DATA": str(settings.DATA), "PALIER_ORIGIN": f"http://127.0.0.1:{port}"}
environment.pop("PALIER_TESTING", None)
compileall.compile_dir(PROJECT / "src", quiet=1)  # as the first command of an installation leaves it
started = time.perf_counter()
server = subprocess.Popen(
    [sys.executable, "-m", "palier.commands.main", "serve", "--port", str(port)],
    env=environment,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    while not answers(f"http://127.0.0.1:{port}/"):
        if time.perf_counter() - started > 60 or server.poll() is not None:
            raise SystemExit("The server does not answer.")
        time.sleep(0.02)
    figure("start of the server, to its first page", time.perf_counter() - started, "s", promised=4)
    for page in PAGES * 30:
        answers(f"http://127.0.0.1:{port}{page}")
    figure("memory of a web process, after 90 pages", max(memory(pid) for pid in processes(server.pid)), "MB", promised=160)
finally:
    server.terminate()
    server.wait(20)
