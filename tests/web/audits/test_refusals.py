"""What an audit's pages say when an act is refused, stale or no longer yours: nothing typed is lost, nobody waits in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from palier.audits import operations, queries
from palier.audits.models import Finding, Mission, PlanItem, Recommendation, Report
from palier.audits.rules.missions import State
from palier.directory.models import Person, Relation
from palier.directory.rules import Role
from palier.documents.models import Document
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.outbox.models import Message
from palier.outbox.models import State as Sending
from palier.verdict import Refusal
from tests.audits.scene import CANARY, DAY, Scene
from tests.fixtures import NOON
from tests.web.audits.test_pages import SignIn, _at_noon, url, words  # noqa: F401 - the fixture sets the clock

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


def test_a_stale_finding_is_saved_over_what_was_read(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ON_SITE)
    finding = scene.findings[0]
    auditor = sign_in(scene.auditor)
    page = url("mission_finding", mission, finding_id=finding.pk)
    sent = {"kind": "gap", "theme": "cleanliness", "text": "Le mien.", "revision": "9"}
    stale = auditor.post(page, sent)
    again = auditor.post(page, sent | {"revision": stale.context["form"]["revision"].value()})
    assert again.status_code == 302
    assert Finding.objects.get(pk=finding.pk).text == "Le mien."


def test_of_two_tabs_on_a_recommendation_the_second_sees_both_texts(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to("on_site")
    made = Recommendation.objects.get(mission=mission)
    auditor = sign_in(scene.auditor)
    page = url("mission_recommendation", mission, recommendation_id=made.pk)
    read = auditor.get(page).context["form"]["revision"].value()
    sent = {"title": made.title, "theme": made.theme, "findings": [scene.findings[0].pk], "revision": read}
    assert auditor.post(page, sent | {"text": "Chaque semaine."}).status_code == 302
    stale = auditor.post(page, sent | {"text": "Chaque jour."})
    assert stale.status_code == 409
    for text in ("pas enregistré", "semaine", "jour", "Repose sur C-01"):
        assert text in words(stale)
    made.refresh_from_db()
    assert made.text == "Chaque semaine."
    kept = sent | {"text": "Chaque jour.", "revision": stale.context["form"]["revision"].value()}
    assert auditor.post(page, kept).status_code == 302
    made.refresh_from_db()
    assert (made.text, made.revision) == ("Chaque jour.", 3)


def test_the_ledger_says_that_a_file_closes_later_and_nobody_is_not_zero_person(scene: Scene, sign_in: SignIn) -> None:
    scene.to("approved")
    closing = Entry.objects.get(act="directory.file_closed").content
    assert closing["summary"].startswith("a fixé au ")
    assert closing["facts"]["ends_on"] > DAY.isoformat()
    assert "1 personne agréée" in words(sign_in(scene.referent).get(reverse("auditors")))
    scene.accreditation.ends_on = DAY - timedelta(days=1)
    scene.accreditation.save()
    page = words(sign_in(scene.referent).get(reverse("auditors")))
    assert "Personne n’est agréé aujourd’hui" in page


def test_a_document_asked_without_its_name_keeps_what_was_typed(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ACCEPTED)
    wrong = sign_in(scene.auditor).post(url("mission_ask", mission), {"title": " ", "detail": "Les deux dernières années"})
    assert wrong.status_code == 422
    assert list(wrong.context["asking"].errors) == ["title"]
    assert not wrong.context["form"].is_bound
    assert 'value="Les deux dernières années"' in wrong.content.decode()


def test_a_document_no_longer_needed_is_withdrawn_and_the_landlord_told(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to("planned")
    asked = operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    Message.objects.filter(undo_key=f"request:{asked.pk}").update(state=Sending.SENT, settled_at=NOON)
    page = url("mission_request_withdraw", mission, request_id=asked.pk)
    assert sign_in(scene.lead).post(page, {"because": "Trop long."}).status_code in {403, 422}
    auditor = sign_in(scene.auditor)
    assert "Pourquoi" in words(auditor.get(url("mission_plan", mission)))
    assert auditor.post(page, {"because": ""}).status_code == 422
    assert auditor.post(page, {"because": "Il est dans le rapport annuel."}).status_code == 302
    seen = words(sign_in(scene.lead).get(url("mission_plan", mission)))
    assert "N’est plus demandé" in seen
    assert "Il est dans le rapport annuel." in seen
    told = Message.objects.filter(subject__startswith="L’auditeur ne demande plus")
    assert {message.person_id for message in told} == {scene.lead.pk, scene.director.pk}
    hand = url("mission_hand", mission, request_id=asked.pk)
    assert sign_in(scene.lead).get(hand).status_code == 404
    with pytest.raises(Refusal, match="n’est plus demandé"):
        operations.give_up_document(mission=mission, request=asked, because="Perdu.", by=scene.lead, at=NOON)
    with pytest.raises(Refusal, match="ne demande plus"):
        operations.hand_document(mission=mission, request=asked, document=scene.pieces(("other",))[0], by=scene.lead, at=NOON)


def test_a_request_that_the_plan_told_of_is_told_when_withdrawn(scene: Scene) -> None:
    mission = scene.to("report_drafted")
    asked = operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    Message.objects.filter(undo_key=f"request:{asked.pk}").delete()
    operations.withdraw_request(mission=mission, request=asked, because="Doublon.", by=scene.auditor, at=NOON)
    told = Message.objects.filter(subject__startswith="L’auditeur ne demande plus")
    assert {message.person_id for message in told} == {scene.lead.pk, scene.director.pk}


def test_a_request_withdrawn_before_it_left_tells_nobody_and_leaves_the_report(scene: Scene) -> None:
    mission = scene.to("report_drafted")
    asked = operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    operations.withdraw_request(mission=mission, request=asked, because="Doublon.", by=scene.auditor, at=NOON)
    assert not Message.objects.filter(subject__startswith="L’auditeur ne demande plus").exists()
    assert set(Message.objects.filter(undo_key=f"request:{asked.pk}").values_list("state", flat=True)) == {Sending.CANCELLED}
    assert queries.content(mission)["documents"] == []


def test_a_request_withdrawn_before_any_plan_was_proposed_tells_nobody(scene: Scene) -> None:
    mission = scene.to("accepted")
    told = Message.objects.filter(subject__startswith="L’auditeur ne demande plus")
    asked = operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    operations.withdraw_request(mission=mission, request=asked, because="Doublon.", by=scene.auditor, at=NOON)
    assert not told.exists()
    asked = operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    scene.plan(mission)
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    operations.withdraw_request(mission=mission, request=asked, because="Doublon.", by=scene.auditor, at=NOON)
    assert {message.person_id for message in told} == {scene.lead.pk, scene.director.pk}


def test_what_was_delivered_stays_readable_once_the_mission_is_interrupted(
    scene: Scene, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    scene.reopen(mission)
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    operations.interrupt(mission=mission, because="Indisponibilité.", by=scene.lead, at=NOON)
    lead, page, pdf = sign_in(scene.lead), url("mission_report", mission), url("mission_report_pdf", mission)
    assert page in words(lead.get(url("mission", mission)))
    read = words(lead.get(page))
    assert "Rien à lire" not in read
    for number in (1, 2):
        assert f"{pdf}?version={number}" in read
        assert lead.get(f"{pdf}?version={number}").status_code == 200
    assert lead.get(pdf).status_code == 404
    assert lead.get(f"{pdf}?version=3").status_code == 404
    contributor = sign_in(make_person(Role.CONTRIBUTOR, scene.landlord))
    assert "Télécharger" not in words(contributor.get(page))
    assert contributor.get(f"{pdf}?version=2").status_code in {403, 404}


def test_a_stale_report_is_saved_over_what_was_read(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.REPORT_DRAFTED)
    auditor = sign_in(scene.auditor)
    sent = {"summary": "La mienne.", "conclusion": "", "revision": "9"}
    stale = auditor.post(url("mission_report", mission), sent)
    assert "La mienne." in words(stale)
    auditor.post(url("mission_report", mission), sent | {"revision": stale.context["form"]["revision"].value()})
    assert Report.objects.get(mission=mission).summary == "La mienne."


def test_a_refused_finding_keeps_no_uploaded_file(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ON_SITE)
    sent = {
        "kind": "gap",
        "theme": "cleanliness",
        "text": "Le mien.",
        "revision": "9",
        "file": SimpleUploadedFile("fiche.pdf", PDF),
    }
    before = Document.objects.count()
    sign_in(scene.auditor).post(url("mission_finding", mission, finding_id=scene.findings[0].pk), sent)
    assert Document.objects.count() == before


@pytest.mark.parametrize(
    ("page", "sent"),
    [
        (
            "mission_plan",
            {"kind": "opening", "day": "2026-03-04", "title": "Ouverture au siège", "starts_at": "10:00", "ends_at": "9:00"},
        ),
        ("mission_plan", {"kind": "visit", "day": "2026-03-04", "title": "Ouverture au siège"}),
    ],
)
def test_a_refused_moment_keeps_what_was_typed(page: str, sent: dict[str, str], scene: Scene, sign_in: SignIn) -> None:
    answer = sign_in(scene.auditor).post(url(page, scene.to(State.ACCEPTED)), sent)
    assert answer.status_code == 422
    assert "Ouverture au siège" in words(answer)
    assert not PlanItem.objects.exists()


def test_an_auditor_learns_at_once_that_recent_advice_stands_in_the_way(scene: Scene, sign_in: SignIn) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    mission = scene.consult()
    auditor = sign_in(scene.auditor)
    where = reverse("offer_declare", kwargs={"mission_id": mission.pk})
    page = auditor.post(where, {"advised": "yes", "advised_until": str(DAY), "ties": ""}, follow=True)
    assert "Cette mission ne peut pas vous être confiée" in words(page)
    page = auditor.post(where, {"advised": "no", "ties": "Une sœur locataire."}, follow=True)
    assert "Cette mission ne peut pas vous être confiée" not in words(page)
    list_page = sign_in(scene.lead).get(reverse("missions", kwargs={"landlord_id": scene.landlord.pk}))
    assert "D’autres liens sont déclarés" in words(list_page)


def test_a_refused_consultation_keeps_the_request(scene: Scene, sign_in: SignIn) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    where = reverse("mission_consult", kwargs={"landlord_id": scene.landlord.pk})
    sent = {"auditors": [scene.accreditation.pk], "request": "Deux agences.", "answer_by": str(DAY - timedelta(days=1))}
    lead = sign_in(scene.lead)
    answer = lead.post(where, sent)
    assert answer.status_code == 422
    assert "Deux agences." in words(answer)
    assert not Mission.objects.exists()
    lead.post(where, sent | {"answer_by": str(DAY)})
    assert list(lead.get(where).context["form"].fields["auditors"].queryset) == []


def test_a_past_mission_is_read_after_the_file_is_closed(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.APPROVED)
    auditor, where = sign_in(scene.auditor), reverse("offer", kwargs={"mission_id": mission.pk})
    assert auditor.get(where).status_code == 302
    Relation.objects.filter(source=f"mission:{mission.pk}").update(
        ends_on=DAY - timedelta(days=1), starts_on=DAY - timedelta(days=9)
    )
    page = auditor.get(where)
    assert page.status_code == 200
    assert "ne vous est plus ouvert" in words(page)
    assert CANARY not in words(page)


def test_a_remark_puts_the_hand_to_the_auditor_on_every_page(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    auditor = sign_in(scene.auditor)
    assert "À vous" not in words(auditor.get(reverse("my_missions")))
    operations.say(mission=mission, text="Une erreur.", by=scene.lead, at=NOON)
    assert "À vous" in words(auditor.get(reverse("my_missions")))


def test_a_plan_sent_back_says_why_until_it_is_proposed_again(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ACCEPTED)
    scene.plan(mission)
    auditor = sign_in(scene.auditor)
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    assert "Arrêter le plan" not in words(sign_in(scene.lead).get(url("mission", mission)))
    operations.send_back_plan(mission=mission, because="Ajoutez les Tilleuls.", by=scene.director, at=NOON)
    assert "Ajoutez les Tilleuls." in words(auditor.get(url("mission_plan", mission)))
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    assert "Ajoutez les Tilleuls." not in words(auditor.get(url("mission_plan", mission)))


def test_fields_of_the_plan_page_have_their_own_labels(scene: Scene, sign_in: SignIn) -> None:
    page = words(sign_in(scene.auditor).get(url("mission_plan", scene.to(State.ACCEPTED))))
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_an_empty_answer_keeps_the_page(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    remark = operations.say(mission=mission, text="Une erreur.", by=scene.lead, at=NOON)
    where = url("mission_answer", mission, remark_id=remark.pk)
    answer = sign_in(scene.auditor).post(where, {f"{remark.pk}-text": " "})
    assert answer.status_code == 422
    assert "Une erreur." in words(answer)


def test_the_landlord_hears_of_a_document_asked_once_the_plan_is_agreed(scene: Scene) -> None:
    mission = scene.to(State.ACCEPTED)
    asked = {"title": "Organigramme", "detail": "", "by": scene.auditor, "at": NOON}
    told = Message.objects.filter(person_id=scene.lead.pk, subject__contains="document").count
    operations.ask_document(mission=mission, **asked)
    assert told() == 0
    scene.plan(mission)
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    mission.refresh_from_db()
    operations.agree_plan(mission=mission, revision=mission.plan_revision, by=scene.director, at=NOON)
    operations.ask_document(mission=mission, **asked)
    assert told() == 1


def test_both_sides_read_the_record_of_the_delivery_and_of_what_is_said_of_it(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    remark = operations.say(mission=mission, finding=scene.findings[0], text=CANARY, by=scene.lead, at=NOON)
    operations.answer(mission=mission, remark=remark, text=CANARY, by=scene.auditor, at=NOON)
    ledger = reverse("history", kwargs={"landlord_id": scene.landlord.pk})
    for reader in (scene.auditor, scene.lead, scene.referent):
        for page in (url("mission", mission), ledger):
            read = words(sign_in(reader).get(page))
            for act in (
                "a rendu le rapport",
                "une remarque sur le constat C-01",
                "a répondu à la remarque sur le constat C-01",
            ):
                assert act in read, (reader.name, page, act)
    assert "a noté comme tenu un moment du plan : réunion de clôture" in words(sign_in(scene.referent).get(ledger))


def test_an_auditor_reads_on_their_mission_what_passed_with_the_landlord(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ACCEPTED)
    operations.ask_document(mission=mission, title="Contrat de ménage", detail="", by=scene.auditor, at=NOON)
    for number in range(12):
        operations.ask_document(mission=mission, title=f"Contrat {number}", detail="", by=scene.auditor, at=NOON)
    page = words(sign_in(scene.auditor).get(url("mission", mission)))
    assert "a demandé le document « Contrat de ménage »" in page
    assert "a envoyé sa proposition" in page


def test_the_grid_of_a_delivered_report_is_opened_by_its_report_alone(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.REPORT_DRAFTED)
    grid = queries.assessment(mission)
    assert grid is not None
    auditor, ids = sign_in(scene.auditor), {"landlord_id": mission.landlord_id, "assessment_id": grid.pk}
    page, reopen = reverse("assessment", kwargs=ids), reverse("assessment_reopen", kwargs=ids)
    auditor.post(reverse("assessment_finish", kwargs=ids))
    assert "Rouvrir l’évaluation" in words(auditor.get(page))
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    assert "Rouvrir l’évaluation" not in words(auditor.get(page))
    refused = auditor.post(reopen, {"because": "Une erreur."})
    assert refused.status_code == 403
    assert "Le rapport est rendu : il ne change plus." in words(refused)
    mission.refresh_from_db()
    scene.reopen(mission)
    assert "Terminer l’évaluation" in words(auditor.get(page))


def test_a_delivered_report_is_taken_back_with_a_reason_for_those_who_had_read_it(
    scene: Scene, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    auditor, lead = sign_in(scene.auditor), sign_in(scene.lead)
    page = url("mission_report", mission)
    shown = words(auditor.get(page))
    assert "Version 1, rendue le" in shown
    assert "il reste dans le rapport" in shown
    assert "Télécharger le rapport" in shown
    assert "Votre texte" not in shown
    assert auditor.post(page, {"summary": "Le contraire.", "conclusion": "", "revision": "9"}).status_code == 422
    assert "Modifier C-01" not in words(auditor.get(url("mission_findings", mission)))
    reopen = url("mission_report_reopen", mission)
    assert auditor.post(reopen, {"because": ""}).status_code == 422
    assert auditor.post(reopen, {"because": "Une erreur de lieu."}).status_code == 302
    assert "Votre texte" in words(auditor.get(page))
    read = words(lead.get(page))
    assert "L’auditeur a repris son rapport" in read
    assert "Une erreur de lieu." in read
    assert CANARY not in read
    former = url("mission_report_pdf", mission) + "?version=1"
    assert former in read
    contributor = make_person(Role.CONTRIBUTOR, scene.landlord)
    for reader in (scene.auditor, scene.lead, scene.director, scene.referent):
        assert sign_in(reader).get(former).status_code == 200
    assert sign_in(contributor).get(former).status_code in {403, 404}
    assert lead.get(url("mission_report_pdf", mission) + "?version=2").status_code == 404
    for listed in ("landlord_messages", "documents", "history"):
        said = words(sign_in(contributor).get(reverse(listed, kwargs={"landlord_id": mission.landlord_id})))
        assert "Une erreur de lieu." not in said
        assert "Rapport repris" not in said
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    for text in ("Version 2, rendue le", "Une erreur de lieu."):
        assert text in words(lead.get(page))
    assert "a repris le rapport" in words(sign_in(scene.referent).get(url("mission", mission)))
    operations.interrupt(mission=mission, because="Le cabinet ferme.", by=scene.lead, at=NOON)
    stopped = words(lead.get(page))
    assert "La mission est interrompue" in stopped
    assert "a repris" not in stopped
