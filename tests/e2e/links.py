"""Every link of every page leads somewhere, for every role, in the demonstration's story."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Callable
from urllib.parse import urljoin

from django.test import Client
from django.urls import Resolver404, resolve

from palier.commands.demo import names
from palier.commands.demo.world import DOMAIN
from palier.directory.models import Membership, Person
from palier.directory.rules import Role

# So many pages of one address, by role: the others look like them.
ALIKE = 3
HREF = re.compile(r'<a [^>]*?href="([^"#]+)["#]')


def dead_links(sign_in: Callable[[Person], Client]) -> list[str]:
    """What leads nowhere on the pages of somebody of each role, in a story of two landlords."""
    return [f"{role}: {fault}" for role in Role for fault in _walk(sign_in(_somebody(role)))]


def _somebody(role: Role) -> Person:
    """Somebody with this role; of the second landlord's, whose plan is under way, where there is one."""
    held = Membership.objects.filter(role=role).select_related("person").order_by("pk")
    slug = names.slug(names.SECOND[1])
    found = held.filter(person__email__endswith=f".{slug}@{DOMAIN}").first() or held.first()
    assert found is not None, role
    return found.person


def _walk(client: Client) -> list[str]:
    """Follow the links from the home page; what answers neither a page nor a way to one."""
    waiting, seen, visited, dead = deque([("", "/")]), {"/"}, Counter[str](), []
    while waiting:
        source, url = waiting.popleft()
        answer = client.get(url)
        if answer.status_code >= 400:
            dead.append(f"{answer.status_code} {url}, linked from {source}")
        if not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for href in HREF.findall(answer.content.decode()):
            target = urljoin(url, href.replace("&amp;", "&"))
            if not target.startswith("/") or target in seen or target.startswith("/static/"):
                continue
            seen.add(target)
            try:
                name = resolve(target.split("?")[0]).view_name
            except Resolver404:
                dead.append(f"unknown address {target}, linked from {url}")
                continue
            visited[name] += 1
            if visited[name] <= ALIKE:
                waiting.append((url, target))
    return dead
