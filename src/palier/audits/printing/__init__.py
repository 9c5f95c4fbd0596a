"""Audit reports on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from palier.paper import printed

_TEMPLATE = Path(__file__).with_name("report.typ")


def report(content: Mapping[str, Any], *, fonts: Path, at: datetime, digest: str = "") -> bytes:
    """The PDF of a report. Without a ``digest`` it says on each page that it is a draft."""
    return printed(_TEMPLATE, fonts=fonts, at=at, report=content, digest=digest)
