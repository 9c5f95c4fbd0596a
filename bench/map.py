"""The map of 150,000 residences: from the address to a drawing that says where they all are, in headless Chromium."""

import os
import statistics
import subprocess
import time
from datetime import UTC, datetime

from figures import PROJECT, answers, figure, ready, serving

ready()

from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, sync_playwright
from tests.fixtures import luhn_siren, signed_in

from palier.directory.models import Landlord, Person
from palier.directory.operations import add_landlord, add_member, add_organisation, enter_person
from palier.directory.rules import Kind, LandlordType, Role
from palier.sites.operations import open_campaign
from palier.stock.models import Import
from palier.stock.rules.imports import State

RESIDENCES, LANDLORDS = 150_000, 100
AT = datetime.now(UTC)
_STOCK = """
WITH placed AS (
  INSERT INTO stock_residence (landlord_id, code, name, plain_name, sector, commune, commune_name, postcode, address, lon, lat,
                               first_source_id, last_source_id)
  SELECT %(landlord)s, n::text, 'R' || n, 'r' || lpad(n::text, 6, '0'), '', lpad((n %% 9000)::text, 5, '0'),
         'Commune ' || n %% 9000, '', '', -4 + 11 * random(), 43 + 7 * random(), %(source)s, %(source)s
  FROM generate_series(1, %(many)s) AS n RETURNING id
), counted AS (
  INSERT INTO stock_residencevintage (residence_id, source_id, homes, located) SELECT id, %(source)s, 36, 36 FROM placed
)
INSERT INTO sites_siterating (campaign_id, residence_id, level, reasons, revision, confirmed_at)
SELECT %(campaign)s, id, (ARRAY['none', 'none', 'none', 'medium', 'important', 'extreme'])[1 + id %% 6], 'Halls.', 1, now()
FROM placed
"""

# The browser's own clock, from the address to the frame after the whole drawing is in the page.
_WHEN_DRAWN = """new MutationObserver((_, seen) => {
  if (!document.querySelector(".map-frame:has(.map-sketch text) ~ figcaption")) return;
  seen.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { window.drawn = performance.now(); }));
}).observe(document, { childList: true, subtree: true });"""


def stock(name: str, residences: int) -> tuple[Landlord, Person]:
    """A landlord of so many rated residences all over the country, and whoever leads its quality."""
    siren = luhn_siren(910_000 + Landlord.objects.count())
    landlord = add_landlord(name=name, siren_number=siren, landlord_type=LandlordType.ESH, by=None, at=AT)
    lead = enter_person(email=f"map{landlord.pk}@bench.example", name="Mme M.", at=AT)
    add_member(person=lead, organisation=landlord, role=Role.QUALITY_LEAD, by=None, at=AT)
    source = Import.objects.create(
        landlord=landlord,
        state=State.APPLIED,
        year=2026,
        file_name="a.csv",
        file_digest="0" * 64,
        file_bytes=1,
        at=AT,
        applied_at=AT,
    )
    campaign = open_campaign(landlord=landlord, cycle=1, by=lead, at=AT)
    with connection.cursor() as cursor:
        cursor.execute(_STOCK, {"landlord": landlord.pk, "source": source.pk, "campaign": campaign.pk, "many": residences})
    return landlord, lead


def look(browser: Browser, origin: str, address: str, person: Person) -> None:
    """Print the time of the first view of a map, then of a window zoomed in."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE stock_residence, stock_residencevintage, sites_siterating")
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": signed_in(person).cookies[name].value, "url": origin}
    first, alive, closer = [], [], []
    for _ in range(5):
        context = browser.new_context(base_url=origin, viewport={"width": 1440, "height": 900})
        context.add_cookies([cookie])
        page = context.new_page()
        page.add_init_script(_WHEN_DRAWN)
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.locator("[data-map-ready]").wait_for()
        alive.append(time.perf_counter() - start)
        first.append(page.evaluate("window.drawn") / 1000)
        start = time.perf_counter()
        with page.expect_response("**/carte.geojson?*"):
            page.get_by_role("button", name="Agrandir").click()
        closer.append(time.perf_counter() - start)
        context.close()
    figure("  first view of the map, at its middle", statistics.median(first), "s", promised=2)
    figure("  at its best", min(first), "s")
    figure("  at its slowest, the first one", max(first), "s")
    figure("  the map that moves, laid over it", statistics.median(alive), "s")
    figure("  a window closer", statistics.median(closer), "s")


def main() -> None:
    """The map of the whole country for the label's team, then that of one landlord as large."""
    referent = enter_person(email=f"map{AT.timestamp()}@bench.example", name="Mme R.", at=AT)
    owner = add_organisation(kind=Kind.LABEL_OWNER, name="Union de mesure", by=None, at=AT)
    add_member(person=referent, organisation=owner, role=Role.REFERENT, by=None, at=AT)
    chromium = subprocess.check_output([PROJECT / "tools" / "chromium"], text=True).strip()
    # Playwright runs a loop in this thread; Django would refuse its database to what it takes for asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with serving() as (_, origin), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        for number in range(LANDLORDS):
            stock(f"Habitat {number}", RESIDENCES // LANDLORDS)
        while not answers(f"{origin}/compte/connexion/"):
            time.sleep(0.1)
        print(f"{RESIDENCES} residences of {LANDLORDS} landlords")
        look(browser, origin, "/sites/carte/", referent)
        print(f"{RESIDENCES} residences of one landlord")
        landlord, lead = stock("Habitat de France", RESIDENCES)
        look(browser, origin, f"/organismes/{landlord.pk}/sites/carte/", lead)
        browser.close()


if __name__ == "__main__":
    main()
