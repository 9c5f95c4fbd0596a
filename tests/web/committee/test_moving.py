"""A session in preparation is moved; the reason why it may not be convened stands beside the button; adding a row checks nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from palier.calendar import PARIS
from palier.committee.models import Session
from palier.directory.models import Person
from palier.ledger.models import Entry
from tests.committee.conftest import Sitting

pytestmark = pytest.mark.django_db
SignIn = Callable[[Person], Client]


def url(name: str, sitting: Sitting) -> str:
    return reverse(name, kwargs={"committee_id": sitting.session.committee_id, "session_number": sitting.session.number})


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[None]:
    with time_machine.travel(at, tick=False):
        yield


def test_a_session_too_near_says_so_before_the_click_and_is_moved(sitting: Sitting, sign_in: SignIn) -> None:
    sitting.put()
    near = sitting.at + timedelta(days=1)
    Session.objects.filter(pk=sitting.session.pk).update(starts_at=near, ends_at=near + timedelta(hours=2))
    client = sign_in(sitting.referent)
    page, move = client.get(url("committee_session", sitting)).content.decode(), url("committee_session_move", sitting)
    assert "La convocation part au moins" in page
    assert f'href="{move}"' in page
    day = (sitting.at + timedelta(days=90)).date()
    wrong = client.post(move, {"day": day.isoformat(), "starts": "17:00", "ends": "14:00"})
    assert (wrong.status_code, "id_ends_error" in wrong.content.decode()) == (422, True)
    assert client.post(move, {"day": day.isoformat(), "starts": "14:00", "ends": "17:00"}).status_code == 302
    sitting.session.refresh_from_db()
    assert sitting.session.starts_at == datetime(day.year, day.month, day.day, 14, tzinfo=PARIS)
    assert Entry.objects.filter(act="committee.session_moved").count() == 1
    assert "La convocation part au moins" not in client.get(url("committee_session", sitting)).content.decode()
    sitting.convene()
    assert client.post(move, {"day": day.isoformat(), "starts": "15:00", "ends": "17:00"}).status_code == 422
