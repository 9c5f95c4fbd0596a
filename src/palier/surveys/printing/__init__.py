"""Surveys on paper: the letter, the questionnaire with its code, the poster of a hall. Plain data in, PDF out."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst

_FOLDER = Path(__file__).parent


def letters(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """A letter a household, each followed by its questionnaire; every page of the questionnaire bears its code.

    ``content`` holds what all share (``landlord``, ``title``, ``message``, ``purpose``, ``closes_on``), ``forms`` by language, and
    ``letters``: ``name``, ``address`` (lines), ``code``, ``link``, ``language``.
    """
    addressed = [letter | {"qr": qr(letter["link"])} for letter in content["letters"]]
    return _made("letters.typ", dict(content) | {"letters": addressed}, fonts=fonts, at=at)


def poster(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """The poster of a hall: who asks, until when, and the QR code of the page where one gets one's own link again."""
    return _made("poster.typ", dict(content) | {"qr": qr(content["link"])}, fonts=fonts, at=at)


def _made(template: str, content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    data: bytes = typst.compile(
        str(_FOLDER / template),
        root=str(_FOLDER),
        font_paths=[str(fonts)],
        ignore_system_fonts=True,
        pdf_standards=["a-2a", "ua-1"],
        timestamp=int(at.timestamp()),
        sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
    )
    return data


def qr(address: str) -> str:
    """An address as a QR code, in SVG; a quarter of it may be torn off."""
    out = io.BytesIO()
    segno.make(address, error="q", micro=False).save(out, kind="svg", border=0, dark="#17221d", xmldecl=False, svgns=True)
    return out.getvalue().decode()
