"""What is undone within a few minutes tells nobody: each key that a message is written under is one that an act takes back."""

from __future__ import annotations

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "palier"


def test_every_key_that_a_message_is_written_under_is_taken_back_somewhere() -> None:
    written: dict[str, str] = {}
    taken = set()
    for path in sorted(SOURCE.glob("**/operations*/**/*.py")) + sorted(SOURCE.glob("*/operations.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            for given in call.keywords:
                key = _beginning(given.value) if given.arg == "undo_key" else ""
                if key and ast.unparse(call.func).split(".")[-1] in {"cancel", "unsay"}:
                    taken.add(key)
                elif key:
                    written[key] = path.name
    assert written
    assert {key: name for key, name in written.items() if key not in taken} == {}


def _beginning(key: ast.expr) -> str:
    """What a key begins with, or the function that writes it; empty for one that is handed over."""
    if isinstance(key, ast.IfExp):
        return _beginning(key.body) or _beginning(key.orelse)
    if isinstance(key, ast.JoinedStr) and isinstance(key.values[0], ast.Constant):
        return str(key.values[0].value)
    return ast.unparse(key.func) if isinstance(key, ast.Call) else ""
