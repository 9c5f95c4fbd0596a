"""In a real browser: the minutes of a session that never opened, and the extract that an auditor reads."""

from __future__ import annotations

import pytest
from django.urls import reverse

from palier.committee import operations as committee
from palier.committee.models import Session
from palier.committee.rules.outcomes import Outcome
from palier.directory.models import Organisation, Person
from palier.minutes import operations
from tests.browser import OpenPage, check
from tests.committee.conftest import Sitting, referent, sitting
from tests.committee.test_effects import YEARS, asks, auditor, conclude, firm, voted
from tests.minutes.test_lapse import empty

__all__ = ["auditor", "empty", "firm", "referent", "sitting"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def _of(session: Session) -> dict[str, int]:
    return {"committee_id": session.committee_id, "session_number": session.number}


def test_a_session_that_never_opened_reads_well(
    browser_page: OpenPage, empty: Sitting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", empty.later)
    committee.cancel(session=empty.session, because="Deux sièges sur cinq sont là.", by=empty.referent, at=empty.later())
    page = browser_page(empty.referent)
    page.goto(reverse("committee_session", kwargs=_of(empty.session)))
    page.get_by_role("link", name="Procès-verbal").click()
    page.get_by_role("button", name="Commencer le procès-verbal").click()
    page.get_by_role("link", name="Compléter").wait_for()
    operations.send(minutes=empty.session.minutes.get(), by=empty.referent, at=empty.later())
    page.reload()
    check(page, "minutes-lapse")


def test_an_auditor_reads_the_extract(
    browser_page: OpenPage, sitting: Sitting, auditor: Person, firm: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("palier.web.middleware.timezone.now", sitting.later)
    item = asks(sitting, auditor, firm)
    voted(sitting, item, outcome=Outcome.ACCREDITED, effect=YEARS)
    conclude(sitting, item)
    page = browser_page(auditor)
    page.goto(reverse("auditors"))
    check(page, "auditors-decided")
    page.get_by_role("link", name=item.title).click()
    check(page, "minutes-item-extract")
