"""The built files as pages name them, through the manifest that vite writes."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

WEB = Path(__file__).resolve().parent.parent
MANIFEST = WEB / "built" / "manifest.json"
_FOLDERS = {"css": "styles/", "js": "scripts/"}


@cache
def manifest() -> dict[str, str]:
    """Built file by source. Read once: a process that serves an older build starts again."""
    try:
        entries = json.loads(MANIFEST.read_text())
    except FileNotFoundError as error:
        raise ImproperlyConfigured("The pages' styles and scripts are not built: run « make assets ».") from error
    return {source: entry["file"] for source, entry in entries.items()}


def built(name: str) -> str:
    """The static path of ``main.css``, ``app.js`` or ``icons.svg``, its fingerprint included.

    Raises:
        ImproperlyConfigured: when the assets were not built.
        KeyError: when no such file is built.
    """
    return "built/" + manifest()[_FOLDERS.get(name.rpartition(".")[2], "") + name]


@cache
def icon_names() -> frozenset[str]:
    """The icons of the sprite: our state shapes and the Phosphor icons listed beside them."""
    folder = WEB / "ui" / "icons"
    ours = {path.stem for path in folder.glob("*.svg")}
    return frozenset(ours | set((folder / "phosphor.txt").read_text().split()))
