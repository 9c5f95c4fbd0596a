"""Minutes and extracts on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from palier.paper import printed

_HERE = Path(__file__).parent


def minutes(content: Mapping[str, Any], *, twin: bytes, fonts: Path, at: datetime, digest: str) -> bytes:
    """The PDF of a signed copy of minutes, its JSON twin attached."""
    return printed(
        _HERE / "minutes.typ", fonts=fonts, at=at, standard="a-3a", content=content, digest=digest, twin=twin.decode()
    )


def extract(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """The PDF of an extract. It says by itself whether the minutes are approved."""
    return printed(_HERE / "extract.typ", fonts=fonts, at=at, standard="a-3a", content=content)
