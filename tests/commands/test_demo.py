"""The demonstration lives its story through the operations, and leaves everything in order, without a link that is dead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from palier.answers.models import Recount, Remark
from palier.answers.queries import results
from palier.commands.demo.story import tell
from palier.committee.models import Poll
from palier.directory.models import Landlord, Person
from palier.frameworks.queries import drift
from palier.label.models import Journey
from palier.label.rules.stages import Stage
from palier.ledger.models import Entry
from palier.ledger.queries import verify
from palier.minutes.models import Minutes
from palier.minutes.rules.life import State as Life
from palier.outbox.models import Message, State
from palier.sites.models import PrioritySite, RatingCampaign
from palier.sites.rules import Level
from palier.studies.models import Study
from palier.surveys.models import Solicitation, Wave
from palier.surveys.queries import rates_of, to_post
from palier.surveys.rules.sendings import State as Sending
from palier.surveys.rules.waves import Design
from palier.surveys.rules.waves import State as WaveState
from tests.e2e.links import dead_links
from tests.fixtures import NOON


@pytest.mark.told
@pytest.mark.django_db
def test_a_small_story_ends_in_order_and_every_link_leads_somewhere(
    sign_in: Callable[[Person], Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    months: list[datetime] = []
    tell(landlords=2, until=NOON, month_passes=months.append)
    assert months == sorted(months)
    count, fault = verify()
    assert (count > 300, fault) == (True, None)
    assert Entry.objects.filter(at__gt=NOON).count() == 0
    assert drift() == []
    for written in (True, False):  # one to vote in writing, one that sits
        poll = Poll.objects.get(item__session__written=written, closed_at=None)
        assert poll.ballots.count() > 2
    assert not Message.objects.filter(state=State.WAITING, due_at__lt=NOON - timedelta(hours=1)).exists()
    assert [one.state for one in Minutes.objects.order_by("session__number")] == [Life.SIGNED, Life.SENT]
    last, now = Study.objects.order_by("year")
    assert (last.published_at is None, now.closed_at) == (False, None)
    assert last.counted["coverage"]["all"]["counted"] == 1
    _surveys_have_something_to_show()
    _priority_sites_are_the_worst_rated()
    first, second = Journey.objects.order_by("landlord__siren")
    assert first.cycle == 2
    assert second.stage == Stage.PLAN_DRAFTING
    monkeypatch.setattr("palier.web.middleware.timezone.now", lambda: NOON)  # the pages are those of the last day told
    assert dead_links(sign_in) == []


def _priority_sites_are_the_worst_rated() -> None:
    for campaign in RatingCampaign.objects.filter(closed_at__isnull=False):
        listed = PrioritySite.objects.filter(landlord=campaign.landlord, removed_at__isnull=True).values("residence")
        rated = campaign.ratings.all()
        assert listed.exists()
        assert not rated.filter(residence__in=listed, level__in=[Level.NONE, Level.MEDIUM]).exists()
        assert not rated.filter(level=Level.EXTREME).exclude(residence__in=listed).exists()


def _surveys_have_something_to_show() -> None:
    before, after = Recount.objects.select_related("wave__landlord", "version").order_by("wave__closes_on")
    for one in (before, after):
        assert 300 < one.inside["answers"] < 800  # the sample is drawn by lot
        assert one.shown_at
    told = results.results(recount=after)
    assert told.compared
    assert len(told.groups_of("overall_satisfaction")[2]) > 5
    field = Wave.objects.get(state=WaveState.RUNNING, design=Design.SAMPLE)
    hot = Wave.objects.get(state=WaveState.RUNNING, design=Design.HOT)
    assert rates_of(wave=field).answered > 50
    to_write, unaddressed = to_post(wave=field, at=NOON)
    assert to_write
    assert not unaddressed
    assert hot.answers.count() >= 30
    assert len({answer.supplier for answer in hot.answers.all()}) > 2
    assert Remark.objects.filter(wave=after.wave).count() > 20
    assert not Solicitation.objects.filter(state=Sending.PLANNED, due_at__lt=NOON - timedelta(hours=1)).exists()


@pytest.mark.django_db
def test_it_does_not_mix_with_what_stands(make_landlord: Callable[..., Landlord]) -> None:
    make_landlord()
    with pytest.raises(CommandError, match="contient déjà"):
        call_command("demo")
