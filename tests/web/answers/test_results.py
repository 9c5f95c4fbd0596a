"""The results of a wave: who reads them, that nothing is told alone, what tenants read."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from palier.answers.models import Commitment, QuestionRecount, Recount
from palier.answers.operations.results import count_due, count_wave
from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.questionnaires.queries import built
from palier.sources.models import Reading
from palier.sources.rules.intake import Origin
from palier.stock.models import Residence
from palier.surveys.models import Household
from palier.surveys.rules.waves import State
from palier.verdict import Refusal
from tests.answers.counted import closed, counted, households, version
from tests.fixtures import NOON
from tests.sites.conftest import make_stock

__all__ = ["make_stock"]
pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


class Scene:
    """A landlord, its households, and waves as one asks for them."""

    def __init__(self, landlord: Landlord, residences: list[Residence], each: int) -> None:
        self.landlord = landlord
        self.version = version(NOON)
        self.everybody: list[Household] = households(landlord, residences, each, NOON)

    def wave(self, at: datetime = NOON, **more: Any) -> Recount:
        return counted(closed(self.landlord, self.everybody, self.version, at, **more), at)

    def url(self, name: str, recount: Recount, **more: Any) -> str:
        return reverse(name, kwargs={"landlord_id": self.landlord.pk, "wave_id": recount.wave_id, **more})


@pytest.fixture
def landlord(make_landlord: Callable[..., Landlord]) -> Landlord:
    return make_landlord("OPH de Bondy")


@pytest.fixture
def scene(landlord: Landlord, make_stock: Callable[..., list[Residence]]) -> Scene:
    return Scene(landlord, make_stock(landlord, 9), 25)


@pytest.fixture
def lead(make_person: Callable[..., Person], landlord: Landlord) -> Person:
    return make_person(Role.QUALITY_LEAD, landlord, "Mme L.")


def words(answer: Any) -> str:
    return " ".join(answer.content.decode("utf-8-sig").replace("\u202f", " ").replace("\xa0", " ").split())


def test_figures_come_with_answers_invited_rate_and_interval(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    recount = scene.wave()
    page = words(sign_in(lead).get(scene.url("results", recount)))
    one = recount.inside["questions"]["overall_satisfaction"]["satisfied"]
    assert f"{one['answers']} réponses sur 225 locataires invités" in page
    assert f"entre {round(100 * one['low'])} et {round(100 * one['high'])} %" in page
    assert "Mesuré directement" in page
    assert "Comment ils ont répondu" in page
    recount.refresh_from_db()
    shares = recount.inside["questions"]["overall_satisfaction"]["distribution"]
    question = built(scene.version.pk).question("overall_satisfaction")
    assert question is not None
    for choice in question.choices:
        assert f'<b class="num">{round(100 * shares[choice.code])} %</b> {choice.label["fr"]}<' in page


def test_another_question_is_read_by_agency_and_by_residence(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    recount = scene.wave()
    client = sign_in(lead)
    page = words(client.get(scene.url("results", recount), {"question": "residence_common_cleanliness"}))
    assert "Par résidence, de la part la plus basse à la plus haute : De la propreté du hall" in page
    assert words(client.get(scene.url("results", recount), {"question": "unknown"}))


def test_too_few_answers_show_nothing_anywhere(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    recount = scene.wave(response=0.01)
    client = sign_in(lead)
    assert recount.inside["answers"] is None
    assert "le moindre chiffre désignerait quelqu’un" in words(client.get(scene.url("results", recount)))
    for name in ("method_note", "results_report"):
        assert client.get(scene.url(name, recount)).status_code == 404
    lines = client.get(scene.url("results_file", recount, form="csv")).content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1


def test_nothing_is_compared_before_the_circumstances_are_noted(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    scene.wave(NOON - timedelta(days=900), name="Enquête 2023", seed=2, satisfied=0.5)
    recount = scene.wave()
    client, url = sign_in(lead), scene.url("results", recount)
    before = words(client.get(url))
    assert "Comparer avec « Enquête 2023 »" in before
    assert "Hausse établie" not in before
    assert client.post(url, {"context": " "}).status_code == 422
    client.post(url, {"context": "Le gardien de trois résidences a changé."})
    after = words(client.get(url))
    assert "points depuis « Enquête 2023 »" in after
    assert "La hausse est établie" in after
    assert "Le gardien de trois résidences a changé." in after


def test_a_commitment_holds_for_the_waves_counted_after_it(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    first = scene.wave()
    client = sign_in(lead)
    given = {"question": "overall_satisfaction", "percent": 70}
    assert client.post(scene.url("results_commitment", first), given).status_code == 302
    assert "Sous l’engagement" not in words(client.get(scene.url("results", first)))
    second = scene.wave(NOON + timedelta(days=400), name="Enquête 2027", seed=3)
    assert "Sous l’engagement : " in words(client.get(scene.url("results", second)))
    client.post(scene.url("results_commitment", first), given | {"percent": ""})
    assert not Commitment.objects.exists()
    assert client.post(scene.url("results_commitment", first), given | {"percent": 150}).status_code == 422


def test_tenants_read_nothing_before_it_is_shown_then_plain_words(
    scene: Scene, lead: Person, sign_in: SignIn, client: Client
) -> None:
    recount = scene.wave()
    page = reverse("shown_results", kwargs={"wave_id": recount.wave_id})
    data = reverse("open_results_file", kwargs={"wave_id": recount.wave_id, "form": "csv"})
    assert client.get(page).status_code == client.get(data).status_code == 404
    sign_in(lead).post(scene.url("results_show", recount), {"words": "Merci. Nous reprenons la propreté."})
    told = words(client.get(page))
    assert "Merci. Nous reprenons la propreté." in told
    assert "Sur 100 ménages, environ" in told
    assert "Aucun chiffre de cette page ne porte sur moins de 11 réponses." in told
    rows = list(csv.DictReader(io.StringIO(client.get(data).content.decode("utf-8-sig")), delimiter=";"))
    assert min(int(row["reponses"]) for row in rows) >= 11
    assert not {"0", "100"} & {row["favorables_pct"] for row in rows}
    meaning = reverse("open_results_file", kwargs={"wave_id": recount.wave_id, "form": "dictionnaire"})
    assert "Part des réponses favorables" in words(client.get(meaning))


def test_what_a_residence_said_goes_down_to_the_sources(scene: Scene) -> None:
    recount = scene.wave(response=0.2)
    rows = QuestionRecount.objects.get(recount=recount, question="overall_satisfaction").inside["residences"]
    alone = {row["residences"][0]: row for row in rows if len(row["residences"]) == 1}
    kept = {reading.residence_id: reading for reading in Reading.objects.filter(indicator="satisfied")}
    assert set(kept) == set(alone)
    assert 0 < len(alone) < 9
    one = next(iter(alone))
    assert (kept[one].numerator, kept[one].denominator) == (alone[one]["satisfied"], alone[one]["answers"])
    assert min(reading.denominator for reading in kept.values()) >= 5
    assert Reading.objects.filter(indicator="satisfied_cleanliness", origin=Origin.COUNTED).exists()


def test_a_wave_too_small_for_everybody_is_not_shown_to_tenants(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    recount = scene.wave(response=0.035)
    assert recount.outside["hidden"]
    answer = sign_in(lead).post(scene.url("results_show", recount), {"words": ""}, follow=True)
    assert "rien ne peut être montré à tous" in words(answer)


def test_the_files_and_the_report_say_what_the_page_says(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    recount = scene.wave()
    client = sign_in(lead)
    rows = list(
        csv.DictReader(
            io.StringIO(client.get(scene.url("results_file", recount, form="csv")).content.decode("utf-8-sig")), delimiter=";"
        )
    )
    assert min(int(row["reponses"]) for row in rows) >= 5
    assert {"ensemble", "agence", "résidence"} <= {row["maille"] for row in rows}
    book = CalamineWorkbook.from_filelike(io.BytesIO(client.get(scene.url("results_file", recount, form="xlsx")).content))
    assert book.sheet_names == ["Données", "Répartitions"]
    spread = book.get_sheet_by_name("Répartitions").to_python()
    assert {"part en %", "moyenne"} <= {row[2] for row in spread}
    assert {"request_kind", "overall_mark"} <= {row[0] for row in spread}
    assert "request_kind" in words(client.get(scene.url("results_file", recount, form="repartitions")))
    page = words(client.get(scene.url("results", recount)))
    assert "Toutes les réponses" in page
    assert " sur 10, entre " in page
    assert client.get(scene.url("results_file", recount, form="doc")).status_code == 404
    pdf = client.get(scene.url("results_report", recount))
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.content)).pages)
    assert "Enquête 2026" in text
    assert "Note de méthode" in text
    assert "par agence" in words(client.get(scene.url("method_note", recount)))


def test_who_may_not_read_surveys_reads_no_results(
    scene: Scene, make_person: Callable[..., Person], make_landlord: Callable[..., Landlord], sign_in: SignIn
) -> None:
    recount = scene.wave()
    stranger = make_person(Role.QUALITY_LEAD, make_landlord("Autre"), "M. S.")
    assert sign_in(stranger).get(scene.url("results", recount)).status_code == 404
    team = make_person(Role.DIRECTOR, scene.landlord, "M. D.")
    assert sign_in(team).get(scene.url("results", recount)).status_code == 200


def test_the_page_asks_as_many_queries_for_three_residences_as_for_ninety(
    landlord: Landlord, make_stock: Callable[..., list[Residence]], lead: Person, sign_in: SignIn
) -> None:
    stock = make_stock(landlord, 90)
    small, large = Scene(landlord, stock[:3], 20), Scene(landlord, stock[3:], 12)
    client, told = sign_in(lead), []
    for scene in (small, large):
        recount = scene.wave()
        recount.wave.closes_on = recount.wave.opens_on  # neither is the wave before of the other
        recount.wave.save()
        client.get(scene.url("results", recount))
        with CaptureQueriesContext(connection) as seen:
            client.get(scene.url("results", recount))
        told.append(len(seen))
    assert told[0] == told[1]


def test_before_it_is_counted_a_wave_says_when_it_will_be(scene: Scene, lead: Person, sign_in: SignIn) -> None:
    wave = closed(scene.landlord, scene.everybody, scene.version, NOON)
    client, url = sign_in(lead), reverse("results", kwargs={"landlord_id": scene.landlord.pk, "wave_id": wave.pk})
    assert "dans l’heure qui suit la clôture" in words(client.get(url))
    wave.state, wave.closed_at = State.RUNNING, None
    wave.save()
    assert "paraissent quand la vague est close" in words(client.get(url))


def test_a_wave_is_counted_once_and_only_when_closed(scene: Scene) -> None:
    wave = closed(scene.landlord, scene.everybody, scene.version, NOON)
    wave.state, wave.closed_at = State.RUNNING, None
    wave.save()
    with pytest.raises(Refusal, match="quand la vague est close"):
        count_wave(wave=wave, at=NOON)
    wave.state, wave.closed_at = State.CLOSED, NOON
    wave.save()
    assert count_due(at=NOON + timedelta(minutes=5)) == 0
    assert count_due(at=NOON + timedelta(hours=1)) == 1
    assert count_due(at=NOON + timedelta(hours=2)) == 0
    with pytest.raises(Refusal, match="déjà comptée"):
        count_wave(wave=wave, at=NOON)
