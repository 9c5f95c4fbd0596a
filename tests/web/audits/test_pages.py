"""The pages of audits: each person's part in a mission, and what nobody reads too soon."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from palier.audits import operations, queries
from palier.audits.models import Accreditation, AuditorFeedback, Finding, Mission, Remark, Report
from palier.audits.rules.missions import State
from palier.directory.models import Organisation, Person
from palier.directory.operations import add_association
from palier.directory.rules import Kind, Role
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.plans.models import Action, ActionSite, ActionVerdict
from palier.plans.operations import add_action, open_plan
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from tests.audits.scene import CANARY, DAY, Scene
from tests.fixtures import NOON
from tests.plans.conftest import COMPLETE

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]
SECTIONS = ("mission", "mission_plan", "mission_on_site", "mission_findings", "mission_report", "mission_remarks")


def url(name: str, mission: Mission, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": mission.landlord_id, "mission_id": mission.pk, **more})


def words(answer: HttpResponse) -> str:
    """What a page says, its narrow spaces made plain."""
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def representative(scene: Scene, make_organisation: Callable[..., Organisation], make_person: Callable[..., Person]) -> Person:
    association = make_organisation(Kind.TENANTS_ASSOCIATION)
    add_association(landlord=scene.landlord, association=association, by=scene.lead, at=NOON)
    return make_person(Role.TENANT_REPRESENTATIVE, association)


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come on the day of the scene."""
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: NOON)


# --- Nobody reads too soon -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ON_SITE, State.REPORT_DRAFTED])
def test_findings_never_leak_before_delivery(state: State, scene: Scene, representative: Person, sign_in: SignIn) -> None:
    mission = scene.to(state)
    for person in (scene.lead, scene.director, representative):
        client = sign_in(person)
        for section in SECTIONS:
            answer = client.get(url(section, mission))
            assert answer.status_code == 200
            assert CANARY not in words(answer), (section, person.name)
            assert "Contrôler le ménage" not in words(answer)
        assert client.get(url("mission_report_pdf", mission)).status_code == 404
    for person in (scene.auditor, scene.referent):
        assert CANARY in words(sign_in(person).get(url("mission_findings", mission)))


def test_the_landlord_reads_at_delivery_and_representatives_at_approval(
    scene: Scene, representative: Person, sign_in: SignIn
) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    for section in ("mission_findings", "mission_report"):
        assert CANARY in words(sign_in(scene.lead).get(url(section, mission)))
        assert CANARY not in words(sign_in(representative).get(url(section, mission)))
    scene.approve(mission)
    for section in ("mission_findings", "mission_report"):
        assert CANARY in words(sign_in(representative).get(url(section, mission)))
    pdf = sign_in(representative).get(url("mission_report_pdf", mission))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_an_auditor_never_sees_another_landlord(make_scene: Callable[..., Scene], sign_in: SignIn) -> None:
    mine, other = make_scene("Le mien"), make_scene("L’autre")
    theirs = other.to(State.REPORT_DELIVERED)
    mine.to(State.ON_SITE)
    client = sign_in(mine.auditor)
    for section in SECTIONS:
        assert client.get(url(section, theirs)).status_code == 404
    assert client.get(reverse("missions", kwargs={"landlord_id": other.landlord.pk})).status_code == 404
    assert client.get(reverse("offer", kwargs={"mission_id": theirs.pk})).status_code == 404
    assert other.landlord.name not in words(client.get(reverse("my_missions")))
    mixed = reverse("mission", kwargs={"landlord_id": mine.landlord.pk, "mission_id": theirs.pk})
    assert client.get(mixed).status_code == 404, "an object is found through its landlord"


def test_a_consulted_auditor_has_no_file_and_other_auditors_no_amount(
    scene: Scene, make_scene: Callable[..., Scene], sign_in: SignIn
) -> None:
    mission = scene.to(State.PROPOSED)
    client = sign_in(scene.auditor)
    assert client.get(url("mission", mission)).status_code == 404
    assert "Deux agences." in words(client.get(reverse("offer", kwargs={"mission_id": mission.pk})))
    rival = sign_in(make_scene("Ailleurs").auditor)
    assert rival.get(reverse("offer", kwargs={"mission_id": mission.pk})).status_code == 404


