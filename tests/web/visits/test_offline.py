"""A sheet filled on a phone with the network cut, then sent over a network that fails: nothing lost, nothing doubled."""

from __future__ import annotations

import random
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from palier.calendar import paris_day
from palier.documents.models import Document
from palier.frameworks import queries as grids
from palier.frameworks.models import Answer, AnswerEvidence, AnswerRevision
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.visits import operations, queries
from palier.visits.models import Photo, Visit
from tests.browser import check
from tests.processes import wait_for
from tests.visits.network import Cut
from tests.visits.team import Field, said
from tests.web.visits.phone import KEPT, Phone, until, wait_until_sent

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SEED, CUTS, PHOTOS = 20_261_129, 20, 10


def planned(field: Field) -> Visit:
    """A sheet planned for today, by the clock of the server."""
    return field.planned(to=field.agent, at=timezone.now())


def opened(phone: Phone, field: Field, visit: Visit) -> Page:
    """The visit taken in charge on a phone, ready to be cut off."""
    page = phone.page(field.agent)
    page.goto(reverse("field", kwargs={"landlord_id": field.landlord.pk}))
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_role("heading", name=field.residence.name, level=1).wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page


def photo(rng: random.Random, folder: Path, number: int) -> Path:
    """A photo larger than what is sent, unlike any other, which tells where it was taken."""
    image = Image.frombytes("RGB", (40, 30), rng.randbytes(40 * 30 * 3)).resize((2000, 1500))
    exif = Image.Exif()
    exif.get_ifd(0x8825)[1] = "N"
    path = folder / f"photo-{number}.jpg"
    image.save(path, "JPEG", exif=exif, quality=90)
    return path


def test_eighty_points_and_ten_photos_survive_twenty_cuts(phone: Phone, field: Field, tmp_path: Path) -> None:
    rng = random.Random(SEED)
    visit = planned(field)
    page = opened(phone, field, visit)
    version = grids.current_version(code="residence_sheet", on=paris_day(timezone.now()))
    of = grids.framework(version)
    pictured = dict.fromkeys(rng.sample(list(of.criteria), PHOTOS))

    phone.cut(page)
    page.reload()
    page.get_by_role("heading", name=field.residence.name, level=1).wait_for()
    given: dict[str, tuple[int | None, str]] = {}
    for theme in of.themes:
        page.goto(f"{page.url.split('#')[0]}#{visit.pk}/{theme.code}")
        page.get_by_role("heading", name=theme.title, level=1).wait_for()
        for point in theme.criteria:
            given[point.code] = fill(page, point, rng, photo(rng, tmp_path, len(given)) if point.code in pictured else None)
        if theme.number == 6:
            page.locator("#field[data-saving='0']").wait_for()
            page.reload()  # the phone went to sleep, or the page was closed
            page.get_by_role("heading", name=theme.title, level=1).wait_for()
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/fin")
    page.get_by_role("heading", name="Terminer la visite").wait_for()
    first = [code for code, (value, _) in given.items() if value is not None][:5]
    for number, code in enumerate(first, 1):
        page.locator(f"input[value={code}]").check()
        page.get_by_text(f"{number} sur 5").wait_for()
    page.get_by_role("button", name="Terminer la visite").click()
    page.get_by_text("La visite est terminée sur cet appareil").wait_for()
    page.get_by_text("91 éléments enregistrés sur l’appareil").wait_for()
    kept = page.evaluate(KEPT)
    assert not Answer.objects.filter(revision__gt=0).exists()

    sending = [0]
    lost = dict(zip(rng.sample(range(1, 90), CUTS), rng.choices([Cut.BEFORE, Cut.AFTER, Cut.HALFWAY], k=CUTS), strict=True))

    def choose(method: str, path: str) -> Cut:
        sending[0] += method == "POST"
        return lost.pop(sending[0], Cut.NEVER) if method == "POST" else Cut.NEVER

    phone.network.choose = choose
    phone.network.carried.clear()
    phone.restore(page)
    wait_until_sent(page)
    page.get_by_text("Tout est envoyé, à").wait_for()

    cut = [how for _, _, how in phone.network.carried if how is not Cut.NEVER]
    assert len(cut) == CUTS
    assert set(cut) == {Cut.BEFORE, Cut.AFTER, Cut.HALFWAY}
    on_device = {code: (a["value"], a["notSeen"], a["note"]) for code, a in kept["visits"][0]["answers"].items()}
    rows = Answer.objects.filter(assessment__visit=visit)
    on_server = {row.criterion: (row.value, row.not_applicable, row.justification) for row in rows}
    assert len(on_server) == 80
    assert on_server == on_device == {code: (value, value is None, note) for code, (value, note) in given.items()}
    assert set(rows.values_list("revision", flat=True)) == {1}
    assert not AnswerRevision.objects.exists()
    photos = {row.key: row.sent_sha256 for row in Photo.objects.filter(visit=visit)}
    assert len(photos) == PHOTOS
    assert photos == kept["photos"]
    assert set(Photo.objects.values_list("criterion", flat=True)) == set(pictured)
    assert AnswerEvidence.objects.count() == Document.objects.filter(kind="photo").count() == PHOTOS
    assert Entry.objects.filter(act="frameworks.answer_saved").count() == 80
    assert Entry.objects.filter(act="visits.done").count() == 1
    assert queries.priorities(visit) == first
    verify()
    left = page.evaluate(KEPT)
    assert (left["visits"], left["photos"], left["queue"]) == ([], {}, 0)
    # Nobody is asked to take it again, though the list was not read since.
    page.evaluate("location.hash = ''")
    page.get_by_text("Aucune visite ne vous attend.").wait_for()
    assert page.complaints == []  # type: ignore[attr-defined] -- ours


