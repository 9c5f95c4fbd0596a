"""What the rooms answer: something of each, nothing of another landlord's, in a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django.models import ProcrastinateJob

from palier.api.v1 import auth
from palier.api.v1.routes import ROOMS
from palier.audits.models import Mission
from palier.directory.models import Landlord, Organisation, Person
from palier.directory.rules import Kind, Role, Scope
from palier.documents.models import Document
from palier.label.models import Journey, RuleSetVersion
from palier.label.operations import advance, draft_rule_set, present_observations
from palier.label.rules.stages import Stage
from palier.sources.models import Reading
from palier.stock.models import Import
from palier.surveys.models import Household, Invitation
from palier.surveys.rules.waves import Design, EventKind, Pace
from tests.api.conftest import Program
from tests.api.scene import File, fill_path, furnish
from tests.fixtures import NOON
from tests.surveys.waves import EITHER, wave_of

pytestmark = pytest.mark.django_db
READ = [route.path for room in ROOMS for route in room.routes if route.method == "GET"]
OF_A_LANDLORD = [path for path in READ if "{landlord_id}" in path]
# What the person of the key is or does carries no landlord's word; the label's rules and grids belong to nobody.
WORDLESS = {
    "/landlords/{landlord_id}",
    "/landlords/{landlord_id}/stock",
    "/landlords/{landlord_id}/ratings/{cycle}/state",
    "/landlords/{landlord_id}/priority-sites/removed",
    "/landlords/{landlord_id}/plans",
    "/landlords/{landlord_id}/ratings",
    "/landlords/{landlord_id}/journeys",
    "/landlords/{landlord_id}/rounds/{pk}/meetings",
    "/landlords/{landlord_id}/actions/{pk}/verdicts",
    "/landlords/{landlord_id}/journeys/{pk}",
    "/landlords/{landlord_id}/assessments",
    "/landlords/{landlord_id}/assessments/{pk}",
    "/landlords/{landlord_id}/assessments/{pk}/score",
    "/landlords/{landlord_id}/certificates",
    "/landlords/{landlord_id}/waves/{pk}/results",
    "/landlords/{landlord_id}/residences/{pk}/vintages",
    "/landlords/{landlord_id}/indicators",
    "/landlords/{landlord_id}/sources",
    "/landlords/{landlord_id}/figures",
    "/landlords/{landlord_id}/comparisons",
}
# One by one, for the landlord's own people alone.
LANDLORDS_OWN = {
    "/landlords/{landlord_id}/incidents",
    "/landlords/{landlord_id}/comparisons",
    "/landlords/{landlord_id}/cases",
    "/landlords/{landlord_id}/cases/{pk}",
}


@pytest.fixture
def files(make_landlord: Callable[..., Landlord], documents_folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[File, File]:
    """Two landlords, each with a word of its own in everything."""
    monkeypatch.setattr(auth, "_count", lambda *_: None)
    return furnish(make_landlord("Montfictif Habitat"), "canari"), furnish(make_landlord("Val d’Exemple"), "perruche")


@pytest.fixture
def referent(make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]) -> Person:
    return make_person(Role.REFERENT, make_organisation(Kind.LABEL_OWNER))


def content(program: Program, path: str) -> str:
    answer = program.get(path)
    assert answer.status_code == 200, (path, answer.content)
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def test_no_answer_about_a_landlord_holds_a_word_of_another(
    files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    called = program(referent)
    for file, other in (files, files[::-1]):
        for path in OF_A_LANDLORD:
            said = content(program(file.lead) if path in LANDLORDS_OWN else called, fill_path(path, file))
            assert other.word not in said, path
            assert file.word in said or path in WORDLESS, path


def test_a_program_of_one_landlord_reads_no_word_of_another(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    called = program(mine.lead)
    for path in READ:
        if called.get(fill_path(path, mine)).status_code == 403:
            continue
        assert other.word not in content(called, fill_path(path, mine)), path
        if "{landlord_id}" in path:
            assert called.get(fill_path(path, other)).status_code == 404, path


def test_things_of_one_file_are_not_found_through_another(
    files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    mine, other = files
    crossed = File(mine.landlord, mine.word, mine.lead, {**other.found, "ratings": 99, "plans": 99})
    for path in OF_A_LANDLORD:
        if "{pk}" in path or "{cycle}" in path:
            called = program(mine.lead if path in LANDLORDS_OWN else referent)
            assert called.get(fill_path(path, crossed)).status_code == 404, path


def test_findings_are_hidden_until_they_are_released(
    files: tuple[File, File],
    referent: Person,
    program: Callable[..., Program],
) -> None:
    mine, _ = files
    path = f"/landlords/{mine.landlord.pk}/assessments"
    landlord, label = program(mine.lead), program(referent)
    assert [one["framework"] for one in landlord.get(path).json()["items"]] == ["small"]
    assert landlord.get(f"{path}/{mine.found['held']}").status_code == 404
    assert landlord.get(f"{path}/{mine.found['held']}/answers").status_code == 404
    assert {one["framework"] for one in label.get(path).json()["items"]} == {"small", "held"}
    assert "Held canari" in content(label, f"{path}/{mine.found['held']}/answers")


def test_what_an_auditor_found_is_hidden_until_the_report_is_delivered(
    files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    mine, _ = files
    path = f"/landlords/{mine.landlord.pk}/missions/{mine.found['missions']}"
    Mission.objects.filter(pk=mine.found["missions"]).update(state="on_site")
    landlord, label = program(mine.lead), program(referent)
    assert landlord.get(path).json()["reads_findings"] is False
    for name in ("findings", "recommendations", "remarks", "actions", "sites"):
        assert landlord.get(f"{path}/{name}").json()["items"] == [], name
        assert len(label.get(f"{path}/{name}").json()["items"]) == 1, name
    assert landlord.get(f"{path}/report").status_code == 404
    assert label.get(f"{path}/report").json()["summary"] == "Synthèse canari"


def test_proposals_are_for_those_who_compare_them(
    files: tuple[File, File],
    program: Callable[..., Program],
    everyone: Callable[[Landlord], dict[Role, Person]],
) -> None:
    mine, _ = files
    path = f"/landlords/{mine.landlord.pk}/missions/{mine.found['missions']}"
    assert program(mine.lead).get(path).json()["amount"] == "7200.50"
    speaker = program(everyone(mine.landlord)[Role.TENANT_REPRESENTATIVE]).get(path).json()
    assert (speaker["amount"], speaker["statement"]) == (None, "")


def test_a_position_says_what_the_page_says(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, _ = files
    said = program(mine.lead).get(f"/landlords/{mine.landlord.pk}/journeys/{mine.found['journeys']}").json()
    assert said["holder"] == {"code": "landlord", "label": "au bailleur"}
    assert said["yours"] is True
    missing = said["missing"][0]
    assert missing["code"] == "label.piece_missing"
    assert missing["sentence"].startswith("Il manque une pièce : ")
    assert missing["remedy"]["url"].endswith(f"/organismes/{mine.landlord.pk}/pieces/")


def test_a_withdrawal_is_read_as_on_the_page_and_what_was_answered_by_those_it_is_for(
    files: tuple[File, File],
    program: Callable[..., Program],
    referent: Person,
    everyone: Callable[[Landlord], dict[Role, Person]],
) -> None:
    mine, _ = files
    journey = Journey.objects.get(pk=mine.found["journeys"])
    label = {"label_from": NOON.date(), "label_until": NOON.date() + timedelta(days=500)}
    Journey.objects.filter(pk=journey.pk).update(stage=Stage.LABELLED, suspended_on=NOON.date(), **label)
    journey.refresh_from_db()
    journey = advance(journey=journey, act="open_withdrawal", by=referent, at=NOON, note="Halls à l’abandon.")
    present_observations(journey=journey, text="Repris en avril.", by=mine.lead, at=NOON)
    path = f"/landlords/{mine.landlord.pk}/journeys/{journey.pk}"
    said = program(referent).get(path).json()["hearing"]
    assert (said["because"], said["observations"]) == ("Halls à l’abandon.", "Repris en avril.")
    speaker = program(everyone(mine.landlord)[Role.TENANT_REPRESENTATIVE]).get(path).json()["hearing"]
    assert speaker["presented_at"] is not None
    assert speaker["observations"] is None
    rows = program(referent).get("/board", state="hearing").json()["items"]
    assert [row["journey"]["id"] for row in rows] == [journey.pk]


# --- Pages of lists ------------------------------------------------------------------------------------------------


def test_a_list_goes_by_pages(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, _ = files
    called, path = program(mine.lead), f"/landlords/{mine.landlord.pk}/residences"
    first = called.get(path, limit=2, search="canari").json()
    assert (first["count"], len(first["items"]), first["previous"]) == (3, 2, None)
    assert first["next"].endswith(f"/api/v1{path}?search=canari&limit=2&offset=2")
    last = called.get(path, limit=2, offset=2, search="canari").json()
    assert (len(last["items"]), last["next"]) == (1, None)
    assert last["previous"].endswith("limit=2&offset=0")
    assert called.get(path, offset=50).json()["items"] == []
    assert called.get(path, limit=201).status_code == 422


@pytest.mark.parametrize("name", ["documents", "residences", "history"])
def test_a_list_asks_as_many_queries_for_thirty_rows_as_for_one(
    name: str, files: tuple[File, File], program: Callable[..., Program]
) -> None:
    mine, _ = files
    called = program(mine.lead)
    for n in range(30):
        sent = {"title": f"Pièce {n}", "kind": "letter", "file": SimpleUploadedFile("a.txt", f"{n}".encode())}
        assert called.post(f"/landlords/{mine.landlord.pk}/documents", sent).status_code == 201
    counts = []
    for limit in (1, 30):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            called.get(f"/landlords/{mine.landlord.pk}/{name}", limit=limit)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


def test_the_board_asks_as_many_queries_for_thirty_rows_as_for_one(
    make_landlord: Callable[..., Landlord], files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    from palier.label.operations import open_journey
    from palier.label.queries import rule_set_on
    from tests.fixtures import NOON

    rules = rule_set_on(on=NOON.date())
    assert rules is not None
    for _ in range(28):
        open_journey(landlord=make_landlord(), rules=rules, by=None, at=NOON)
    called, counts = program(referent), []
    called.get("/me")  # the first call of the hour notes that the key is used
    for search, rows in (("montfictif", 1), ("", 30)):
        with CaptureQueriesContext(connection) as queries:
            assert len(called.get("/board", limit=200, search=search).json()["items"]) == rows
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_draft_of_rules_is_read_by_those_who_write_it_alone(
    files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    mine, _ = files
    rules = RuleSetVersion.objects.get(pk=mine.found["rule-sets"])
    draft = draft_rule_set(data=rules.data, effective_from=date(2030, 1, 1), by=referent, at=NOON)
    assert program(referent).get(f"/rule-sets/{draft.pk}").status_code == 200
    assert program(mine.lead).get(f"/rule-sets/{draft.pk}").status_code == 404
    assert draft.pk not in [row["id"] for row in program(mine.lead).get("/rule-sets").json()["items"]]


# --- Acts ----------------------------------------------------------------------------------------------------------


def test_a_piece_is_deposited_then_answers_what_is_asked(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    called, here = program(mine.lead), f"/landlords/{mine.landlord.pk}"
    journey = f"{here}/journeys/{mine.found['journeys']}"
    kind = called.get(f"/rule-sets/{mine.found['rule-sets']}").json()["data"]["stages"]["engagement"]["pieces"][1]
    before = called.get(journey).json()["missing"]
    sent = {"title": "Délibération", "kind": kind, "file": SimpleUploadedFile("a.pdf", b"%PDF-1.7\n%%EOF\n")}
    document = called.post(f"{here}/documents", sent).json()["id"]
    made = called.send("POST", f"{journey}/pieces", {"kind": kind, "document": document})
    assert (made.status_code, made.json()["document"], made.json()["checked_at"]) == (201, document, None)
    assert len(called.get(journey).json()["missing"]) == len(before) - 1
    stranger = called.send("POST", f"{journey}/pieces", {"kind": kind, "document": other.found["documents"]})
    assert stranger.status_code == 404


def test_a_version_follows_another_and_both_are_downloaded(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, _ = files
    called, path = program(mine.lead), f"/landlords/{mine.landlord.pk}/documents/{mine.found['documents']}"
    sent = {"file": SimpleUploadedFile("b.txt", b"La suite")}
    assert called.post(f"{path}/versions", sent).status_code == 201
    assert [one["number"] for one in called.get(path).json()["versions"]] == [2, 1]
    answer = called.get(f"{path}/versions/2/file")
    assert b"".join(answer) == b"La suite"
    assert answer["Content-Disposition"] == 'attachment; filename="b.txt"'
    assert called.get(f"{path}/versions/3/file").status_code == 404


def test_an_answer_over_a_stale_revision_is_refused_with_what_stands(
    files: tuple[File, File], program: Callable[..., Program]
) -> None:
    mine, _ = files
    called = program(mine.lead)
    path = f"/landlords/{mine.landlord.pk}/assessments/{mine.found['assessments']}/answers"
    saved = called.send("PUT", f"{path}/control", {"revision": 2, "value": 3, "justification": "Mieux."})
    assert (saved.status_code, saved.json()["revision"], saved.json()["level"]) == (200, 3, "Satisfaisant")
    stale = called.send("PUT", f"{path}/control", {"revision": 2, "value": 4})
    assert stale.status_code == 409
    assert stale.json()["theirs"]["justification"] == "Mieux."
    off = called.send("PUT", f"{path}/control", {"revision": 3, "value": 9})
    assert (off.status_code, off.json()["code"]) == (422, "frameworks.off_scale")
    assert called.send("PUT", f"{path}/nothing", {"revision": 0, "value": 1}).status_code == 404
    joined = called.send("POST", f"{path}/control/documents", {"document": mine.found["documents"]})
    assert (joined.status_code, joined.json()["documents"]) == (201, [mine.found["documents"]])


def test_what_is_held_is_answered_by_its_author_alone(
    files: tuple[File, File], referent: Person, program: Callable[..., Program]
) -> None:
    mine, _ = files
    path = f"/landlords/{mine.landlord.pk}/assessments/{mine.found['held']}/answers/control"
    assert program(mine.lead).send("PUT", path, {"revision": 1, "value": 3}).status_code == 404
    assert program(referent).send("PUT", path, {"revision": 1, "value": 3}).status_code == 403


def test_figures_and_incidents_are_sent_and_done_once(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    called = program(mine.lead, [Scope.FIGURES])
    home, path = mine.found["residences"], f"/landlords/{mine.landlord.pk}"
    figure = {"residence": home, "indicator": "turnover", "starts_on": "2025-01-01", "ends_on": "2025-12-31", "numerator": "4"}
    for _ in range(2):
        answer = called.send("POST", f"{path}/readings", {"readings": [figure]}, once="rotation")
        assert (answer.status_code, answer.json()) == (201, {"new": 1, "superseding": 0, "known": 0})
    wrong = [figure | {"numerator": "5"}, figure | {"residence": other.found["residences"]}]
    assert called.send("POST", f"{path}/readings", {"readings": wrong}).status_code == 422
    assert called.send("POST", f"{path}/readings", {"readings": [figure | {"seen": 0, "numerator": "9"}]}).status_code == 409
    assert Reading.objects.filter(indicator="turnover").count() == 1
    incident = {"residence": home, "on": "2026-03-01", "kind": "fire", "place": "cellar", "reference": "I-1"}
    assert called.send("POST", f"{path}/incidents", incident).status_code == 201
    assert called.send("POST", f"{path}/incidents", incident).status_code == 422
    named = incident | {"reference": "", "text": "vu Karim casser la porte"}
    assert called.send("POST", f"{path}/incidents", named).json()["code"] == "sources.name"
    assert called.send("POST", f"/landlords/{other.landlord.pk}/incidents", incident).status_code == 404


def test_events_are_told_and_ask_once(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    at = NOON
    hot = {"design": Design.HOT, "trigger": EventKind.CONTACT, "paces": (Pace(0, EITHER),), "closes_on": date(2100, 1, 1)}
    wave = wave_of(mine.landlord, until="running", at=at, **hot)
    Household.objects.create(
        landlord=mine.landlord, reference="L1", residence_id=mine.found["residences"], email="l1@example.test", changed_at=at
    )
    called, path = program(mine.lead, [Scope.EVENTS, Scope.READ]), f"/landlords/{mine.landlord.pk}"
    event = {"kind": "contact", "reference": "C-1", "household": "L1", "on": "2026-03-09", "theme": "charges"}
    for _ in range(2):
        told = called.send("POST", f"{path}/survey-events", {"events": [event, event | {"reference": "C-2", "household": "?"}]})
        assert [(one["asked"], (one["because"] or {}).get("code")) for one in told.json()["events"]] == [
            (True, None),
            (False, "unknown"),
        ]
    assert Invitation.objects.filter(wave=wave).count() == 1
    listed = called.get(f"{path}/waves").json()["items"]
    # Nobody counts as invited before a message left.
    assert (listed[0]["invited"], listed[0]["answered"], listed[0]["response_rate"]) == (0, 0, None)
    assert called.get(f"{path}/waves/{wave.pk}/strata").json()["items"][0]["drawn"] == 1
    assert called.get(f"/landlords/{other.landlord.pk}/waves/{wave.pk}/strata").status_code == 404
    assert called.send("POST", f"/landlords/{other.landlord.pk}/survey-events", {"events": [event]}).status_code == 404


def test_a_stock_file_is_sent_read_and_followed(files: tuple[File, File], program: Callable[..., Program]) -> None:
    mine, other = files
    called, path = program(mine.lead), f"/landlords/{mine.landlord.pk}/imports"
    made = called.post(path, {"file": SimpleUploadedFile("parc.csv", b"id;adresse\n1;1 rue A\n"), "year": "2026"})
    assert made.status_code == 201
    assert made.json()["state"] == {"code": "reading", "label": "Lecture en cours"}
    assert [job.args for job in ProcrastinateJob.objects.filter(task_name="stock.run_import")] == [
        {"import_id": made.json()["id"]}
    ]
    assert called.get(f"{path}/{made.json()['id']}").json() == made.json()
    early = called.send("POST", f"{path}/{made.json()['id']}/apply", {})
    assert (early.status_code, early.json()["code"]) == (422, "stock.not_ready")
    assert called.post(f"{path}/{made.json()['id']}/drop").json()["state"]["code"] == "dropped"
    assert called.post(path, {"file": SimpleUploadedFile("parc.exe", b"MZ")}).json()["code"] == "stock.type"
    assert called.send("POST", f"{path}/{other.found['imports']}/apply", {}).status_code == 404
    assert Import.objects.filter(landlord=mine.landlord).count() == 2
    assert not Document.objects.filter(title="parc.csv").exists()
