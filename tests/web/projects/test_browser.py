"""The pages of local projects in a real browser: nothing, little and much, at both widths."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.urls import reverse
from django.utils import timezone

from palier.calendar import paris_day
from palier.consultation.operations import give_opinion
from palier.consultation.rules import Opinion
from palier.frameworks import queries as grids
from palier.frameworks.operations import Entry, fill, finish, load_shipped
from palier.plans.operations import record_measure
from palier.projects import operations
from palier.projects.operations import Definition
from palier.projects.rules.terms import Desk, Family, Trace
from palier.visits.rules import Responsibility
from tests.browser import OpenPage, check
from tests.web.projects.test_pages import at_page

if TYPE_CHECKING:
    from palier.projects.models import Partner
    from tests.projects.conftest import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture(autouse=True)
def _noon() -> None:
    """The browser lives today."""


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def _live(place: Place, found: Partner, at: datetime) -> None:
    """A project under way, with everything that its page shows."""
    by = {"by": place.lead, "at": at}
    project, today = place.project, paris_day(at)

    def involve(note: str) -> None:
        operations.record_involvement(project=project, trace=Trace.WALK, held_on=today, residents=14, note=note, **by)

    load_shipped(at=at)
    grid = operations.start_diagnosis(project=project, **by)
    codes = grids.framework(grid.version).criteria
    fill(assessment=grid, entries=[Entry(code, 2, justification="Vu sur place.") for code in codes], **by)
    finish(assessment=grid, **by)
    for family, text, who, actor in (
        (Family.BUILDING, "Le hall 3 reste sombre dès 17 heures : trois luminaires sur cinq sont cassés.", "landlord", ""),
        (Family.CLEANLINESS, "Encombrants déposés chaque semaine au pied de la tour B.", "shared", "la ville"),
        (Family.TRANQUILLITY, "Hall 5 occupé le soir, de 19 h à minuit.", "other", "la police nationale"),
    ):
        operations.add_finding(
            project=project, family=family, text=text, responsibility=Responsibility(who), actor=actor,
            levers=["building_works", "tranquillity"], shared=True, cause="Accès ouvert sur deux rues.", **by,
        )  # fmt: skip
    involve("Les habitants demandent de la lumière et un passage de plus le lundi.")
    operations.pass_stage(project=project, **by)
    project.refresh_from_db()
    given: Definition = {
        "objectives": "Un hall éclairé et tenu.\nPlus d’encombrants au pied des tours.",
        "steering": "Un comité chaque trimestre, avec la ville et l’amicale.",
        "levers": ["building_works", "reinforced_cleaning", "tranquillity"],
        "starts_on": today,
        "ends_on": today + timedelta(days=900),
        "shared_summary": "Redonner un hall praticable à 180 ménages, avec la ville et les habitants.",
    }
    operations.change_project(project=project, revision=project.revision, given=given, **by)
    ours = operations.create_action(project=project, plan=place.desk.plan, content=place.content(), **by)
    theirs = place.content(title="Enlever les encombrants deux fois par semaine", indicator="Dépôts relevés")
    link = operations.create_action(project=project, plan=place.desk.plan, content=theirs, partner=found, **by)
    round_ = operations.associate(project=project, cycle=1, message="Que pensez-vous de ces actions ?", **by)
    voice = round_.voices.get()
    give_opinion(voice=voice, opinion=Opinion.RESERVED, text="Et les ascenseurs ?", by=place.speaker, at=at)
    operations.pass_stage(project=project, **by)
    record_measure(action=ours.action, on=today, value=Decimal(70), source="Relevé", **by)
    operations.speak(partner=found, link=link, progress=40, text="Un enlèvement de plus depuis lundi.", at=at)
    operations.ask_help(
        project=project, desk=Desk.CONCILIATION, reasons="Le hall 5 reste occupé malgré trois réunions.", tried="", documents=[],
        **by,
    )  # fmt: skip


def test_a_project_from_nothing_to_much(
    place: Place, partner: tuple[Partner, str], browser_page: OpenPage, at: datetime
) -> None:
    page = browser_page(place.lead)
    page.goto(at_page("project_open", place))
    check(page, "project-open")
    page.goto(at_page("project", place))
    check(page, "project-new")
    page.goto(at_page("project_diagnosis", place))
    check(page, "project-diagnosis-empty")
    _live(place, partner[0], at)
    for name in ("projects", "project", "project_whole", "project_diagnosis", "project_action_add", "project_finding_add",
                 "project_partner_invite", "project_help_ask", "project_involve", "project_change"):  # fmt: skip
        page.goto(at_page(name, place))
        check(page, name.replace("_", "-"))
    page.goto(at_page("project", place))
    page.get_by_role("button", name="Reprendre cet avancement dans le plan").click()
    page.get_by_text("L’avancement est repris dans le plan.").wait_for()


def test_a_partner_on_a_phone_and_the_labels_team(
    place: Place, partner: tuple[Partner, str], browser_page: OpenPage, at: datetime
) -> None:
    found, token = partner
    _live(place, found, at)
    page = browser_page(None)
    page.goto(reverse("project_shared", kwargs={"token": token}))
    check(page, "project-shared")
    page.get_by_role("textbox", name="Votre remarque").fill("La benne passe aussi le jeudi.")
    page.get_by_role("button", name="Transmettre la remarque").click()
    page.get_by_text("La benne passe aussi le jeudi.").wait_for()
    page.goto(reverse("project_shared", kwargs={"token": "absent"}))
    check(page, "project-link-over")
    team = browser_page(place.referent)
    team.goto(at_page("project_help", place, help_id=place.project.help_requests.get().pk))
    check(team, "project-help")
    team.get_by_role("button", name="Prendre en charge").click()
    team.get_by_text("Vous suivez cette demande").wait_for()
