"""The plan's pages in a real browser: nothing, little and much, at both widths."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from palier.calendar import paris_day
from palier.directory.models import Person
from palier.plans import queries
from palier.plans.models import Action, Recommendation
from palier.plans.operations import (
    change_action,
    freeze,
    record_measure,
    refuse_recommendation,
    report_progress,
    set_verdict,
)
from palier.plans.rules.terms import Effect, Outcome, Status
from tests.browser import OpenPage, check
from tests.plans.conftest import Desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture(autouse=True)
def _noon() -> None:
    """The browser lives today."""


@pytest.fixture
def at() -> datetime:
    return timezone.now()


def path(name: str, desk: Desk, **more: int) -> str:
    return reverse(name, kwargs={"landlord_id": desk.landlord.pk} | more)


def test_the_plan_from_nothing_to_much(
    desk: Desk,
    make_action: Callable[..., Action],
    make_recommendation: Callable[..., Recommendation],
    make_person: Callable[..., Person],
    browser_page: OpenPage,
    at: datetime,
) -> None:
    page = browser_page(desk.lead)
    page.goto(path("plan", desk))
    check(page, "plan-empty")
    today = paris_day(at)
    for number in range(8):
        make_recommendation(f"Réduire le délai de réponse aux demandes, étape {number + 1}")
    followed, refused = Recommendation.objects.order_by("pk")[:2]
    refuse_recommendation(recommendation=refused, revision=1, reason="Le marché en cours le prévoit déjà.", by=desk.lead, at=at)
    action = make_action(
        desk.residences[0],
        owner=desk.agent.pk,
        follows=(followed.pk,),
        description="Un contrôle contradictoire par cage, chaque mois, par une autre personne que celle qui nettoie.",
        baseline_on=today - timedelta(days=200),
        starts_on=today - timedelta(days=180),
        target_on=today + timedelta(days=200),
        due_on=today + timedelta(days=200),
    )
    for days, value in ((150, "63"), (90, "66.7"), (20, "71.5")):
        record_measure(
            action=action,
            on=today - timedelta(days=days),
            value=Decimal(value),
            source="Relevé de contrôle du ménage",
            by=desk.lead,
            at=at,
        )
    report_progress(
        action=action, revision=1, status=Status.UNDER_WAY, progress=40, by=desk.lead, at=at, tenants_informed_on=today
    )
    make_action(starts_on=date(2026, 1, 1), due_on=date(2026, 3, 1))
    for number in range(28):
        make_action(desk.residences[number % 3], title=f"Reprendre les halls, tranche {number + 1}", lever="")
    page.goto(path("plan", desk))
    check(page, "plan-much")
    page.goto(f"{path('plan', desk)}?status=done")
    check(page, "plan-filtered")
    page.goto(path("action", desk, action_id=action.pk))
    check(page, "action")
    page.goto(path("action_change", desk, action_id=action.pk))
    check(page, "action-change")
    set_verdict(
        action=action,
        occasion="implementation",
        mission_id=1,
        outcome=Outcome.UNDER_WAY,
        effect=Effect.PARTLY,
        note="Deux agences sur trois appliquent le contrôle.",
        by=make_person(name="Mme A."),
        at=at,
    )
    waiting = Recommendation.objects.order_by("-pk")[0]
    for name, where in (
        ("recommendation", path("recommendation", desk, recommendation_id=waiting.pk)),
        ("recommendation-refused", path("recommendation", desk, recommendation_id=refused.pk)),
        ("action-measure", path("action_measure", desk, action_id=action.pk)),
        ("action-progress", path("action_progress", desk, action_id=action.pk)),
        ("plan-effects", path("plan_effects", desk)),
        ("plan-whole", path("plan_whole", desk)),
    ):
        page.goto(where)
        check(page, name)
    freeze(landlord=desk.landlord, cycle=1, by=desk.lead, at=at)
    for name, where in (
        ("plan-frozen", path("plan", desk)),
        ("plan-snapshot", path("plan_snapshot", desk, number=1)),
        ("action-frozen", path("action", desk, action_id=action.pk)),
    ):
        page.goto(where)
        check(page, name)


def test_two_people_at_once_lose_nothing(
    desk: Desk, make_action: Callable[..., Action], browser_page: OpenPage, at: datetime
) -> None:
    action = make_action()
    page = browser_page(desk.lead)
    page.goto(path("action_change", desk, action_id=action.pk))
    page.get_by_label("Action", exact=True).fill("Mon titre")
    content = replace(queries.full_content(action), title="Le titre de l’autre")
    change_action(action=action, revision=1, content=content, by=desk.agent, at=at)
    page.get_by_role("button", name="Enregistrer l’action").click()
    page.get_by_text("Votre version n’est pas enregistrée").wait_for()
    check(page, "action-stale")
    page.get_by_role("button", name="Enregistrer l’action").click()
    page.get_by_role("heading", name="Mon titre").wait_for()
    assert Action.objects.get().title == "Mon titre"
