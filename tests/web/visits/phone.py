"""A phone: a browser behind a network that can be cut, and what can be read of its own store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings

from tests.browser import PATIENCE
from tests.visits.network import Network

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from palier.directory.models import Person

# What the device holds, unsealed with the key it has: answers by point, fingerprints of the photos that wait, queue.
KEPT = """async () => {
  const ask = (request) => new Promise((done, fail) => { request.onsuccess = () => done(request.result); request.onerror = fail; });
  const base = await ask(indexedDB.open("palier-terrain"));
  const all = (name) => ask(base.transaction(name).objectStore(name).getAll());
  const [holder] = await all("account");
  const hers = (row) => row.account === holder.account;
  const open = ({ iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, holder.key, data);
  const read = async (sealed) => JSON.parse(new TextDecoder().decode(await open(sealed)));
  const visits = holder ? await Promise.all((await all("visits")).filter(hers).map((row) => read(row.sealed))) : [];
  const photos = {};
  for (const row of await all("photos")) {
    if (!holder || !row.bytes || !hers(row)) continue;
    const sum = await crypto.subtle.digest("SHA-256", await open(row.bytes));
    photos[row.id] = [...new Uint8Array(sum)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }
  const queue = await all("queue");
  base.close();
  return { visits, photos, queue: queue.length, held: Boolean(holder) };
}"""


def until(page: Page, holds: Callable[[dict[str, Any]], bool], *, seconds: int = 60) -> None:
    """Wait until what the device keeps is so."""
    for _ in range(seconds * 4):
        if holds(page.evaluate(KEPT)):
            return
        page.wait_for_timeout(250)
    raise AssertionError(page.evaluate(KEPT))


def wait_until_sent(page: Page) -> None:
    """Wait until nothing waits on the device."""
    until(page, lambda kept: kept["queue"] == 0, seconds=240)


class Phone:
    """Opens browsers on one network; ``page(person)`` signs in."""

    def __init__(self, browser: Browser, network: Network, sign_in: Callable[..., Any]) -> None:
        self.browser, self.network, self.sign_in = browser, network, sign_in
        self.contexts: list[Any] = []

    def page(self, person: Person) -> Page:
        """A page of a phone of its own."""
        context = self.browser.new_context(
            base_url=self.network.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport={"width": 360, "height": 780},
            has_touch=True,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        self.enter(context, person)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.complaints = []  # type: ignore[attr-defined] -- read by check()
        page.on("pageerror", lambda error: page.complaints.append(str(error)))  # type: ignore[attr-defined] -- ours
        return page

    def enter(self, context: Any, person: Person) -> None:
        """Sign somebody in, on a phone that may hold somebody else's work."""
        cookie = self.sign_in(person).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": self.network.url}])

    def cut(self, page: Page) -> None:
        """No network at all, for the page and for what serves it."""
        self.network.down = True
        page.context.set_offline(True)

    def restore(self, page: Page) -> None:
        """The network is back."""
        self.network.down = False
        page.context.set_offline(False)


@pytest.fixture
def phone(
    browser: Browser, live_server: Any, transactional_db: None, sign_in: Callable[..., Any], answering: Any
) -> Iterator[Phone]:
    """Phones on one network."""
    network = Network(live_server.thread.port)
    made = Phone(browser, network, sign_in)
    yield made
    for context in made.contexts:
        context.close()
    network.close()
    answering.wait()
