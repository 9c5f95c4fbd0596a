"""The web server: how long it takes to answer after its start, and the memory of a process."""

import compileall
import time
from pathlib import Path

from figures import PROJECT, answers, figure, ready, serving

ready()

PAGES = ("/", "/compte/connexion/", "/ui/")


def memory(pid: int) -> float:
    """Proportional memory of a process, in MB: what is shared counts for its share."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(next(line for line in rollup.splitlines() if line.startswith("Pss:")).split()[1]) / 1024


def processes(pid: int) -> list[int]:
    """A process and those it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(found for child in children for found in processes(int(child)))]


compileall.compile_dir(PROJECT / "src", quiet=1)  # as the first command of an installation leaves it
started = time.perf_counter()
with serving() as (server, origin):
    while not answers(f"{origin}/"):
        if time.perf_counter() - started > 60 or server.poll() is not None:
            raise SystemExit("The server does not answer.")
        time.sleep(0.02)
    figure("start of the server, to its first page", time.perf_counter() - started, "s", promised=4)
    for page in PAGES * 30:
        answers(f"{origin}{page}")
    figure("memory of a web process, after 90 pages", max(memory(pid) for pid in processes(server.pid)), "MB", promised=160)
