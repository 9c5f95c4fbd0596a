"""The command line says what it can do, in French, and ours alone."""

from __future__ import annotations

from palier.commands.main import listing


def test_the_list_of_commands_is_ours_alone_each_with_what_it_does() -> None:
    lines = [line.split(maxsplit=1) for line in listing().splitlines() if line.startswith("  ")]
    assert {"backup", "frameworks", "ledger", "restore"} <= {name for name, *_ in lines}
    assert not {"runserver", "createsuperuser", "shell"} & {name for name, *_ in lines}
    assert [name for name, *words in lines if not words] == []
