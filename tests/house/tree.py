"""What the house tests look at: the files of the project, and the rooms in their order."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = PROJECT / "src" / "palier"
ROOMS = [name.removeprefix("palier.") for name in settings.ROOMS]


@cache
def files(*patterns: str) -> tuple[Path, ...]:
    """The committed files, and those about to be, that match one of the patterns."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return tuple(path for name in sorted(set(filter(None, listed.split("\0")))) if (path := PROJECT / name).is_file())


def modules_of_rooms() -> Iterator[tuple[Path, ast.Module]]:
    """Every module of a room and of what stands under all rooms, parsed; migrations apart."""
    folders = [*files("src/palier/disclosure/*.py"), *files("src/palier/estimates/*.py")]
    under = [PACKAGE / "verdict.py", PACKAGE / "calendar.py", PACKAGE / "french.py", PACKAGE / "paper.py", *folders]
    for path in [*under, *(p for room in ROOMS for p in files(f"src/palier/{room}/*.py") if "migrations" not in p.parts)]:
        yield path, ast.parse(path.read_text(), str(path))


def named(path: Path, line: int | None = None) -> str:
    """A file as people look for it."""
    return str(path.relative_to(PROJECT)) + (f":{line}" if line else "")
