"""The journey's pages: where one stands, what is missing, the board of all; the same verdict refuses the act."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from palier.committee import operations as committee
from palier.consultation import operations as consultation
from palier.consultation.rules import Duty
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role
from palier.documents.models import Document
from palier.journey.queries import counts as board_counts
from palier.journey.queries import open_journeys
from palier.label import operations
from palier.label.models import Journey, RuleSetVersion
from palier.label.rules.stages import Stage
from palier.outbox.models import Message

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def letter() -> dict[str, SimpleUploadedFile]:
    """What says a decision taken elsewhere."""
    return {"document": SimpleUploadedFile("lettre.pdf", PDF)}


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
    entry = manifest["files"][0]
    assert archive.read(entry["path"]) == PDF
    assert (entry["sha256"], entry["size"]) == (hashlib.sha256(PDF).hexdigest(), len(PDF))
    assert entry["serves"] == ["Lettre d’engagement, étape « Engagement »"]
    sealed, name = archive.read("manifeste.sha256").decode().split()
    assert sealed == hashlib.sha256(archive.read(name)).hexdigest()
    assert sorted(archive.namelist()) == sorted(["manifeste.json", "manifeste.sha256", entry["path"]])


def test_a_file_refused_is_said_in_its_form_and_deposits_nothing(
    open_one: Callable[..., Journey], make_person: Callable[..., Person], sign_in: Callable[[Person], Client]
) -> None:
    journey = open_one()
    client = sign_in(make_person(Role.QUALITY_LEAD, journey.landlord))
    url = f"/organismes/{journey.landlord_id}/pieces/"
    answer = client.post(url, {"kind": "engagement_letter", "file": SimpleUploadedFile("lettre.exe", b"MZ")})
    assert answer.status_code == 422
    assert "Un point est à reprendre" in answer.content.decode()
    assert not journey.pieces.exists()


def test_a_correction_is_answered_by_a_sound_file_alone_and_keeps_what_was_typed(
    open_one: Callable[..., Journey],
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    journey = open_one()
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.INSTRUCTION_ADMISSIBILITY)
    journey.refresh_from_db()
    asked = operations.ask_correction(journey=journey, subject="Bilan", reason="Il est vide.", by=referent, at=at)
    client = sign_in(make_person(Role.QUALITY_LEAD, journey.landlord))
    url = f"/organismes/{journey.landlord_id}/instruction/corrections/{asked.pk}/"
    answer = client.post(url, {"answer": "Bilan refait.", "file": SimpleUploadedFile("bilan.exe", b"MZ")})
    assert answer.status_code == 422
    assert "Bilan refait." in answer.content.decode()
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert client.post(url, {"answer": "Bilan refait."}).status_code == 302
    again = client.post(url, {"answer": "Encore."})
    assert again.status_code == 422
    assert "déjà reçu sa réponse" in again.content.decode()


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


def test_a_landlord_that_joined_another_names_it(
    open_one: Callable[..., Journey],
    make_landlord: Callable[..., Landlord],
    referent: Person,
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    journey = open_one()
    operations.merge(journey=journey, into=make_landlord("Habitat des Rives"), by=referent, at=at)
    page = sign_in(referent).get(f"/organismes/{journey.landlord_id}/parcours/").content.decode()
    assert "Repris par Habitat des Rives" in page


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


def test_when_only_tenants_are_awaited_the_hand_is_theirs_everywhere(
    open_one: Callable[..., Journey],
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
    clock: time_machine.Traveller,
) -> None:
    journey, other = open_one("Attente Habitat"), open_one("Autre Habitat")
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.CONFIRMATION_DEFERRED)
    journey.refresh_from_db()
    association = Organisation.objects.get(relations__landlord=journey.landlord, kind=Kind.TENANTS_ASSOCIATION)
    speaker = make_person(Role.TENANT_REPRESENTATIVE, association, "M. Voix")
    lead = make_person(Role.QUALITY_LEAD, journey.landlord)
    document = Document.objects.create(landlord=journey.landlord, title="Bilan", kind="progress_report", created_at=at)
    operations.deposit(journey=journey, kind="progress_report", document=document, by=lead, at=at)
    consultation.open_round(
        landlord=journey.landlord, cycle=1, stage=journey.stage, duty=Duty.CONSULT, subject="Bilan", message="Votre avis ?",
        documents=(), lapse_days=30, reminders=2, by=lead, at=at,
    )  # fmt: skip
    clock.move_to(at + timedelta(days=8))
    client = sign_in(referent)
    board = client.get("/parcours/", {"main": "representatives"}).content.decode()
    assert "Attente Habitat" in board
    assert other.landlord.name not in board
    assert "Attente Habitat" not in client.get("/parcours/", {"main": "landlord"}).content.decode()
    assert "Aux représentants" in client.get(f"/organismes/{journey.landlord_id}/parcours/").content.decode()
    assert "Lire et donner un avis" in sign_in(speaker).get(f"/organismes/{journey.landlord_id}/parcours/").content.decode()
    preview = client.get("/parcours/relances/", {"row": journey.pk}).content.decode()
    assert "Votre avis" in preview
    assert client.post("/parcours/relances/", {"row": journey.pk}).status_code == 302
    assert Message.objects.get(event="consultation.reminded").person_id == speaker.pk
    assert not Message.objects.filter(event="label.reminded").exists()
    again = client.get("/parcours/relances/", {"row": journey.pk}).content.decode()
    assert "laissez sept jours" in again
    assert "Envoyer" not in again


def test_a_reminder_goes_to_whoever_holds_the_journey_and_says_what_it_sends(
    open_one: Callable[..., Journey],
    referent: Person,
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    journey = open_one("Corrigé Habitat")
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.INSTRUCTION_ADMISSIBILITY)
    journey.refresh_from_db()
    director = make_person(Role.DIRECTOR, journey.landlord, "Mme Directrice")
    client = sign_in(referent)
    mine = client.get("/parcours/relances/", {"row": journey.pk}).content.decode()
    assert "personne d’autre à relancer" in mine
    operations.ask_correction(journey=journey, subject="Bilan", reason="Il est vide.", by=referent, at=at)
    theirs = client.get("/parcours/relances/", {"row": journey.pk}).content.decode()
    assert "Mme Directrice" in theirs
    assert "Rappel" in theirs
    client.post("/parcours/relances/", {"row": journey.pk, "message": "Nous attendons votre bilan."})
    sent = Message.objects.get(event="label.reminded")
    assert (sent.person_id, sent.body) == (director.pk, "Nous attendons votre bilan.")


def test_the_second_cycle_climbs_to_the_renewal_on_the_board_as_on_its_page(
    open_one: Callable[..., Journey], referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    again, first = open_one("Encore Habitat"), open_one("Premier Habitat")
    Journey.objects.filter(pk=first.pk).update(stage=Stage.PLAN_DRAFTING)
    Journey.objects.filter(pk=again.pk).update(stage=Stage.PLAN_DRAFTING, cycle=2)
    counted = board_counts(open_journeys(person=referent, on=at.date()), at.date()).landings
    assert {line.landing.value: line.count for line in counted if line.count} == {"admissibility": 1, "renewal": 1}
    client = sign_in(referent)
    for landing, here, elsewhere in (("renewal", again, first), ("admissibility", first, again)):
        page = client.get("/parcours/", {"palier": landing}).content.decode()
        assert f">{here.landlord.name}<" in page
        assert f">{elsewhere.landlord.name}<" not in page
    assert "Vers le renouvellement" in client.get("/parcours/", {"palier": "renewal"}).content.decode()


def test_the_coming_weeks_hold_deadlines_and_sessions(
    open_one: Callable[..., Journey], referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    journey = open_one("Habitat des Semaines")
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.INSTRUCTION_ADMISSIBILITY, due_on=(at + timedelta(days=20)).date())
    sitting = committee.found(name="Comité des Semaines", by=referent, at=at)
    for days in (30, 60):
        starts = at + timedelta(days=days)
        committee.prepare(committee=sitting, starts_at=starts, ends_at=starts + timedelta(hours=2), by=referent, at=at)
    page = sign_in(referent).get("/parcours/").content.decode()
    coming = page[page.index("Vos prochaines semaines") :]
    coming = coming[: coming.index("</section>")].replace("\xa0", " ")
    assert "Habitat des Semaines" in coming
    assert "Séance n° 1 : Comité des Semaines" in coming
    assert "Séance n° 2" not in coming, "it is further than six weeks"


def test_every_open_journey_is_counted_and_the_board_finds_withdrawals_suspensions_and_ends(
    open_one: Callable[..., Journey], referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    day = at.date()
    label = {"label_from": day - timedelta(days=100), "label_until": day + timedelta(days=100)}
    heard, suspended, over, calm = (open_one(f"{name} Habitat") for name in ("Entendu", "Suspendu", "Fini", "Calme"))
    Journey.objects.filter(pk=heard.pk).update(stage=Stage.HEARING, returns_to=Stage.LABELLED, due_on=day, **label)
    Journey.objects.filter(pk=suspended.pk).update(stage=Stage.LABELLED, suspended_on=day, **label)
    Journey.objects.filter(pk=over.pk).update(stage=Stage.REFUSED, closed_at=at, due_on=None)
    counts = board_counts(open_journeys(person=referent, on=day), day)
    assert counts.total == 3 == sum(line.count for line in counts.landings) + counts.hearings
    assert (counts.hearings, counts.suspended) == (1, 1)
    client = sign_in(referent)
    page = client.get("/parcours/").content.decode()
    page = page.replace("\xa0", " ").replace("\u202f", " ")
    assert re.search("À part, sans palier visé : <a[^>]*>1 en procédure de retrait", page)
    assert re.search("Parmi tous, <a[^>]*>1 label suspendu", page)
    for state, name in (("hearing", "Entendu"), ("suspended", "Suspendu"), ("over", "Fini")):
        found = client.get("/parcours/", {"etat": state}).content.decode()
        assert f"{name} Habitat" in found
        assert calm.landlord.name not in found, state


def test_the_board_sorts_by_name_and_finds_by_siren(
    open_one: Callable[..., Journey], referent: Person, sign_in: Callable[[Person], Client]
) -> None:
    first, second = open_one("Alpha Habitat"), open_one("Zeta Habitat")
    client = sign_in(referent)
    for order, wanted in (("name", [first, second]), ("-name", [second, first])):
        page = client.get("/parcours/", {"sort": order})
        assert [row.journey for group in page.context["groups"] for row in group["rows"]] == wanted
    page = client.get("/parcours/", {"bailleur": first.landlord.siren})
    assert [row.journey for group in page.context["groups"] for row in group["rows"]] == [first]


def test_a_number_that_is_not_one_is_named_and_changes_nothing(
    rules: RuleSetVersion, referent: Person, sign_in: Callable[[Person], Client]
) -> None:
    client = sign_in(referent)
    url = f"/regles/{rules.pk}/suivante/"
    data = dict(client.get(url).context["form"].initial.items()) | {
        "effective_from": "2026-06-01",
        "grants": "trente, 18",
        "engagement__reminders": "30, 7j",
    }
    page = client.post(url, data)
    said = page.content.decode()
    assert "trente" in said
    assert "7j" in said
    assert page.context["form"].stages[0]["wrong"]
    assert RuleSetVersion.objects.filter(code=rules.code).count() == 1
