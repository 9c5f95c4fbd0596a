"""French typography of every page, put on text nodes on the way out: people type plain spaces and straight apostrophes.

Narrow no-break space before ``; ! ? %`` and between thousands, no-break space before ``:``, inside « » and after ``n°``,
typographic apostrophe between letters. What stands in scripts, styles, ``pre``, ``code``, fields or tags is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

NARROW, FIXED = "\u202f", "\u00a0"
_KEPT = re.compile(
    r"(<(?:script|style|pre|code|textarea)\b.*?</(?:script|style|pre|code|textarea)\s*>|<!--.*?-->|<[^>]*>)",
    re.DOTALL | re.IGNORECASE,
)
_TAG = "\x00"  # stands for what is kept while the texts of a page are set all at once: no text holds it
_PLAIN: tuple[tuple[str, str], ...] = (
    *((space + mark, NARROW + mark) for mark in ";!?%" for space in (" ", FIXED)),
    (" : ", f"{FIXED}: "),
    (f" :{_TAG}", f"{FIXED}:{_TAG}"),
    ("« ", f"«{FIXED}"),
    (" »", f"{FIXED}»"),
    (" €", f"{FIXED}€"),
    ("n° ", f"n°{FIXED}"),
)
# Each begins with what is looked for, so that the search leaps from one to the next; what precedes is checked after.
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[!?](?=[\s\x00»)]|\Z)(?<=[\w»)\]].)"), rf"{NARROW}\g<0>"),
    (re.compile(r"%(?<=\d%)"), f"{NARROW}%"),
    (re.compile(r"\.\.(?!\.)(?<=[A-Z]\.\.)"), "."),  # « par M. G. » at the end of a sentence
    (re.compile(r" (?=\d{3}(?!\w))(?<=\d )"), NARROW),
    (re.compile(r"'(?=\w)(?<=\w')"), "’"),
    (re.compile(r"&#x27;(?=\w)(?<=\w&#x27;)"), "’"),
)


def typeset(html: str) -> str:
    """The same page or fragment with the spaces and apostrophes of French typography."""
    if _TAG in html:
        return html
    pieces = _KEPT.split(html)
    text = _TAG.join(pieces[::2])
    for typed, right in _PLAIN:
        text = text.replace(typed, right)
    for pattern, right in _PATTERNS:
        text = pattern.sub(right, text)
    pieces[::2] = text.split(_TAG)
    return "".join(pieces)


class TypographyMiddleware:
    """Typesets every HTML answer that is in French."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, typeset."""
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) or not response.get("Content-Type", "").startswith("text/html"):
            return response
        if response.get("Content-Language", "fr") != "fr":
            return response
        response.content = typeset(response.content.decode(response.charset)).encode(response.charset)
        return response
