"""The main navigation: what each role goes to first."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the main navigation."""

    label: str
    url: str
    current: bool


def entries(request: HttpRequest) -> list[Entry]:
    """The links of this person, the current one marked by the longest address that begins the page's own."""
    links: list[tuple[str, str]] = [("Accueil", reverse("home"))]
    here = max(
        (url for _, url in links if request.path == url or (url != "/" and request.path.startswith(url))), key=len, default=""
    )
    return [Entry(label, url, url == here) for label, url in links]
