"""A real browser for the tests of pages: signs in, looks, and says what would shame us.

``browser_page(person)`` gives a Playwright page signed in as somebody (or as nobody); ``check(page, "name")`` runs axe
(WCAG 2.0 to 2.2, A and AA, and its best practices) at 360 and 1440 px, refuses a horizontal scroll, a message in the
console or a refusal of the content policy, and leaves two pictures in ``var/screens/``. Under ``PALIER_SCREENS=0``, where
nobody looks, there are no pictures, and axe runs at the first width alone.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.test import Client

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

    from palier.directory.models import Person

PROJECT = Path(__file__).resolve().parent.parent
SCREENS = PROJECT / "var" / "screens"
# Pictures are for people: where nobody looks, they cost a tenth of the browser tests.
DRAWN = os.environ.get("PALIER_SCREENS") != "0"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"
CHROMIUM = os.environ.get("PALIER_CHROMIUM", "/usr/bin/chromium")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
NARROW, WIDE = (360, 780), (1440, 900)
# Milliseconds that what a page is to show is waited for: a busy machine is slow, and the first page loads all the others' code.
PATIENCE = 60_000

OpenPage = Callable[..., "Page"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    # Playwright runs a loop in this thread; Django would refuse the database to a test that it takes for asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"]
        )
        yield chromium
        chromium.close()


class _Answering:
    """The requests that the running server still answers: a browser that is shut leaves them behind it."""

    def __init__(self) -> None:
        self._under_way, self._changed = 0, threading.Condition()
        request_started.connect(self._begin, sender=WSGIHandler)
        request_finished.connect(self._end, sender=WSGIHandler)

    def _begin(self, **_: object) -> None:
        with self._changed:
            self._under_way += 1

    def _end(self, **_: object) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Wait until none is left, or as long as a page would be."""
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, PATIENCE / 1000)


@pytest.fixture(scope="session")
def answering() -> _Answering:
    """To be waited for before tables are emptied: an act cut short there locks against it."""
    return _Answering()


@pytest.fixture
def browser_page(
    browser: Browser,
    live_server: Any,
    transactional_db: None,
    sign_in: Callable[[Person], Client],
    answering: _Answering,
) -> Iterator[OpenPage]:
    """Opens pages on the running server: ``browser_page(person)``, each in a browser of its own.

    ``again`` is a page that the same person left: they sign in once more, in the browser that knows Palier already.
    """
    contexts: list[BrowserContext] = []

    def enter(context: BrowserContext, person: Person | None) -> None:
        context.clear_cookies()
        if person is not None:
            cookie = sign_in(person).cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": live_server.url}])

    def open_page(person: Person | None = None, *, javascript: bool = True, again: Page | None = None) -> Page:
        if again:
            enter(again.context, person)
            return again
        context = browser.new_context(
            base_url=live_server.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": WIDE[0], "height": WIDE[1]},
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        contexts.append(context)
        enter(context, person)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.complaints = []  # type: ignore[attr-defined] -- read by check()
        page.on("console", lambda message: _hear(page, message))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined] -- ours
        return page

    yield open_page
    for context in contexts:
        context.close()
    answering.wait()


def _hear(page: Page, message: ConsoleMessage) -> None:
    # A page answered with 4xx logs one line of its own (the answer is what the test looks at); a driver without a
    # graphics card complains of its slowness.
    expected = ("the server responded with a status of 4", "GL Driver Message")
    if message.type in {"error", "warning"} and not any(words in message.text for words in expected):
        page.complaints.append(message.text)  # type: ignore[attr-defined] -- ours


def turn(page: Page, button: str) -> None:
    """Press the button that leads to a page of another address, and wait until that page is whole."""
    here = page.url
    page.get_by_role("button", name=button).click()
    page.wait_for_url(lambda url: url != here)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, help, and the elements concerned."""
    if not page.evaluate("'axe' in window"):
        # Evaluated by the driver, not loaded by the page: the content policy has no say.
        page.evaluate(AXE.read_text())
    found = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']}).then(result => result.violations)", TAGS
    )
    return [
        f"{violation['id']}: {violation['help']} — " + " | ".join(node["html"][:160] for node in violation["nodes"][:5])
        for violation in found
    ]


def overflow(page: Page) -> list[str]:
    """The elements that push the page wider than the window, if any."""
    return page.evaluate(
        """() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('body *')]
            .filter(e => e.getBoundingClientRect().right > width + 1)
            .slice(0, 8).map(e => e.outerHTML.slice(0, 120));
        }"""
    )


def check(page: Page, name: str, *, sizes: tuple[tuple[int, int], ...] = (NARROW, WIDE)) -> None:
    """Look at the page at each width; fail with everything that is wrong at once."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.wait_for_load_state()  # a click leaves before the page it leads to is whole
    faults: list[str] = []
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("document.fonts.ready")
        if DRAWN:
            page.screenshot(path=SCREENS / f"{name}-{width}.png", full_page=True)
        faults += [f"{width} px: too wide: {element}" for element in overflow(page)]
        if DRAWN or (width, height) == sizes[0]:
            faults += [f"{width} px: {fault}" for fault in violations(page)]
    faults += [f"console: {complaint}" for complaint in page.complaints]  # type: ignore[attr-defined] -- ours
    assert not faults, f"{page.url}\n" + "\n".join(faults)