def fill(page: Page, point: Any, rng: random.Random, picture: Path | None) -> tuple[int | None, str]:
    """Answer one point as a person would; what was said."""
    card = page.locator(f"#p-{point.code}")
    level = rng.choice([*point.scale.levels, None])
    card.locator(".not-seen input" if level is None else f"input[value='{level.value}']").check()
    note = rng.choice(["", "", f"À revoir « {point.number} » & vite"])
    if note:
        card.locator("textarea").fill(note)
    if picture:
        card.locator("input[type=file]").set_input_files(picture)
        card.get_by_text("Photo enregistrée sur l’appareil.").wait_for()
    return (level.value if level else None), note


def test_photos_leave_small_and_tell_nothing_else(phone: Phone, field: Field, tmp_path: Path) -> None:
    visit = planned(field)
    page = opened(phone, field, visit)
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/hall")
    fill_one = page.locator("#p-mailboxes")
    fill_one.locator("input[type=file]").set_input_files(photo(random.Random(1), tmp_path, 1))
    fill_one.get_by_text("Photo enregistrée sur l’appareil.").wait_for()
    wait_until_sent(page)
    row = Photo.objects.get(visit=visit)
    client = phone.sign_in(field.agent)
    address = {"landlord_id": field.landlord.pk, "visit_id": visit.pk, "photo_id": row.pk}
    image = Image.open(BytesIO(b"".join(client.get(reverse("visit_photo", kwargs=address)).streaming_content)))
    assert image.size == (1600, 1200)
    assert not dict(image.getexif())
    page.reload()
    page.locator("#p-mailboxes img").wait_for()
    page.locator("#p-mailboxes").get_by_role("button", name="Retirer").click()
    wait_for(lambda: Photo.objects.get(pk=row.pk).removed_at)


def test_a_list_that_says_the_same_stays_under_the_finger(phone: Phone, field: Field) -> None:
    planned(field)
    page = phone.page(field.agent)
    page.goto(reverse("field", kwargs={"landlord_id": field.landlord.pk}))
    button = page.get_by_role("button", name="Prendre en charge").element_handle()
    page.evaluate("document.dispatchEvent(new CustomEvent('field:changed'))")
    page.wait_for_timeout(500)
    assert button.evaluate("one => one.isConnected")


def test_two_answers_to_one_point_are_both_shown(phone: Phone, field: Field) -> None:
    visit = planned(field)
    page = opened(phone, field, visit)
    phone.cut(page)
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/surroundings")
    for code in ("paths", "lawns"):
        page.locator(f"#p-{code} input[value='0']").check()
        page.locator(f"#p-{code} textarea").fill("Vu ce matin")
    page.get_by_text("2 éléments enregistrés sur l’appareil").wait_for()
    now = timezone.now()
    operations.replan(visit=visit, planned_on=paris_day(now), entrusted_to=field.colleague, by=field.lead, at=now)
    for code in ("paths", "lawns"):
        said(visit, code, by=field.colleague, value=3, note="Réparé hier", at=now)
    operations.replan(visit=visit, planned_on=paris_day(now), entrusted_to=field.agent, by=field.lead, at=now)
    phone.restore(page)
    page.get_by_role("heading", name="Cheminements et trottoirs : deux réponses").wait_for()
    page.get_by_role("heading", name="Pelouses : deux réponses").wait_for()
    assert page.locator(".conflict").count() == 2
    page.get_by_text("2 réponses à régler").wait_for()
    page.get_by_role("button", name="Voir").click()
    check(page, "visits-conflict", sizes=((360, 780),))
    page.locator(".conflict", has_text="Cheminements").get_by_role("button", name="Garder la mienne").click()
    page.locator(".conflict", has_text="Pelouses").get_by_role("button", name="Prendre la sienne").click()
    wait_until_sent(page)
    kept = {row.criterion: (row.value, row.justification, row.revision) for row in Answer.objects.filter(revision__gt=0)}
    assert kept == {"paths": (0, "Vu ce matin", 2), "lawns": (3, "Réparé hier", 1)}


