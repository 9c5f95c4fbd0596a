"""The pages of the label's rules: drafted, compared, published from a day to come."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.test import Client

from palier.directory.models import Landlord, Person
from palier.directory.rules import Role
from palier.label import operations, queries
from palier.label.models import RuleSetVersion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock(at: datetime) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(at, tick=False) as traveller:
        yield traveller


def test_a_draft_is_one_is_for_those_who_write_it_and_never_takes_effect_in_the_past(
    rules: RuleSetVersion,
    referent: Person,
    make_landlord: Callable[..., Landlord],
    make_person: Callable[..., Person],
    sign_in: Callable[[Person], Client],
    at: datetime,
) -> None:
    draft = operations.draft_rule_set(data=rules.data, effective_from=date(2026, 3, 1), by=referent, at=at)
    client = sign_in(referent)
    page = client.get(f"/regles/{draft.pk}/").content.decode()
    assert "Ce brouillon ne pourra pas être publié à sa date." in page
    assert f"/regles/{draft.pk}/publier/" not in page
    assert client.get(f"/regles/{rules.pk}/suivante/").headers["Location"] == f"/regles/{draft.pk}/modifier/"
    answer = client.post(f"/regles/{draft.pk}/publier/")
    assert answer.status_code == 422
    assert "est passée" in answer.content.decode()
    reader = sign_in(make_person(Role.DIRECTOR, make_landlord()))
    assert reader.get(f"/regles/{draft.pk}/").status_code == 404
    assert f"/regles/{draft.pk}/" not in reader.get("/regles/").content.decode()
    assert reader.get(f"/regles/{rules.pk}/").status_code == 200


def test_the_rules_of_the_label_are_drafted_compared_and_published(
    rules: RuleSetVersion, referent: Person, sign_in: Callable[[Person], Client], at: datetime
) -> None:
    client = sign_in(referent)
    form = client.get(f"/regles/{rules.pk}/suivante/").context["form"]
    data = dict(form.initial.items()) | {"effective_from": "2026-06-01", "lapse_days": 45}
    answer = client.post(f"/regles/{rules.pk}/suivante/", data)
    assert answer.status_code == 302, answer.context["form"].errors
    draft = RuleSetVersion.objects.get(code=rules.code, number=2)
    page = client.get(f"/regles/{draft.pk}/").content.decode()
    assert "1 différence" in page.replace("\u202f", " ").replace("\xa0", " ")
    assert client.post(f"/regles/{draft.pk}/publier/").status_code == 302
    assert client.post(f"/regles/{draft.pk}/modifier/", data).status_code == 422
    assert queries.rule_set_on(on=date(2026, 6, 1), code=rules.code) == draft
    assert datetime(2026, 3, 10, 11, tzinfo=UTC) == at
