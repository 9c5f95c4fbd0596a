"""The report of a wave on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

_TEMPLATE = Path(__file__).with_name("report.typ")


def report(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """The PDF of a report (PDF/A-2a and PDF/UA-1, tagged).

    ``fonts`` is the folder of the faces; the same content at the same instant, in the same faces, gives the same bytes.
    """
    data: bytes = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={"report": json.dumps(content, ensure_ascii=False)},
    )
    return data