def test_what_the_server_refuses_stays_on_the_device_and_may_be_sent_again(phone: Phone, field: Field) -> None:
    visit = planned(field)
    page = opened(phone, field, visit)
    phone.cut(page)
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/surroundings")
    page.locator("#p-paths input[value='1']").check()
    page.get_by_text("1 élément enregistré sur l’appareil").wait_for()
    now = timezone.now()
    operations.replan(visit=visit, planned_on=paris_day(now), entrusted_to=field.colleague, by=field.lead, at=now)
    phone.restore(page)
    page.get_by_text("Cette visite est confiée à une autre personne.").wait_for()
    assert not Answer.objects.filter(revision__gt=0).exists()
    operations.replan(visit=visit, planned_on=paris_day(now), entrusted_to=field.agent, by=field.lead, at=now)
    page.get_by_role("button", name="Réessayer").click()
    wait_until_sent(page)
    assert Answer.objects.get(revision__gt=0).value == 1


def test_nothing_of_one_account_is_left_readable_to_the_next(phone: Phone, field: Field) -> None:
    visit = planned(field)
    page = opened(phone, field, visit)
    phone.cut(page)
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/surroundings")
    page.locator("#p-paths input[value='0']").check()
    page.locator("#p-paths textarea").fill("Mot que nul autre ne lit")
    page.get_by_text("1 élément enregistré sur l’appareil").wait_for()
    phone.restore(page)
    phone.network.choose = lambda method, _path: Cut.BEFORE if method == "POST" else Cut.NEVER
    home = reverse("field", kwargs={"landlord_id": field.landlord.pk})

    phone.enter(page.context, field.colleague)
    page.goto(reverse("visits", kwargs={"landlord_id": field.landlord.pk}))
    until(page, lambda kept: not kept["held"])
    page.goto(home)
    page.get_by_text("Aucune visite ne vous attend.").wait_for()
    assert "Mot que nul autre" not in page.content()
    assert page.evaluate("async () => (" + _EVERY_WORD + ")()").count("Mot que nul autre") == 0

    phone.network.choose = lambda _method, _path: Cut.NEVER
    phone.enter(page.context, field.agent)
    page.goto(home)
    wait_until_sent(page)
    row = Answer.objects.get(assessment__visit=visit, criterion="paths")
    assert (row.value, row.justification) == (0, "Mot que nul autre ne lit")


# Every byte of the device's store, as text.
_EVERY_WORD = """async () => {
  const ask = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
  const base = await ask(indexedDB.open("palier-terrain"));
  let words = "";
  for (const name of base.objectStoreNames) {
    for (const row of await ask(base.transaction(name).objectStore(name).getAll())) {
      words += JSON.stringify(row, (_, value) => value instanceof ArrayBuffer ? new TextDecoder("latin1").decode(value) : value);
    }
  }
  base.close();
  return words;
}"""


def test_signing_out_with_work_waiting_warns_first(phone: Phone, field: Field) -> None:
    visit = planned(field)
    page = opened(phone, field, visit)
    phone.network.choose = lambda method, path: Cut.BEFORE if "/terrain/" in path and method == "POST" else Cut.NEVER
    page.goto(f"{page.url.split('#')[0]}#{visit.pk}/surroundings")
    page.locator("#p-paths input[value='0']").check()
    page.get_by_text("1 élément enregistré sur l’appareil").wait_for()
    late: list[Any] = []
    # What guards the way out comes after the button was pressed.
    page.route("**/device-*.js", lambda route: late.append(route))  # noqa: PLW0108 -- Playwright takes no built-in
    page.goto(reverse("visits", kwargs={"landlord_id": field.landlord.pk}))
    heard: list[str] = []

    def answer(dialog: Any) -> None:
        heard.append(dialog.message)
        dialog.accept() if len(heard) > 1 else dialog.dismiss()

    page.on("dialog", answer)
    for _ in range(2):
        page.get_by_role("button", name="Menu").click()
        page.locator(".me summary").click()
        page.get_by_role("button", name="Se déconnecter").click(click_count=2)
        with page.expect_event("dialog"):
            late.pop().continue_()
        if len(heard) == 1:
            page.reload()
    assert "1 élément à envoyer" in heard[0]
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    assert len(heard) == 2, "an impatient tap asks nothing more"
    assert page.evaluate(KEPT)["held"] is False


def test_nobody_signs_out_of_a_phone_that_could_not_be_shut(phone: Phone, field: Field) -> None:
    page = opened(phone, field, planned(field))
    page.route("**/device-*.js", lambda route: route.abort())
    page.goto(reverse("visits", kwargs={"landlord_id": field.landlord.pk}))

    def sign_out() -> None:
        page.get_by_role("button", name="Menu").click()
        page.locator(".me summary").click()
        page.get_by_role("button", name="Se déconnecter").click()

    heard: list[str] = []
    page.once("dialog", lambda dialog: (heard.append(dialog.message), dialog.accept()))
    with page.expect_event("load"):
        sign_out()
    assert "Vous êtes toujours connecté" in heard[0]
    assert urlsplit(page.url).path == reverse("visits", kwargs={"landlord_id": field.landlord.pk})
    assert page.evaluate(KEPT)["held"] is True
    page.unroute("**/device-*.js")
    page.reload()
    sign_out()
    page.wait_for_url(lambda url: urlsplit(url).path == "/")
    assert page.evaluate(KEPT)["held"] is False
