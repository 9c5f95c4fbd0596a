"""A walk noted on a phone with the network cut, then sent over a network that fails: nothing lost, nothing doubled."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from playwright.sync_api import expect

from palier.calendar import paris_day
from palier.documents.models import Document
from palier.documents.storage import path_of
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.visits import operations, queries
from palier.visits.models import Observation, Walk
from palier.visits.rules import Public, Responsibility, Theme
from tests.browser import check
from tests.visits.network import Cut
from tests.visits.team import Field, picture
from tests.web.visits.phone import KEPT, Phone, wait_until_sent

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEED, CUTS, STOPS, SEEN_AT_EACH, PHOTOS = 20_261_129, 20, 6, 5, 8
PLACE = (2.4831, 48.9022)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person notes at a stop."""

    place: str
    positive: bool
    theme: Theme
    text: str
    responsible: Responsibility
    colour: tuple[int, int, int] | None


def prepared(field: Field) -> Walk:
    """A walk of today, with one stop already."""
    now = timezone.now()
    given = {"title": "Printemps", "held_on": paris_day(now), "by": field.lead, "at": now}
    walk = operations.open_walk(landlord=field.landlord, residence=field.residence, **given)
    operations.add_stop(walk=walk, place="Devant le hall 1", by=field.lead, at=now)
    return walk


def opened(phone: Phone, field: Field, walk: Walk) -> Page:
    """The walk kept on a phone, ready to be cut off."""
    page = phone.page(field.agent)
    page.goto(reverse("field", kwargs={"landlord_id": field.landlord.pk}))
    page.get_by_role("button", name="Garder sur cet appareil").click()
    page.get_by_role("heading", name=field.residence.name, level=1).wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def add_stop(page: Page, place: str) -> None:
    page.get_by_label("Lieu").fill(place)
    page.get_by_role("button", name="Ajouter l’arrêt").click()
    page.get_by_role("link", name=place).wait_for()


def note(page: Page, seen: Seen, folder: Path) -> None:
    """Note an observation as a person does, from the page of the walk, and come back to it."""
    page.get_by_role("link", name=seen.place).click()
    page.get_by_role("link", name="Noter une observation").click()
    page.get_by_label("Un point fort" if seen.positive else "Un point faible").check()
    page.get_by_label("Thème").select_option(seen.theme.value)
    page.get_by_label("Observation", exact=True).fill(seen.text)
    page.get_by_label(seen.responsible.label).check()
    if seen.colour:
        path = folder / "seen.jpg"
        path.write_bytes(picture(seen.colour, (2000, 1500)))
        page.locator("input[type=file]").set_input_files(path)
        page.get_by_text("Photo enregistrée sur l’appareil.").wait_for()
    page.get_by_role("button", name="Noter l’observation").click()
    page.get_by_text(seen.text).wait_for()
    page.locator(".field-back a").click()
    page.get_by_role("heading", name="Ajouter un arrêt").wait_for()


def said(rng: random.Random, place: str, number: int, *, pictured: bool) -> Seen:
    colour = (rng.randint(0, 255), rng.randint(0, 255), rng.randint(0, 255)) if pictured else None
    text = f"Vu au passage {number} : « {place} » & alentours"
    return Seen(place, rng.random() < 0.5, rng.choice(list(Theme)), text, rng.choice(list(Responsibility)), colour)


def close_to(colour: tuple[int, int, int], row: Observation) -> bool:
    """Whether the photo kept with an observation is the one that was taken for it."""
    assert row.photo_id is not None
    with Image.open(path_of(queries.file_of(row.photo_id).sha256)) as image:
        assert max(image.size) == 1600
        assert not dict(image.getexif())
        found = image.convert("RGB").getpixel((800, 600))
    assert isinstance(found, tuple)
    return all(abs(one - other) < 12 for one, other in zip(found, colour, strict=True))


