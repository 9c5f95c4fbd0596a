"""The pages that the guides show, in the demonstration's story: looked at in a browser, and drawn for the docs.

``PALIER_PICTURES=1 pytest tests/e2e/test_guides.py`` draws the pictures of ``docs/pictures/`` again, from a longer story.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from palier.commands.demo import names
from palier.commands.demo.story import tell
from palier.commands.demo.world import DOMAIN
from palier.committee.models import Committee, Item
from palier.directory.models import Landlord, Person
from tests.browser import NARROW, WIDE, OpenPage, check

pytestmark = [pytest.mark.browser, pytest.mark.told]
PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
DRAWING = bool(os.environ.get("PALIER_PICTURES"))
SECOND = names.slug(names.SECOND[1])


@pytest.fixture
def story(transactional_db: None) -> Landlord:
    """Two landlords (or thirty, to draw), lived up to today; the second is at its plan."""

    def month_passes(at: datetime) -> None:
        """Nobody watches."""

    tell(landlords=30 if DRAWING else 2, until=timezone.now(), month_passes=month_passes)
    return Landlord.objects.get(name=names.SECOND[1])


def _room() -> str:
    """The screen of the written consultation under way."""
    item = Item.objects.select_related("session").get(session__written=True)
    where = {"committee_id": item.session.committee_id, "session_number": item.session.number, "item_id": item.pk}
    return reverse("committee_room_item", kwargs=where)


def test_pages_of_the_guides(story: Landlord, browser_page: OpenPage) -> None:
    at = {"landlord_id": story.pk}
    shown = (
        ("journey", f"qualite.{SECOND}", reverse("journey", kwargs=at), WIDE),
        ("plan", f"qualite.{SECOND}", reverse("plan", kwargs=at), WIDE),
        ("stock", f"qualite.{SECOND}", reverse("stock", kwargs=at), WIDE),
        ("sites", f"qualite.{SECOND}", reverse("sites", kwargs=at), WIDE),
        ("consultation", f"qualite.{SECOND}", reverse("consultation", kwargs=at), WIDE),
        ("dossier", f"direction.{SECOND}", reverse("dossier", kwargs=at), WIDE),
        ("board", "referent", reverse("board"), WIDE),
        ("auditors", "referent", reverse("auditors"), WIDE),
        ("committee", "presidence", reverse("committee", kwargs={"committee_id": Committee.objects.get().pk}), WIDE),
        ("room", "presidence", _room(), WIDE),
        ("visits", f"qualite.{SECOND}", reverse("visits", kwargs=at), WIDE),
        ("field", f"equipe.{SECOND}", reverse("field", kwargs=at), NARROW),
        ("voices", f"representants.{names.slug(names.UNIONS[0])}", reverse("voices"), NARROW),
    )
    for name, who, url, size in shown:
        person = Person.objects.get(email=f"{who}@{DOMAIN}")
        page = browser_page(person)
        page.goto(url)
        check(page, f"guide-{name}")
        if DRAWING:
            PICTURES.mkdir(exist_ok=True)
            page.set_viewport_size({"width": size[0], "height": size[1]})
            page.screenshot(path=PICTURES / f"{name}.png")
