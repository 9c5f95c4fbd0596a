"""Plain data on paper: one way of printing for all rooms, and of drawing a QR code. No Django, no database."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Literal

import segno
import typst


def printed(
    template: Path, *, fonts: Path, at: datetime, standard: Literal["a-2a", "a-3a"] = "a-2a", **said: str | Mapping[str, object]
) -> bytes:
    """The PDF that a Typst template makes of what is ``said``: PDF/UA-1, tagged, and PDF/A-2a, or PDF/A-3a to attach a twin.

    ``fonts`` is the folder of the faces; the same content at the same instant, in the same faces, gives the same bytes.
    """
    data: bytes = typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        pdf_standards=[standard, "ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={
            name: what if isinstance(what, str) else json.dumps(dict(what), ensure_ascii=False) for name, what in said.items()
        },
    )
    return data


def qr(address: str) -> str:
    """An address as a QR code, in SVG; a quarter of it may be torn off."""
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", border=0, dark="#17221d", xmldecl=False, svgns=True)
    return out.getvalue().decode()


def qr_path(address: str) -> tuple[int, str]:
    """An address as a QR code for a page: the side of the square, and the path of its dark modules."""
    code = segno.make(address, error="q", micro=False)
    parts = []
    for y, row in enumerate(code.matrix):
        parts += [f"M{x} {y}h1v1h-1z" for x, dark in enumerate(row) if dark]
    return len(code.matrix), "".join(parts)
