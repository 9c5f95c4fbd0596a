"""The pages of audits in a real browser: each person's, at each state, accessible and within the window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.urls import reverse

from palier.audits import operations
from palier.audits.models import Mission
from palier.audits.rules.missions import State
from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label.rules.rulesets import Audit
from palier.label.rules.stages import Stage
from palier.plans.operations import add_action, open_plan
from palier.sites.operations import declare_priority
from palier.sites.rules import Level
from tests.audits.scene import DAY, Scene
from tests.browser import OpenPage, check
from tests.fixtures import NOON
from tests.plans.conftest import COMPLETE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests come on the day of the scene."""
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: NOON)


def url(name: str, mission: Mission, **more: object) -> str:
    return reverse(name, kwargs={"landlord_id": mission.landlord_id, "mission_id": mission.pk, **more})


def test_choosing_an_auditor(
    browser_page: OpenPage, scene: Scene, make_person: Callable[..., Person], make_organisation: Callable[..., Organisation]
) -> None:
    lead, referent = browser_page(scene.lead), browser_page(scene.referent)
    listed = reverse("missions", kwargs={"landlord_id": scene.landlord.pk})
    scene.at_stage(Stage.AUDITOR_SELECTION)
    lead.goto(listed)
    check(lead, "audits-empty")
    others = []
    for number in range(3):
        firm = make_organisation(Kind.AUDIT_FIRM, f"Cabinet Exempla {number}")
        person = make_person(Role.AUDITOR, firm, f"Mme A{number}.")
        others.append(
            operations.grant(
                person=person, firm=firm, starts_on=DAY, ends_on=DAY, scope=list(Audit), by=scene.referent, at=NOON
            )
        )
    lead.goto(reverse("mission_consult", kwargs={"landlord_id": scene.landlord.pk}))
    check(lead, "audits-consult")
    mission = scene.declare(scene.propose(scene.consult()))
    operations.consult(
        landlord=scene.landlord, audit=Audit.HQS, auditors=others, request="Deux agences.", by=scene.lead, at=NOON
    )
    lead.goto(listed)
    check(lead, "audits-compared")
    lead.goto(url("mission", mission))
    check(lead, "mission-proposed")
    auditor = browser_page(scene.auditor)
    auditor.goto(reverse("my_missions"))
    check(auditor, "my-missions")
    auditor.goto(reverse("offer", kwargs={"mission_id": mission.pk}))
    check(auditor, "offer")
    referent.goto(reverse("auditors"))
    check(referent, "auditors")
    referent.goto(reverse("auditor", kwargs={"accreditation_id": scene.accreditation.pk}))
    check(referent, "auditor")
    referent.goto(reverse("auditor_grant"))
    check(referent, "auditor-grant")


def test_a_diagnosis(browser_page: OpenPage, scene: Scene) -> None:
    mission = scene.to(State.ACCEPTED)
    auditor, director = browser_page(scene.auditor), browser_page(scene.director)
    auditor.goto(url("mission_plan", mission))
    check(auditor, "plan-empty")
    scene.plan(mission)
    operations.ask_document(mission=mission, title="Organigrammes", detail="Agences comprises", by=scene.auditor, at=NOON)
    operations.propose_plan(mission=mission, by=scene.auditor, at=NOON)
    director.goto(url("mission_plan", mission))
    check(director, "plan-proposed")
    director.get_by_role("button", name="Arrêter le plan").click()
    director.get_by_text("Le plan est arrêté.").wait_for()
    scene.at_stage(Stage.HQS_ON_SITE)
    auditor.goto(url("mission_on_site", mission))
    auditor.get_by_role("button", name="Ouvrir la mission sur place").click()
    auditor.get_by_text("La mission est ouverte sur place.").wait_for()
    check(auditor, "on-site")
    for number in range(4):
        scene.write(mission, f"Constat {number} : le contrôle du ménage n’est pas tenu chaque mois.")
    auditor.goto(url("mission_findings", mission))
    check(auditor, "findings")
    auditor.goto(url("mission_finding_add", mission))
    check(auditor, "finding-form")
    auditor.goto(url("mission_recommendation_add", mission))
    check(auditor, "recommendation-form")
    operations.draft_report(mission=mission, by=scene.auditor, at=NOON)
    auditor.goto(url("mission_report", mission))
    check(auditor, "report-drafted")
    director.goto(url("mission_report", mission))
    check(director, "report-not-yet")


def test_a_report_answered_and_approved(browser_page: OpenPage, scene: Scene) -> None:
    mission = scene.to(State.REPORT_DELIVERED)
    operations.say(mission=mission, finding=scene.findings[0], text="Le hall a été repeint en mars.", by=scene.lead, at=NOON)
    auditor, director = browser_page(scene.auditor), browser_page(scene.director)
    auditor.goto(url("mission_remarks", mission))
    check(auditor, "remarks-to-answer")
    auditor.get_by_label("Votre réponse").fill("Le constat date du 2 mars, avant les travaux.")
    auditor.get_by_role("button", name="Enregistrer la réponse").click()
    auditor.get_by_text("Votre réponse est enregistrée.").wait_for()
    director.goto(url("mission_report", mission))
    check(director, "report-delivered")
    director.get_by_role("button", name="Approuver le rapport").click()
    director.get_by_text("Le rapport est approuvé et figé.").wait_for()
    check(director, "report-approved")
    director.goto(url("mission", mission))
    check(director, "mission-approved")
    director.goto(url("mission_feedback", mission))
    check(director, "feedback")


def test_an_implementation_audit(browser_page: OpenPage, scene: Scene) -> None:
    scene.audit = Audit.IMPLEMENTATION
    plan = open_plan(landlord=scene.landlord, cycle=1, by=scene.lead, at=NOON)
    action = add_action(plan=plan, content=COMPLETE, by=scene.lead, at=NOON)
    declare_priority(
        landlord=scene.landlord, residence=scene.residences[0], level=Level.EXTREME, reasons="Crise.", by=scene.lead, at=NOON
    )
    mission = scene.to(State.ON_SITE)
    auditor = browser_page(scene.auditor)
    auditor.goto(url("mission_verdicts", mission))
    check(auditor, "verdicts")
    auditor.goto(url("mission_action", mission, action_id=action.pk))
    check(auditor, "verdict-form")
