"""What pages do to pieces of HTML or text: roles of stacked tables, differences of two texts."""

from __future__ import annotations

import re
from difflib import SequenceMatcher

from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

_ROLES = {"thead": "rowgroup", "tbody": "rowgroup", "tfoot": "rowgroup", "tr": "row", "td": "cell"}
_WORD = re.compile(r"\s+|[\w’'-]+|[^\w\s]")
_NEIGHBOURS = re.compile(r"</ins>(\s+)<ins>")
_TABLE_TAG = re.compile(r"<(thead|tbody|tfoot|tr|td|th)\b([^>]*)>")


def table_roles(html: SafeString) -> SafeString:
    """The inside of a table with the ARIA roles that a stacked table would lose (its rows are no table rows to CSS)."""

    def with_role(match: re.Match[str]) -> str:
        tag, rest = match.groups()
        if "role=" in rest:
            return match[0]
        role = _ROLES.get(tag) or ("rowheader" if 'scope="row' in rest else "columnheader")
        return f'<{tag} role="{role}"{rest}>'

    return mark_safe(_TABLE_TAG.sub(with_role, conditional_escape(html)))


def differences(text: str, other: str) -> SafeString:
    """A text with the words that the other one does not have underlined (``ins``)."""
    mine, theirs = (_WORD.findall(part) for part in (text, other))
    pieces = SequenceMatcher(None, theirs, mine, autojunk=False).get_opcodes()
    marked = (
        (_ins("".join(mine[low:high])) if kind in {"insert", "replace"} else "".join(mine[low:high]),)
        for kind, _, _, low, high in pieces
    )
    return mark_safe(_NEIGHBOURS.sub(r"\1", format_html_join("", "{}", marked)))


def _ins(words: str) -> SafeString:
    return mark_safe(f"<ins>{conditional_escape(words)}</ins>") if words.strip() else conditional_escape(words)
