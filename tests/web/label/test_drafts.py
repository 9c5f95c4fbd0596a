"""Two people write one draft of the rules: the second to save sees both, and chooses."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from palier.directory.models import Organisation, Person
from palier.directory.rules import Kind, Role
from palier.label.models import RuleSetVersion
from palier.ledger.models import Entry
from tests.browser import OpenPage, check

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock(at: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


def read(client: Client, url: str) -> dict[str, Any]:
    """The form as it stands, to be posted."""
    form = client.get(url).context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def test_a_draft_changed_meanwhile_is_not_overwritten_and_both_are_shown(
    rules: RuleSetVersion,
    referent: Person,
    make_person: Callable[..., Person],
    make_organisation: Callable[..., Organisation],
    sign_in: Callable[[Person], Client],
    clock: time_machine.Traveller,
) -> None:
    mine, theirs = sign_in(referent), sign_in(make_person(Role.ADMINISTRATOR, make_organisation(Kind.LABEL_OWNER), "Mme A."))
    first = f"/regles/{rules.pk}/suivante/"
    drafted = mine.post(first, read(mine, first) | {"lapse_days": 45})
    draft = RuleSetVersion.objects.get(published_at=None)
    assert drafted.status_code == 302
    url = f"/regles/{draft.pk}/modifier/"
    ours, other = read(mine, url), read(theirs, url)
    clock.shift(timedelta(minutes=2))
    assert theirs.post(url, other | {"grace_days": 21, "effective_from": "2026-09-01"}).status_code == 302
    clock.shift(timedelta(minutes=2))
    refused = mine.post(url, ours | {"lapse_days": 50, "grace_days": 7})
    assert refused.status_code == 409
    said = re.sub(r"</?ins>", "", refused.content.decode())
    for word in ("Ce brouillon a changé pendant que vous écriviez.", "Mme A.", "01/09/2026", 'value="50"'):
        assert word in said
    draft.refresh_from_db()
    assert (draft.data["lapse_days"], draft.data["grace_days"]) == (45, 21)
    again = {name: refused.context["form"][name].value() for name in ours}
    clock.shift(timedelta(minutes=1))
    assert mine.post(url, again).status_code == 302
    draft.refresh_from_db()
    assert (draft.data["lapse_days"], draft.data["grace_days"]) == (50, 7)
    assert Entry.objects.filter(act="label.rules_draft_changed").count() == 2


def test_a_second_first_draft_meets_the_one_that_came_before(
    rules: RuleSetVersion, referent: Person, sign_in: Callable[[Person], Client], clock: time_machine.Traveller
) -> None:
    client, url = sign_in(referent), f"/regles/{rules.pk}/suivante/"
    one, other = (read(client, url) for _ in range(2))
    assert client.post(url, one | {"lapse_days": 45}).status_code == 302
    refused = client.post(url, other | {"lapse_days": 50})
    assert refused.status_code == 409
    assert RuleSetVersion.objects.filter(published_at=None).count() == 1
    clock.shift(timedelta(minutes=1))
    again = {name: refused.context["form"][name].value() for name in [*other, "over"]}
    assert client.post(url, again).status_code == 302
    assert RuleSetVersion.objects.get(published_at=None).data["lapse_days"] == 50


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_two_drafts_in_the_browser(rules: RuleSetVersion, referent: Person, browser_page: OpenPage) -> None:
    page, other = browser_page(referent), browser_page(referent)
    for each, days in ((page, "45"), (other, "50")):
        each.goto(f"/regles/{rules.pk}/suivante/")
        each.get_by_label("Titre").fill(f"Un palier tous les {days} jours")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    page.get_by_text("relisez ce qui change").wait_for()
    other.get_by_role("button", name="Enregistrer le brouillon").click()
    other.get_by_text("Votre brouillon n’est pas enregistré").wait_for()
    check(other, "rules-two-drafts")
    other.get_by_role("button", name="Enregistrer le brouillon").click()
    other.get_by_text("relisez ce qui change").wait_for()
