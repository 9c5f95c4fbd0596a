"""The diagram of the docs is the table of steps, drawn."""

from __future__ import annotations

import os

from palier.label.rules.steps import diagram
from tests.house.tree import PROJECT

PAGE = PROJECT / "docs" / "steps.md"
OPENS, CLOSES = "```mermaid\n", "```"


def test_the_diagram_of_the_docs_is_the_table() -> None:
    """``PALIER_REDRAW=1 pytest tests/house/test_steps.py`` draws it again after a change of the table."""
    before, rest = PAGE.read_text().split(OPENS)
    drawn, after = rest.split(CLOSES, 1)
    if os.environ.get("PALIER_REDRAW"):
        PAGE.write_text(before + OPENS + diagram() + CLOSES + after)
    else:
        assert drawn == diagram()
