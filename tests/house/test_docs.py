"""The docs lead somewhere: every file and picture that they name is there."""

from __future__ import annotations

import re

from tests.house.tree import PROJECT

PAGES = [PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").rglob("*.md"))]


def test_every_link_of_the_docs_leads_to_a_file() -> None:
    named = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text())]
    local = [(page, link) for page, link in named if "://" not in link]
    assert len(local) > 20
    assert [f"{page.name}: {link}" for page, link in local if not (page.parent / link).exists()] == []
