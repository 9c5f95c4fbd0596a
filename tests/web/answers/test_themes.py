"""Free answers on pages: read by the quality lead alone, confirmed a few at a time, counted on the results."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from palier.answers.models import Recount, Remark
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.stock.models import Residence
from tests.answers.counted import closed, counted, households, version
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.sites.conftest import make_stock

__all__ = ["make_stock"]
SignIn = Callable[[Person], Client]
WRITTEN = [
    ("L’ascenseur est en panne une semaine sur deux, et personne ne prévient.", ["lift", "equipment"]),
    ("Les halls sont sales.", ["cleanliness"]),
    ("Le chauffage arrive trop tard à l’automne.", ["heating"]),
    ("Merci à notre gardien.", ["thanks", "reception"]),
    ("On attend.", []),
]


class Scene:
    """A landlord whose wave is counted, with so many free answers."""

    def __init__(self, landlord: Landlord, homes: list[Residence], number: int) -> None:
        everybody = households(landlord, homes, 20, NOON)
        wave = closed(landlord, everybody, version(NOON), NOON)
        self.recount: Recount = counted(wave, NOON)
        Remark.objects.bulk_create(
            Remark(
                wave=wave,
                emptied_on=NOON.date(),
                question="free_word",
                agency="Nord" if place % 2 else "",
                text=WRITTEN[place % 5][0],
                proposed=WRITTEN[place % 5][1],
            )
            for place in range(number)
        )

    def url(self, name: str, **more: Any) -> str:
        wave = self.recount.wave
        return reverse(name, kwargs={"landlord_id": wave.landlord_id, "wave_id": wave.pk, **more})


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("OPH de Bondy")


@pytest.fixture
def scene(landlord: Landlord, make_stock: Callable[..., list[Residence]]) -> Scene:
    return Scene(landlord, make_stock(landlord, 3), 20)


@pytest.fixture
def lead(make_person: Callable[..., Person], landlord: Landlord) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme L.")


def words(answer: Any) -> str:
    return " ".join(answer.content.decode("utf-8-sig").replace("\u202f", " ").replace("\xa0", " ").split())


def confirm(client: Client, scene: Scene, **changed: Any) -> Any:
    """Send the first page back as it stands, but for what is changed."""
    forms = client.get(scene.url("remarks")).context["forms"]
    sent: dict[str, Any] = {"row": [form.prefix for form, _ in forms]}
    for form, _ in forms:
        sent |= {f"{form.prefix}-seen": form.initial["seen"], f"{form.prefix}-themes": form.initial["themes"]}
    return client.post(scene.url("remarks"), sent | changed, follow=True)


@pytest.mark.django_db
def test_the_lead_confirms_a_few_at_a_time_and_the_results_count_them(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    client = sign_in(lead)
    page = words(client.get(scene.url("remarks")))
    assert "0 sur 20 réponses libres vérifiées." in page
    assert "Qu’est-ce qui devrait changer en premier ?" in page
    assert "8 réponses vérifiées." in words(confirm(client, scene))
    results = words(client.get(scene.url("results")))
    assert "8 sur 20 réponses libres vérifiées. La personne a gardé la proposition telle quelle 100 fois sur 100." in results
    assert "Vérifier les thèmes" in results
    while Remark.objects.filter(verified_at__isnull=True).exists():
        confirm(client, scene)
    assert "Tout est vérifié." in words(client.get(scene.url("remarks")))
    rows = csv.reader(io.StringIO(client.get(scene.url("remarks_file", form="csv")).content.decode("utf-8-sig")), delimiter=";")
    told = {row[0]: int(row[1]) for row in list(rows)[1:]}
    assert sum(told.values()) >= 20
    assert min(told.values()) >= 4
    pdf = PdfReader(io.BytesIO(client.get(scene.url("results_report")).content))
    assert "Ce qu’ils ont écrit" in " ".join(page.extract_text() for page in pdf.pages)


@pytest.mark.django_db
def test_what_is_left_for_later_stays_to_verify_and_an_unknown_theme_is_refused(
    scene: Scene, lead: Person, sign_in: SignIn
) -> None:
    client = sign_in(lead)
    first = client.get(scene.url("remarks")).context["forms"][0][0].prefix
    bad = confirm(client, scene, **{f"{first}-themes": ["moon"]})
    assert bad.status_code == 422
    assert not Remark.objects.filter(verified_at__isnull=False).exists()
    confirm(client, scene, **{f"{first}-later": "on"})
    assert Remark.objects.filter(verified_at__isnull=False).count() == 7
    assert Remark.objects.get(row=first).themes is None


@pytest.mark.django_db
def test_a_decision_may_be_taken_again_and_words_are_searched(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    client = sign_in(lead)
    confirm(client, scene)
    again = client.get(scene.url("remarks"), {"etat": "verifiees"})
    assert "Vérifiée par Mme L." in words(again)
    form = again.context["forms"][0][0]
    client.post(
        scene.url("remarks"),
        {"row": form.prefix, f"{form.prefix}-seen": form.initial["seen"], f"{form.prefix}-themes": "other"},
    )
    assert Remark.objects.get(row=form.prefix).themes == ["other"]
    found = client.get(scene.url("remarks"), {"etat": "toutes", "q": "chauffage"}).context["forms"]
    assert {one.remark.text for one, _ in found} == {WRITTEN[2][0]}
    found = client.get(scene.url("remarks"), {"theme": "lift"}).context["forms"]
    assert {one.remark.text for one, _ in found} <= {WRITTEN[0][0]}


@pytest.mark.django_db
def test_the_words_of_tenants_are_read_by_who_runs_the_survey_alone(
    scene: Scene, make_person: Callable[..., Person], make_landlord: Callable[..., Landlord], sign_in: SignIn
) -> None:
    contributor = sign_in(make_person(Role.CONTRIBUTOR, scene.recount.wave.landlord, "M. C."))
    assert contributor.get(scene.url("remarks")).status_code == 403
    assert "Vérifier les thèmes" not in words(contributor.get(scene.url("results")))
    stranger = sign_in(make_person(Role.QUALITY_LEAD, make_landlord("Autre"), "M. S."))
    assert stranger.get(scene.url("remarks")).status_code == 404
    assert stranger.get(scene.url("remarks_file", form="csv")).status_code == 404


@pytest.mark.django_db
def test_the_page_asks_as_many_queries_for_one_answer_as_for_thirty(
    landlord: Landlord, make_stock: Callable[..., list[Residence]], lead: Person, sign_in: SignIn
) -> None:
    client, told, stock = sign_in(lead), [], make_stock(landlord, 4)
    for homes, number in ((stock[:2], 1), (stock[2:], 30)):
        scene = Scene(landlord, homes, number)
        scene.recount.wave.closes_on = scene.recount.wave.opens_on - timedelta(days=1)
        client.get(scene.url("remarks"))
        with CaptureQueriesContext(connection) as seen:
            client.get(scene.url("remarks"))
        told.append(len(seen))
    assert told[0] == told[1]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_free_answers_in_a_browser(browser_page: OpenPage, scene: Scene, lead: Person, sign_in: SignIn) -> None:
    page = browser_page(lead)
    page.goto(scene.url("remarks"))
    check(page, "remarks")
    page.get_by_role("button", name="Confirmer les thèmes de ces 8 réponses").click()
    page.get_by_text("8 réponses vérifiées.").wait_for()
    page.goto(scene.url("results") + "#remarks")
    check(page, "results-remarks")