def test_a_walk_of_thirty_observations_survives_twenty_cuts(phone: Phone, field: Field, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    walk = prepared(field)
    page = opened(phone, field, walk)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": PLACE[0], "latitude": PLACE[1], "accuracy": 8})
    phone.cut(page)
    page.reload()
    page.get_by_role("heading", name=field.residence.name, level=1).wait_for()

    places = ["Devant le hall 1", *(f"Lieu {n}" for n in range(2, STOPS + 1))]
    page.get_by_role("button", name="Joindre ma position").click()
    page.get_by_text("Position jointe").wait_for()
    for place in places[1:]:
        add_stop(page, place)
    pictured = set(rng.sample(range(STOPS * SEEN_AT_EACH), PHOTOS))
    given = [said(rng, places[n // SEEN_AT_EACH], n, pictured=n in pictured) for n in range(STOPS * SEEN_AT_EACH)]
    for number, seen in enumerate(given):
        note(page, seen, tmp_path)
        if number == 12:
            page.reload()  # the phone went to sleep, or the page was closed
            page.get_by_role("heading", name="Ajouter un arrêt").wait_for()
    page.get_by_role("link", name="Participants").click()
    page.get_by_label("Habitants").fill("14")
    page.get_by_label("Élus").fill("1")
    check(page, "walk-phone-participants", sizes=((360, 780),))
    page.get_by_text("36 éléments enregistrés sur l’appareil").wait_for()
    assert not Observation.objects.exists()

    sending = [0]
    lost = dict(zip(rng.sample(range(1, 36), CUTS), rng.choices([Cut.BEFORE, Cut.AFTER, Cut.HALFWAY], k=CUTS), strict=True))

    def choose(method: str, path: str) -> Cut:
        sending[0] += method == "POST"
        return lost.pop(sending[0], Cut.NEVER) if method == "POST" else Cut.NEVER

    phone.network.choose = choose
    phone.network.carried.clear()
    phone.restore(page)
    wait_until_sent(page)
    page.get_by_text("Tout est envoyé, à").wait_for()

    cut = [how for _, _, how in phone.network.carried if how is not Cut.NEVER]
    assert (len(cut), set(cut)) == (CUTS, {Cut.BEFORE, Cut.AFTER, Cut.HALFWAY})
    stops = queries.stops(walk)
    assert [(stop.number, stop.place) for stop in stops] == list(enumerate(places, 1))
    assert [(stop.lon, stop.lat) for stop in stops[:3]] == [(None, None), PLACE, (None, None)]
    rows = list(Observation.objects.select_related("stop").order_by("pk"))
    assert [(r.stop.place, r.positive, r.theme, r.text, r.responsible) for r in rows] == [
        (seen.place, seen.positive, seen.theme, seen.text, seen.responsible) for seen in given
    ]
    assert {row.by for row in rows} == {field.agent}
    assert [row.photo_id is not None for row in rows] == [seen.colour is not None for seen in given]
    assert all(close_to(seen.colour, row) for row, seen in zip(rows, given, strict=True) if seen.colour)
    assert Document.objects.filter(kind="photo").count() == PHOTOS
    assert queries.participants(walk) == {"residents": 14, "elected": 1}
    acts = ("visits.observed", "visits.stop_added", "visits.walk_counted")
    assert [Entry.objects.filter(act=act).count() for act in acts] == [len(given), STOPS, 1]
    verify()

    operations.close_walk(walk=walk, by=field.lead, at=timezone.now())
    page.goto(page.url.split("#")[0])
    page.get_by_text("Aucune visite ne vous attend.").wait_for()
    left = page.evaluate(KEPT)
    assert (left["visits"], left["photos"], left["queue"]) == ([], {}, 0)
    assert page.complaints == []  # type: ignore[attr-defined] -- ours


def test_what_is_half_said_waits_and_what_was_said_wrong_is_taken_back(phone: Phone, field: Field, tmp_path: Path) -> None:
    walk = prepared(field)
    page = opened(phone, field, walk)
    phone.cut(page)
    check(page, "walk-phone", sizes=((360, 780),))
    page.get_by_role("link", name="Devant le hall 1").click()
    page.get_by_role("link", name="Noter une observation").click()
    page.get_by_label("Observation", exact=True).fill("Lampe éteinte")
    page.get_by_text("Il manque : point fort ou point faible, le thème, qui en répond.").wait_for()
    page.locator("#field[data-saving='0']").wait_for()
    page.reload()
    expect(page.get_by_label("Observation", exact=True)).to_have_value("Lampe éteinte")
    check(page, "walk-phone-observation", sizes=((360, 780),))
    phone.restore(page)
    page.locator(".field-back a").click()
    page.get_by_text("À terminer.").wait_for()
    page.get_by_text("Rien n’attend d’être envoyé.").wait_for()
    assert not Observation.objects.exists()

    page.get_by_role("link", name="Terminer").click()
    page.get_by_label("Un point faible").check()
    page.get_by_label("Thème").select_option("lighting")
    page.get_by_label(Responsibility.OTHER.label).check()
    page.get_by_role("button", name="Noter l’observation").click()
    page.get_by_text("Lampe éteinte").wait_for()
    wait_until_sent(page)
    row = Observation.objects.get()
    assert (row.text, row.withdrawn_at) == ("Lampe éteinte", None)
    page.get_by_text("Notée par vous.").wait_for()
    check(page, "walk-phone-stop", sizes=((360, 780),))
    phone.cut(page)
    page.get_by_role("button", name="Retirer").click()
    page.get_by_text("Rien n’est encore noté ici.").wait_for()
    phone.restore(page)
    wait_until_sent(page)
    assert Observation.objects.get().withdrawn_at


def test_two_counts_of_those_who_took_part_are_both_shown(phone: Phone, field: Field) -> None:
    walk = prepared(field)
    page = opened(phone, field, walk)
    phone.cut(page)
    page.get_by_role("link", name="Participants").click()
    page.get_by_label("Habitants").fill("9")
    page.get_by_text("1 élément enregistré sur l’appareil").wait_for()
    theirs = {Public.RESIDENTS: 11, Public.STAFF: 2}
    operations.set_participants(walk=walk, counts=theirs, revision=0, by=field.colleague, at=timezone.now())
    phone.restore(page)
    page.get_by_role("heading", name="Participants : deux réponses").wait_for()
    assert queries.participants(walk) == {"residents": 11, "staff": 2}
    page.get_by_role("button", name="Voir").click()
    check(page, "walk-phone-conflict", sizes=((360, 780),))
    page.get_by_role("button", name="Garder la mienne").click()
    wait_until_sent(page)
    assert queries.participants(walk) == {"residents": 9}


def test_what_comes_after_the_restitution_stays_on_the_device(phone: Phone, field: Field, tmp_path: Path) -> None:
    walk = prepared(field)
    now = timezone.now()
    seen = {"theme": Theme.WASTE, "positive": True, "text": "Propre", "responsible": Responsibility.LANDLORD}
    operations.observe(stop=walk.stops.get(), **seen, by=field.lead, at=now)
    page = opened(phone, field, walk)
    phone.cut(page)
    add_stop(page, "Le parking")
    note(page, Seen("Le parking", False, Theme.MOBILITY, "Deux épaves", Responsibility.SHARED, None), tmp_path)
    operations.close_walk(walk=walk, by=field.lead, at=now)
    phone.restore(page)
    page.get_by_text("Ce diagnostic en marchant est restitué : il ne change plus. Il est gardé sur cet appareil.").wait_for()
    page.get_by_role("link", name="Le parking").click()
    page.get_by_text("Deux épaves").wait_for()
    page.get_by_role("button", name="Renoncer à cet arrêt et à ce qui y est noté").click()
    wait_until_sent(page)
    assert Observation.objects.count() == 1
