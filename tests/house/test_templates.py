"""Templates: each is used, and none carries code or style of its own (the CSP would refuse it)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from tests.house.tree import PACKAGE, files, named

WEB = PACKAGE / "web"
TEMPLATES = [path for path in files("src/palier/*.html") if "built" not in path.parts]
COMPONENTS = WEB / "ui" / "components"
GALLERY = WEB / "ui" / "gallery"  # shown as a whole
# Asked for by Django and allauth themselves, by these names.
OF_FRAMEWORKS = {"400.html", "403.html", "403_csrf.html", "404.html", "429.html", "500.html"}
TAGS = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
INLINE = {
    "a script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")", re.IGNORECASE),
    "a style sheet": re.compile(r"<style\b", re.IGNORECASE),
    "a style attribute": re.compile(r"\sstyle\s*=", re.IGNORECASE),
    "an event attribute": re.compile(r"\s(on[a-z]+|hx-on[:a-z-]*)\s*=\s*[\"']", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
}


@cache
def _sources() -> str:
    """All code and templates in one text."""
    return "\n".join(path.read_text() for path in (*files("src/palier/*.py"), *TEMPLATES))


@cache
def _of_libraries() -> frozenset[str]:
    """The names of the templates that libraries ask for, which ours may replace."""
    folders = [Path(config.path) / "templates" for config in apps.get_app_configs() if "palier" not in config.name]
    return frozenset(str(path.relative_to(folder)) for folder in folders for path in folder.rglob("*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_template_carries_no_code_nor_style(path: Path) -> None:
    text = TAGS.sub("", path.read_text())
    assert [what for what, pattern in INLINE.items() if pattern.search(text)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=named)
def test_template_is_used(path: Path) -> None:
    name = str(path.relative_to(WEB))
    if path.is_relative_to(COMPONENTS):
        tag = str(path.relative_to(COMPONENTS).with_suffix("")).replace("/", ".").replace("_", "-").removesuffix(".index")
        assert re.search(rf"<c-{re.escape(tag)}[\s/>]|is=\"{re.escape(tag)}\"", _sources()), f"no page uses <c-{tag}>"
    elif not path.is_relative_to(GALLERY):
        assert name in OF_FRAMEWORKS | _of_libraries() or name in _sources(), f"no view renders {name}"
