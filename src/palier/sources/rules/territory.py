"""Communes and IRIS as INSEE codes them."""

from __future__ import annotations

import re

# Published figures know Paris, Lyon and Marseille as whole communes; addresses know their districts.
_WHOLE = ((range(75101, 75121), "75056"), (range(69381, 69390), "69123"), (range(13201, 13217), "13055"))
COMMUNE = re.compile(r"(?:\d{2}|2[AB])\d{3}")
IRIS = re.compile(r"(?:\d{2}|2[AB])\d{7}")


def figures_commune(code: str) -> str:
    """The commune that figures are published for, from the code of an address."""
    if code.isdigit():
        return next((whole for districts, whole in _WHOLE if int(code) in districts), code)
    return code


def districts_of(commune: str) -> tuple[str, ...]:
    """The districts that addresses of a whole commune bear, none for most."""
    return next((tuple(str(code) for code in districts) for districts, whole in _WHOLE if whole == commune), ())
