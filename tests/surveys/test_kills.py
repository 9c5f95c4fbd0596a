"""Senders killed on their way: nobody is missed, nobody gets more than the budget, nobody who objected gets anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from palier.directory.models import Landlord
from palier.surveys import operations
from palier.surveys.models import Household, Wave
from palier.surveys.rules.frame import Origin
from palier.surveys.rules.sendings import Budget, Terms
from tests.surveys.kills import send_all

pytestmark = pytest.mark.django_db(transaction=True)


def test_nobody_is_missed_nor_asked_too_often_though_senders_are_killed(
    landlord: Landlord, make_households: Callable[..., list[Household]], make_wave: Callable[..., Wave], at: datetime
) -> None:
    homes = make_households(80)
    Household.objects.filter(pk__in=[home.pk for home in homes[:20]]).update(email="")
    operations.set_terms(landlord=landlord, terms=Terms(Budget(2, 90)), by=None, at=at)
    for home in (homes[5], homes[40]):
        operations.object_to(household=home, origin=Origin.PAGE, by=None, at=at)
    make_wave(cost_ceiling=100_000)
    first = send_all(at, kills=3, left=78)
    assert first.kills >= 1
    assert set(first.letters) == {home.email for home in homes[20:] if home != homes[40]}
    assert set(first.texts) == {home.phone for home in homes[:20] if home != homes[5]}
    assert first.count - 78 <= first.kills + first.cuts
    later = at + timedelta(days=7)
    operations.plan_due(at=later)
    second = send_all(later, kills=0, left=78)
    for received in (first.letters + second.letters, first.texts + second.texts):
        assert max(received.values()) <= 2
        assert not {homes[5].phone, homes[40].email} & set(received)
