"""The built files as pages name them, through the manifest that vite writes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

WEB = Path(__file__).resolve().parent.parent
MANIFEST = WEB / "built" / "manifest.json"
_FOLDERS = {"css": "styles/", "js": "scripts/"}


def _entries() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(MANIFEST.read_text())
    except FileNotFoundError as error:
        raise ImproperlyConfigured("The pages' styles and scripts are not built: run « make assets ».") from error
    return found


@cache
def manifest() -> dict[str, str]:
    """Built file by source. Read once: a process that serves an older build starts again."""
    return {source: entry["file"] for source, entry in _entries().items()}


def built(name: str) -> str:
    """The static path of ``main.css``, ``app.js`` or ``icons.svg``, its fingerprint included.

    Raises:
        ImproperlyConfigured: when the assets were not built.
        KeyError: when no such file is built.
    """
    return "built/" + manifest()[_FOLDERS.get(name.rpartition(".")[2], "") + name]


@cache
def needed(name: str) -> tuple[str, ...]:
    """The static paths of a built file and of all that it loads in turn: scripts, styles, fonts.

    Raises:
        KeyError: when no such file is built.
    """
    entries = _entries()
    found: dict[str, None] = {}
    waiting = [_FOLDERS.get(name.rpartition(".")[2], "") + name]
    while waiting:
        entry = entries[waiting.pop()]
        if entry["file"] not in found:
            found |= dict.fromkeys((entry["file"], *entry.get("css", ()), *entry.get("assets", ())))
            waiting += entry.get("imports", ())
    return tuple(f"built/{file}" for file in found)


@cache
def icon_names() -> frozenset[str]:
    """The icons of the sprite: our state shapes and the Phosphor icons listed beside them."""
    folder = WEB / "ui" / "icons"
    ours = {path.stem for path in folder.glob("*.svg")}
    return frozenset(ours | set((folder / "phosphor.txt").read_text().split()))
