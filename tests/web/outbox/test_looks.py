"""The pages of staff for messages, in a browser."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.outbox.models import Message, State
from tests.browser import OpenPage, check
from tests.web.outbox.test_views import write

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def test_dead_letters_and_giving_one_up(
    make_organisation: Callable[..., Organisation],
    make_person: Callable[..., Person],
    browser_page: OpenPage,
    at: datetime,
) -> None:
    staff = make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER))
    write(make_person(name="Mme Destinataire"), at)
    Message.objects.update(state=State.DEAD, settled_at=at, problem="550 inconnu", attempts=6)
    page = browser_page(staff)
    page.goto("/messages/en-echec/")
    check(page, "dead-letters")
    page.get_by_role("link", name="Classer").click()
    page.get_by_label("Raison").wait_for()
    check(page, "dismiss-letter")
    page.get_by_label("Raison").fill("prévenue par téléphone")
    page.get_by_role("button", name="Classer le message").click()
    page.get_by_text("Aucun message en échec").wait_for()
