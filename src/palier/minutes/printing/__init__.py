"""Minutes and extracts on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

_HERE = Path(__file__).parent


def minutes(content: Mapping[str, Any], *, twin: bytes, fonts: Path, at: datetime, digest: str) -> bytes:
    """The PDF of a signed copy of minutes (PDF/A-3a and PDF/UA-1, tagged), its JSON twin attached.

    The same content at the same instant, in the same faces, gives the same bytes.
    """
    return _print("minutes.typ", content, fonts=fonts, at=at, digest=digest, twin=twin.decode())


def extract(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """The PDF of an extract (PDF/A-3a and PDF/UA-1, tagged). It says by itself whether the minutes are approved."""
    return _print("extract.typ", content, fonts=fonts, at=at)


def _print(template: str, content: Mapping[str, Any], *, fonts: Path, at: datetime, **more: str) -> bytes:
    data: bytes = typst.compile(
        str(_HERE / template),
        root=str(_HERE),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={"content": json.dumps(dict(content), ensure_ascii=False), **more},
    )
    return data
