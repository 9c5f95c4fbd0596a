"""What an installation may set is written where its people look for it."""

from __future__ import annotations

import re

from tests.house.tree import PACKAGE, PROJECT

OURS = {"PALIER_DEMO", "PALIER_TESTING", "PALIER_DEBUG"}  # for us, never for production


def test_every_setting_is_in_the_docs() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (PACKAGE / "installation" / "settings.py").read_text())) - OURS
    page = (PROJECT / "docs" / "production.md").read_text()
    families = re.findall(r"`(PALIER_[A-Z]+)_([A-Z]+)`((?:, `_[A-Z_]+`)*)", page)
    written = set(re.findall(r"`([A-Z]+_[A-Z_]+)`", page))
    written |= {f"{family}{tail}" for family, _, tails in families for tail in re.findall(r"`(_[A-Z_]+)`", tails)}
    assert sorted(read - written) == []
