"""The house keeps its shape: what stands where, how long a file is, how it is named."""

from __future__ import annotations

from tests.house.tree import PACKAGE, ROOMS, files, named

LONGEST = 500
JUNK_DRAWERS = {"utils", "common", "helpers", "misc", "shared", "util", "lib"}


def test_no_file_is_longer_than_one_can_read() -> None:
    sources = files("*.py", "*.html", "*.css", "*.js", "*.mjs", "Makefile", "*.typ")
    too_long = {
        named(path): lines
        for path in sources
        if "migrations" not in path.parts and (lines := len(path.read_text().splitlines())) > LONGEST
    }
    assert too_long == {}


def test_no_module_is_a_junk_drawer() -> None:
    drawers = [named(path) for path in files("src/*", "tests/*") if JUNK_DRAWERS & {*path.parent.parts, path.stem}]
    assert drawers == []


def test_every_folder_of_the_package_is_a_room_or_stands_above_or_below_all() -> None:
    known = {*ROOMS, "web", "api", "commands", "jobs", "installation", "disclosure", "estimates"}
    assert {path.parent.name for path in PACKAGE.glob("*/__init__.py")} == known


def test_pages_of_a_room_stand_in_a_folder_of_its_name() -> None:
    known = {*ROOMS, "ui", "home", "built"}
    folders = {path.name for path in (PACKAGE / "web").iterdir() if path.is_dir() and path.name != "__pycache__"}
    with_views = {name for name in folders if (PACKAGE / "web" / name / "urls.py").exists()}
    assert with_views <= known


def test_tests_mirror_the_rooms() -> None:
    assert {path.parent.name for path in (PACKAGE.parents[1] / "tests").glob("*/__init__.py")} >= set(ROOMS)
