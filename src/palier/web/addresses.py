"""Every page of the installation, as its addresses declare it; and the check that none is without a door."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.urls import URLPattern, URLResolver, get_resolver

from palier.web.doors import Door

# The API has doors of its own, by scope.
API = "api/"


@dataclass(frozen=True, slots=True)
class Page:
    """One address: its route, its name, what it takes, and its door (None when nobody declared one)."""

    route: str
    name: str
    takes: tuple[str, ...]
    door: Door | None


def pages() -> list[Page]:
    """All pages, in the order of the addresses."""
    return [page for page in _walk(get_resolver().url_patterns, "", ()) if not page.route.startswith(API)]


def _walk(patterns: Sequence[URLPattern | URLResolver], before: str, taken: tuple[str, ...]) -> Iterator[Page]:
    for entry in patterns:
        route = before + str(entry.pattern).removeprefix("^").removesuffix("$")
        takes = (*taken, *_takes(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from _walk(entry.url_patterns, route, takes)
        else:
            yield Page(route, entry.name or "", takes, getattr(entry.callback, "door", None))


def _takes(pattern: Any) -> tuple[str, ...]:
    return tuple(getattr(pattern, "converters", None) or pattern.regex.groupindex)


@register(Tags.urls)
def every_page_has_a_door(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """An address without a declared permission does not start."""
    return [
        Error(f"/{page.route} has no door.", hint="Declare its view with @door(GET=…, POST=…).", id="palier.E010")
        for page in pages()
        if page.door is None
    ]
