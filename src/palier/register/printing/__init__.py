"""The certificate on paper: plain data in, PDF out. No Django, no database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from palier.paper import printed, qr

_TEMPLATE = Path(__file__).with_name("certificate.typ")


def certificate(content: Mapping[str, Any], *, said: Mapping[str, str], twin: bytes, fonts: Path, at: datetime) -> bytes:
    """The PDF of a certificate, its JSON twin attached.

    ``said`` are the words around the content: ``sentence``, ``decision``, ``code`` as people read it, ``digest``.
    """
    return printed(
        _TEMPLATE,
        fonts=fonts,
        at=at,
        standard="a-3a",
        certificate=content,
        said=said,
        qr=qr(content["verify"]),
        twin=twin.decode(),
    )