def test_representatives_and_the_team_know_of_no_consultation(
    scene: Scene, representative: Person, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    mission = scene.to(State.PROPOSED)
    listed = reverse("missions", kwargs={"landlord_id": scene.landlord.pk})
    assert "7 200" not in words(sign_in(representative).get(listed))
    assert sign_in(representative).get(url("mission", mission)).status_code == 404
    team = make_person(Role.CONTRIBUTOR, scene.landlord)
    assert sign_in(team).get(listed).status_code == 403


# --- Choosing ------------------------------------------------------------------------------------------------------


def test_from_consultation_to_choice_on_screen(scene: Scene, sign_in: SignIn) -> None:
    scene.at_stage(Stage.AUDITOR_SELECTION)
    lead, auditor = sign_in(scene.lead), sign_in(scene.auditor)
    consult = reverse("mission_consult", kwargs={"landlord_id": scene.landlord.pk})
    assert scene.auditor.name in words(lead.get(consult))
    assert lead.post(consult, {"request": "Deux agences."}).status_code == 422
    lead.post(consult, {"auditors": [scene.accreditation.pk], "request": "Deux agences.", "answer_by": "2026-04-01"})
    mission = Mission.objects.get()
    offer = reverse("offer", kwargs={"mission_id": mission.pk})
    assert "vous consulte" in words(auditor.get(offer))
    sent = {"amount": "7 200,50", "days": "6,5", "starts_on": "2026-04-10", "ends_on": "2026-05-10", "approach": "Sur place."}
    assert auditor.post(offer, sent | {"ends_on": "2026-04-01"}).status_code == 422
    assert auditor.post(offer, sent).status_code == 302
    assert "n’est pas signée" in words(lead.get(url("mission", mission)))
    declare = reverse("offer_declare", kwargs={"mission_id": mission.pk})
    assert auditor.post(declare, {"advised": "yes"}).status_code == 422
    auditor.post(declare, {"advised": "no", "ties": ""})
    listed = words(lead.get(reverse("missions", kwargs={"landlord_id": scene.landlord.pk})))
    assert "7 200,50 €" in listed
    assert lead.post(url("mission_accept", mission)).status_code == 302
    assert auditor.get(offer)["Location"] == url("mission", mission)
    assert auditor.get(url("mission_plan", mission)).status_code == 200


def test_only_the_landlord_chooses(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.PROPOSED)
    answer = sign_in(scene.referent).post(url("mission_accept", mission))
    assert answer.status_code == 403
    assert "revient à" in words(answer)
    assert sign_in(scene.referent).get(reverse("mission_consult", kwargs={"landlord_id": scene.landlord.pk})).status_code == 403


def test_a_consultation_is_declined_or_set_aside_with_a_reason(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.CONSULTED)
    decline = reverse("offer_decline", kwargs={"mission_id": mission.pk})
    assert sign_in(scene.auditor).post(decline, {"because": ""}).status_code == 422
    assert sign_in(scene.auditor).post(decline, {"because": "Plan de charge."}).status_code == 302
    again = scene.consult()
    assert sign_in(scene.lead).post(url("mission_set_aside", again), {"because": "Trop loin."}).status_code == 302
    assert "Trop loin." in words(sign_in(scene.auditor).get(reverse("my_missions")))


# --- The mission ---------------------------------------------------------------------------------------------------


def test_a_diagnosis_on_screen_from_plan_to_frozen_report(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ACCEPTED)
    auditor, director, lead = (sign_in(person) for person in (scene.auditor, scene.director, scene.lead))
    plan = url("mission_plan", mission)
    assert "Il manque la réunion d’ouverture." in words(auditor.get(plan))
    for kind in ("opening", "visit", "tenants", "closing"):
        moment = {"kind": kind, "day": "2026-03-10", "title": f"Moment {kind}"}
        if kind == "visit":
            assert auditor.post(plan, moment).status_code == 422
            moment["residence"] = str(scene.residences[0].pk)
        assert auditor.post(plan, moment).status_code == 302
    assert "pensez à en ajouter une" in words(auditor.get(plan))
    auditor.post(url("mission_ask", mission), {"title": "Organigrammes", "detail": ""})
    auditor.post(url("mission_plan_propose", mission))
    asked = queries.document_requests(mission).get()
    hand = url("mission_hand", mission, request_id=asked.pk)
    assert lead.post(hand, {"document": ""}).status_code == 422
    assert lead.post(hand, {"document": scene.pieces(("other",))[0].pk}).status_code == 302
    mission.refresh_from_db()
    assert lead.post(url("mission_plan_agree", mission), {"revision": mission.plan_revision}).status_code == 403
    assert director.post(url("mission_plan_agree", mission), {"revision": "0"}).status_code == 409
    assert director.post(url("mission_plan_agree", mission), {"revision": mission.plan_revision}).status_code == 302
    on_site = url("mission_on_site", mission)
    assert auditor.post(on_site).status_code == 422, "the journey is not there yet"
    scene.at_stage(Stage.HQS_ON_SITE)
    assert auditor.post(on_site).status_code == 302
    for item in queries.items(mission):
        noted = {f"{item.pk}-held": "yes", f"{item.pk}-day": "2026-03-10", f"{item.pk}-notes": "Vu."}
        assert auditor.post(url("mission_note", mission, item_id=item.pk), noted).status_code == 302
    finding = {"kind": "gap", "theme": "cleanliness", "text": CANARY, "residence": scene.residences[0].pk}
    assert auditor.post(url("mission_finding_add", mission), finding | {"text": ""}).status_code == 422
    assert auditor.post(url("mission_finding_add", mission), finding).status_code == 302
    recommendation = {"title": "Contrôler", "text": "", "theme": "cleanliness", "findings": [Finding.objects.get().pk]}
    assert auditor.post(url("mission_recommendation_add", mission), recommendation).status_code == 302
    scene.fill_grid(mission)
    assert auditor.post(url("mission_report_draft", mission)).status_code == 302
    assert auditor.post(url("mission_report_deliver", mission)).status_code == 422
    text = {"summary": "Une équipe solide.", "conclusion": "", "revision": Report.objects.get().revision}
    assert auditor.post(url("mission_report", mission), text).status_code == 302
    assert auditor.post(url("mission_report_deliver", mission)).status_code == 302
    remark = {"text": "Repeint en mars.", "finding": Finding.objects.get().pk}
    assert lead.post(url("mission_remarks", mission), remark).status_code == 302
    assert "Une remarque attend une réponse" in words(director.get(url("mission_report", mission)))
    answer = url("mission_answer", mission, remark_id=Remark.objects.get().pk)
    assert auditor.post(answer, {f"{Remark.objects.get().pk}-text": "Vu le 2 mars."}).status_code == 302
    approve = url("mission_report_approve", mission)
    read = {"revision": Report.objects.get().revision}
    assert lead.post(approve, read).status_code == 403
    assert director.post(approve, {"revision": "1"}).status_code == 409
    assert director.post(approve, read).status_code == 302
    assert "figé depuis" in words(director.get(url("mission_report", mission)))
    assert auditor.post(url("mission_finding_add", mission), finding).status_code == 422


def test_a_stale_finding_shows_what_is_kept(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.ON_SITE)
    finding = scene.findings[0]
    sent = {"kind": "gap", "theme": "cleanliness", "text": "Le mien.", "revision": "9"}
    answer = sign_in(scene.auditor).post(url("mission_finding", mission, finding_id=finding.pk), sent)
    assert answer.status_code == 409
    assert CANARY in strip_tags(words(answer))
    assert "Le mien." in words(answer)


def test_an_implementation_audit_judges_actions_and_sites(scene: Scene, sign_in: SignIn) -> None:
    scene.audit = Audit.IMPLEMENTATION
    plan = open_plan(landlord=scene.landlord, cycle=1, by=scene.lead, at=NOON)
    action = add_action(plan=plan, content=COMPLETE, by=scene.lead, at=NOON)
    site = declare_priority(
        landlord=scene.landlord, residence=scene.residences[0], level=Level.EXTREME, reasons="Crise.", by=scene.lead, at=NOON
    )
    mission = scene.to(State.REPORT_DRAFTED)
    auditor = sign_in(scene.auditor)
    report = words(auditor.get(url("mission_report", mission)))
    assert "1 action du plan n’a pas encore de verdict." in report
    assert "Le site prioritaire Les Glycines n’est pas contrôlé." in report
    check = url("mission_action", mission, action_id=action.pk)
    differs = auditor.post(check, {"outcome": "done", "note": ""})
    assert differs.status_code == 422
    assert "L’organisme dit « À venir », vous dites « Réalisée »" in words(differs)
    assert auditor.post(check, {"outcome": "late", "note": ""}).status_code == 422
    Action.objects.filter(pk=action.pk).update(status="under_way")
    assert auditor.post(check, {"outcome": "under_way", "note": ""}).status_code == 302
    Action.objects.filter(pk=action.pk).update(status="not_started")
    report = words(auditor.get(url("mission_report", mission)))
    assert f"Votre verdict sur l’action {action.code} n’est pas ce qu’en dit l’organisme" in report
    assert auditor.post(check, {"outcome": "late", "effect": "partly", "note": "Deux mois de retard."}).status_code == 302
    check = url("mission_site", mission, site_id=site.pk)
    assert "Le plan n’a aucune action pour ce site." in words(auditor.get(check))
    ActionSite.objects.create(action=action, residence=site.residence)
    page = auditor.get(check)
    assert f"{action.code}, {action.title}" in words(page)
    assert page.context["form"]["has_action"].value() is True, "what the plan says is ticked beforehand"
    assert "selon le contrôle" in words(page)
    assert auditor.post(check, {"treatment": "not_treated"}).status_code == 422
    sent = {"identified": "on", "has_action": "on", "treatment": "under_way", "note": "Travaux lancés."}
    assert auditor.post(check, sent).status_code == 302
    lead = sign_in(scene.lead)
    assert "Deux mois de retard." not in words(lead.get(url("mission_verdicts", mission)))
    assert not ActionVerdict.objects.exists(), "a verdict reaches the plan with the approved report"
    operations.deliver(mission=mission, by=scene.auditor, at=NOON)
    assert "Deux mois de retard." in words(lead.get(url("mission_verdicts", mission)))
    scene.approve(mission)
    assert ActionVerdict.objects.get().outcome == "late"
    assert "Travaux lancés." in words(lead.get(url("mission_report", mission)))


def test_a_mission_is_interrupted_with_a_reason(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.PLANNED)
    lead = sign_in(scene.lead)
    assert lead.post(url("mission_interrupt", mission), {"because": ""}).status_code == 422
    assert lead.post(url("mission_interrupt", mission), {"because": "Désaccord."}).status_code == 302
    assert "Désaccord." in words(lead.get(url("mission", mission)))


def test_feedback_is_read_by_the_label_team_alone(scene: Scene, sign_in: SignIn) -> None:
    mission = scene.to(State.APPROVED)
    marks = {"listening": 4, "method": 3, "clarity": 4, "usefulness": 3, "text": "CANARI AVIS"}
    assert sign_in(scene.lead).post(url("mission_feedback", mission), marks).status_code == 302
    assert AuditorFeedback.objects.get().marks["listening"] == 4
    card = reverse("auditor", kwargs={"accreditation_id": scene.accreditation.pk})
    assert "CANARI AVIS" in words(sign_in(scene.referent).get(card))
    for person in (scene.auditor, scene.director):
        assert "CANARI AVIS" not in words(sign_in(person).get(card))
        assert "CANARI AVIS" not in words(sign_in(person).get(url("mission", mission)))


# --- The register --------------------------------------------------------------------------------------------------


def test_the_referent_keeps_the_register(scene: Scene, sign_in: SignIn, make_person: Callable[..., Person]) -> None:
    newcomer = make_person(Role.AUDITOR, scene.firm, "Mme N.")
    client = sign_in(scene.referent)
    member = newcomer.memberships.get().pk
    sent = {"member": member, "starts_on": "2026-03-10", "ends_on": "2029-03-09", "scope": ["hqs"]}
    assert client.post(reverse("auditor_grant"), sent | {"scope": []}).status_code == 422
    assert client.post(reverse("auditor_grant"), sent).status_code == 302
    accreditation = Accreditation.objects.get(person=newcomer)
    args = {"accreditation_id": accreditation.pk}
    assert client.post(reverse("auditor_suspend", kwargs=args), {"because": ""}).status_code == 422
    client.post(reverse("auditor_suspend", kwargs=args), {"because": "Enquête."})
    assert "Suspendu" in words(client.get(reverse("auditors"), {"etat": "suspended"}))
    assert client.post(reverse("auditor_lift", kwargs=args)).status_code == 302
    page = words(client.get(reverse("auditor", kwargs=args)))
    assert "Agréé, du" in page
    assert "levée le jour même" in page
    assert reverse("auditor_lift", kwargs=args) not in page
    client.post(reverse("auditor_terms"), {"independence_years": 5, "effective_from": "2026-03-10"})
    assert "il faut 5 ans" in words(client.get(reverse("auditors")))


def test_an_auditor_reads_their_own_accreditation_alone(make_scene: Callable[..., Scene], sign_in: SignIn) -> None:
    mine, other = make_scene("Le mien"), make_scene("L’autre")
    client = sign_in(mine.auditor)
    page = words(client.get(reverse("auditors")))
    assert mine.auditor.name in page
    assert other.auditor.name not in page
    assert client.get(reverse("auditor", kwargs={"accreditation_id": other.accreditation.pk})).status_code == 404
    assert client.post(reverse("auditor_withdraw", kwargs={"accreditation_id": mine.accreditation.pk})).status_code == 403


def test_a_landlord_reads_the_register_without_the_missions_of_others(
    make_scene: Callable[..., Scene], sign_in: SignIn
) -> None:
    mine, other = make_scene("Le mien"), make_scene("L’autre")
    other.to(State.ON_SITE)
    client = sign_in(mine.lead)
    assert other.auditor.name in words(client.get(reverse("auditors")))
    card = words(client.get(reverse("auditor", kwargs={"accreditation_id": other.accreditation.pk})))
    assert "diagnostic HQS" in card
    assert f"{other.landlord.name}, diagnostic" not in card


# --- Lists ---------------------------------------------------------------------------------------------------------


def test_lists_run_the_same_queries_with_1_and_30_rows(
    scene: Scene, sign_in: SignIn, make_person: Callable[..., Person]
) -> None:
    mission = scene.to(State.ON_SITE)
    pages = {
        "missions": (scene.lead, reverse("missions", kwargs={"landlord_id": scene.landlord.pk})),
        "plan": (scene.auditor, url("mission_plan", mission)),
        "on site": (scene.auditor, url("mission_on_site", mission)),
        "findings": (scene.auditor, url("mission_findings", mission)),
        "report": (scene.auditor, url("mission_report", mission)),
        "register": (scene.referent, reverse("auditors")),
    }
    clients = {person.pk: sign_in(person) for person, _ in pages.values()}
    operations.draft_report(mission=mission, by=scene.auditor, at=NOON)

    def measure() -> dict[str, int]:
        counts = {}
        for name, (person, page) in pages.items():
            clients[person.pk].get(page)
            with CaptureQueriesContext(connection) as seen:
                assert clients[person.pk].get(page).status_code == 200
            counts[name] = len(seen)
        return counts

    few = measure()
    for number in range(30):
        scene.write(mission, f"Constat {number}.")
        other = make_person(Role.AUDITOR, scene.firm)
        operations.grant(
            person=other, firm=scene.firm, starts_on=DAY, ends_on=DAY, scope=[Audit.HQS], by=scene.referent, at=NOON
        )
        Mission.objects.create(
            landlord=scene.landlord, cycle=1, audit="hqs", firm=scene.firm, auditor=other, consulted_at=NOON, request="x"
        )
        operations.ask_document(mission=mission, title=f"Document {number}", detail="", by=scene.auditor, at=NOON)
    assert measure() == few


def test_messages_of_the_file_carry_no_finding_and_no_rival(scene: Scene, representative: Person, sign_in: SignIn) -> None:
    scene.to(State.CONSULTED)
    listed = reverse("landlord_messages", kwargs={"landlord_id": scene.landlord.pk})
    assert "vous consulte" not in words(sign_in(representative).get(listed))
    Mission.objects.all().delete()
    mission = scene.to(State.REPORT_DELIVERED)
    remark = operations.say(mission=mission, finding=scene.findings[0], text=CANARY, by=scene.lead, at=NOON)
    operations.answer(mission=mission, remark=remark, text=CANARY, by=scene.auditor, at=NOON)
    said = "une remarque sur le constat C-01"
    assert said in words(sign_in(scene.referent).get(listed))
    assert said not in words(sign_in(representative).get(listed))
    for reader in (scene.referent, scene.director, representative):
        assert CANARY not in words(sign_in(reader).get(listed))
    history = reverse("history", kwargs={"landlord_id": scene.landlord.pk})
    assert CANARY not in words(sign_in(representative).get(history))
