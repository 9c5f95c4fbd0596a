"""Links follow the right of who reads: an address whose door would stay shut for them is words, not a link.

Pages name what stands around them without asking who reads: the file, a proof, where a missing thing is mended. On its
way out every page is asked once: a link that would be refused loses its address, a button or a remedy disappears.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import Resolver404, resolve

from palier.directory.rules import SCHEME_THINGS, may
from palier.web.doors import Door, Open, Request, roles_of

_LINK = re.compile(r'(<a\b[^>]*?) href="(/[^"]*)"([^>]*)')
_NUMBER = re.compile(r"\d+")
# What says nothing once it leads nowhere.
_ONLY_A_WAY = re.compile(r'class="[^"]*\b(?:btn|remedy)\b')


@dataclass(frozen=True, slots=True)
class _Place:
    door: Door
    of_landlord: bool


@lru_cache(maxsize=4096)
def _place(shape: str, addresses: str) -> _Place | None:
    try:
        match = resolve(shape, addresses)
    except Resolver404:
        return None
    door = getattr(match.func, "door", None)
    return _Place(door, "landlord_id" in match.kwargs) if door else None


def _found(address: str) -> tuple[_Place | None, list[int]]:
    path = re.split(r"[?#]", address, maxsplit=1)[0]
    return _place(_NUMBER.sub("0", path), settings.ROOT_URLCONF), [int(n) for n in _NUMBER.findall(path)]


def _opens(request: Request, place: _Place, numbers: list[int]) -> bool:
    need = place.door.needs.get("GET")
    if need is None:
        return False
    if need is Open.SECURITY:
        return not request.session.get("light")
    if isinstance(need, Open):
        return True
    if settings.SINGLE_LANDLORD and need[0] in SCHEME_THINGS:
        return False
    here = place.of_landlord and request.landlord is not None and request.landlord.pk == numbers[0]
    return bool(may(request.roles if here else roles_of(request), need[1], need[0]))


def follow_rights(request: Request, html: str) -> str:
    """The page with the links that its reader may follow. One query more a kind of thing that not all readers see."""
    here = request.landlord.pk if request.landlord else None
    places = {address: _found(address) for _, address, _ in _LINK.findall(html)}
    shut = {address for address, (place, numbers) in places.items() if place and not _opens(request, place, numbers)}
    kept: dict[Callable[[Request, set[int]], set[int]], dict[str, int]] = {}
    for address, (place, numbers) in places.items():
        if place and place.door.among and address not in shut and (not place.of_landlord or numbers[0] == here):
            kept.setdefault(place.door.among, {})[address] = numbers[place.of_landlord]
    for among, asked in kept.items():
        found = among(request, set(asked.values()))
        shut |= {address for address, thing in asked.items() if thing not in found}

    def written(link: re.Match[str]) -> str:
        before, address, after = link.groups()
        if address not in shut:
            return link[0]
        return f"{before}{after}{' hidden' if _ONLY_A_WAY.search(before + after) else ''}"

    return _LINK.sub(written, html) if shut else html


class LinksMiddleware:
    """Takes out of every HTML answer the links that its reader may not follow."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the links that open. A visitor keeps them all: signing in may open them."""
        response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse) or not response.get("Content-Type", "").startswith("text/html"):
            return response
        if request.user.is_authenticated and hasattr(request, "landlord"):
            html = response.content.decode(response.charset)
            if (followed := follow_rights(cast(Request, request), html)) != html:
                response.content = followed.encode(response.charset)
        return response
