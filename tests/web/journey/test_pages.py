"""The journey's pages: where one stands, what is missing, the board of all; the same verdict refuses the act."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.directory.models import Landlord, Organisation, Person
from palier.directory.operations import open_file
from palier.directory.rules import Kind, Role
from palier.label import operations, queries
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.outbox.models import Message

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture(autouse=True)
def _clock(at: datetime):  # type: ignore[no-untyped-def]
    with time_machine.travel(at, tick=False):
        yield


@pytest.fixture
def rules(db: None, at: datetime) -> RuleSetVersion:
    operations.load_shipped(effective_from=date(2020, 1, 1), at=at)
    found = queries.rule_set_on(on=at.date(), code="eighteen_eighteen")
    assert found is not None
    return found


@pytest.fixture
def referent(make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER), "Mme R.")


@pytest.fixture
def open_one(
    make_landlord: Callable[..., Landlord],
    make_organisation: Callable[..., Organisation],
    rules: RuleSetVersion,
    referent: Person,
    at: datetime,
) -> Callable[..., Journey]:
    def make(name: str = "") -> Journey:
        landlord = make_landlord(name)
        association = make_organisation(Kind.TENANTS_ASSOCIATION)
        open_file(landlord=landlord, holder=association, role=Role.TENANT_REPRESENTATIVE, source="test", by=None, at=at)
        return operations.open_journey(landlord=landlord, rules=rules, by=referent, at=at)

    return make


def test_the_journey_says_where_it_stands_who_holds_it_and_what_is_missing(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    journey = open_one("Habitat des Coteaux")
    client = sign_in(make_person(Role.DIRECTOR, journey.landlord))
    page = client.get(f"/organismes/{journey.landlord_id}/parcours/").content.decode()
    assert "Habitat des Coteaux" in page
    assert "La main est à vous" in page
    assert "Il manque 4" in page
    assert "Lettre d’engagement" in page
    assert 'aria-disabled="true"' in page


def test_the_page_s_verdict_refuses_the_act_with_the_same_sentence(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    journey = open_one()
    client = sign_in(make_person(Role.DIRECTOR, journey.landlord))
    answer = client.post(f"/organismes/{journey.landlord_id}/parcours/marches/engage/")
    assert answer.status_code == 422
    assert "Les représentants de locataires n’ont pas encore été associés à cette étape." in answer.content.decode()
    journey.refresh_from_db()
    assert journey.stage == Stage.ENGAGEMENT


def test_a_piece_deposited_is_no_longer_missing(
    open_one: Callable[..., Journey],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    settings: object,
    tmp_path: object,
) -> None:
    settings.DOCUMENTS = tmp_path  # type: ignore[attr-defined]
    journey = open_one()
    client = sign_in(make_person(Role.QUALITY_LEAD, journey.landlord))
    url = f"/organismes/{journey.landlord_id}/pieces/"
    answer = client.post(url, {"kind": "engagement_letter", "file": SimpleUploadedFile("lettre.pdf", PDF)})
    assert answer.status_code == 302, answer.content.decode()
    page = client.get(url).content.decode()
    assert "Déposée le 10" in page
    pack = client.get(f"/organismes/{journey.landlord_id}/dossier/preuves.zip")
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pack.streaming_content)))
    manifest = json.loads(archive.read("manifeste.json"))
    assert [entry["kind"] for entry in manifest["files"]] == ["Lettre d’engagement"]
    assert archive.read(manifest["files"][0]["path"]) == PDF


def test_a_piece_without_a_file_says_what_to_do_and_deposits_nothing(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    journey = open_one()
    client = sign_in(make_person(Role.QUALITY_LEAD, journey.landlord))
    answer = client.post(f"/organismes/{journey.landlord_id}/pieces/", {"kind": "engagement_letter"})
    assert answer.status_code == 422
    assert "Choisissez un fichier" in answer.content.decode()
    assert not journey.pieces.exists()


def test_another_landlord_s_journey_does_not_exist(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    mine, other = open_one("Le Mien"), open_one("L’Autre Canari")
    client = sign_in(make_person(Role.DIRECTOR, mine.landlord))
    for page in ("parcours", "pieces", "dossier", "instruction", "decisions", "dossier/preuves.zip"):
        assert client.get(f"/organismes/{other.landlord_id}/{page}{'' if page.endswith('zip') else '/'}").status_code == 404
    assert client.get("/parcours/").status_code == 403


def test_the_same_step_sent_twice_is_taken_once(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    journey = open_one()
    client = sign_in(make_person(Role.DIRECTOR, journey.landlord))
    sent = {"note": "Nous arrêtons.", "idempotency_key": "k" * 32}
    url = f"/organismes/{journey.landlord_id}/parcours/marches/resign/"
    first, second = client.post(url, sent), client.post(url, sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert journey.passages.filter(act="resign").count() == 1
    assert client.post(url, {**sent, "note": "Autre"}).status_code == 409


def test_the_board_costs_the_same_with_1_and_30_journeys(
    open_one: Callable[..., Journey], referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    client = sign_in(referent)
    counts = []
    for wanted in (1, 30):
        while Journey.objects.count() < wanted:
            journey = open_one()
            stages = [Stage.ENGAGEMENT, Stage.SELF_ASSESSMENT, Stage.PLAN_DRAFTING, Stage.INSTRUCTION_AWARD]
            Journey.objects.filter(pk=journey.pk).update(
                stage=stages[journey.pk % 4], due_on=at.date() + timedelta(days=journey.pk % 90 - 20)
            )
        client.get("/parcours/")
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/parcours/").status_code == 200
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 8, counts  # the stages met bring their own questions, never the rows


def test_the_board_filters_exports_and_reminds(
    open_one: Callable[..., Journey],
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    late, calm = open_one("Tardif Habitat"), open_one("Calme Habitat")
    Journey.objects.filter(pk=late.pk).update(due_on=at.date() - timedelta(days=3))
    make_person(Role.DIRECTOR, late.landlord)
    client = sign_in(referent)
    page = client.get("/parcours/", {"echeance": "late"}).content.decode()
    assert "Tardif Habitat" in page
    assert "3 jours de retard" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert ">Calme Habitat<" not in page
    exported = client.get("/parcours/export/csv/").content.decode("utf-8-sig")
    assert "Tardif Habitat" in exported
    assert "Calme Habitat" in exported
    before = Message.objects.filter(event="label.reminded").count()
    answer = client.post("/parcours/relances/", {"row": [late.pk, calm.pk], "message": ""})
    assert answer.status_code == 302
    assert Message.objects.filter(event="label.reminded").count() == before + 1
    assert late.reminders.count() == 1


def test_the_rules_of_the_label_are_drafted_compared_and_published(
    rules: RuleSetVersion, referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    client = sign_in(referent)
    form = client.get(f"/regles/{rules.pk}/suivante/").context["form"]
    data = dict(form.initial.items()) | {"effective_from": "2026-06-01", "lapse_days": 45}
    answer = client.post(f"/regles/{rules.pk}/suivante/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    draft = RuleSetVersion.objects.get(code=rules.code, number=2)
    page = client.get(f"/regles/{draft.pk}/").content.decode()
    assert "1 différence" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert client.post(f"/regles/{draft.pk}/publier/").status_code == 302
    assert client.post(f"/regles/{draft.pk}/modifier/", data).status_code == 422
    assert queries.rule_set_on(on=date(2026, 6, 1), code=rules.code) == draft
    assert datetime(2026, 3, 10, 11, tzinfo=UTC) == at
