"""The certificate on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst

_TEMPLATE = Path(__file__).with_name("certificate.typ")


def certificate(content: Mapping[str, Any], *, said: Mapping[str, str], twin: bytes, fonts: Path, at: datetime) -> bytes:
    """The PDF of a certificate (PDF/A-3a and PDF/UA-1, tagged), its JSON twin attached.

    ``said`` are the words around the content: ``sentence``, ``code`` as people read it, ``digest``. The same content at the same
    instant, in the same faces, gives the same bytes.
    """
    data: bytes = typst.compile(
        str(_TEMPLATE),
        root=str(_TEMPLATE.parent),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        pdf_standards=["a-3a", "ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={
            "certificate": json.dumps(dict(content), ensure_ascii=False),
            "said": json.dumps(dict(said), ensure_ascii=False),
            "qr": qr(content["verify"]),
            "twin": twin.decode(),
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
