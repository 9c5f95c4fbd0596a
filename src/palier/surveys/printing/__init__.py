"""Surveys on paper: the letter, the questionnaire with its code, the poster of a hall. Plain data in, PDF out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from palier.paper import printed, qr

_FOLDER = Path(__file__).parent


def letters(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """A letter a household, each followed by its questionnaire; every page of the questionnaire bears its code.

    ``content`` holds what all share (``landlord``, ``title``, ``message``, ``purpose``, ``closes_on``, ``return_to``), ``forms`` by language, and
    ``letters``: ``to`` (the lines of the envelope), ``code``, ``link``, ``language``.
    """
    addressed = [letter | {"qr": qr(letter["link"])} for letter in content["letters"]]
    return printed(_FOLDER / "letters.typ", fonts=fonts, at=at, content={**content, "letters": addressed})


def poster(content: Mapping[str, Any], *, fonts: Path, at: datetime) -> bytes:
    """The poster of a hall: who asks, until when, and the QR code of the page where one gets one's own link again."""
    return printed(_FOLDER / "poster.typ", fonts=fonts, at=at, content={**content, "qr": qr(content["link"])})
