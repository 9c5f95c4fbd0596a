"""The report: what it needs, what it freezes, what it hands on, and the paper it is printed on."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from pypdf import PdfReader

from palier.audits import operations, printing, queries
from palier.audits.models import Report
from palier.audits.rules.missions import State
from palier.documents.models import Document
from palier.documents.queries import current
from palier.documents.storage import path_of
from palier.frameworks import operations as frameworks
from palier.label.queries import milestones, remindings
from palier.label.rules.guards import Milestone
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.ledger.rules import canonical
from palier.outbox.models import Message
from palier.plans.models import Recommendation as PlanRecommendation
from palier.verdict import Conflict, Refusal
from tests.audits.scene import CANARY, DAY, Scene
from tests.fixtures import NOON

pytestmark = pytest.mark.django_db


def test_a_diagnosis_goes_from_consultation_to_frozen_report(scene: Scene) -> None:
    mission = scene.to(State.APPROVED)
    assert {Milestone.HQS_AUDITOR, Milestone.AUDIT_PLAN, Milestone.HQS_REPORT, Milestone.HQS_APPROVED} <= milestones(
        journey=scene.journey
    )
    assert [(r.title, r.source) for r in PlanRecommendation.objects.all()] == [("Contrôler le ménage", "hqs")]
    grid = queries.assessment(mission)
    assert grid is not None
    assert grid.released_at is not None


def test_what_is_printed_is_what_is_kept(scene: Scene) -> None:
    report = Report.objects.get(mission=scene.to(State.APPROVED))
    assert report.content is not None
    assert report.document is not None
    assert report.digest == hashlib.sha256(canonical(report.content)).hexdigest()
    kept = path_of(current(report.document).sha256).read_bytes()
    assert kept == printing.report(report.content, fonts=settings.PRINT_FONTS, at=NOON, digest=report.digest), (
        "the PDF is made of the content alone"
    )
    text = _text(kept)
    for wanted in (CANARY, "Contrôler le ménage", "C-01", "P-01", "Une équipe solide.", "Les Glycines", scene.auditor.name):
        assert wanted.replace(" :", ":").replace(" ", "") in text, wanted
    assert report.digest in text


def test_the_pdf_is_tagged_titled_and_archivable(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    reader = PdfReader(BytesIO(printing.report(queries.content(mission), at=NOON, fonts=settings.PRINT_FONTS)))
    catalogue = reader.trailer["/Root"]
    assert str(catalogue["/MarkInfo"]["/Marked"]) == "True"
    assert catalogue["/Lang"] == "fr"
    assert reader.metadata is not None
    assert reader.metadata.title == f"Diagnostic HQS 2026, {scene.landlord.name}"
    xmp = catalogue["/Metadata"].get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in xmp
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert "<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert "Version1rendue" in _text(printing.report(queries.content(mission), fonts=settings.PRINT_FONTS, at=NOON))


def _text(pdf: bytes) -> str:
    read = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(read.split()).replace("\u202f", "")


def test_a_report_is_delivered_when_all_of_it_is_there(scene: Scene) -> None:
    mission = scene.to(State.ON_SITE)
    item = queries.items(mission)[0]
    operations.note_item(mission=mission, item=item, held=None, day=DAY, notes="", by=scene.auditor, at=NOON)
    operations.remove_finding(mission=mission, finding=scene.findings[0], by=scene.auditor, at=NOON)
    operations.draft_report(mission=mission, by=scene.auditor, at=NOON)
    with pytest.raises(Refusal) as refused:
        operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    assert [reason.code for reason in refused.value.verdict.reasons] == [
        "audits.plan_open",
        "audits.no_finding",
        "audits.unlinked",
        "audits.no_summary",
    ]
    assert all(reason.remedy for reason in refused.value.verdict.reasons)


def test_remarks_are_answered_before_the_direction_approves(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    remark = operations.say(mission=mission, finding=scene.findings[0], text="Repeint en mars.", by=scene.lead, at=NOON)
    with pytest.raises(Refusal, match="Une remarque attend une réponse"):
        scene.approve(mission)
    operations.answer(mission=mission, remark=remark, text="Constat daté du 2 mars.", by=scene.auditor, at=NOON)
    scene.approve(mission)
    content = Report.objects.get(mission=mission).content
    assert content is not None
    assert content["remarks"][0]["answer"] == "Constat daté du 2 mars."
    with pytest.raises(Refusal):
        operations.say(mission=mission, text="Encore.", by=scene.lead, at=NOON)


def test_the_direction_approves_what_it_read(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    read = Report.objects.get(mission=mission).revision
    finding = scene.findings[0]
    scene.reopen(mission)
    waiting = Message.objects.filter(state="waiting", person_id=scene.lead.pk, subject__contains="rapport")
    assert waiting.get().event == "audits.report_reopened"
    operations.change_finding(
        mission=mission,
        finding=finding,
        revision=finding.revision,
        written=operations.Written(finding.kind, finding.theme, "Autre chose."),
        by=scene.auditor,
        at=NOON,
    )
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    with pytest.raises(Conflict, match="a modifié le rapport"):
        operations.approve(mission=mission, revision=read, by=scene.director, at=NOON)
    mission.refresh_from_db()
    assert mission.state == State.REPORT_DELIVERED


def test_a_finding_withdrawn_after_delivery_says_why_and_leaves_its_recommendation(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    scene.reopen(mission)
    with pytest.raises(Refusal, match="Dites pourquoi"):
        operations.remove_finding(mission=mission, finding=scene.findings[0], by=scene.auditor, at=NOON)
    operations.remove_finding(
        mission=mission, finding=scene.findings[0], because="Erreur de bâtiment.", by=scene.auditor, at=NOON
    )
    content = queries.content(mission)
    assert content["findings"] == []
    assert content["withdrawn"] == [{"code": "C-01", "because": "Erreur de bâtiment."}]


@pytest.mark.parametrize("audit", [Audit.HQS, Audit.IMPLEMENTATION])
def test_a_delivered_report_changes_only_once_reopened_with_a_reason(audit: Audit, scene: Scene) -> None:
    scene.audit = audit
    mission = scene.to(State.REPORT_DELIVERED)
    revision = Report.objects.get(mission=mission).revision
    contrary = {"revision": revision, "summary": "Rien ne va.", "conclusion": "", "by": scene.auditor, "at": NOON}
    with pytest.raises(Refusal, match="Le rapport est rendu : il ne change plus"):
        operations.save_report(mission=mission, **contrary)
    finding = scene.findings[0]
    with pytest.raises(Refusal, match="il ne change plus"):
        operations.remove_finding(mission=mission, finding=finding, because="Erreur.", by=scene.auditor, at=NOON)
    with pytest.raises(Refusal, match="Dites pourquoi"):
        scene.reopen(mission, " ")
    with pytest.raises(Refusal):
        scene.reopen(mission, by=scene.director)
    grid = queries.assessment(mission)
    if grid is not None:
        assert "il ne change plus" in queries.grid_writable(grid).sentence
    scene.reopen(mission)
    if grid is not None:
        assert queries.grid_writable(grid)
    operations.save_report(mission=mission, **contrary)
    if audit is Audit.HQS:
        scene.at_stage(Stage.HQS_REPORT)
        scene.journey.refresh_from_db()
        reminding = remindings(journeys=[scene.journey], by=scene.referent, on=DAY)[0]
        assert reminding.people == (scene.auditor,)
        assert "rendre le rapport" in reminding.body
    told = Message.objects.filter(event="audits.report_reopened")
    assert not any("Une erreur de lieu." in message.body for message in told)
    assert {message.person_id for message in told} == {scene.lead.pk, scene.director.pk, scene.referent.pk}
    former = Document.objects.get(title__startswith="Rapport repris")
    assert "Uneéquipesolide." in _text(path_of(current(former).sha256).read_bytes()), "what was delivered is kept"
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    assert [(v["number"], v["because"]) for v in queries.content(mission)["versions"]] == [(1, "Une erreur de lieu."), (2, "")]
    assert "Version2rendue" in _text(printing.report(queries.content(mission), fonts=settings.PRINT_FONTS, at=NOON))
    scene.approve(mission)


def test_a_grid_left_open_by_hand_does_not_hold_the_report(scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    grid = queries.assessment(mission)
    assert grid is not None
    frameworks.reopen(assessment=grid, because="Une erreur.", by=scene.auditor, at=NOON)
    with pytest.raises(Refusal, match="Demandez-lui de reprendre son rapport"):
        scene.approve(mission)
    scene.reopen(mission)
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    scene.approve(mission)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE audits_finding SET text = 'faux'",
        "DELETE FROM audits_recommendationbasis",
        "DELETE FROM audits_recommendation",
        "UPDATE audits_recommendation SET title = 'faux'",
        "UPDATE audits_planitem SET notes = 'faux'",
        "UPDATE audits_report SET summary = 'faux'",
        "UPDATE audits_report SET approved_at = NULL, content = NULL, digest = '', document_id = NULL",
        "DELETE FROM audits_report",
        "UPDATE audits_mission SET state = 'cancelled'",
        (
            "INSERT INTO audits_remark (mission_id, text, by_id, at, answer)"
            " SELECT id, 'faux', auditor_id, consulted_at, '' FROM audits_mission"
        ),
        (
            "INSERT INTO audits_finding (mission_id, number, kind, theme, text, revision, written_at, withdrawn_because)"
            " SELECT id, 99, 'gap', 'x', 'faux', 1, consulted_at, '' FROM audits_mission"
        ),
    ],
)
def test_a_frozen_report_never_changes_around_python(act: str, scene: Scene) -> None:
    scene.to(State.APPROVED)
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(act)


def test_a_frozen_report_refuses_its_author(scene: Scene) -> None:
    mission = scene.to(State.APPROVED)
    finding = scene.findings[0]
    written = operations.Written(finding.kind, finding.theme, "Autre chose.")
    with pytest.raises(Refusal, match="rapport approuvé"):
        operations.change_finding(
            mission=mission, finding=finding, revision=finding.revision, written=written, by=scene.auditor, at=NOON
        )
    with pytest.raises(Refusal):
        operations.save_report(mission=mission, revision=9, summary="x", conclusion="", by=scene.auditor, at=NOON)
