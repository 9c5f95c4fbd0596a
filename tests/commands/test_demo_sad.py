"""The demonstration shows what goes wrong too: journeys that are late today, a hearing, a suspended label."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from palier.calendar import paris_day
from palier.commands.demo import audit, names, stock
from palier.commands.demo.landlord import life
from palier.commands.demo.timeline import Timeline
from palier.commands.demo.world import found
from palier.frameworks import operations as frameworks
from palier.journey.queries import counts
from palier.label import operations as label
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from tests.fixtures import NOON


@pytest.mark.told
@pytest.mark.django_db
def test_some_are_late_today_one_is_heard_and_one_suspended() -> None:
    begins = NOON - timedelta(days=365 * 4)
    world = found(begins, NOON)
    label.load_shipped(effective_from=paris_day(begins), at=begins)
    frameworks.load_shipped(at=begins)
    audit.accredit(world, begins)
    stock.publish_districts("2015", begins)
    timeline, numbered = Timeline(NOON), dict(enumerate(names.landlords(40), 1))
    for number in (12, 15, 18, 24):
        kind, name = numbered[number]
        timeline.begin(life(world, number, name, kind, begins + timedelta(days=10 * number)))
    passed = begins

    def tick(at: datetime) -> None:
        nonlocal passed
        while passed <= at:
            label.lapse_due(at=passed)
            passed += timedelta(days=14)

    timeline.run(tick)
    tick(NOON)
    journeys = list(Journey.objects.filter(closed_at__isnull=True))
    shown = counts(journeys, paris_day(NOON))
    assert (len(journeys), shown.hearings, shown.suspended) == (4, 1, 1)
    late = {Stage(j.stage) for j in journeys if j.due_on and timedelta(0) < paris_day(NOON) - j.due_on < timedelta(days=60)}
    assert {Stage.ENGAGEMENT, Stage.AUDITOR_SELECTION} <= late
