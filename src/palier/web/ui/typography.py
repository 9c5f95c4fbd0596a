"""French typography of every page, put on text nodes on the way out: people type plain spaces and straight apostrophes.

Narrow no-break space before ``; ! ? %`` and between thousands, no-break space before ``:``, inside « » and after ``n°``,
typographic apostrophe between letters. What stands in scripts, styles, ``pre``, ``code``, fields or tags is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse

NARROW, FIXED = "\u202f", "\u00a0"
_KEPT = re.compile(r"(<(script|style|pre|code|textarea)\b.*?</\2\s*>|<!--.*?-->)", re.DOTALL | re.IGNORECASE)
# The next angle bracket opens a tag, so this is text: in a tag it would be the one that closes it.
_TEXT = r"(?=[^<>]*(?:<|\Z))"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"[ \u00a0](?=[;!?%]){_TEXT}"), NARROW),
    (re.compile(rf"(?<=[\w»)\]])(?=[!?](?:[\s<»)]|\Z)){_TEXT}"), NARROW),
    (re.compile(rf"(?<=\d)(?=%){_TEXT}"), NARROW),
    (re.compile(rf" (?=:(?:[\s<]|\Z)){_TEXT}"), FIXED),
    (re.compile(rf" (?=[»€]){_TEXT}"), FIXED),
    (re.compile(rf"(?<=«) {_TEXT}"), FIXED),
    (re.compile(rf"(?<=\bn°) ?(?=\d){_TEXT}", re.IGNORECASE), FIXED),
    (re.compile(rf"(?<=\d) (?=\d{{3}}(?!\d)){_TEXT}"), NARROW),
    (re.compile(rf"(?<=\w)(?:'|&#x27;|&#39;)(?=\w){_TEXT}"), "’"),
)


def typeset(html: str) -> str:
    """The same page or fragment with the spaces and apostrophes of French typography."""
    pieces = _KEPT.split(html)
    # Split with two groups: text, kept piece, name of its tag, text…
    for index in range(0, len(pieces), 3):
        text = pieces[index]
        for pattern, right in _RULES:
            text = pattern.sub(right, text)
        pieces[index] = text
    del pieces[2::3]
    return "".join(pieces[i] for i in range(len(pieces)))


class TypographyMiddleware:
    """Typesets every HTML answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, typeset."""
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) or not response.get("Content-Type", "").startswith("text/html"):
            return response
        response.content = typeset(response.content.decode(response.charset)).encode(response.charset)
        return response
